//! Documents written by us, judged by others: JSON schemas, `cyclonedx-bom`, `spdx-rs`; and read back by ourselves.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "test helpers outside of test functions")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cyclonedx_bom::models::bom::Bom;
use cyclonedx_bom::validation::Validate as _;
use plimsoll::inventory::{
    Checksum, Completeness, HashAlgorithm, Inventory, Package, PackageKind, Purl, Root, Scope,
};
use plimsoll::sbom::{CycloneDxVersion, DocumentFormat, SbomError, Settings, predicate_type, read, write};
use plimsoll::source::{Origin, Origins, RelPath, Source};
use serde_json::Value;

const VERSIONS: [CycloneDxVersion; 4] =
    [CycloneDxVersion::V1_4, CycloneDxVersion::V1_5, CycloneDxVersion::V1_6, CycloneDxVersion::V1_7];

fn purl(kind: &str, namespace: Option<&str>, name: &str, version: Option<&str>) -> Purl {
    Purl::new(kind, namespace, name, version, &[]).unwrap()
}

/// A shop with two projects: a library needing another, a development tool, an optional one, an image, an action.
fn inventory() -> Inventory {
    let lock = Source::new(
        Origins::new(Origin::Worktree { path: RelPath::from("web/package-lock.json") }),
        b"one\ntwo\nthree\n".to_vec(),
    );
    let mut inventory = Inventory::default();
    let express = purl("npm", None, "express", Some("4.17.1"));
    let debug = purl("npm", None, "debug", Some("2.6.9"));
    let types = purl("npm", Some("@types"), "node", Some("20.1.0"));
    let fsevents = purl("npm", None, "fsevents", Some("2.3.3"));
    let image = purl("docker", Some("library"), "alpine", Some("3.20"));
    let action = purl("github", Some("actions"), "checkout", Some("v4"));
    let mut package = Package::new(express.clone(), "express", Some("4.17.1".into()));
    package.licence = Some("MIT".into());
    package.checksums.insert(Checksum { algorithm: HashAlgorithm::Sha512, hex: "ab".repeat(64) });
    package.checksums.insert(Checksum { algorithm: HashAlgorithm::Sha1, hex: "cd".repeat(20) });
    package.download_url =
        Some("https://user:pw@registry.example/express/-/express-4.17.1.tgz?token=x".into());
    package.evidence.push(lock.span(4..7).place());
    inventory.add(package);
    let mut package = Package::new(debug.clone(), "debug", Some("2.6.9".into()));
    package.licence = Some("MIT OR Apache-2.0".into());
    package.download_url = Some("/home/somebody/debug.tgz".into());
    inventory.add(package);
    let mut package = Package::new(types.clone(), "@types/node", Some("20.1.0".into()));
    package.licence = Some("SEE LICENSE IN <LICENSE.md>".into());
    package.scope = Scope::Development;
    inventory.add(package);
    let mut package = Package::new(fsevents.clone(), "fsevents", Some("2.3.3".into()));
    package.scope = Scope::Optional;
    inventory.add(package);
    let mut package = Package::new(image.clone(), "alpine", Some("3.20".into()));
    package.kind = PackageKind::Container;
    inventory.add(package);
    let mut package = Package::new(action.clone(), "actions/checkout", Some("v4".into()));
    package.kind = PackageKind::Action;
    package.scope = Scope::Development;
    inventory.add(package);
    inventory.link(express.clone(), debug);
    inventory.roots = vec![
        Root {
            name: "api".into(),
            version: None,
            file: RelPath::from("api/Dockerfile"),
            needs: BTreeSet::from([image]),
        },
        Root {
            name: "web".into(),
            version: Some("1.0.0".into()),
            file: RelPath::from("web/package-lock.json"),
            needs: BTreeSet::from([express, types, fsevents, action]),
        },
    ];
    inventory
}

fn settings() -> Settings {
    Settings {
        author: Some("Acme Platform <platform@acme.example>".into()),
        subject: "shop".into(),
        version: Some("2.0.0".into()),
        vcs_url: Some("https://token@github.com/acme/shop.git".into()),
        commit: Some("0123456789abcdef0123456789abcdef01234567".into()),
        incomplete: false,
        timestamp: 1_700_000_000,
    }
}

