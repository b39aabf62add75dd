//! The formats that people and CI logs read: human, concise, github, markdown.

use crate::verdicts::{
    PAT, ROOT, finding, full, hostile, mark, open, verdict, worktree, written, written_with,
};
use proptest::prelude::*;

use plimsoll::finding::{Excerpt, Finding};
use plimsoll::outcome::{Status, Verdict};
use plimsoll::report::{FormatName, Options, Summary};
use plimsoll::rule::{Confidence, Severity};

const TEXT: &[FormatName] =
    &[FormatName::Human, FormatName::Concise, FormatName::Github, FormatName::Markdown];

#[test]
fn human_shows_the_place_the_help_and_the_verdict() {
    let expected = "\
high[root-user]: the shipped image runs as root
 --> a/Dockerfile:2:1
  |
2 | USER root
  | ^^^^^^^^^ this user
  |
 ::: b/.env:2:1
  |
2 | y=2
  | --- it starts here
  |
  = help: add USER 1000
  = fix: Add a user
  = also known as: DL3002, CKV_DOCKER_8

not looked at:
  big.bin: over-budget: 5 GB; raise the limit or exclude it

fail: 1 finding at or above high, and not everything could be looked at
1 finding (1 high), 1 suppressed, 7 files scanned, 1 gap
";
    assert_eq!(written(FormatName::Human, &full()), expected);
}

#[test]
fn a_clean_run_prints_the_summary_alone() {
    let clean = verdict(Vec::new(), Vec::new(), Status::Pass);
    let expected = "pass: no findings\n0 findings, 0 suppressed, 7 files scanned, 0 gaps\n";
    assert_eq!(written(FormatName::Human, &clean), expected);
    assert_eq!(written(FormatName::Concise, &clean).lines().count(), 1);
}

#[test]
fn colour_comes_only_when_asked_for() {
    let colored = written_with(FormatName::Human, Options { color: true, ..Options::default() }, &full());
    assert!(colored.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        rest = &rest[at..][rest[at..].find('m').unwrap() + 1..];
    }
    plain.push_str(rest);
    assert_eq!(plain, written(FormatName::Human, &full()));
    assert!(!written(FormatName::Human, &hostile()).contains('\u{1b}'));
}

#[test]
fn the_place_is_that_of_the_file_even_where_the_excerpt_is_masked() {
    // In the file the mark begins at column 31; the masked excerpt is shorter.
    let text = format!("{}; key = other\n", "s".repeat(22));
    let mut primary = mark(worktree(b"a"), &text, 30..35, "");
    primary.excerpt =
        Excerpt { text: "…(22); key = other".into(), first_line: 1, marked: 15..20, shortened: false };
    let shown =
        written(FormatName::Human, &verdict(vec![open(finding(&PAT, "m", primary))], vec![], Status::Fail));
    assert!(shown.contains("--> a:1:31\n"), "{shown}");
    assert!(shown.contains("1 | …(22); key = other\n"), "{shown}");
}

#[test]
fn odd_excerpts_do_no_harm() {
    for (text, marked) in
        [("", 0..0), ("abc\n", 4..4), ("é", 1..2), ("a\nb", 1..3), ("abc", 2..900), ("\t\tx", 0..3)]
    {
        let mut primary = mark(worktree(b"a"), "abc", 0..1, "here");
        primary.excerpt = Excerpt { text: text.into(), first_line: 1, marked, shortened: true };
        let verdict = verdict(vec![open(finding(&PAT, "m", primary))], vec![], Status::Fail);
        assert!(written(FormatName::Human, &verdict).contains("--> a:1"), "{text:?}");
        for name in FormatName::ALL {
            assert!(!written(*name, &verdict).is_empty());
        }
    }
}

#[test]
fn concise_is_one_line_each() {
    let expected = "\
a/Dockerfile:2:1: high[root-user] the shipped image runs as root
big.bin: gap[over-budget] 5 GB; raise the limit or exclude it
fail: 1 finding at or above high, and not everything could be looked at; 1 finding (1 high), 1 suppressed, 7 files scanned, 1 gap
";
    assert_eq!(written(FormatName::Concise, &full()), expected);
}

