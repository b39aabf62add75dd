//! `plimsoll sbom` from the outside: the same document from wherever it is asked for, and a conversion that says what
//! was said.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod cli_program;
mod support;

use cli_program::plimsoll;
use serde_json::Value;
use support::Folder;

const WORKFLOW: &str = "on: push\njobs:\n  a:\n    steps:\n      - uses: Azure/Login@v2\n";
const OTHER_SPELLING: &str = "on: push\njobs:\n  a:\n    steps:\n      - uses: azure/login@v2\n";
const LOCK: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\n \"left\",\n]\n\n[[package]]\nname = \"left\"\nversion = \"1.0.0\"\nsource = \"registry+https://r.example/i\"\nchecksum = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n";

fn document(folder: &Folder, below: &str, target: &str) -> Value {
    let cwd = folder.path().join(below);
    plimsoll(&cwd, &["sbom", target, "-q"]).ends(0).json()
}

fn named<'v>(list: &'v Value, member: &str) -> Vec<&'v str> {
    list.as_array().unwrap().iter().filter_map(|item| item[member].as_str()).collect()
}

#[test]
fn outside_of_git_the_document_is_the_same_from_everywhere() {
    let folder = Folder::new();
    folder
        .write("shop/Cargo.lock", LOCK)
        .write("shop/.github/workflows/ci.yml", WORKFLOW)
        .write("else/x", "");
    let inside = document(&folder, "shop", ".");
    for (below, target) in
        [("", "shop"), ("else", "../shop"), ("else", folder.path().join("shop").to_str().unwrap())]
    {
        let mut outside = document(&folder, below, target);
        // Without git there is no other time than now.
        outside["metadata"]["timestamp"] = inside["metadata"]["timestamp"].clone();
        assert_eq!(outside, inside, "{target}");
    }
    assert_eq!(inside["metadata"]["component"]["name"], "shop");
    let locations: Vec<_> = inside["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|component| component["evidence"]["occurrences"][0]["location"].as_str().unwrap())
        .collect();
    assert_eq!(locations, ["Cargo.lock", ".github/workflows/ci.yml"]);
}

#[test]
fn an_action_keeps_its_case_and_two_spellings_are_one() {
    let folder = Folder::new();
    folder.write(".github/workflows/a.yml", OTHER_SPELLING).write(".github/workflows/b.yml", WORKFLOW);
    let bom = document(&folder, "", ".");
    assert_eq!(named(&bom["components"], "purl"), ["pkg:github/Azure/Login@v2"]);
    assert_eq!(bom["components"][0]["evidence"]["occurrences"].as_array().unwrap().len(), 2);
    // Both workflows need it.
    let needy = bom["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|of| of["dependsOn"][0] == "pkg:github/Azure/Login@v2");
    assert_eq!(needy.count(), 2);

    plimsoll(&folder.path(), &["sbom", "-q", "--format", "spdx-tv", "-o", "bom.spdx"]).ends(0);
    let again = document(&folder, "", "bom.spdx");
    assert_eq!(named(&again["components"], "purl"), ["pkg:github/Azure/Login@v2"]);
}

#[test]
fn completeness_is_what_the_files_or_the_document_say() {
    let claims = |bom: &Value| -> Vec<(String, usize)> {
        let of = |claim: &Value| claim["dependencies"].as_array().map_or(0, Vec::len);
        let list = bom["compositions"].as_array().unwrap().iter();
        list.map(|claim| (claim["aggregate"].as_str().unwrap().to_owned(), of(claim))).collect()
    };
    let folder = Folder::new();
    folder.write("Cargo.lock", LOCK);
    // The subject, and a crate that is known to need nothing.
    let expected = [("unknown".to_owned(), 0), ("complete".to_owned(), 2)];
    let bom = document(&folder, "", ".");
    assert_eq!(claims(&bom), expected);
    folder.write("bom.json", bom.to_string());
    assert_eq!(claims(&document(&folder, "", "bom.json")), expected);

    // A foreign document that says nothing is not made to say more.
    let mut silent = bom;
    silent.as_object_mut().unwrap().remove("compositions");
    folder.write("bom.json", silent.to_string());
    let nothing = [("unknown".to_owned(), 0), ("unknown".to_owned(), 2)];
    assert_eq!(claims(&document(&folder, "", "bom.json")), nothing);

    // A file that breaks off.
    folder.write("Cargo.lock", LOCK.trim_end().trim_end_matches('"'));
    let broken = [("incomplete".to_owned(), 0), ("unknown".to_owned(), 2)];
    assert_eq!(claims(&document(&folder, "", ".")), broken);
}
