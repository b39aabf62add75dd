//! The rules over real Dockerfiles: how often each speaks, and that judging all of them stays quick.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests too"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::NaiveDate;
use plimsoll::detect::{Detector, Selection, Sink};
use plimsoll::lint::{DockerfileDetector, Settings};
use plimsoll::rule::{Family, Persona};
use plimsoll::source::{Origin, Origins, RelPath, Source};

fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from)
        .join("dockerfiles");
    folder.is_dir().then_some(folder)
}

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, all);
        } else if path.extension().is_none_or(|extension| extension != "tsv" && extension != "md") {
            all.push(path);
        }
    }
}

/// Files per mille in which a rule must speak: at least, at most. The figures around which they lie come from surveys
/// with other means: regular expressions over BuildKit's syntax tree, and hadolint (119 uses of sudo). The survey
/// counts a word where a rule asks for a command (sudo, signatures), knows fewer products (end of life), and only pipes
/// (remote scripts).
const SURVEY: &[(&str, f64, f64)] = &[
    ("root-user", 700.0, 860.0),
    ("end-of-life-base", 220.0, 340.0),
    ("sudo", 15.0, 42.0),
    ("remote-script-to-shell", 38.0, 65.0),
    ("world-writable", 30.0, 48.0),
    ("signature-check-off", 6.0, 17.0),
    ("tls-verification-off", 6.0, 9.0),
    ("secret-in-env", 10.0, 43.0),
];

#[test]
fn rules_speak_as_often_as_the_survey_says() {
    let Some(folder) = corpus() else {
        println!("no corpus at ../shared/corpus: nothing checked");
        return;
    };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let settings = Settings { today: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(), ..Settings::default() };
    let detector = DockerfileDetector::new(settings, &[]);
    let selection = Selection::new(Persona::Regular, vec![Family::Dockerfile]);
    let sources: Vec<_> = paths
        .iter()
        .map(|path| {
            let relative = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            let origins = Origins::new(Origin::Worktree { path: RelPath::from(relative.as_str()) });
            Source::new(origins, std::fs::read(path).unwrap())
        })
        .collect();
    let start = Instant::now();
    let mut by_rule: BTreeMap<String, (usize, BTreeSet<usize>)> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        let mut sink = Sink::new(&selection);
        detector.inspect(source, &mut sink);
        for draft in sink.drafts {
            let entry = by_rule.entry(draft.rule.to_string()).or_default();
            entry.0 += 1;
            entry.1.insert(index);
        }
    }
    println!("{} files in {:?}", sources.len(), start.elapsed());
    let per_mille = |rule: &str| {
        by_rule.get(rule).map_or(0, |(_, files)| files.len()) as f64 * 1000.0 / sources.len() as f64
    };
    for (rule, (count, files)) in &by_rule {
        println!("{rule:30} {count:6} findings {:5} files {:6.1} per mille", files.len(), per_mille(rule));
    }
    for (rule, least, most) in SURVEY {
        let found = per_mille(rule);
        assert!((*least..=*most).contains(&found), "{rule}: {found:.1} per mille, not in {least}..={most}");
    }
    let syntax = by_rule.get("dockerfile-syntax").map_or(0, |(_, files)| files.len());
    // BuildKit finds unknown instructions or bytes that are no text in 10 of these files, and reads all others.
    assert!(syntax <= 10, "{syntax} files with syntax findings");
}

/// The findings of a text at the regular persona, as rule names.
fn rules_on(path: &str, bytes: Vec<u8>) -> BTreeSet<String> {
    let settings = Settings { today: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(), ..Settings::default() };
    let detector = DockerfileDetector::new(settings, &[]);
    let selection = Selection::new(Persona::Regular, vec![Family::Dockerfile]);
    let source = Source::new(Origins::new(Origin::Worktree { path: RelPath::from(path) }), bytes);
    assert!(detector.wants(&source));
    let mut sink = Sink::new(&selection);
    detector.inspect(&source, &mut sink);
    sink.drafts.into_iter().map(|draft| draft.rule.to_string()).collect()
}

#[test]
fn the_example_shops_are_told_apart() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let read = |shop: &str, service: &str| {
        let path = format!("{shop}/{service}/Dockerfile");
        rules_on(&path, std::fs::read(examples.join(&path)).unwrap())
    };
    for service in ["storefront", "checkout", "mailer"] {
        assert_eq!(read("tight-shop", service), BTreeSet::new(), "{service}");
    }
    let leaky: BTreeSet<String> =
        ["storefront", "checkout", "mailer"].iter().flat_map(|service| read("leaky-shop", service)).collect();
    // What the README of that shop says is wrong, as far as one Dockerfile alone shows it.
    for rule in [
        "end-of-life-base",
        "root-user",
        "secret-in-env",
        "tls-verification-off",
        "remote-script-to-shell",
        "world-writable",
        "shell-form-entrypoint",
        "latest-base",
        "signature-check-off",
        "credential-in-run",
        "add-remote-without-checksum",
        "add-instead-of-copy",
        "undefined-stage",
        "invalid-json-form",
        "unpinned-base",
        "sudo",
        "single-stage-build",
    ] {
        assert!(leaky.contains(rule), "{rule} is silent on the leaky shop");
    }
}

#[test]
fn hostile_files_are_judged_in_time() {
    let start = Instant::now();
    let many = |text: &str, bytes: usize| text.repeat(bytes / text.len());
    let megabyte = 1 << 20;
    for text in [
        format!("FROM a\nRUN {}", many("curl x|sh;", megabyte)),
        format!("FROM a\nRUN {}", many("curl -O http://x/a;./a;", megabyte)),
        format!("FROM a\nRUN {}", many("$(", megabyte)),
        format!("FROM a\nRUN {}", many("sh -c '", megabyte)),
        format!("FROM a\nRUN {}", many("x:y@://", megabyte)),
        format!("FROM a\n{}", many("ENV A$B=$C\n", megabyte / 4)),
        many("FROM a AS b\n", megabyte / 4),
        many("FROM b AS b\nENV A=$Q\n", megabyte / 4),
        many("COPY --from=zzz a b\n", megabyte / 4),
        many("'\"x\n", megabyte / 4),
        format!("FROM a\nCMD [{}", many("\"", megabyte)),
    ] {
        let each = Instant::now();
        rules_on("Dockerfile", text.into_bytes());
        println!("{:?}", each.elapsed());
    }
    assert!(start.elapsed().as_secs() < 120, "took {:?}", start.elapsed());
}