fn json(format: DocumentFormat) -> Value {
    serde_json::from_slice(&write(&inventory(), &settings(), format).unwrap()).unwrap()
}

fn all_formats() -> Vec<DocumentFormat> {
    let mut formats: Vec<_> = VERSIONS.into_iter().map(DocumentFormat::CycloneDxJson).collect();
    formats.extend([
        DocumentFormat::CycloneDxXml(CycloneDxVersion::V1_4),
        DocumentFormat::CycloneDxXml(CycloneDxVersion::V1_5),
        DocumentFormat::SpdxJson,
        DocumentFormat::SpdxTagValue,
    ]);
    formats
}

const PURLS: [&str; 6] = [
    "pkg:docker/library/alpine@3.20",
    "pkg:github/actions/checkout@v4",
    "pkg:npm/%40types/node@20.1.0",
    "pkg:npm/debug@2.6.9",
    "pkg:npm/express@4.17.1",
    "pkg:npm/fsevents@2.3.3",
];

#[test]
fn cyclonedx_says_what_is_known() {
    let bom = json(DocumentFormat::default());
    assert_eq!(bom["specVersion"], "1.6");
    assert_eq!(bom["metadata"]["timestamp"], "2023-11-14T22:13:20Z");
    assert_eq!(bom["metadata"]["lifecycles"][0]["phase"], "pre-build");
    assert_eq!(bom["metadata"]["authors"][0]["email"], "platform@acme.example");
    assert_eq!(bom["metadata"]["licenses"][0]["license"]["id"], "CC0-1.0");
    let subject = &bom["metadata"]["component"];
    assert_eq!((&subject["name"], &subject["version"]), (&Value::from("shop"), &Value::from("2.0.0")));
    assert_eq!(subject["purl"], "pkg:github/acme/shop@0123456789abcdef0123456789abcdef01234567");
    assert_eq!(subject["components"][1]["name"], "web");
    let components = bom["components"].as_array().unwrap();
    let of = |purl: &str| components.iter().find(|component| component["purl"] == purl).unwrap();
    let express = of("pkg:npm/express@4.17.1");
    assert_eq!(express["scope"], "required");
    assert_eq!(express["hashes"].as_array().unwrap().len(), 2);
    assert_eq!(
        express["externalReferences"][0]["url"],
        "https://registry.example/express/-/express-4.17.1.tgz"
    );
    assert_eq!(express["externalReferences"][0]["hashes"], express["hashes"]);
    assert_eq!(
        express["licenses"],
        serde_json::json!([{"license": {"id": "MIT", "acknowledgement": "declared"}}])
    );
    assert_eq!(
        express["evidence"]["occurrences"],
        serde_json::json!([{"location": "web/package-lock.json", "line": 2}])
    );
    assert_eq!(of("pkg:npm/debug@2.6.9")["licenses"][0]["expression"], "MIT OR Apache-2.0");
    assert_eq!(of("pkg:npm/debug@2.6.9").get("externalReferences"), None, "a path of this machine stays out");
    assert_eq!(of("pkg:npm/%40types/node@20.1.0")["scope"], "excluded");
    assert_eq!(of("pkg:npm/fsevents@2.3.3")["scope"], "optional");
    assert_eq!(of("pkg:docker/library/alpine@3.20")["type"], "container");
    let depends: BTreeMap<&str, Vec<&str>> = bom["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let on = entry["dependsOn"].as_array().unwrap().iter().map(|to| to.as_str().unwrap()).collect();
            (entry["ref"].as_str().unwrap(), on)
        })
        .collect();
    assert_eq!(depends.len(), 9, "subject, two projects, six packages");
    assert_eq!(depends["subject"], ["subject/api/Dockerfile", "subject/web/package-lock.json"]);
    assert_eq!(depends["subject/api/Dockerfile"], ["pkg:docker/library/alpine@3.20"]);
    assert_eq!(depends["pkg:npm/express@4.17.1"], ["pkg:npm/debug@2.6.9"]);
    assert!(depends["pkg:npm/debug@2.6.9"].is_empty());
}

