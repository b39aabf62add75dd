//! A planted secret of every kind, in every carrier: no format, no level of talk, no error and no debug print shows
//! it. The values are rendered when the test runs, fresh each time (`PLIMSOLL_SEED` repeats a run).

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

mod cli_program;
mod support;

use std::fs;

use cli_program::{plimsoll, plimsoll_with};
use plimsoll::secrets::sample::Sampler;
use plimsoll::secrets::{SecretDetector, Settings};
use support::Folder;

const FORMATS: [&str; 7] = ["human", "concise", "json", "jsonl", "sarif", "github", "markdown"];

fn seed() -> u64 {
    let given = std::env::var("PLIMSOLL_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        now.as_secs()
    });
    println!("PLIMSOLL_SEED={seed}");
    seed
}

/// A planted value and the rule that its template belongs to.
struct Planted {
    rule: String,
    /// Stretches of the value that must not be seen; each is long enough to be no accident.
    parts: Vec<String>,
}

impl Planted {
    /// All of the value but the first third of a long one, which may be a public prefix; of several lines, each long one.
    fn new(rule: &str, secret: &str) -> Self {
        let parts = secret
            .split("\\n")
            .flat_map(str::lines)
            .filter(|line| !line.contains("-----"))
            .map(|line| {
                let chars: Vec<char> = line.trim().chars().collect();
                let prefix = if chars.len() < 12 { 0 } else { chars.len() / 3 };
                chars[prefix..].iter().collect::<String>()
            })
            .filter(|part| part.len() >= 5)
            .collect();
        Self { rule: rule.to_owned(), parts }
    }
}

/// One example of every rule, each in files of its own, plain and inside other files.
fn plant(folder: &Folder) -> Vec<Planted> {
    let detector = SecretDetector::new(&Settings::default()).unwrap();
    let mut sampler = Sampler::new(seed());
    let mut planted = Vec::new();
    for meta in detector.metas() {
        let rule = meta.id.as_str();
        let Some(template) = detector.templates(rule).unwrap().examples.first() else { continue };
        let sample = sampler.render(template).unwrap();
        let secret = &sample.text[sample.secret.clone()];
        let text = &sample.text;
        let name = if rule == "pgpass-password" { ".pgpass" } else { "settings.env" };
        folder.write(&format!("{rule}/{name}"), text);
        if !text.contains('\n') {
            folder
                .write(
                    &format!("{rule}/Dockerfile"),
                    format!(
                        "FROM alpine\nENV API_TOKEN={secret}\nARG PASSWORD=\"{secret}\"\nRUN login --password '{secret}' \
                         && curl -k -H 'Authorization: Bearer {secret}' https://user:{secret}@h.example/\n\
                         # plimsoll: ignore[sudo] -- {text}\nRUN sudo true\n{text} broken\nENTRYPOINT [\"{text}\n"
                    ),
                )
                .write(
                    &format!("{rule}/compose.yaml"),
                    format!("services:\n  a:\n    environment:\n      TOKEN: '{secret}'\n    command: {text}\n"),
                )
                .write(
                    &format!("{rule}/package-lock.json"),
                    format!("{{\"name\": \"{rule}\", \"lockfileVersion\": 3, \"packages\": {{ {text}"),
                )
                .write(
                    &format!("{rule}/requirements.txt"),
                    format!("--index-url https://user:{secret}@h.example/simple\nleft==1.0 {text}\n"),
                );
        }
        planted.push(Planted::new(rule, secret));
    }
    planted
}

#[track_caller]
fn assert_hidden(planted: &[Planted], what: &str, text: &str) {
    // As it is, and as JSON writes it; all in one pass, since reports are long and values are many.
    let mut rules = Vec::new();
    let mut needles = Vec::new();
    for planted in planted {
        for part in &planted.parts {
            let json = serde_json::to_string(part).unwrap();
            rules.extend([planted.rule.as_str(); 2]);
            needles.extend([part.clone(), json.trim_matches('"').to_owned()]);
        }
    }
    let finder = aho_corasick::AhoCorasick::new(&needles).unwrap();
    let seen: std::collections::BTreeSet<&str> =
        finder.find_overlapping_iter(text).map(|found| rules[found.pattern().as_usize()]).collect();
    assert!(
        seen.is_empty(),
        "{what} shows the planted value of {}",
        seen.into_iter().collect::<Vec<_>>().join(", ")
    );
}