#[test]
fn github_annotations() {
    let expected = "\
::error file=a/Dockerfile,line=2,endLine=2,col=1,endColumn=10,title=high[root-user]::the shipped image runs as root%0Ahelp: add USER 1000
::warning title=plimsoll%3A not looked at::big.bin: over-budget: 5 GB; raise the limit or exclude it
plimsoll: fail: 1 finding at or above high, and not everything could be looked at
plimsoll: 1 finding (1 high), 1 suppressed, 7 files scanned, 1 gap
";
    assert_eq!(written(FormatName::Github, &full()), expected);
}

fn many(number: usize, severity: Severity) -> Vec<plimsoll::outcome::Judged> {
    (0..number)
        .map(|at| {
            let primary = mark(worktree(format!("f{at:05}").as_bytes()), "abc\n", 0..3, "");
            open(Finding { severity, ..finding(&ROOT, &format!("number {at}"), primary) })
        })
        .collect()
}

#[test]
fn github_gets_ten_annotations_a_level_and_the_tenth_counts_the_rest() {
    let count = |verdict: &Verdict, start: &str| {
        written(FormatName::Github, verdict).lines().filter(|line| line.starts_with(start)).count()
    };
    let ten = verdict(many(10, Severity::High), vec![], Status::Fail);
    assert_eq!(count(&ten, "::error file="), 10);
    let eleven = verdict(many(11, Severity::High), vec![], Status::Fail);
    assert_eq!(count(&eleven, "::error file="), 9);
    assert_eq!(count(&eleven, "::error title=plimsoll::2 more"), 1);
    let mut mixed = many(30, Severity::High);
    mixed.extend(many(1, Severity::Critical));
    mixed.extend(many(12, Severity::Medium));
    let mixed = verdict(mixed, vec![], Status::Fail);
    assert!(
        written(FormatName::Github, &mixed).lines().next().unwrap().contains("title=critical["),
        "worst first"
    );
    assert_eq!(
        (count(&mixed, "::error"), count(&mixed, "::warning"), count(&mixed, "::notice")),
        (10, 10, 0)
    );
}

#[test]
fn no_text_from_outside_starts_a_command_or_steers_the_terminal() {
    for name in TEXT {
        let text = written(*name, &hostile());
        for line in text.lines() {
            let is_command = line.trim_start().starts_with("::");
            let is_ours = *name == FormatName::Github
                && (line.starts_with("::error file=%3A%3Aerror file=x%2Cline=1%3A%3A")
                    || line.starts_with("::warning title=plimsoll%3A not looked at::"));
            // The renderer marks the second of two files with the same three signs, and a blank after them.
            let is_arrow = *name == FormatName::Human && line.trim_start().starts_with("::: ");
            assert!(!is_command || is_ours || is_arrow, "{name:?}: {line}");
            assert!(!line.contains("##[") && !line.contains("##vso["), "{name:?}: {line}");
        }
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r', '\u{0}']), "{name:?}");
    }
}

#[test]
fn github_escapes_percent_signs_so_that_nothing_is_decoded_twice() {
    let text = written(FormatName::Github, &hostile());
    let first = text.lines().next().unwrap();
    assert!(first.contains("%250A%3A%3Awarning") || first.contains("%250A::warning"), "{first}");
    assert!(!first.contains("[2J\u{ff}"));
}

#[test]
fn markdown_shows_untrusted_text_as_text() {
    let text = written(FormatName::Markdown, &hostile());
    // What we open ourselves is closed by ourselves, and nothing else is.
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert_eq!(text.matches("</details>").count(), 2);
    assert!(!text.contains("<script>"));
    assert!(!text.contains("@team"));
    assert!(!text.contains('`'));
    for line in text.lines().filter(|line| line.starts_with("| critical | <code>")) {
        assert_eq!(line.matches('|').count(), 5, "{line}");
    }
}

