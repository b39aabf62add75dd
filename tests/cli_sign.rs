//! From a key to a verified SBOM, and every way in which it is not verified.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod cli_program;
mod support;

use std::fs;

use cli_program::{plimsoll, plimsoll_with};
use support::Folder;

fn shop() -> Folder {
    let folder = Folder::repository();
    folder
        .write("Cargo.lock", "version = 4\n\n[[package]]\nname = \"left\"\nversion = \"1.0.0\"\n")
        .stage(&["Cargo.lock"])
        .commit("one");
    plimsoll(&folder.path(), &["keygen", "--no-passphrase", "--out", "a"]).ends(0);
    folder
}

#[test]
fn an_sbom_is_written_signed_and_verified() {
    let folder = shop();
    let at = folder.path();
    plimsoll(&at, &["sbom", "-o", "bom.json", "--sign", "a.key", "--attest", "bom.att"]).ends(0);
    let ran = plimsoll(&at, &["verify", "bom.att", "--key", "a.pub", "--sbom", "bom.json"]).ends(0);
    assert!(
        ran.out.contains("https://cyclonedx.org/bom") && ran.out.contains("bom.json sha256:"),
        "{}",
        ran.out
    );
    assert_eq!(plimsoll(&at, &["verify", "bom.att", "--key", "a.pub", "-q"]).ends(0).out, "");

    let first = fs::read(at.join("bom.json")).unwrap();
    plimsoll(&at, &["sbom", "-o", "bom.json", "--threads", "1"]).ends(0);
    assert_eq!(fs::read(at.join("bom.json")).unwrap(), first);
    assert!(!String::from_utf8(first).unwrap().contains(at.to_str().unwrap()));

    // About an image that lies elsewhere; the document is what the attestation carries.
    let subject = format!("image=sha256:{}", "ab".repeat(32));
    plimsoll(&at, &["sign", "bom.json", "--key", "a.key", "--subject", &subject, "-o", "image.att"]).ends(0);
    plimsoll(&at, &["verify", "image.att", "--key", "a.pub", "--subject", &subject, "--sbom", "bom.json"])
        .ends(0);
    let other = format!("image=sha256:{}", "cd".repeat(32));
    plimsoll(&at, &["verify", "image.att", "--key", "a.pub", "--subject", &other])
        .ends(1)
        .tells("not verified");
}

#[test]
fn any_flipped_byte_is_not_verified_and_what_cannot_be_read_is_no_verdict() {
    let folder = shop();
    let at = folder.path();
    folder.write("file", "the file");
    plimsoll(&at, &["sign", "file", "--key", "a.key", "-o", "file.att"]).ends(0);
    let bundle = fs::read(at.join("file.att")).unwrap();
    for place in (0..bundle.len()).step_by(bundle.len() / 24) {
        let mut torn = bundle.clone();
        torn[place] ^= 1;
        folder.write("torn.att", &torn);
        plimsoll(&at, &["verify", "torn.att", "--key", "a.pub"]).ends(1).tells("not verified");
    }
    folder.write("torn.att", "");
    plimsoll(&at, &["verify", "torn.att", "--key", "a.pub"]).ends(1).tells("not verified");
    plimsoll(&at, &["verify", "file.att", "--key", "a.pub", "--sbom", "Cargo.lock"])
        .ends(1)
        .tells("not verified");
    plimsoll(&at, &["keygen", "--no-passphrase", "--type", "ed25519", "--out", "b"]).ends(0);
    plimsoll(&at, &["verify", "file.att", "--key", "b.pub"]).ends(1).tells("not verified");

    plimsoll(&at, &["verify", "nowhere", "--key", "a.pub"]).ends(2).tells("nowhere");
    plimsoll(&at, &["verify", "file.att", "--key", "nowhere.pub"]).ends(2).tells("nowhere.pub");
    plimsoll(&at, &["verify", "file.att", "--key", "file"]).ends(2).tells("public key");
    plimsoll(&at, &["verify", "file.att", "--key", "a.pub", "--sbom", "nowhere"]).ends(2).tells("nowhere");
    plimsoll(&at, &["verify", "file.att"]).ends(2).tells("--key");
}

#[test]
fn keys_come_from_files_and_from_the_environment_and_are_never_overwritten() {
    let folder = shop();
    let at = folder.path();
    folder.write("file", "the file");
    plimsoll(&at, &["keygen", "--no-passphrase", "--out", "a"]).ends(2).tells("a.key is there already");
    let key = fs::read_to_string(at.join("a.key")).unwrap();
    let env = [("SIGNING_KEY", key.as_str())];
    plimsoll_with(&at, &["sign", "file", "--key", "env://SIGNING_KEY", "-o", "f.att"], &env, b"").ends(0);
    plimsoll(&at, &["verify", "f.att", "--key", "a.pub"]).ends(0);

    plimsoll(&at, &["keygen", "--out", "c"]).ends(2).tells("--no-passphrase");
    let env = [("PLIMSOLL_PASSWORD", "a passphrase")];
    plimsoll_with(&at, &["keygen", "--out", "c"], &env, b"").ends(0);
    assert!(
        fs::read_to_string(at.join("c.key")).unwrap().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    );
    plimsoll(&at, &["sign", "file", "--key", "c.key"]).ends(2).tells("encrypted");
    plimsoll_with(&at, &["sign", "file", "--key", "c.key", "-o", "c.att"], &env, b"").ends(0);
    plimsoll(&at, &["verify", "c.att", "--key", "c.pub"]).ends(0);
}

#[test]
fn a_foreign_document_is_converted_and_a_stranger_is_refused() {
    let folder = shop();
    let at = folder.path();
    let document = r#"{"bomFormat":"CycloneDX","specVersion":"1.4","version":1,"components":[
        {"type":"library","name":"left","version":"1.0.0","purl":"pkg:npm/left@1.0.0"}]}"#;
    folder.write("foreign.json", document);
    let spdx = plimsoll(&at, &["sbom", "foreign.json", "--format", "spdx-json"]).ends(0);
    assert!(spdx.out.contains("pkg:npm/left@1.0.0"), "{}", spdx.out);
    assert_eq!(spdx.json()["spdxVersion"], "SPDX-2.3");
    let older = plimsoll(&at, &["sbom", "foreign.json", "--spec-version", "1.5"]).ends(0);
    assert_eq!(older.json()["specVersion"], "1.5");
    plimsoll(&at, &["sbom", "Cargo.lock"]).ends(2).tells("Cargo.lock");
    plimsoll(&at, &["sbom", "--format", "spdx-json", "--spec-version", "1.6"])
        .ends(2)
        .tells("--spec-version");
    plimsoll(&at, &["sbom", "--sign", "a.key"]).ends(2).tells("--attest");
    plimsoll(&at, &["sbom", "-o", "x", "--sign", "a.key", "--attest", "x"]).ends(2).tells("same place");
}
