//! Package URLs against the test suite of the purl specification, where the corpus is at hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod catalog_support;

use plimsoll::inventory::{Purl, PurlError};
use serde_json::Value;

/// The suite wants `Platform=java` and `Arch=i386` to fail as *parse* and to become lower case as *validate*; we
/// take the specification's text, which makes keys lower case.
const CONTRADICTIONS: [&str; 2] = [
    "pkg:gem/jruby-launcher@1.1.2?Platform=java",
    "pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25",
];

#[test]
fn agrees_with_the_suite() {
    let Some(folder) = catalog_support::corpus("sbom/_refdata/package-url__purl-spec/tests") else { return };
    let (mut ran, mut wrong) = (0, Vec::new());
    for file in catalog_support::files(&folder) {
        let suite: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for test in suite["tests"].as_array().unwrap() {
            let input = &test["input"];
            if test["test_type"] == "parse" && CONTRADICTIONS.iter().any(|text| input == text) {
                continue;
            }
            ran += 1;
            let got = match input.as_str() {
                Some(text) => text.parse::<Purl>(),
                None => build(input),
            };
            let expected = &test["expected_output"];
            let good = match (&got, test["expected_failure"].as_bool().unwrap()) {
                (got, true) => got.is_err(),
                (Err(_), false) => false,
                (Ok(purl), false) if expected.is_string() => expected == purl.as_str(),
                (Ok(purl), false) => parts(purl) == *expected,
            };
            if !good {
                wrong.push(format!("{} {input}: got {got:?}, expected {expected}", test["test_type"]));
            }
        }
    }
    assert!(ran > 500, "{ran}");
    assert!(wrong.is_empty(), "{} of {ran}:\n{}", wrong.len(), wrong.join("\n"));
}

fn build(input: &Value) -> Result<Purl, PurlError> {
    let qualifiers: Vec<(&str, &str)> = input["qualifiers"]
        .as_object()
        .map(|map| map.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap())).collect())
        .unwrap_or_default();
    Purl::with_subpath(
        input["type"].as_str().unwrap_or_default(),
        input["namespace"].as_str(),
        input["name"].as_str().unwrap_or_default(),
        input["version"].as_str(),
        &qualifiers,
        input["subpath"].as_str(),
    )
}

fn parts(purl: &Purl) -> Value {
    let qualifiers: serde_json::Map<String, Value> =
        purl.qualifiers().map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
    serde_json::json!({
        "type": purl.kind(),
        "namespace": purl.namespace(),
        "name": purl.name(),
        "version": purl.version(),
        "qualifiers": if qualifiers.is_empty() { Value::Null } else { Value::from(qualifiers) },
        "subpath": purl.subpath(),
    })
}