#[test]
fn markdown_has_headline_counts_findings_and_gaps() {
    let text = written_with(
        FormatName::Markdown,
        Options { link_base: Some("https://host.example/o/r/blob/abc/".into()), ..Options::default() },
        &full(),
    );
    assert!(text.starts_with("## ❌ Plimsoll: fail: 1 finding at or above high"), "{text}");
    assert!(text.contains("| high | 1 |\n"));
    assert!(text.contains(
        "| high | <code>root-user</code> | [<code>a/Dockerfile&#58;2</code>](https://host.example/o/r/blob/abc/a/Dockerfile#L2) | the shipped image runs as root |\n"
    ), "{text}");
    assert!(text.contains("### Not looked at"));
    assert!(text.contains("<summary>Suppressed</summary>"));
    assert!(text.contains("never issued"));
}

#[test]
fn markdown_stays_below_the_limit_and_says_what_it_left_out() {
    let number = 20_000;
    let text = written(FormatName::Markdown, &verdict(many(number, Severity::High), vec![], Status::Fail));
    assert!(text.len() <= 900 * 1024, "{}", text.len());
    let rows = text.lines().filter(|line| line.starts_with("| high | <code>")).count();
    assert!(rows > 1000);
    assert!(text.contains(&format!("_{} more under “findings” left out", number - rows)), "{rows}");
}

#[test]
fn the_summary_counts_what_counts() {
    let low = finding(&ROOT, "m", mark(worktree(b"a"), "abc\n", 0..3, ""));
    let mut all = full();
    all.findings.push(open(Finding { confidence: Confidence::Low, ..low }));
    let summary = Summary::of(&all);
    assert_eq!((summary.open, summary.failing, summary.suppressed, summary.gaps), (2, 1, 1, 1));
    assert_eq!(summary.by_severity.values().sum::<u64>(), 2);
    assert_eq!(summary.by_severity.len(), 5);
}

#[test]
fn a_blob_in_many_places_names_a_few_of_them() {
    let mut places = worktree(b"a");
    for at in 0..8 {
        places.add(plimsoll::source::Origin::History { path: "a".into(), commit: format!("{at:040x}") });
    }
    let found = finding(&PAT, "m", mark(places, "abc\n", 0..3, ""));
    let shown = written(FormatName::Human, &verdict(vec![open(found)], vec![], Status::Fail));
    assert_eq!(shown.matches("= also in: a (history)").count(), 5, "{shown}");
    assert!(shown.contains("= also in: 3 more places"), "{shown}");
}

proptest! {
    /// Whatever an excerpt holds and whatever is marked in it, the place is named, in colour and without.
    #[test]
    fn every_excerpt_can_be_drawn(
        text in "([a-z #:\t\n]|[^\\p{C}]|…){0,60}",
        start in 0_usize..80,
        len in 0_usize..40,
        second in 0_usize..80,
        width in proptest::option::of(0_usize..120),
        color in any::<bool>(),
    ) {
        let excerpt = |start: usize, end: usize| {
            Excerpt { text: text.clone(), first_line: 9, marked: start..end, shortened: false }
        };
        let mut primary = mark(worktree(b"dir/file"), "abc\ndef\n", 4..6, "label");
        primary.excerpt = excerpt(start, start + len);
        let mut context = mark(worktree(b"dir/file"), "abc\ndef\n", 0..1, "");
        context.excerpt = excerpt(second, second + 1);
        let found = Finding { context: vec![context], ..finding(&PAT, "m", primary) };
        let verdict = verdict(vec![open(found)], vec![], Status::Fail);
        let shown = written_with(FormatName::Human, Options { color, width, ..Options::default() }, &verdict);
        prop_assert!(shown.contains("dir/file:2"), "{shown}");
        for name in FormatName::ALL {
            prop_assert!(!written(*name, &verdict).is_empty());
        }
    }
}