#[test]
fn no_format_and_no_level_of_talk_shows_a_secret() {
    let folder = Folder::repository();
    let planted = plant(&folder);
    assert!(planted.len() >= 60, "{}", planted.len());
    let blind: Vec<&str> = planted
        .iter()
        .filter(|planted| planted.parts.is_empty())
        .map(|planted| planted.rule.as_str())
        .collect();
    assert_eq!(blind, [""; 0], "too short to be looked for");
    let out = Folder::new();

    for command in ["check", "dockerfile", "secrets"] {
        let mut args = vec![command, "-v", "--persona", "auditor"];
        let files: Vec<String> =
            FORMATS.iter().map(|format| format!("{}/{format}", out.path().display())).collect();
        for (format, file) in FORMATS.iter().zip(&files) {
            args.extend(["--format", format, "-o", file]);
        }
        let ran = plimsoll(&folder.path(), &args).ends(1);
        assert_hidden(&planted, command, &format!("{}{}", ran.out, ran.err));
        for (format, file) in FORMATS.iter().zip(&files) {
            let report = fs::read_to_string(file).unwrap();
            assert!(report.len() > 1000, "{command} --format {format} says nothing: {report}");
            assert_hidden(&planted, &format!("{command} --format {format}"), &report);
        }
    }

    for args in [
        ["check", "--color", "always", "-q"].as_slice(),
        &["check", "--threads", "1", "--all-files", "--fail-on", "none"],
        &["check", "--skip", "*-url", "--skip", "generic-*"],
        &["check", "--rule", "sudo"],
        &["sbom", "-v"],
        &["sbom", "--format", "spdx-json"],
    ] {
        let ran = plimsoll(&folder.path(), args);
        assert!(ran.code < 2, "{args:?}: {}", ran.err);
        assert_hidden(&planted, &args.join(" "), &format!("{}{}", ran.out, ran.err));
    }
}

#[test]
fn the_index_and_standard_input_show_no_secret_either() {
    let folder = Folder::repository();
    let planted = plant(&folder);
    let paths: Vec<String> = planted
        .iter()
        .flat_map(|planted| ["settings.env", "Dockerfile"].map(|name| format!("{}/{name}", planted.rule)))
        .filter(|path| folder.path().join(path).exists())
        .collect();
    folder.stage(&paths.iter().map(String::as_str).collect::<Vec<_>>());
    for format in FORMATS {
        let ran = plimsoll(&folder.path(), &["check", "--staged", "--format", format]).ends(1);
        assert_hidden(&planted, &format!("--staged --format {format}"), &format!("{}{}", ran.out, ran.err));
    }
    let all: String =
        paths.iter().map(|path| fs::read_to_string(folder.path().join(path)).unwrap() + "\n").collect();
    for name in ["settings.env", "Dockerfile"] {
        let args = ["check", "--stdin", "--stdin-filename", name];
        let ran = plimsoll_with(&folder.path(), &args, &[], all.as_bytes()).ends(1);
        assert_hidden(&planted, "--stdin", &format!("{}{}", ran.out, ran.err));
    }
}

#[test]
fn errors_about_the_configuration_show_no_secret() {
    let folder = Folder::new();
    let mut sampler = Sampler::new(seed());
    let token = sampler.render("«{=github-crc32:ghp_}»").unwrap().text;
    let planted = [Planted::new("github-pat", &token)];
    for text in [
        format!("[[build]]\ndockerfile = \"Dockerfile\"\nargs = {{ TOKEN = \"{token}\", LEVEL = 1 }}\n"),
        format!("fail-on = \"{token}\"\n"),
        format!("[[ignore]]\nrule = \"root-usr\" # {token}\nreason = \"{token}\"\n"),
        format!("[[ignore]]\nrule = \"{token}\"\nreason = \"x\"\n"),
        format!("TOKEN = \"{token}\n"),
        format!("{token} = 1\n"),
    ] {
        folder.write("plimsoll.toml", &text);
        let ran = plimsoll(&folder.path(), &["check", "-v"]).ends(2).tells("plimsoll.toml");
        assert_hidden(&planted, "an error", &format!("{}{}", ran.out, ran.err));
    }
    // An unused suppression is a finding that quotes the configuration.
    folder.write(
        "plimsoll.toml",
        format!("[[ignore]]\nrule = \"root-user\"\npath = \"a\"\nreason = \"{token}\"\n"),
    );
    for format in FORMATS {
        let ran = plimsoll(&folder.path(), &["check", "--format", format]);
        assert!(ran.code < 2);
        assert_hidden(&planted, format, &format!("{}{}", ran.out, ran.err));
    }
}

