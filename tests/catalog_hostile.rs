//! Broken input: whatever is cut off or changed in a lock file, nothing panics, nothing is made up, the damage is told.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use plimsoll::catalog::{CatalogDetector, Harvest, Settings};
use plimsoll::source::{Origin, Origins, RelPath, Source};
use proptest::prelude::*;

/// One small file of every format that can break.
const FILES: [(&str, &str); 10] = [
    (
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://r.example/i\"\nchecksum = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\ndependencies = [\n \"b\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"registry+https://r.example/i\"\n",
    ),
    (
        "package-lock.json",
        "{\"lockfileVersion\": 3, \"packages\": {\"\": {\"dependencies\": {\"a\": \"1\"}}, \"node_modules/a\": {\"version\": \"1.0.0\", \"dependencies\": {\"b\": \"2\"}}, \"node_modules/b\": {\"version\": \"2.0.0\"}}}",
    ),
    (
        "v1/package-lock.json",
        "{\"dependencies\": {\"a\": {\"version\": \"1.0.0\", \"requires\": {\"b\": \"2\"}, \"dependencies\": {\"b\": {\"version\": \"2.0.0\"}}}}}",
    ),
    (
        "yarn.lock",
        "# yarn lockfile v1\n\na@^1:\n  version \"1.0.0\"\n  dependencies:\n    b \"^2\"\n\nb@^2:\n  version \"2.0.0\"\n",
    ),
    (
        "berry/yarn.lock",
        "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n  dependencies:\n    b: \"npm:^2\"\n\n\"b@npm:^2\":\n  version: 2.0.0\n  resolution: \"b@npm:2.0.0\"\n",
    ),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: x}\n  b@2.0.0:\n    resolution: {integrity: y}\nsnapshots:\n  a@1.0.0:\n    dependencies:\n      b: 2.0.0\n",
    ),
    ("requirements.txt", "a==1.0.0 \\\n  --hash=sha256:00\nb==2.0.0\n"),
    (
        "poetry.lock",
        "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[package.dependencies]\nb = \"*\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n",
    ),
    (
        "uv.lock",
        "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = { registry = \"https://r.example\" }\ndependencies = [{ name = \"b\" }]\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = { registry = \"https://r.example\" }\n",
    ),
    ("go.mod", "module m\n\nrequire (\n\ta.example/a v1.0.0\n\tb.example/b v2.0.0 // indirect\n)\n"),
];

fn read(path: &str, bytes: &[u8]) -> Harvest {
    let source = Source::new(Origins::new(Origin::Worktree { path: RelPath::from(path) }), bytes.to_vec());
    CatalogDetector::new(&Settings::default()).harvest(&source).unwrap().1
}

#[test]
fn the_files_are_good() {
    for (path, text) in FILES {
        let harvest = read(path, text.as_bytes());
        assert!(harvest.broken.is_empty(), "{path}: {:?}", harvest.broken);
        assert_eq!(harvest.inventory.packages.len(), 2, "{path}");
        let edges = usize::from(!matches!(path, "requirements.txt" | "go.mod"));
        let needy = harvest.inventory.edges.values().filter(|targets| !targets.is_empty()).count();
        assert_eq!(needy, edges, "{path}");
    }
}

#[test]
fn a_file_cut_anywhere_keeps_names_it_had_read() {
    for (path, text) in FILES {
        let names: Vec<String> = read(path, text.as_bytes())
            .inventory
            .packages
            .values()
            .map(|package| package.name.clone())
            .collect();
        for end in 0..text.len() {
            for package in read(path, &text.as_bytes()[..end]).inventory.packages.values() {
                // A name may be cut itself, so what is left of it must be the front of a real one.
                assert!(
                    names.iter().any(|name| name.starts_with(&package.name)),
                    "{path} cut at {end}: {}",
                    package.name
                );
            }
        }
    }
}

#[test]
fn a_file_cut_in_the_middle_is_told() {
    for (path, text) in FILES {
        // Half a requirements file is a requirements file, and half a block of YAML is YAML.
        if path == "requirements.txt" || path.ends_with(".yaml") || path == "berry/yarn.lock" {
            continue;
        }
        let at = text.rfind("2.0.0").unwrap() - 2;
        assert!(!read(path, &text.as_bytes()[..at]).broken.is_empty(), "{path}");
    }
}

#[test]
fn what_is_not_utf_8_is_told() {
    for (path, text) in FILES {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0xFF);
        let harvest = read(path, &bytes);
        assert_eq!(harvest.inventory.packages.len(), 2, "{path}");
        assert!(harvest.broken.iter().any(|broken| broken.reason == "the file is not UTF-8"), "{path}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(
        file in 0..FILES.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let (path, text) = FILES[file];
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read(path, &bytes);
    }

    #[test]
    fn structure_alone_panics_nothing(file in 0..FILES.len(), text in "[\\[\\]{}\",:@/=>( )\\n#a1\\-.|&*!?%']{0,200}") {
        read(FILES[file].0, text.as_bytes());
    }
}
