//! Signing and verifying: vectors of the specifications, every flipped byte, foreign bundles.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "test helpers outside of test functions")]

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plimsoll::attest::{
    Checks, FILE_PREDICATE, KeyError, KeyType, PrivateKey, PublicKey, Statement, StatementError, Subject,
    VerifyError, is_encrypted, pae, sign, verify, verify_artifact, verify_with,
};

/// A PEM block around DER bytes; built here so that no key block lies in the repository.
fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// PKCS#8 of an Ed25519 seed, as in RFC 8410, section 10.3.
fn ed25519_key(seed: &str) -> PrivateKey {
    let mut der = hex("302e020100300506032b657004220420");
    der.extend(hex(seed));
    PrivateKey::from_pem(pem("PRIVATE KEY", &der).as_bytes(), None).unwrap()
}

/// PKCS#8 of a P-256 scalar without its public half (RFC 5208, RFC 5915).
fn p256_key(scalar: &str) -> PrivateKey {
    let mut der = hex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420");
    der.extend(hex(scalar));
    PrivateKey::from_pem(pem("PRIVATE KEY", &der).as_bytes(), None).unwrap()
}

fn signature(key: &PrivateKey, message: &[u8]) -> Vec<u8> {
    use plimsoll::attest::Signer as _;
    key.sign(message).unwrap()
}

fn keys() -> [PrivateKey; 2] {
    [PrivateKey::generate(KeyType::EcdsaP256).unwrap(), PrivateKey::generate(KeyType::Ed25519).unwrap()]
}

const SBOM: &[u8] = br#"{"bomFormat":"CycloneDX","specVersion":"1.6"}"#;

fn statement() -> Statement {
    Statement::about("a.cdx.json", SBOM, Some("https://cyclonedx.org/bom"), Vec::new()).unwrap()
}

/// RFC 8032, section 7.1, tests 1 and 2.
#[test]
fn ed25519_vectors() {
    let key = ed25519_key("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    assert_eq!(
        signature(&key, b""),
        hex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        )
    );
    let key = ed25519_key("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    assert_eq!(
        signature(&key, &[0x72]),
        hex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
    );
}

