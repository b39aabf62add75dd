//! The JSON report, letter by letter as the contract promises it.

use crate::verdicts::{full, hostile, verdict, written};
use plimsoll::outcome::Status;
use plimsoll::report::FormatName;
use serde_json::Value;

const EXPECTED: &str = r#"{
  "schema": "plimsoll/report/1",
  "tool": {
    "name": "plimsoll",
    "version": "VERSION"
  },
  "findings": [
    {
      "rule": "root-user",
      "family": "dockerfile",
      "severity": "high",
      "confidence": "high",
      "message": "the shipped image runs as root",
      "location": {
        "path": "a/Dockerfile",
        "origin": "worktree",
        "commit": null,
        "author": null,
        "date": null,
        "layer": null,
        "start": {
          "line": 2,
          "column": 1,
          "byte": 12
        },
        "end": {
          "line": 2,
          "column": 10,
          "byte": 21
        }
      },
      "also": [],
      "related": [
        {
          "location": {
            "path": "b/.env",
            "origin": "worktree",
            "commit": null,
            "author": null,
            "date": null,
            "layer": null,
            "start": {
              "line": 2,
              "column": 1,
              "byte": 4
            },
            "end": {
              "line": 2,
              "column": 4,
              "byte": 7
            }
          },
          "message": "it starts here"
        }
      ],
      "excerpt": "USER root",
      "aliases": [
        "DL3002",
        "CKV_DOCKER_8"
      ],
      "controls": [
        "CIS-Docker:4.1"
      ],
      "help": "add USER 1000",
      "fix": {
        "title": "Add a user",
        "safe": true,
        "edits": [
          {
            "start_byte": 21,
            "end_byte": 21,
            "text": "USER 1000\n"
          }
        ]
      },
      "fingerprint": "PRINT0",
      "suppressed": null
    },
    {
      "rule": "github-pat",
      "family": "secret",
      "severity": "critical",
      "confidence": "high",
      "message": "a token of GitHub",
      "location": {
        "path": "c/conf.py",
        "origin": "worktree",
        "commit": null,
        "author": null,
        "date": null,
        "layer": null,
        "start": {
          "line": 1,
          "column": 5,
          "byte": 5
        },
        "end": {
          "line": 1,
          "column": 14,
          "byte": 16
        }
      },
      "also": [
        {
          "path": "d/conf.py",
          "origin": "context",
          "commit": null,
          "author": null,
          "date": null,
          "layer": null,
          "start": {
            "line": 1,
            "column": 5,
            "byte": 5
          },
          "end": {
            "line": 1,
            "column": 14,
            "byte": 16
          }
        }
      ],
      "related": [],
      "excerpt": "é = ghp_…(40)",
      "aliases": [],
      "controls": [
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "10",
        "11",
        "12"
      ],
      "help": null,
      "fix": null,
      "fingerprint": "PRINT1",
      "suppressed": {
        "by": "config",
        "reason": "never issued",
        "until": "2027-01-31"
      },
      "secret": {
        "kind": "github-pat",
        "provider": "GitHub",
        "verified_format": true,
        "digest": null
      }
    }
  ],
  "gaps": [
    {
      "path": "big.bin",
      "kind": "over-budget",
      "detail": "5 GB; raise the limit or exclude it"
    }
  ],
  "summary": {
    "verdict": "fail",
    "fail_on": "high",
    "by_severity": {
      "info": 0,
      "low": 0,
      "medium": 0,
      "high": 1,
      "critical": 0
    },
    "suppressed": 1,
    "gaps": 1,
    "scanned": {
      "files": 7,
      "bytes": 1234,
      "commits": 0
    }
  }
}
"#;

#[test]
fn the_report_is_what_the_contract_promises() {
    let verdict = full();
    let expected = EXPECTED
        .replace("VERSION", env!("CARGO_PKG_VERSION"))
        .replace("PRINT0", &verdict.findings[0].finding.fingerprint().to_string())
        .replace("PRINT1", &verdict.findings[1].finding.fingerprint().to_string());
    assert_eq!(written(FormatName::Json, &verdict), expected);
}

#[test]
fn jsonl_is_one_finding_a_line_and_the_summary_last() {
    let verdict = full();
    let text = written(FormatName::Jsonl, &verdict);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let whole: Value = serde_json::from_str(&written(FormatName::Json, &verdict)).unwrap();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[..2], whole["findings"].as_array().unwrap()[..]);
    assert_eq!(lines[2]["summary"], whole["summary"]);
    assert_eq!(lines[2]["gaps"], whole["gaps"]);
}

#[test]
fn without_a_threshold_the_word_is_none() {
    let mut empty = verdict(Vec::new(), Vec::new(), Status::Pass);
    empty.fail_on = None;
    let report: Value = serde_json::from_str(&written(FormatName::Json, &empty)).unwrap();
    assert_eq!(report["summary"]["fail_on"], "none");
    assert_eq!(report["summary"]["verdict"], "pass");
    assert_eq!(report["findings"], Value::Array(Vec::new()));
}

#[test]
fn paths_show_bytes_that_are_not_text_as_hexadecimal() {
    let report: Value = serde_json::from_str(&written(FormatName::Json, &hostile())).unwrap();
    let path = report["findings"][0]["location"]["path"].as_str().unwrap();
    assert_eq!(path, "::error file=x,line=1::\\x0A\\x1B[2J\\xFF%0A</details>|`a`.txt");
    let text = written(FormatName::Jsonl, &hostile());
    assert_eq!(text.lines().count(), 3);
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']));
}