#[test]
fn a_single_project_is_the_subject() {
    let mut one = inventory();
    one.roots.remove(0);
    let plain = Settings { subject: "shop".into(), ..Settings::default() };
    let bom: Value =
        serde_json::from_slice(&write(&one, &plain, DocumentFormat::default()).unwrap()).unwrap();
    assert_eq!(bom["metadata"]["component"]["version"], "1.0.0");
    assert_eq!(bom["metadata"]["component"].get("components"), None);
    let subject =
        bom["dependencies"].as_array().unwrap().iter().find(|entry| entry["ref"] == "subject").unwrap();
    assert_eq!(subject["dependsOn"].as_array().unwrap().len(), 4);
}

#[test]
fn the_same_bytes_every_time_and_nothing_of_the_machine() {
    for format in all_formats() {
        let first = write(&inventory(), &settings(), format).unwrap();
        assert_eq!(first, write(&inventory(), &settings(), format).unwrap(), "{format:?}");
        let text = String::from_utf8(first).unwrap();
        assert!(text.ends_with('\n'), "{format:?}");
        for secret in ["user:pw", "token@", "token=x", "/home/somebody", "/tmp", "/work"] {
            assert!(!text.contains(secret), "{format:?} holds {secret}");
        }
    }
}

#[test]
fn the_serial_number_follows_the_content_and_not_the_time() {
    let serial = |settings: &Settings, inventory: &Inventory| {
        let bytes = write(inventory, settings, DocumentFormat::default()).unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()["serialNumber"].as_str().unwrap().to_owned()
    };
    let first = serial(&settings(), &inventory());
    assert_eq!(first, serial(&Settings { timestamp: 5, ..settings() }, &inventory()));
    let mut fewer = inventory();
    fewer.packages.pop_last();
    assert_ne!(first, serial(&settings(), &fewer));
    // Version 5, variant 1 (RFC 9562).
    let uuid = first.strip_prefix("urn:uuid:").unwrap();
    assert_eq!((uuid.len(), &uuid[14..15]), (36, "5"));
    assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"));
}