/// RFC 6979, appendix A.2.5, SHA-256, messages "sample" and "test". The signature is r and s in DER.
#[test]
fn p256_vectors() {
    let key = p256_key("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let sample = concat!(
        "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    );
    assert_eq!(signature(&key, b"sample"), hex(sample));
    let test = concat!(
        "3045022100f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
        "0220019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"
    );
    assert_eq!(signature(&key, b"test"), hex(test));
}

#[test]
fn a_signed_statement_verifies_and_says_what_was_signed() {
    for key in keys() {
        let bundle = sign(&key, &statement()).unwrap();
        assert_eq!(bundle, sign(&key, &statement()).unwrap(), "signing is deterministic");
        let verified = verify(&bundle, &key.public_key()).unwrap();
        assert_eq!(verified.predicate_type, "https://cyclonedx.org/bom");
        assert!(verified.covers(SBOM));
        assert!(verified.carries(br#"{ "specVersion":"1.6", "bomFormat":"CycloneDX" }"#));
        assert!(!verified.carries(br#"{"bomFormat":"CycloneDX","specVersion":"1.5"}"#));
        assert!(!verified.covers(b"other"));
        assert!(!verified.log_skipped());
    }
}

#[test]
fn subjects() {
    let digest = "ab".repeat(32);
    let subject = Subject::parse(&format!("registry.example/a/b=sha256:{digest}")).unwrap();
    for wrong in [
        "x",
        "x=sha256:ab",
        "=sha256:",
        &format!("x=sha512:{digest}"),
        &format!("x=sha256:{}", digest.to_uppercase()),
    ] {
        assert!(matches!(Subject::parse(wrong), Err(StatementError::Subject(_))), "{wrong}");
    }
    let [key, _] = keys();
    let about = Statement::about("f", SBOM, None, vec![subject.clone()]).unwrap();
    let verified = verify(&sign(&key, &about).unwrap(), &key.public_key()).unwrap();
    assert!(verified.names(&subject));
    assert!(!verified.names(&Subject { name: "other".into(), ..subject.clone() }));
    assert!(!verified.names(&Subject::of("registry.example/a/b", b"")));
    assert!(!verified.covers(SBOM), "an explicit subject replaces the file");
    assert_eq!(verified.predicate_type, FILE_PREDICATE);
    assert_eq!(verified.predicate(), "{}");
}

#[test]
fn a_predicate_is_one_strict_json_object() {
    for wrong in [&b"[]"[..], b"{\"a\":1,\"a\":2}", b"{} x", b"\xff", b""] {
        assert!(matches!(
            Statement::about("f", wrong, Some("https://cyclonedx.org/bom"), Vec::new()),
            Err(StatementError::Predicate(_))
        ));
    }
}

/// Every byte counts: each one changed in several ways, removed, doubled, and with white space put before it.
#[test]
fn any_changed_byte_is_not_verified() {
    for key in keys() {
        let public = key.public_key();
        let bundle = sign(&key, &statement()).unwrap();
        assert!(verify(&bundle, &public).is_ok());
        let refuse = |changed: &[u8], what: &str, at: usize| {
            assert!(verify(changed, &public).is_err(), "{what} at {at} was accepted");
        };
        for at in 0..bundle.len() {
            for bit in 0..8 {
                let mut changed = bundle.clone();
                changed[at] ^= 1 << bit;
                refuse(&changed, "flipped bit", at);
            }
            for byte in [b' ', b'\n', b'"', b'A', b'0', b'=', 0, 0xff] {
                if bundle[at] != byte {
                    let mut changed = bundle.clone();
                    changed[at] = byte;
                    refuse(&changed, "other byte", at);
                }
            }
            let mut shorter = bundle.clone();
            shorter.remove(at);
            refuse(&shorter, "removed byte", at);
            refuse(&bundle[..at], "cut", at);
        }
        for at in 0..=bundle.len() {
            for byte in [b' ', b'\n', b'\t', b'\r', b'\\', b'/', b'"', b'0', b'A', b'=', b',', b'}', 0] {
                let mut longer = bundle.clone();
                longer.insert(at, byte);
                refuse(&longer, "inserted byte", at);
            }
        }
    }
}

#[test]
fn structure_is_strict() {
    let [key, _] = keys();
    let public = key.public_key();
    let bundle = String::from_utf8(sign(&key, &statement()).unwrap()).unwrap();
    let after = |from: &str, to: &str| {
        assert!(bundle.contains(from), "{from}");
        verify(bundle.replacen(from, to, 1).as_bytes(), &public).unwrap_err()
    };
    assert_eq!(after("bundle.v0.3+json", "bundle+json;version=0.3"), VerifyError::MediaType);
    assert_eq!(
        after("{\"mediaType\"", "{\"x\":1,\"mediaType\""),
        VerifyError::UnknownMember { place: "the bundle" }
    );
    assert!(matches!(after("{\"mediaType\"", "{\"mediaType\":\"\",\"mediaType\""), VerifyError::Json(_)));
    assert_eq!(after("vnd.in-toto+json", "vnd.in-toto+jsom"), VerifyError::PayloadType);
    assert_eq!(
        after("\"keyid\"", "\"cert\":\"\",\"keyid\""),
        VerifyError::UnknownMember { place: "dsseEnvelope.signatures[0]" }
    );
    assert_eq!(after("\"tlogEntries\":[]", "\"tlogEntries\":[{}]"), VerifyError::TransparencyLog);
    assert_eq!(after("\"publicKey\"", "\"certificate\":{},\"publicKey\""), VerifyError::Certificate);
    let one = &bundle[bundle.find("{\"sig\"").unwrap()..bundle.find("]}}").unwrap()];
    assert_eq!(after(one, &format!("{one},{one}")), VerifyError::Signatures(2));
    assert_eq!(after(one, ""), VerifyError::Signatures(0));
    // No key id at all is fine: it is not signed, and the key is given from outside.
    let keyid = &one[one.find(",\"keyid\"").unwrap()..one.len() - 1];
    assert!(verify(bundle.replacen(keyid, "", 1).as_bytes(), &public).is_ok());
}

#[test]
fn another_key_is_refused() {
    let [ecdsa, ed25519] = keys();
    let bundle = sign(&ecdsa, &statement()).unwrap();
    for other in [ed25519.public_key(), PrivateKey::generate(KeyType::EcdsaP256).unwrap().public_key()] {
        assert!(matches!(verify(&bundle, &other), Err(VerifyError::OtherKey { .. })));
    }
}

/// Other writers lay out their JSON otherwise; each of these layouts is accepted as a whole, not piecemeal.
#[test]
fn known_layouts_are_accepted() {
    let [key, _] = keys();
    let public = key.public_key();
    let bundle = sign(&key, &statement()).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&bundle).unwrap();
    assert!(verify(&serde_json::to_vec(&value).unwrap(), &public).is_ok(), "other order of members");
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    assert!(verify(pretty.as_bytes(), &public).is_ok());
    assert!(verify(format!("{pretty}\n").as_bytes(), &public).is_ok());
    let with_spaces = String::from_utf8(bundle).unwrap().replace("\",\"", "\", \"").replace("},\"", "}, \"");
    assert!(verify(with_spaces.as_bytes(), &public).is_ok(), "protojson");
    assert_eq!(verify(format!("{pretty}\n\n").as_bytes(), &public), Err(VerifyError::NotCanonical));
    assert_eq!(verify(pretty.replacen("  ", " ", 1).as_bytes(), &public), Err(VerifyError::NotCanonical));
}

#[test]
fn keys_survive_the_way_through_a_file() {
    for key in keys() {
        let plain = key.to_pem(None).unwrap();
        assert!(!is_encrypted(plain.as_bytes()));
        assert_eq!(PrivateKey::from_pem(plain.as_bytes(), None).unwrap().public_key(), key.public_key());
        let sealed = key.to_pem(Some("correct horse")).unwrap();
        assert!(is_encrypted(sealed.as_bytes()));
        let load =
            |passphrase| PrivateKey::from_pem(sealed.as_bytes(), passphrase).map(|key| key.public_key());
        assert_eq!(load(Some("correct horse")), Ok(key.public_key()));
        assert_eq!(load(Some("battery staple")), Err(KeyError::WrongPassphrase));
        assert_eq!(load(None), Err(KeyError::PassphraseNeeded));
        assert_eq!(key.to_pem(Some("")).unwrap_err(), KeyError::EmptyPassphrase);
        let public = key.public_key().to_pem().unwrap();
        assert_eq!(PublicKey::from_pem(public.as_bytes()), Ok(key.public_key()));
        assert_eq!(PublicKey::from_pem(plain.as_bytes()), Err(KeyError::PrivateGiven));
        assert_eq!(PublicKey::from_pem(format!("{public}{public}").as_bytes()), Err(KeyError::Damaged));
        assert!(!format!("{key:?}").contains(&plain.lines().nth(1).unwrap()[..20]));
    }
    assert_eq!(PublicKey::from_pem(b"hello"), Err(KeyError::NotAPublicKey));
    assert_eq!(PrivateKey::from_pem(b"hello", None).unwrap_err(), KeyError::NotAPrivateKey);
    let old = pem("EC PRIVATE KEY", b"x");
    assert_eq!(PrivateKey::from_pem(old.as_bytes(), None).unwrap_err(), KeyError::OldFormat);
    let damaged = pem("PRIVATE KEY", b"x");
    assert_eq!(PrivateKey::from_pem(damaged.as_bytes(), None).unwrap_err(), KeyError::Damaged);
}

/// The vector of RFC 8410, section 10: its private and public key belong together.
#[test]
fn rfc_8410_pair() {
    let key = ed25519_key("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
    let mut spki = hex("302a300506032b6570032100");
    spki.extend(hex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"));
    assert_eq!(PublicKey::from_pem(pem("PUBLIC KEY", &spki).as_bytes()), Ok(key.public_key()));
}

fn conformance() -> Option<PathBuf> {
    let corpus = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let folder = corpus.join("sbom/_refdata/sigstore__sigstore-conformance/test/assets/bundle-verify");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("note: no corpus, the conformance bundles are not tried");
    None
}

/// sigstore-conformance: bundles made by cosign with a managed key.
#[test]
fn conformance_bundles() {
    let Some(folder) = conformance() else { return };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let artifact = read("a.txt");
    let skip = Checks { skip_transparency_log: true };
    let mut accepted = 0;
    // The key of managed-key-wrong-key_fail is no point of the curve.
    let wrong = PublicKey::from_pem(&read("managed-key-wrong-key_fail/key.pub"));
    assert_eq!(wrong, Err(KeyError::Damaged));
    for case in ["managed-key-happy-path", "managed-key-and-trusted-root"] {
        let bundle = read(&format!("{case}/bundle.sigstore.json"));
        let key = PublicKey::from_pem(&read(&format!("{case}/key.pub"))).unwrap();
        let result = verify_artifact(&bundle, &key, &artifact, skip);
        let verified = result.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert!(verified.log_skipped());
        accepted += 1;
        assert_eq!(
            verify_artifact(&bundle, &key, &artifact, Checks::default()).unwrap_err(),
            VerifyError::TransparencyLog,
            "strict by default"
        );
        assert_eq!(verify_artifact(&bundle, &key, b"other", skip).unwrap_err(), VerifyError::OtherFile);
        assert!(matches!(verify(&bundle, &key), Err(VerifyError::TransparencyLog)));
        assert!(matches!(verify_with(&bundle, &key, skip), Err(VerifyError::Content { .. })));
    }
    assert_eq!(accepted, 2);
    // Everything else there is signed with certificates: never verified by a key.
    let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap().public_key();
    let mut refused = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path().join("bundle.sigstore.json");
        let Ok(bundle) = std::fs::read(&path) else { continue };
        assert!(verify_with(&bundle, &key, skip).is_err(), "{}", path.display());
        assert!(verify_artifact(&bundle, &key, &artifact, skip).is_err(), "{}", path.display());
        refused += 1;
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn the_signed_bytes_are_the_pae_of_the_payload() {
    let [key, _] = keys();
    let bundle: serde_json::Value = serde_json::from_slice(&sign(&key, &statement()).unwrap()).unwrap();
    let payload = STANDARD.decode(bundle["dsseEnvelope"]["payload"].as_str().unwrap()).unwrap();
    let expected = signature(&key, &pae("application/vnd.in-toto+json", &payload));
    assert_eq!(bundle["dsseEnvelope"]["signatures"][0]["sig"], STANDARD.encode(expected));
    let statement: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicate"]["bomFormat"], "CycloneDX");
    assert_eq!(statement["subject"][0]["name"], "a.cdx.json");
}
