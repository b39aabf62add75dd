//! Directives as they stand in files.

use proptest::prelude::*;

use super::*;
use crate::source::{Origin, Origins, RelPath};

fn source(path: &str, text: &str) -> Source {
    Source::new(Origins::new(Origin::Worktree { path: RelPath::from(path) }), text.as_bytes().to_vec())
}

fn found(path: &str, text: &str) -> Vec<(Dialect, Vec<String>, Covers)> {
    let source = source(path, text);
    let dockerfile = path.ends_with("Dockerfile").then(|| Dockerfile::parse(&source));
    scan(&source, dockerfile.as_ref(), Which::All)
        .into_iter()
        .map(|directive| (directive.dialect, directive.rules, directive.covers))
        .collect()
}

fn lines(first: u64, last: u64) -> Covers {
    Covers::Lines(first..=last)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn ours_at_the_end_of_a_line_and_above_it() {
    let text = "a = 1 # plimsoll: ignore[x] -- why\n\n# plimsoll: ignore[y] -- why\n# plimsoll: ignore[z] -- why\n\nb = 2\nc = 3\n";
    assert_eq!(
        found("a.py", text),
        [
            (Dialect::Plimsoll, names(&["x"]), lines(1, 1)),
            (Dialect::Plimsoll, names(&["y"]), lines(3, 6)),
            (Dialect::Plimsoll, names(&["z"]), lines(4, 6)),
        ]
    );
}

#[test]
fn the_span_and_the_reason_end_where_the_comment_ends() {
    let text = "<p> <!-- plimsoll: ignore[x] -- shown in the docs --> </p>\r\n";
    let source = source("a.html", text);
    let directives = scan(&source, None, Which::Ours);
    assert_eq!(directives.len(), 1);
    assert_eq!(directives[0].reason.as_deref(), Some("shown in the docs"));
    assert_eq!(directives[0].span.bytes(), b"plimsoll: ignore[x] -- shown in the docs");
    assert_eq!(directives[0].flaw, None);
}

#[test]
fn a_carriage_return_is_no_part_of_the_reason() {
    let source = source("a.sh", "x # plimsoll: ignore[x] -- why\r\ny\r\n");
    assert_eq!(scan(&source, None, Which::Ours)[0].reason.as_deref(), Some("why"));
}

#[test]
fn other_tools_are_heard_only_when_asked() {
    let source = source("a.py", "x = 1  # gitleaks:allow\n");
    assert!(scan(&source, None, Which::Ours).is_empty());
    assert!(!may_hold(source.bytes(), Which::Ours));
    assert!(may_hold(source.bytes(), Which::All));
    assert_eq!(scan(&source, None, Which::All).len(), 1);
}

#[test]
fn secret_scanners() {
    assert_eq!(found("a.json", "{\n\"k\": \"v\", \"_\": \"gitleaks:allow\"}\n")[0].2, lines(2, 2));
    assert_eq!(found("a.py", "k = 1 # pragma: allowlist secret\n")[0].2, lines(1, 1));
    assert_eq!(found("a.py", "k = 1 # pragma:allowlist-secret\n")[0].2, lines(1, 1));
    assert_eq!(found("a.py", "# pragma: allowlist nextline secret\nk = 1\n")[0].2, lines(2, 2));
    assert_eq!(found("a.py", "# pragma: whitelist nextline secret\nk = 1\n")[0].2, lines(2, 2));
    assert_eq!(found("a.go", "k := 1 // kingfisher:ignore\n")[0].2, lines(1, 1));
    assert!(found("a.py", "k = 1 # pragma: no cover\n").is_empty());
    assert!(found("a.c", "#pragma: something\n").is_empty());
}

#[test]
fn trivy_and_checkov_outside_dockerfiles() {
    assert_eq!(
        found("a.tf", "#trivy:ignore:AVD-AWS-0001 trivy:ignore:AVD-AWS-0002:exp:2027-01-01\nx = 1\n"),
        [
            (Dialect::Trivy, names(&["AVD-AWS-0001"]), lines(1, 2)),
            (Dialect::Trivy, names(&["AVD-AWS-0002"]), lines(1, 2)),
        ]
    );
    assert!(found("a.tf", "#trivy:ignore:X:exp:soon\n").is_empty());
    assert_eq!(
        found("a.yaml", "a: 1\n# checkov:skip=CKV_SECRET_6:made up\nb: 2\n"),
        [(Dialect::Checkov, names(&["CKV_SECRET_6"]), lines(2, 3))]
    );
}

#[test]
fn a_long_line_with_many_hits_stays_cheap() {
    let text = "# plimsoll: ".repeat(50_000);
    let started = std::time::Instant::now();
    assert!(found("a.py", &text).is_empty());
    assert!(started.elapsed().as_secs() < 20, "work grows with the square of the line");
}

#[test]
fn many_comments_in_a_row_stay_cheap() {
    let text = "# plimsoll: ignore[x] -- why\n".repeat(20_000);
    assert_eq!(found("a.py", &text).len(), 20_000);
}

#[test]
fn in_a_dockerfile_the_whole_instruction_is_covered() {
    let text = "FROM a\n# plimsoll: ignore[x] -- why\n\n# more\nRUN a \\\n # hadolint ignore=DL3008, DL3009 # why\n && b\nRUN c # plimsoll: ignore[y] -- no comment\n# trivy:ignore:DS-0001\n";
    assert_eq!(
        found("Dockerfile", text),
        [
            (Dialect::Plimsoll, names(&["x"]), lines(2, 7)),
            (Dialect::Hadolint, names(&["DL3008", "DL3009"]), lines(5, 7)),
            (Dialect::Trivy, names(&["DS-0001"]), lines(9, 9)),
        ]
    );
}

#[test]
fn a_comment_in_a_here_document_covers_its_instruction() {
    let text = "FROM a\nRUN <<EOF\n# plimsoll: ignore[x] -- why\na\nEOF\nRUN b\n";
    assert_eq!(found("Dockerfile", text), [(Dialect::Plimsoll, names(&["x"]), lines(2, 5))]);
}

#[test]
fn file_wide_comments_of_dockerfiles() {
    let text = "# check=skip=StageNameCasing, FromAsCasing;error=true\n# hadolint global ignore=DL3008\nFROM a\nRUN b\n# checkov:skip=CKV_DOCKER_2: no health check needed\n";
    assert_eq!(
        found("Dockerfile", text),
        [
            (Dialect::BuildKit, names(&["StageNameCasing", "FromAsCasing"]), Covers::File),
            (Dialect::Hadolint, names(&["DL3008"]), Covers::File),
            (Dialect::Checkov, names(&["CKV_DOCKER_2"]), Covers::File),
        ]
    );
}

proptest! {
    /// Whatever stands around the words that give a dialect away: no panic, no span outside, no line before it.
    #[test]
    fn scanning_never_fails(
        parts in proptest::collection::vec(
            prop_oneof![
                Just(b"plimsoll: ignore[".to_vec()), Just(b"# ".to_vec()), Just(b"\n".to_vec()),
                Just(b"hadolint ignore=".to_vec()), Just(b"trivy:ignore:".to_vec()), Just(b"]".to_vec()),
                Just(b"checkov:skip=".to_vec()), Just(b"pragma: allowlist nextline secret".to_vec()),
                Just(b" -- ".to_vec()), Just(b"until=".to_vec()), Just(b"RUN \\\n".to_vec()),
                Just("\u{202e}é".as_bytes().to_vec()), proptest::collection::vec(any::<u8>(), 0..6),
            ],
            0..40,
        ),
        is_dockerfile in any::<bool>(),
    ) {
        let source = Source::new(
            Origins::new(Origin::Worktree { path: RelPath::from("a") }),
            parts.concat(),
        );
        let tree = is_dockerfile.then(|| Dockerfile::parse(&source));
        for directive in scan(&source, tree.as_ref(), Which::All) {
            let line = directive.span.region().start.line;
            prop_assert!(directive.span.range().end <= source.len());
            if let Covers::Lines(lines) = &directive.covers {
                prop_assert!(lines.start() <= lines.end());
                prop_assert!(lines.contains(&line) || *lines.start() == line + 1);
            }
        }
    }
}
