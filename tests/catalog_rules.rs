//! The examples on the pages of the `sbom` rules: `bad` fires, `good` is silent.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use plimsoll::catalog::rules::ALL;
use plimsoll::catalog::{CatalogDetector, Settings};
use plimsoll::detect::{Detector, Selection, Sink};
use plimsoll::finding::Draft;
use plimsoll::rule::{Family, Persona, Severity};
use plimsoll::source::{Origin, Origins, RelPath, Source};

fn check(path: &str, text: &str, persona: Persona) -> Vec<Draft> {
    let source =
        Source::new(Origins::new(Origin::Worktree { path: RelPath::from(path) }), text.as_bytes().to_vec());
    let detector = CatalogDetector::new(&Settings::default());
    assert!(detector.wants(&source), "{path}");
    let selection = Selection::new(persona, vec![Family::Sbom]);
    let mut sink = Sink::new(&selection);
    detector.inspect(&source, &mut sink);
    assert_eq!(sink.facts.len(), 1);
    sink.drafts
}

fn fired(path: &str, text: &str, persona: Persona) -> Vec<(String, Severity, u64)> {
    let line = |draft: &Draft| {
        (draft.rule.as_str().to_owned(), draft.severity, draft.primary.span.region().start.line)
    };
    check(path, text, persona).iter().map(line).collect()
}

#[test]
fn examples_on_the_pages() {
    for rule in ALL {
        let id = rule.meta.id.as_str();
        let (mut bad, mut good) = (0, 0);
        let page = rule.meta.markdown();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            let Some((kind, path)) = line.strip_prefix("```").and_then(|info| info.split_once(' ')) else {
                continue;
            };
            let example: String =
                lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
            let findings = check(path, &example, rule.meta.persona);
            match kind {
                "bad" => {
                    bad += 1;
                    assert!(
                        findings.iter().any(|draft| draft.rule.as_str() == id),
                        "{id}: a bad example is silent"
                    );
                }
                "good" => {
                    good += 1;
                    assert!(findings.is_empty(), "{id}: a good example fires: {findings:?}");
                }
                _ => panic!("{id}: {line}"),
            }
        }
        assert!(bad > 0 && good > 0, "{id} has {bad} bad and {good} good examples");
    }
}

#[test]
fn first_party_actions_are_for_the_pedantic() {
    let text = "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: acme/x@v1\n      - uses: docker://alpine:3\n      - uses: GitHub/codeql-action/init@main\n";
    let path = ".github/workflows/ci.yml";
    let unpinned = |severity, line| ("unpinned-action".to_owned(), severity, line);
    assert_eq!(
        fired(path, text, Persona::Regular),
        [unpinned(Severity::Medium, 5), unpinned(Severity::Medium, 6)]
    );
    assert_eq!(
        fired(path, text, Persona::Pedantic),
        [
            unpinned(Severity::Low, 4),
            unpinned(Severity::Medium, 5),
            unpinned(Severity::Medium, 6),
            unpinned(Severity::Low, 7),
        ]
    );
}

#[test]
fn a_file_without_any_hash_is_told_once() {
    let plain = "a==1\nb==2\n";
    assert_eq!(fired("requirements.txt", plain, Persona::Regular), []);
    let once = |line| [("dependency-without-hash".to_owned(), Severity::Low, line)];
    assert_eq!(fired("requirements.txt", plain, Persona::Pedantic), once(1));
    let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://r.example/i\"\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+https://r.example/i\"\n";
    assert_eq!(fired("Cargo.lock", lock, Persona::Regular), once(2));
}

#[test]
fn messages_quote_no_line_of_the_file() {
    let secret = ["hunter2", "hunter2"].concat();
    for (path, text) in [
        ("Cargo.lock", format!("name = \"{secret}\n")),
        ("yarn.lock", format!("{secret}\n")),
        ("package-lock.json", format!("{{\"{secret}\": {secret}}}")),
        ("pnpm-lock.yaml", format!("a: [\"{secret}\"\nb: {secret}")),
        ("go.mod", format!("{secret} {secret}\n")),
        (".github/workflows/a.yml", format!("a: *{secret}\n")),
    ] {
        let drafts = check(path, &text, Persona::Auditor);
        assert!(!drafts.is_empty(), "{path}");
        for draft in drafts {
            assert!(
                !format!("{} {:?} {}", draft.message, draft.help, draft.anchor).contains(&secret),
                "{path}"
            );
        }
    }
}
