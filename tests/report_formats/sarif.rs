//! SARIF: what GitHub's upload demands, and the schema of the standard where it is at hand.

use std::collections::BTreeSet;

use crate::verdicts::{full, hostile, verdict, written};
use plimsoll::outcome::{Status, Verdict};
use plimsoll::report::{FormatName, Options, format};
use serde_json::{Value, json};

fn sarif(verdict: &Verdict) -> Value {
    serde_json::from_str(&written(FormatName::Sarif, verdict)).unwrap()
}

fn items(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[test]
fn one_run_for_each_family_with_a_category() {
    let log = sarif(&full());
    assert_eq!(log["version"], "2.1.0");
    let ids: Vec<&str> =
        items(&log["runs"]).iter().map(|run| run["automationDetails"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["plimsoll/dockerfile/", "plimsoll/secret/"]);
    let clean = sarif(&verdict(Vec::new(), Vec::new(), Status::Pass));
    assert_eq!(items(&clean["runs"]).len(), 2, "a run without results closes the alerts of its category");
    assert_eq!(clean["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn without_rules_there_is_still_a_run() {
    let mut out = Vec::new();
    format(FormatName::Sarif, Options::default())
        .write(&verdict(vec![], vec![], Status::Pass), &[], &mut out)
        .unwrap();
    let log: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(log["runs"][0]["automationDetails"]["id"], "plimsoll/check/");
}

#[test]
fn a_result_says_where_in_terms_of_the_standard() {
    let log = sarif(&full());
    assert_eq!(log["runs"][0]["columnKind"], "unicodeCodePoints");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "root-user");
    assert_eq!(result["level"], "error");
    assert_eq!(
        result["locations"],
        json!([{"physicalLocation": {
            "artifactLocation": {"uri": "a/Dockerfile"},
            "region": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 10,
                       "byteOffset": 12, "byteLength": 9, "snippet": {"text": "USER root"}}}}])
    );
    assert_eq!(result["relatedLocations"][0]["message"]["text"], "it starts here");
    assert_eq!(
        result["fixes"][0]["artifactChanges"][0]["replacements"][0],
        json!({"deletedRegion": {"byteOffset": 21, "byteLength": 0}, "insertedContent": {"text": "USER 1000\n"}})
    );
    let print = full().findings[0].finding.fingerprint().to_string();
    assert_eq!(result["partialFingerprints"], json!({"plimsoll/v1": print}));
    let secret = &log["runs"][1]["results"][0];
    assert_eq!(items(&secret["locations"]).len(), 2);
    assert_eq!(secret["locations"][0]["physicalLocation"]["region"]["snippet"]["text"], "ghp_…(40)");
    assert_eq!(
        secret["suppressions"],
        json!([{"kind": "external", "status": "accepted", "justification": "never issued"}])
    );
}

#[test]
fn gaps_make_the_run_unsuccessful() {
    let log = sarif(&full());
    for run in items(&log["runs"]) {
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let text = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
        assert!(text.contains("big.bin: over-budget"), "{text}");
    }
    let mut allowed = full();
    allowed.status = Status::Pass;
    assert_eq!(sarif(&allowed)["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn rules_carry_what_code_scanning_shows() {
    let log = sarif(&full());
    let rule = &log["runs"][1]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "github-pat");
    assert_eq!(rule["help"]["markdown"], "## What it does\nFinds tokens.\n");
    assert_eq!(rule["properties"]["precision"], "high");
    let severity: f64 = rule["properties"]["security-severity"].as_str().unwrap().parse().unwrap();
    assert!(severity >= 9.0, "critical");
    let tags = items(&rule["properties"]["tags"]);
    assert_eq!(tags.len(), 10);
    assert!(tags.contains(&json!("security")));
    let high: f64 = log["runs"][0]["tool"]["driver"]["rules"][0]["properties"]["security-severity"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((7.0..9.0).contains(&high), "high");
}

/// What makes GitHub refuse or spoil an upload (facts gathered from its documentation and from trials).
#[test]
fn the_limits_of_the_upload_hold_for_every_verdict() {
    for verdict in [full(), hostile()] {
        let log = sarif(&verdict);
        assert!(items(&log["runs"]).len() <= 20);
        for run in items(&log["runs"]) {
            assert!(run["automationDetails"]["id"].as_str().unwrap().ends_with('/'));
            let rules = items(&run["tool"]["driver"]["rules"]);
            let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
            assert_eq!(ids.len(), rules.len(), "a rule stands twice");
            for result in items(&run["results"]) {
                let index = result["ruleIndex"].as_u64().unwrap() as usize;
                assert_eq!(rules[index]["id"], result["ruleId"]);
                let locations = items(&result["locations"]);
                assert!((1..=100).contains(&locations.len()));
                for location in
                    locations.iter().chain(result["relatedLocations"].as_array().into_iter().flatten())
                {
                    let physical = &location["physicalLocation"];
                    let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
                    assert!(
                        !uri.starts_with('/') && !uri.contains([':', '\\', ' ', '\n', '\u{1b}']),
                        "{uri}"
                    );
                    assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
                    assert!(physical["region"]["startColumn"].as_u64().unwrap() >= 1);
                }
                assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_null());
            }
        }
    }
}

#[test]
fn paths_are_percent_encoded_bytes() {
    let log = sarif(&hostile());
    let uri = &log["runs"][1]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "%3A%3Aerror%20file%3Dx%2Cline%3D1%3A%3A%0A%1B%5B2J%FF%250A%3C/details%3E%7C%60a%60.txt");
}

/// `tests/interop/sarif.sh` fetches the schema and names it here.
#[test]
fn the_log_is_valid_by_the_schema() {
    let Some(path) = std::env::var_os("PLIMSOLL_SARIF_SCHEMA") else {
        eprintln!("note: PLIMSOLL_SARIF_SCHEMA is not set, the schema is not checked here");
        return;
    };
    // The standard's pattern for languages has a stray bracket, which only lenient engines take.
    let schema = std::fs::read_to_string(path).unwrap().replace("{2}]?$", "{2}?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for verdict in [full(), hostile(), verdict(Vec::new(), Vec::new(), Status::Pass)] {
        let log = sarif(&verdict);
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    assert!(
        !validator.is_valid(&json!({"version": "2.1.0"})),
        "a schema that refuses nothing proves nothing"
    );
}
