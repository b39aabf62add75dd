//! Verdicts made by hand for the tests of the formats.

use std::ops::Range;

use plimsoll::card;
use plimsoll::finding::{Edit, Excerpt, Finding, Fix, Gap, GapKind, Mark, SecretFacts};
use plimsoll::outcome::{Coverage, Judged, Status, Suppressed, SuppressedBy, Verdict};
use plimsoll::report::{FormatName, Options, format};
use plimsoll::rule::{Confidence, Family, RuleId, RuleMeta, Severity};
use plimsoll::source::{Origin, Origins, RelPath, Source};

pub(crate) static ROOT: RuleMeta = card! {
    /// ## What it does
    /// Finds images that run as root.
    id: "root-user",
    family: Dockerfile,
    summary: "the shipped image runs as root",
    severity: High,
    confidence: High,
    persona: Regular,
    since: "0.1.0",
    aliases: ["DL3002", "CKV_DOCKER_8"],
    controls: ["CIS-Docker:4.1"],
    references: ["https://docs.docker.com/reference/dockerfile/#user"],
};

pub(crate) static PAT: RuleMeta = card! {
    /// ## What it does
    /// Finds tokens.
    id: "github-pat",
    family: Secret,
    summary: "a GitHub token",
    severity: Critical,
    confidence: High,
    persona: Regular,
    since: "0.1.0",
    aliases: [],
    controls: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
    references: [],
};

pub(crate) fn worktree(path: &[u8]) -> Origins {
    Origins::new(Origin::Worktree { path: RelPath::from_bytes(path) })
}

/// A mark on a stretch of a file, shown as it is.
pub(crate) fn mark(origins: Origins, text: &str, range: Range<usize>, label: &str) -> Mark {
    let source = Source::new(origins, text.as_bytes().to_vec());
    Mark {
        place: source.span(range.start as u32..range.end as u32).place(),
        text: label.to_owned(),
        excerpt: Excerpt { text: text.trim_end().to_owned(), first_line: 1, marked: range, shortened: false },
    }
}

pub(crate) fn finding(meta: &RuleMeta, message: &str, primary: Mark) -> Finding {
    Finding {
        rule: meta.id.clone(),
        family: meta.family,
        severity: meta.severity,
        confidence: meta.confidence,
        message: message.to_owned(),
        primary,
        context: Vec::new(),
        help: None,
        fix: None,
        anchor: String::new(),
        occurrence: 0,
        secret: None,
    }
}

pub(crate) fn open(finding: Finding) -> Judged {
    Judged { finding, suppressed: None }
}

pub(crate) fn verdict(findings: Vec<Judged>, gaps: Vec<Gap>, status: Status) -> Verdict {
    Verdict {
        findings,
        gaps,
        coverage: Coverage { files: 7, bytes: 1234, ..Coverage::default() },
        notes: Vec::new(),
        fail_on: Some(Severity::High),
        status,
    }
}

/// One Dockerfile finding with everything, and one secret that is suppressed.
pub(crate) fn full() -> Verdict {
    let root = Finding {
        context: vec![mark(worktree(b"b/.env"), "x=1\ny=2\n", 4..7, "it starts here")],
        help: Some("add USER 1000".into()),
        fix: Some(Fix {
            title: "Add a user".into(),
            safe: true,
            edits: vec![Edit { start_byte: 21, end_byte: 21, text: "USER 1000\n".into() }],
        }),
        ..finding(
            &ROOT,
            "the shipped image runs as root",
            mark(worktree(b"a/Dockerfile"), "FROM alpine\nUSER root\n", 12..21, "this user"),
        )
    };
    let mut places = worktree(b"c/conf.py");
    places
        .add(Origin::Context { path: RelPath::from("d/conf.py"), dockerfile: RelPath::from("a/Dockerfile") });
    let pat = Finding {
        secret: Some(SecretFacts {
            kind: "github-pat".into(),
            provider: "GitHub".into(),
            verified_format: true,
            digest: None,
        }),
        ..finding(&PAT, "a token of GitHub", mark(places, "é = ghp_…(40)\n", 5..16, ""))
    };
    let suppressed = Suppressed {
        by: SuppressedBy::Config,
        reason: "never issued".into(),
        until: chrono::NaiveDate::from_ymd_opt(2027, 1, 31),
    };
    let gap = Gap {
        path: "big.bin".into(),
        kind: GapKind::OverBudget,
        detail: "5 GB; raise the limit or exclude it".into(),
    };
    verdict(vec![open(root), Judged { finding: pat, suppressed: Some(suppressed) }], vec![gap], Status::Fail)
}

/// Everything that a hostile file could try, in every text that a report shows.
pub(crate) fn hostile() -> Verdict {
    let evil =
        "x\u{1b}[31m\r\n::error::a\n%0A::warning::b</details><script>|`@team` ##[add-mask]x ##vso[y]\u{202e}";
    let path = b"::error file=x,line=1::\n\x1b[2J\xff%0A</details>|`a`.txt".as_slice();
    let mut primary = mark(worktree(path), "k = 1 ##[add-mask]k\n", 0..5, evil);
    primary.excerpt.text = "k = 1 ##[add-mask]k".into();
    let bad = Finding {
        rule: RuleId::owned("evil]\n::error::rule".into()),
        family: Family::Secret,
        severity: Severity::Critical,
        confidence: Confidence::High,
        help: Some(evil.to_owned()),
        fix: Some(Fix { title: evil.to_owned(), safe: false, edits: Vec::new() }),
        context: vec![mark(worktree(path), "z = 1\n", 0..1, evil)],
        ..finding(&PAT, evil, primary)
    };
    let quiet = Judged {
        finding: bad.clone(),
        suppressed: Some(Suppressed { by: SuppressedBy::Inline, reason: evil.to_owned(), until: None }),
    };
    let gap = Gap { path: evil.to_owned(), kind: GapKind::Unreadable, detail: evil.to_owned() };
    let mut verdict = verdict(vec![open(bad), quiet], vec![gap], Status::Fail);
    verdict.notes.push(evil.to_owned());
    verdict
}

pub(crate) fn written(name: FormatName, verdict: &Verdict) -> String {
    written_with(name, Options::default(), verdict)
}

pub(crate) fn written_with(name: FormatName, options: Options, verdict: &Verdict) -> String {
    let mut out = Vec::new();
    format(name, options).write(verdict, &[&ROOT, &PAT], &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
