//! Every package that lock files declare is found: our catalogers against an independent count over real repositories.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod catalog_support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use plimsoll::catalog::{CatalogDetector, Settings};
use plimsoll::inventory::Purl;
use plimsoll::source::{Origin, Origins, RelPath, Source};

/// Our name of a format, and the oracle's.
const FORMATS: [(&str, &str); 9] = [
    ("Cargo.lock", "Cargo.lock"),
    ("GitHub workflow", "github workflows"),
    ("go.mod", "go.mod"),
    ("package-lock.json", "npm package-lock"),
    ("pnpm-lock.yaml", "pnpm-lock"),
    ("poetry.lock", "poetry.lock"),
    ("requirements.txt", "requirements(==)"),
    ("uv.lock", "uv.lock"),
    ("yarn.lock", "yarn.lock"),
];

type Found = BTreeMap<&'static str, BTreeSet<String>>;

#[test]
fn finds_what_the_oracle_counts() {
    let Some(folder) = catalog_support::corpus("sbom") else { return };
    let oracle = folder.join("../../bench/sbom-truth.py");
    if !oracle.is_file() {
        println!("note: skipped, there is no oracle beside the corpus");
        return;
    }
    let (mut declared, mut misses, mut extras) = (0, Vec::new(), Vec::new());
    let mut repositories: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    repositories.sort();
    for repository in repositories.iter().filter(|path| path.is_dir() && !path.ends_with("_refdata")) {
        let Some(truth) = count(&oracle, repository) else { return };
        let ours = read(repository);
        let name = repository.file_name().unwrap().to_string_lossy();
        for (_, label) in FORMATS {
            let (expected, got) =
                (truth.get(label).cloned().unwrap_or_default(), ours.get(label).cloned().unwrap_or_default());
            declared += expected.len();
            misses.extend(expected.difference(&got).map(|key| format!("{name} {label} {key}")));
            extras.extend(got.difference(&expected).map(|key| format!("{name} {label} {key}")));
        }
    }
    println!("{declared} declared, {} beyond what the oracle counts", extras.len());
    assert!(declared > 10_000, "the oracle counted only {declared}");
    assert!(misses.is_empty(), "{} of {declared} missed:\n{}", misses.len(), misses.join("\n"));
    assert!(extras.is_empty(), "{} that no file declares:\n{}", extras.len(), extras.join("\n"));
}

/// What the oracle counts; `None` with a note when it does not run here.
fn count(oracle: &Path, repository: &Path) -> Option<Found> {
    let run = Command::new("python3").arg(oracle).arg(repository).output();
    let Ok(output) =
        run.map_err(drop).and_then(|output| if output.status.success() { Ok(output) } else { Err(()) })
    else {
        println!("note: skipped, the oracle needs python3 (3.11 or later) with PyYAML");
        return None;
    };
    let mut found = Found::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let (label, key) = line.split_once('\t').unwrap();
        if let Some((_, label)) = FORMATS.iter().find(|(_, known)| *known == label) {
            found.entry(label).or_default().insert(key.to_owned());
        }
    }
    Some(found)
}

fn read(repository: &Path) -> Found {
    let detector = CatalogDetector::new(&Settings::default());
    let mut found = Found::new();
    for file in catalog_support::files(repository) {
        let path = RelPath::from(file.strip_prefix(repository).unwrap().to_str().unwrap());
        let source = Source::new(Origins::new(Origin::Worktree { path }), std::fs::read(&file).unwrap());
        let Some((format, harvest)) = detector.harvest(&source) else { continue };
        let Some((_, label)) = FORMATS.iter().find(|(known, _)| *known == format) else { continue };
        for broken in &harvest.broken {
            println!("broken: {} line {}: {}", source.path(), broken.span.region().start.line, broken.reason);
        }
        let purls = harvest.inventory.packages.keys().filter(|purl| !matches!(purl.kind(), "docker" | "oci"));
        found.entry(label).or_default().extend(purls.map(key));
        for (from, targets) in &harvest.inventory.edges {
            assert!(harvest.inventory.packages.contains_key(from), "{from}");
            targets.iter().for_each(|to| assert!(harvest.inventory.packages.contains_key(to), "{to}"));
        }
    }
    found
}

/// `type/namespace/name@version`, as the oracle writes it.
fn key(purl: &Purl) -> String {
    let namespace = purl.namespace().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{}/{namespace}{}@{}", purl.kind(), purl.name(), purl.version().unwrap_or_default())
}
