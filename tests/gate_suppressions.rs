//! The gate: what suppresses what, what is said about suppressions themselves, and the threshold.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::NaiveDate;
use plimsoll::card;
use plimsoll::finding::{Draft, Finding, Gap, GapKind, SecretFacts};
use plimsoll::gate::{self, Ignore, Ran, Settings};
use plimsoll::outcome::{Fact, Outcome, Status, SuppressedBy, Verdict, number};
use plimsoll::parse::directive::{self, Which};
use plimsoll::parse::dockerfile::Dockerfile;
use plimsoll::redact;
use plimsoll::rule::{Confidence, RuleMeta, Severity};
use plimsoll::source::{Origin, Origins, RelPath, Sensitive, Source};

static ROOT: RuleMeta = card! {
    /// page
    id: "root-user", family: Dockerfile, summary: "s", severity: High, confidence: High, persona: Regular,
    since: "0.1.0", aliases: ["DL3002", "CKV_DOCKER_8", "AVD-DS-0002"], controls: [], references: [],
};
static SHELL: RuleMeta = card! {
    /// page
    id: "shell-form-entrypoint", family: Dockerfile, summary: "s", severity: Medium, confidence: High,
    persona: Regular, since: "0.1.0", aliases: ["DL3025", "JSONArgsRecommended"], controls: [], references: [],
};
static PAT: RuleMeta = card! {
    /// page
    id: "github-pat", family: Secret, summary: "s", severity: Critical, confidence: High, persona: Regular,
    since: "0.1.0", aliases: [], controls: [], references: [],
};
static GENERIC: RuleMeta = card! {
    /// page
    id: "generic-secret", family: Secret, summary: "s", severity: High, confidence: Low, persona: Regular,
    since: "0.1.0", aliases: [], controls: [], references: [],
};

fn rules() -> Vec<&'static RuleMeta> {
    [&ROOT, &SHELL, &PAT, &GENERIC].into_iter().chain(gate::rules::ALL.iter().copied()).collect()
}

fn source(path: &str, text: &str) -> Source {
    let source =
        Source::new(Origins::new(Origin::Worktree { path: RelPath::from(path) }), text.as_bytes().to_vec());
    source.mark_sensitive(Vec::new());
    source
}

fn at(source: &Source, word: &str, meta: &RuleMeta) -> Finding {
    let text = std::str::from_utf8(source.bytes()).unwrap();
    let start = text.find(word).unwrap() as u32;
    let mut draft = Draft::new(meta, source.span(start..start + word.len() as u32), "it is so").anchor(word);
    if meta.family == plimsoll::rule::Family::Secret {
        draft = draft.secret(SecretFacts {
            kind: meta.id.as_str().to_owned(),
            provider: "X".into(),
            verified_format: false,
            digest: None,
        });
    }
    redact::seal(draft)
}