#[test]
fn cyclonedx_bom_reads_it_back_and_finds_nothing_wrong() {
    let bytes =
        write(&inventory(), &settings(), DocumentFormat::CycloneDxJson(CycloneDxVersion::V1_5)).unwrap();
    let bom = Bom::parse_from_json_v1_5(bytes.as_slice()).unwrap();
    assert!(bom.validate().passed(), "{:?}", bom.validate());
    let purls: Vec<String> = bom
        .components
        .unwrap()
        .0
        .iter()
        .map(|component| component.purl.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(purls, PURLS);
    let bytes =
        write(&inventory(), &settings(), DocumentFormat::CycloneDxXml(CycloneDxVersion::V1_5)).unwrap();
    let bom = Bom::parse_from_xml_v1_5(bytes.as_slice()).unwrap();
    assert!(bom.validate().passed());
    assert_eq!(bom.components.unwrap().0.len(), 6);
    assert_eq!(
        write(&inventory(), &settings(), DocumentFormat::CycloneDxXml(CycloneDxVersion::V1_6)),
        Err(SbomError::XmlVersion(CycloneDxVersion::V1_6))
    );
}

fn spdx_purls(spdx: &spdx_rs::models::SPDX) -> BTreeSet<String> {
    spdx.package_information
        .iter()
        .flat_map(|package| &package.external_reference)
        .filter(|reference| reference.reference_type == "purl")
        .map(|reference| reference.reference_locator.clone())
        .collect()
}

#[test]
fn spdx_rs_reads_it_back_with_the_same_packages() {
    let mut expected: BTreeSet<String> = PURLS.map(str::to_owned).into();
    expected.insert("pkg:github/acme/shop@0123456789abcdef0123456789abcdef01234567".into());
    let bytes = write(&inventory(), &settings(), DocumentFormat::SpdxJson).unwrap();
    let spdx: spdx_rs::models::SPDX = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(spdx_purls(&spdx), expected);
    assert_eq!(spdx.package_information.len(), 9, "subject, two projects, six packages");
    let text =
        String::from_utf8(write(&inventory(), &settings(), DocumentFormat::SpdxTagValue).unwrap()).unwrap();
    let from_text = spdx_rs::parsers::spdx_from_tag_value(&text).unwrap();
    // Its tag-value reader hands every external reference to the package after it and drops the last, so names and
    // versions are compared; our own reader proves the package URLs.
    let named = |spdx: &spdx_rs::models::SPDX| -> BTreeSet<(String, Option<String>)> {
        let pair = |package: &spdx_rs::models::PackageInformation| {
            (package.package_name.clone(), package.package_version.clone())
        };
        spdx.package_information.iter().map(pair).collect()
    };
    assert_eq!(named(&from_text), named(&spdx));
    assert_eq!(from_text.relationships.len(), spdx.relationships.len());
    let kinds: BTreeSet<String> =
        spdx.relationships.iter().map(|relation| format!("{:?}", relation.relationship_type)).collect();
    for kind in ["Describes", "Contains", "DependsOn", "DevDependencyOf", "OptionalDependencyOf"] {
        assert!(kinds.contains(kind), "{kind} in {kinds:?}");
    }
}

/// What must survive: packages with all their fields but evidence, edges, projects.
fn without_evidence(mut inventory: Inventory) -> Inventory {
    for package in inventory.packages.values_mut() {
        package.evidence.clear();
        let stays = package.download_url.as_deref().is_some_and(|url| url.starts_with("https:"));
        package.download_url =
            stays.then(|| "https://registry.example/express/-/express-4.17.1.tgz".to_owned());
    }
    inventory
}

#[test]
fn reading_our_own_gives_the_inventory_back() {
    let expected = without_evidence(inventory());
    for format in all_formats() {
        let document = read(&write(&inventory(), &settings(), format).unwrap()).unwrap();
        assert_eq!(document.subject.as_deref(), Some("shop"), "{format:?}");
        assert_eq!(document.version.as_deref(), Some("2.0.0"), "{format:?}");
        assert_eq!(document.author.as_deref(), Some("Acme Platform <platform@acme.example>"), "{format:?}");
        assert_eq!(document.timestamp, Some(1_700_000_000), "{format:?}");
        assert_eq!(document.vcs_url.as_deref(), Some("https://github.com/acme/shop.git"), "{format:?}");
        assert_eq!(document.commit, settings().commit, "{format:?}");
        let read = document.inventory;
        assert_eq!(read.packages, expected.packages, "{format:?}");
        assert_eq!(read.edges, expected.edges, "{format:?}");
        assert_eq!(read.roots, expected.roots, "{format:?}");
    }
}

/// From any format to any other: the same packages, edges and projects in the end.
#[test]
fn conversions_keep_the_inventory() {
    let expected = without_evidence(inventory());
    for from in all_formats() {
        let first = read(&write(&inventory(), &settings(), from).unwrap()).unwrap();
        for to in all_formats() {
            let second = read(&write(&first.inventory, &first.settings(None), to).unwrap()).unwrap();
            let read = second.inventory;
            assert_eq!(
                (read.packages, read.edges, read.roots),
                (expected.packages.clone(), expected.edges.clone(), expected.roots.clone()),
                "{from:?} to {to:?}"
            );
            // Only CycloneDX says whose needs are all there.
            let says =
                |format| matches!(format, DocumentFormat::CycloneDxJson(_) | DocumentFormat::CycloneDxXml(_));
            let said = if says(from) && says(to) { Completeness::Full } else { Completeness::Unsaid };
            assert_eq!(read.completeness, said, "{from:?} to {to:?}");
            assert_eq!(second.timestamp, Some(1_700_000_000));
        }
    }
}

/// Foreign bytes never bring the readers down: our own documents, cut and changed at random (seeded).
#[test]
fn damaged_documents_are_read_or_refused() {
    let mut seed = 7_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut refused = 0;
    for format in all_formats() {
        let good = write(&inventory(), &settings(), format).unwrap();
        for _ in 0..300 {
            let mut bad = good.clone();
            for _ in 0..=next(3) {
                let at = next(bad.len());
                match next(3) {
                    0 => bad[at] = b"\"{}[]<>:,&x0 \n"[next(14)],
                    1 => bad.truncate(at.max(1)),
                    _ => {
                        bad.drain(at..(at + next(40)).min(bad.len()));
                    }
                }
                bad.push(b' ');
            }
            match read(&bad) {
                Ok(document) => {
                    for format in [DocumentFormat::default(), DocumentFormat::SpdxTagValue] {
                        write(&document.inventory, &document.settings(None), format).unwrap();
                    }
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn foreign_documents_lose_nothing_in_silence() {
    let bom = br#"{"bomFormat":"CycloneDX","specVersion":"1.3","vulnerabilities":[{}],
        "components":[
          {"type":"library","group":"org.acme","name":"core","version":"1","purl":"pkg:maven/org.acme/core@1","bom-ref":"a",
           "hashes":[{"alg":"SHA-256","content":"AA"},{"alg":"BLAKE3","content":"00"}],"pedigree":{"notes":"x"},
           "components":[{"type":"library","name":"inner","version":"2","bom-ref":"b"}]},
          {"type":"firmware","name":"chip","cpe":"cpe:2.3:h:x:y:*"}],
        "dependencies":[{"ref":"a","dependsOn":["b","missing"]}]}"#;
    let document = read(bom).unwrap();
    let purls: Vec<&str> = document.inventory.packages.keys().map(Purl::as_str).collect();
    assert_eq!(purls, ["pkg:generic/chip", "pkg:generic/inner@2", "pkg:maven/org.acme/core@1"]);
    let core = &document.inventory.packages[&purl("maven", Some("org.acme"), "core", Some("1"))];
    assert_eq!(core.name, "org.acme:core");
    assert_eq!(document.inventory.edges.len(), 1);
    for expected in [
        "document member `vulnerabilities`",
        "component member `pedigree`",
        "component member `cpe`",
        "component type `firmware`",
        "checksum of algorithm `BLAKE3`",
        "checksum of algorithm `SHA-256`",
        "no package URL: one of type `generic`",
        "dependency on something that is not listed",
        "nesting of components",
    ] {
        assert!(
            document.lost.iter().any(|lost| lost.starts_with(expected)),
            "{expected}: {:?}",
            document.lost
        );
    }
}

#[test]
fn foreign_spdx() {
    let text = "SPDXVersion: SPDX-2.2\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: thing\n\
        Creator: Person: Ann (ann@acme.example)\nCreated: 2023-11-14T22:13:20Z\n\n\
        PackageName: app\nSPDXID: SPDXRef-app\nPackageDownloadLocation: NONE\nPackageLicenseDeclared: not an ( expression\n\
        PackageCopyrightText: <text>two\nlines</text>\n\n\
        PackageName: zlib\nSPDXID: SPDXRef-z\nPackageVersion: 1.3\nPackageDownloadLocation: NOASSERTION\n\
        ExternalRef: PACKAGE-MANAGER purl pkg:generic/zlib@1.3\n\
        Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app\nRelationship: SPDXRef-z BUILD_DEPENDENCY_OF SPDXRef-app\n\
        Relationship: SPDXRef-z PATCH_FOR SPDXRef-app\n";
    let document = read(text.as_bytes()).unwrap();
    assert_eq!(document.format, "SPDX 2.2 tag-value");
    assert_eq!(document.subject.as_deref(), Some("app"));
    assert_eq!(document.author.as_deref(), Some("Ann <ann@acme.example>"));
    let package = document.inventory.packages.values().next().unwrap();
    assert_eq!((package.name.as_str(), package.scope), ("zlib", Scope::Development));
    assert_eq!(document.inventory.roots[0].needs.len(), 1);
    assert!(
        document.lost.iter().any(|lost| lost == "relationship of type `PATCH_FOR`"),
        "{:?}",
        document.lost
    );
    assert!(document.lost.iter().any(|lost| lost == "copyright text"), "{:?}", document.lost);
}

#[test]
fn what_is_no_document_is_refused_with_a_remedy() {
    let refused: [(&[u8], SbomError); 7] = [
        (b"hello", SbomError::Unknown),
        (b"{}", SbomError::Unknown),
        (b"{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\"}", SbomError::Spdx3),
        (b"\xff\xfe", SbomError::NotText(0)),
        (
            b"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"9.9\"}",
            SbomError::ReadVersion("CycloneDX 9.9".into()),
        ),
        (
            b"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":{}}",
            SbomError::Shape("components"),
        ),
        (b"SPDXVersion: SPDX-2.3\nno tag here", SbomError::TagValue { line: 2 }),
    ];
    for (bytes, expected) in refused {
        let error = read(bytes).unwrap_err();
        assert_eq!(error, expected);
        assert!(error.to_string().contains([';', ',']), "{error} says what to do next");
    }
    assert!(matches!(read(b"{\"bomFormat\":"), Err(SbomError::Json(_))));
    let deep = format!("{{\"bomFormat\":{}", "[".repeat(200_000));
    assert!(matches!(read(deep.as_bytes()), Err(SbomError::Json(_))));
    let deep = format!("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">{}", "<a>".repeat(200_000));
    assert!(matches!(read(deep.as_bytes()), Err(SbomError::Xml(_))));
    let bomb = b"<!DOCTYPE x [<!ENTITY a \"b\">]><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"/>";
    assert!(matches!(read(bomb), Err(SbomError::Xml(_))));
}

#[test]
fn predicate_types() {
    let of = |format| predicate_type(&write(&inventory(), &settings(), format).unwrap());
    assert_eq!(of(DocumentFormat::default()).as_deref(), Some("https://cyclonedx.org/bom"));
    assert_eq!(of(DocumentFormat::SpdxJson).as_deref(), Some("https://spdx.dev/Document/v2.3"));
    assert_eq!(of(DocumentFormat::SpdxTagValue), None);
}

fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from)
        .join("sbom/_refdata/CycloneDX__specification");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("note: no corpus, the schemas and documents of CycloneDX are not tried");
    None
}

#[test]
fn valid_by_the_schemas_of_cyclonedx() {
    let Some(folder) = corpus() else { return };
    let schema = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.join("schema").join(name)).unwrap()).unwrap()
    };
    let mut registry = jsonschema::Registry::new();
    for name in ["spdx.schema.json", "jsf-0.82.schema.json", "cryptography-defs.schema.json"] {
        registry = registry.add(format!("http://cyclonedx.org/schema/{name}"), schema(name)).unwrap();
    }
    let registry = registry.prepare().unwrap();
    for version in [CycloneDxVersion::V1_5, CycloneDxVersion::V1_6, CycloneDxVersion::V1_7] {
        let validator = jsonschema::options()
            .with_registry(&registry)
            .should_validate_formats(true)
            .build(&schema(&format!("bom-{version}.schema.json")))
            .unwrap();
        let mut document = json(DocumentFormat::CycloneDxJson(version));
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{version}: {errors:#?}");
        document["components"][0]["type"] = "nonsense".into();
        assert!(!validator.is_valid(&document), "the schema does judge");
    }
}

/// CycloneDX's own valid documents of 1.7 and 1.6: all of them are read, and what was read can be written.
#[test]
fn documents_of_the_specification_are_read() {
    let Some(folder) = corpus() else { return };
    let mut count = 0;
    for version in ["1.6", "1.7"] {
        let Ok(entries) = std::fs::read_dir(folder.join("tools/src/test/resources").join(version)) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !(name.starts_with("valid-") && name.ends_with(".json")) {
                continue;
            }
            let document =
                read(&std::fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let settings = Settings { subject: "x".into(), ..Settings::default() };
            write(&document.inventory, &settings, DocumentFormat::SpdxJson).unwrap();
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

/// XML 1.0 has no form for most control characters: a document with one of them is no XML.
#[test]
fn names_that_xml_cannot_hold_do_not_break_the_document() {
    let mut inventory = Inventory::default();
    let name = "a\u{19}b\u{1b}[31m\u{fffe}\u{0}c";
    inventory.add(Package::new(purl("npm", None, "abc", Some("1")), name, Some("1\u{8}".into())));
    for version in [CycloneDxVersion::V1_4, CycloneDxVersion::V1_5] {
        let bytes = write(&inventory, &settings(), DocumentFormat::CycloneDxXml(version)).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(!text.contains(|c: char| c.is_control() && c != '\n') && !text.contains('\u{fffe}'));
        assert!(text.contains("a\u{fffd}b\u{fffd}[31m\u{fffd}\u{fffd}c"), "{text}");
        read(&bytes).unwrap();
    }
}
