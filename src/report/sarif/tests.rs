//! What only the inside can be asked: the limit of results.

use std::ops::Range;

use super::*;
use crate::finding::Excerpt;
use crate::outcome::Coverage;
use crate::rule::Confidence;
use crate::source::{Origins, RelPath, Source};

fn judged(line: usize, severity: Severity) -> Judged {
    let source =
        Source::new(Origins::new(Origin::Worktree { path: RelPath::from("a") }), b"x\n".repeat(line));
    let at = (line as u32 - 1) * 2;
    let excerpt = Excerpt {
        text: "x".into(),
        first_line: line as u64,
        marked: Range { start: 0, end: 1 },
        shortened: false,
    };
    let place = source.span(at..at + 1).place();
    let finding = Finding {
        rule: RuleId::new("r"),
        family: Family::Dockerfile,
        severity,
        confidence: Confidence::High,
        message: "m".into(),
        primary: Mark { place, text: String::new(), excerpt },
        context: Vec::new(),
        help: None,
        fix: None,
        anchor: format!("{line}"),
        occurrence: 0,
        secret: None,
    };
    Judged { finding, suppressed: None }
}

#[test]
fn the_worst_are_kept_in_their_order_and_the_rest_is_counted() {
    let severities = [Severity::Low, Severity::High, Severity::Info, Severity::Critical, Severity::High];
    let findings = severities.iter().enumerate().map(|(at, severity)| judged(at + 1, *severity)).collect();
    let verdict = Verdict {
        findings,
        gaps: Vec::new(),
        coverage: Coverage::default(),
        notes: Vec::new(),
        fail_on: None,
        status: Status::Pass,
    };
    let mut out = Vec::new();
    Sarif { most_results: 3 }.write(&verdict, &[], &mut out).unwrap();
    let log: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let lines: Vec<u64> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [2, 4, 5]);
    let notification = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert!(notification["message"]["text"].as_str().unwrap().starts_with("2 findings"));
}