#[test]
fn errors_about_keys_and_bundles_show_no_secret() {
    let folder = Folder::new();
    let password = "correct horse battery";
    let env = [("PLIMSOLL_PASSWORD", password)];
    plimsoll_with(&folder.path(), &["keygen", "--out", "k"], &env, b"").ends(0);
    let pem = fs::read_to_string(folder.path().join("k.key")).unwrap();
    let planted = [Planted::new("private-key", &pem), Planted::new("password", password)];
    folder.write("torn.key", &pem[..pem.len() / 2]).write("file", "x");
    let wrong = [("PLIMSOLL_PASSWORD", "another one entirely"), ("TORN", &pem[..100])];
    for args in [
        ["sign", "file", "--key", "k.key"],
        ["sign", "file", "--key", "torn.key"],
        ["sign", "file", "--key", "env://TORN"],
        ["sign", "file", "--key", "env://NOWHERE"],
        ["verify", "file", "--key", "k.key"],
        ["verify", "k.key", "--key", "k.key"],
    ] {
        let ran = plimsoll_with(&folder.path(), &args, &wrong, b"").ends(2).tells("error: ");
        assert_hidden(&planted, &args.join(" "), &format!("{}{}", ran.out, ran.err));
    }
    let ran = plimsoll(&folder.path(), &["verify", "k.key", "--key", "k.pub"]).ends(1);
    assert_hidden(&planted, "verify", &ran.err);
}

#[test]
fn debug_prints_show_no_secret() {
    use plimsoll::config::{Choice, Config, Env, Overrides, Place};
    use plimsoll::rule::{Family, Persona};
    use plimsoll::walk::{Plan, Scope};

    let folder = Folder::new();
    let planted = plant(&folder);
    let plan = Plan {
        cwd: folder.path(),
        roots: vec![".".into()],
        scope: Scope::Tree,
        exclude: globset::GlobSet::empty(),
        builds: Vec::new(),
    };
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let lint = plimsoll::lint::Settings { today, ..Default::default() };
    let registry = plimsoll::registry::Registry::new(lint, &Settings::default()).unwrap();
    let families = vec![Family::Dockerfile, Family::Secret, Family::Sbom];
    let selection = plimsoll::detect::Selection::new(Persona::Auditor, families);
    let outcome = plimsoll::scan::scan(&plan, &registry, &selection).unwrap();
    assert!(outcome.findings.len() > planted.len());
    assert_hidden(&planted, "Debug of findings", &format!("{:?}", outcome.findings));
    assert_hidden(&planted, "Debug of gaps", &format!("{:?}", outcome.gaps));

    let secret = &planted[0].parts[0];
    folder.write(
        "plimsoll.toml",
        format!("[[build]]\ndockerfile = \"Dockerfile\"\nargs = {{ TOKEN = \"{secret}\" }}\n"),
    );
    let place = Place { choice: Choice::Nearest(folder.path()), top: folder.path(), in_repository: true };
    let env: Env = [("PLIMSOLL_DIGEST_KEY".into(), secret.into())].into();
    let config = Config::load(&place, &env, Overrides::default(), today).unwrap();
    let bytes = format!("{:?}", secret.as_bytes());
    let shown = format!("{config:?}");
    assert!(!shown.contains(secret.as_str()) && !shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
}

#[test]
#[should_panic(expected = "a report shows the planted value of some-rule")]
fn a_leak_would_be_seen() {
    let planted = [Planted::new("some-rule", "Zw4LmXc2vT9qKj7h")];
    assert_hidden(&planted, "a report", "{\"excerpt\": \"token = Zw4LmXc2vT9qKj7h\"}");
}

#[test]
fn what_holds_a_secret_says_nothing_of_it_when_debugged() {
    let value = format!("{}{}", "vT9q", "Zw4LmXc2");
    let settings = plimsoll::secrets::Settings {
        rules: vec![("own.toml".to_owned(), value.clone())],
        digest_key: Some(value.as_bytes().to_vec().into()),
    };
    let top = plimsoll::source::RelPath::top();
    let mut build = plimsoll::parse::build_context::BuildPlan::conventional(top.clone(), top.clone());
    build.args.insert("TOKEN".to_owned(), value.clone());
    let scope = plimsoll::walk::Scope::Stdin { name: top, bytes: value.as_bytes().to_vec() };
    let bytes = format!("{:?}", value.as_bytes());
    for shown in [format!("{settings:?}"), format!("{build:?}"), format!("{scope:?}")] {
        assert!(!shown.contains(&value) && !shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
    }
    assert!(format!("{settings:?}{build:?}").contains("own.toml") && format!("{build:?}").contains("TOKEN"));
}