fn directives(source: &Source, dockerfile: bool) -> Vec<Fact> {
    let tree = dockerfile.then(|| Dockerfile::parse(source));
    directive::scan(source, tree.as_ref(), Which::All).into_iter().map(Fact::Directive).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn settings() -> Settings {
    Settings {
        fail_on: Some(Severity::High),
        ignores: Vec::new(),
        allow_gaps: false,
        today: day("2026-11-21"),
    }
}

const EVERYTHING: Ran<'static> = Ran { admits: &|_| true, severity: &|_| None, complete: true };

fn judge(mut findings: Vec<Finding>, facts: Vec<Fact>, settings: &Settings) -> Verdict {
    number(&mut findings);
    gate::judge(Outcome { findings, facts, ..Outcome::default() }, settings, &rules(), EVERYTHING)
}

fn open(verdict: &Verdict) -> Vec<&str> {
    verdict.open().map(|judged| judged.finding.rule.as_str()).collect()
}

#[test]
fn a_comment_on_the_line_suppresses_what_it_names_and_nothing_else() {
    let file = source("a.py", "token = 1 # plimsoll: ignore[github-pat] -- made up\n");
    let findings = vec![at(&file, "token", &PAT), at(&file, "token", &GENERIC)];
    let verdict = judge(findings, directives(&file, false), &settings());
    assert_eq!(open(&verdict), ["generic-secret"]);
    let suppressed = verdict.findings.iter().find_map(|judged| judged.suppressed.as_ref()).unwrap();
    assert_eq!((suppressed.by, suppressed.reason.as_str()), (SuppressedBy::Inline, "made up"));
    assert_eq!(verdict.status, Status::Pass, "what is left is of low confidence");
}

#[test]
fn a_comment_holds_for_its_own_file_and_commit_only() {
    let text = "token = 1 # plimsoll: ignore[github-pat] -- made up\n";
    let at_commit = |commit: &str| {
        let origin = Origin::History { path: RelPath::from("a.py"), commit: commit.into() };
        let source = Source::new(Origins::new(origin), text.as_bytes().to_vec());
        source.mark_sensitive(Vec::new());
        source
    };
    let (with, without) = (at_commit("aaaa"), at_commit("bbbb"));
    let findings = vec![at(&with, "token", &PAT), at(&without, "token", &PAT)];
    assert_eq!(judge(findings, directives(&with, false), &settings()).open().count(), 1);
}

#[test]
fn without_a_reason_it_does_nothing_and_is_a_finding() {
    let file = source("a.py", "token = 1 # plimsoll: ignore[github-pat]\n");
    let verdict = judge(vec![at(&file, "token", &PAT)], directives(&file, false), &settings());
    assert_eq!(open(&verdict), ["github-pat", "suppression-without-reason"]);
    assert_eq!(verdict.status, Status::Fail);
}

#[test]
fn the_last_day_is_inclusive() {
    let file = source("a.py", "token = 1 # plimsoll: ignore[github-pat] until=2026-11-21 -- made up\n");
    let run = |today: &str| {
        let settings = Settings { today: day(today), ..settings() };
        let verdict = judge(vec![at(&file, "token", &PAT)], directives(&file, false), &settings);
        open(&verdict).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(run("2026-11-21").is_empty());
    assert_eq!(run("2026-11-22"), ["github-pat", "expired-suppression"]);
}

#[test]
fn malformed_and_unknown_are_told_apart() {
    let file = source(
        "a.py",
        "a = 1 # plimsoll: ignore[] -- why\nb = 1 # plimsoll: ignore[DL3002] -- why\nc = 1 # plimsoll: ignore[github-pta] -- why\n",
    );
    let verdict = judge(Vec::new(), directives(&file, false), &settings());
    assert_eq!(
        open(&verdict),
        ["malformed-suppression", "unknown-rule-in-suppression", "unknown-rule-in-suppression"]
    );
    let help: Vec<&str> =
        verdict.findings.iter().filter_map(|judged| judged.finding.help.as_deref()).collect();
    assert_eq!(help[1], "write `root-user`");
    assert_eq!(help[2], "write `github-pat`");
}

#[test]
fn unused_is_said_only_of_rules_that_were_looked_for() {
    let file = source("a.py", "x = 1 # plimsoll: ignore[github-pat,root-user] -- why\n");
    let facts = || directives(&file, false);
    let verdict = judge(Vec::new(), facts(), &settings());
    assert_eq!(open(&verdict), ["unused-suppression", "unused-suppression"]);
    let help = |verdict: &Verdict| verdict.findings[0].finding.help.clone().unwrap();
    assert_eq!(help(&verdict), "take `github-pat` out of its list");
    let alone = source("a.py", "x = 1 # plimsoll: ignore[github-pat] -- why\n");
    assert_eq!(help(&judge(Vec::new(), directives(&alone, false), &settings())), "remove it");

    let secrets_only = |meta: &RuleMeta| meta.family != plimsoll::rule::Family::Dockerfile;
    let ran = Ran { admits: &secrets_only, ..EVERYTHING };
    let outcome = Outcome { facts: facts(), ..Outcome::default() };
    let verdict = gate::judge(outcome, &settings(), &rules(), ran);
    assert_eq!(verdict.findings.len(), 1);
    assert!(verdict.findings[0].finding.message.contains("`github-pat`"));

    let gap = Gap { path: "a.py".into(), kind: GapKind::Internal, detail: "a detector failed".into() };
    let outcome = Outcome { facts: facts(), gaps: vec![gap], ..Outcome::default() };
    assert!(gate::judge(outcome, &settings(), &rules(), EVERYTHING).findings.is_empty());
}

#[test]
fn findings_about_suppressions_follow_the_selection_and_can_be_suppressed() {
    let text = "# plimsoll: ignore[unused-suppression] -- kept for the example\nx = 1 # plimsoll: ignore[github-pat] -- why\n";
    let file = source("a.py", text);
    let verdict = judge(Vec::new(), directives(&file, false), &settings());
    assert!(open(&verdict).is_empty(), "{:?}", open(&verdict));
    assert_eq!(verdict.findings.len(), 1);

    let file = source("a.py", "x = 1 # plimsoll: ignore[github-pat] -- why\n");
    let no_suppressions = |meta: &RuleMeta| meta.family != plimsoll::rule::Family::Suppression;
    let ran = Ran { admits: &no_suppressions, ..EVERYTHING };
    let outcome = Outcome { facts: directives(&file, false), ..Outcome::default() };
    assert!(gate::judge(outcome, &settings(), &rules(), ran).findings.is_empty());

    let critical = |_: &RuleMeta| Some(Severity::Critical);
    let ran = Ran { severity: &critical, ..EVERYTHING };
    let outcome = Outcome { facts: directives(&file, false), ..Outcome::default() };
    assert_eq!(gate::judge(outcome, &settings(), &rules(), ran).status, Status::Fail);
}

#[test]
fn comments_of_other_tools_need_no_reason_and_are_never_unused() {
    let text = "token = 1  # gitleaks:allow\nother = 2  # pragma: allowlist secret\nthird = 3  # kingfisher:ignore\nx = 4 # gitleaks:allow\n";
    let file = source("a.py", text);
    let findings = vec![at(&file, "token", &PAT), at(&file, "other", &PAT), at(&file, "third", &GENERIC)];
    let verdict = judge(findings, directives(&file, false), &settings());
    assert!(open(&verdict).is_empty());
    assert_eq!(verdict.findings.len(), 3);
}

#[test]
fn in_a_dockerfile_a_comment_covers_the_instruction() {
    let text = "FROM a\n# plimsoll: ignore[root-user] -- why\nRUN a \\\n  # hadolint ignore=DL3025\n  && b\nUSER root\n";
    let file = source("Dockerfile", text);
    let findings = vec![at(&file, "&& b", &ROOT), at(&file, "&& b", &SHELL), at(&file, "USER root", &ROOT)];
    let verdict = judge(findings, directives(&file, true), &settings());
    assert_eq!(open(&verdict), ["root-user"]);
    assert_eq!(verdict.open().next().unwrap().finding.primary.place.region.start.line, 6);
}

#[test]
fn ids_of_other_tools_are_matched_through_aliases() {
    for comment in [
        "# hadolint ignore=DL3008,DL3002",
        "# hadolint global ignore=DL3002",
        "# hadolint ignore=DL3002 # the base has no other user",
        "# trivy:ignore:AVD-DS-0002",
        "#trivy:ignore:DS-0002",
        "# trivy:ignore:DS002",
        "# checkov:skip=CKV_DOCKER_8:because",
    ] {
        let file = source("Dockerfile", &format!("FROM a\n{comment}\nUSER root\n"));
        let verdict = judge(vec![at(&file, "USER root", &ROOT)], directives(&file, true), &settings());
        assert!(open(&verdict).is_empty(), "{comment}");
    }
    for comment in
        ["# hadolint ignore=DL3003", "# trivy:ignore:DS-0003", "# trivy:ignore:DS-0002:exp:2026-01-01"]
    {
        let file = source("Dockerfile", &format!("FROM a\n{comment}\nUSER root\n"));
        let verdict = judge(vec![at(&file, "USER root", &ROOT)], directives(&file, true), &settings());
        assert_eq!(open(&verdict), ["root-user"], "{comment}");
    }
}

#[test]
fn buildkit_skips_hold_for_the_whole_file() {
    for skip in ["JSONArgsRecommended", "StageNameCasing,jsonargsrecommended;error=true", "all"] {
        let file = source("Dockerfile", &format!("# check=skip={skip}\nFROM a\nENTRYPOINT a\nUSER root\n"));
        let findings = vec![at(&file, "ENTRYPOINT a", &SHELL), at(&file, "USER root", &ROOT)];
        let verdict = judge(findings, directives(&file, true), &settings());
        assert_eq!(open(&verdict), ["root-user"], "{skip}");
    }
}

fn ignore(rule: Option<&str>, path: Option<&str>) -> Ignore {
    let text = "[[ignore]]\nrule = 'x'\n";
    Ignore {
        rule: rule.map(str::to_owned),
        path: path.map(str::to_owned),
        fingerprint: None,
        until: None,
        reason: "agreed".into(),
        span: source("plimsoll.toml", text).span(0..10),
    }
}

#[test]
fn the_configuration_suppresses_by_rule_path_and_fingerprint() {
    let file = source("legacy/deep/a.py", "token = 1\n");
    let finding = || at(&file, "token", &PAT);
    let run = |ignore: Ignore| {
        let settings = Settings { ignores: vec![ignore], ..settings() };
        let verdict = judge(vec![finding()], Vec::new(), &settings);
        open(&verdict).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(run(ignore(Some("github-*"), Some("legacy/**"))).is_empty());
    assert!(run(ignore(None, Some("legacy/**"))).is_empty());
    let by_print = Ignore { fingerprint: Some(finding().fingerprint().to_string()), ..ignore(None, None) };
    assert!(run(by_print).is_empty());
    let unused = ["github-pat", "unused-suppression"];
    assert_eq!(run(ignore(Some("root-user"), None)), unused);
    assert_eq!(run(ignore(Some("github-pat"), Some("legacy/*"))), unused, "a star does not cross a slash");
    assert_eq!(run(ignore(None, None)), ["github-pat"], "one that names nothing covers nothing");
    let expired = Ignore { until: Some(day("2026-11-20")), ..ignore(Some("github-pat"), None) };
    assert_eq!(run(expired), ["github-pat", "expired-suppression"]);
    let silent = Ignore { reason: " ".into(), ..ignore(Some("github-pat"), None) };
    assert_eq!(run(silent), ["github-pat", "suppression-without-reason"]);
}

#[test]
fn a_path_must_match_every_place_of_a_finding() {
    let mut origins = Origins::new(Origin::Worktree { path: RelPath::from("legacy/a.py") });
    origins.add(Origin::Worktree { path: RelPath::from("src/a.py") });
    let file = Source::new(origins, b"token = 1\n".to_vec());
    file.mark_sensitive(Vec::new());
    let settings = Settings { ignores: vec![ignore(Some("github-pat"), Some("legacy/**"))], ..settings() };
    assert!(open(&judge(vec![at(&file, "token", &PAT)], Vec::new(), &settings)).contains(&"github-pat"));
}

#[test]
fn a_narrowed_run_calls_no_ignore_unused() {
    let settings = Settings { ignores: vec![ignore(Some("root-user"), None)], ..settings() };
    let ran = Ran { complete: false, ..EVERYTHING };
    assert!(gate::judge(Outcome::default(), &settings, &rules(), ran).findings.is_empty());
    assert_eq!(gate::judge(Outcome::default(), &settings, &rules(), EVERYTHING).findings.len(), 1);
}

#[test]
fn threshold_confidence_and_gaps() {
    let file = source("a.py", "token = 1\n");
    let status = |meta: &RuleMeta, gaps: bool, change: &dyn Fn(&mut Settings)| {
        let mut settings = settings();
        change(&mut settings);
        let gap = Gap { path: "b".into(), kind: GapKind::Unreadable, detail: "no permission".into() };
        let outcome = Outcome {
            findings: vec![at(&file, "token", meta)],
            gaps: if gaps { vec![gap] } else { Vec::new() },
            ..Outcome::default()
        };
        gate::judge(outcome, &settings, &rules(), EVERYTHING).status
    };
    assert_eq!(status(&PAT, false, &|_| {}), Status::Fail);
    assert_eq!(status(&PAT, true, &|_| {}), Status::Fail, "findings win over gaps");
    assert_eq!(status(&GENERIC, false, &|_| {}), Status::Pass, "low confidence never fails");
    assert_eq!(status(&SHELL, false, &|_| {}), Status::Pass, "below the threshold");
    assert_eq!(status(&SHELL, false, &|settings| settings.fail_on = Some(Severity::Medium)), Status::Fail);
    assert_eq!(status(&PAT, false, &|settings| settings.fail_on = None), Status::Pass);
    assert_eq!(status(&SHELL, true, &|_| {}), Status::Incomplete);
    assert_eq!(status(&SHELL, true, &|settings| settings.allow_gaps = true), Status::Pass);
    assert_eq!(GENERIC.confidence, Confidence::Low);
}

#[test]
fn a_secret_in_a_comment_does_not_leave_through_the_finding_about_it() {
    let value = ["ghp", &"Ab3".repeat(12)].join("_");
    let text = format!("x = 1 # plimsoll: ignore[github-pat,{value}] -- {value} is made up\ny = 1\n");
    let file = Source::new(
        Origins::new(Origin::Worktree { path: RelPath::from("a.py") }),
        text.clone().into_bytes(),
    );
    let sensitive = |start: usize| Sensitive { range: start as u32..(start + value.len()) as u32, shown: 4 };
    file.mark_sensitive(vec![sensitive(text.find(&value).unwrap()), sensitive(text.rfind(&value).unwrap())]);
    let verdict = judge(vec![at(&file, "x = 1", &PAT)], directives(&file, false), &settings());
    assert!(verdict.findings.len() >= 2);
    assert!(!format!("{verdict:?}").contains(&value));
}

#[test]
fn numbers_follow_the_order_of_places() {
    let file = source("a.py", "token token\ntoken\n");
    let mark =
        |start: u32| redact::seal(Draft::new(&PAT, file.span(start..start + 5), "it is so").anchor("same"));
    let mut findings = vec![mark(12), mark(0), mark(6)];
    number(&mut findings);
    let seen: Vec<(u64, u32)> = findings
        .iter()
        .map(|finding| (finding.primary.place.region.start.byte, finding.occurrence))
        .collect();
    assert_eq!(seen, [(0, 0), (6, 1), (12, 2)]);
    assert_ne!(findings[0].fingerprint(), findings[1].fingerprint());
}

#[test]
fn the_examples_of_the_pages_hold() {
    for meta in gate::rules::ALL {
        let page = meta.markdown();
        for (fence, wanted) in [("```dockerfile,bad\n", true), ("```dockerfile,good\n", false)] {
            let start = page.find(fence).unwrap_or_else(|| panic!("{}: no {fence}", meta.id)) + fence.len();
            let block = &page[start..start + page[start..].find("```").unwrap()];
            let file = source("Dockerfile", block);
            let verdict = judge(Vec::new(), directives(&file, true), &settings());
            let fired = open(&verdict).iter().filter(|rule| **rule == meta.id.as_str()).count();
            let expected = if wanted { block.matches("# plimsoll:").count() } else { 0 };
            assert_eq!(fired, expected, "{}: {block}", meta.id);
        }
    }
}
