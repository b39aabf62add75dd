//! CycloneDX 1.4 to 1.7 (<https://cyclonedx.org/specification/overview/>): an emit-only model with a fixed order of fields.

use std::collections::BTreeSet;

use serde::Serialize;

use super::document::{
    DATA_LICENCE, Document, PHASE, SUBJECT_REF, TOOL, TOOL_URL, TOOL_VERSION, clean_url, content_uuid,
    hash_word, is_well_formed,
};
use super::licence::Licence;
use super::{CycloneDxVersion, SbomError};
use crate::inventory::{Package, PackageKind, Scope};
use crate::source::Place;

/// Indented JSON with a line feed at the end.
pub(super) fn write_json(document: &Document<'_>, version: CycloneDxVersion) -> Result<Vec<u8>, SbomError> {
    finish(bom(document, version), document)
}

fn finish<'a>(mut bom: Bom<'a>, document: &'a Document<'a>) -> Result<Vec<u8>, SbomError> {
    let wrong = |error: serde_json::Error| SbomError::Write(error.to_string());
    let uuid = content_uuid(&serde_json::to_vec(&bom).map_err(wrong)?);
    bom.serial_number = Some(uuid.urn().to_string());
    bom.metadata.timestamp = Some(&document.timestamp);
    let mut bytes = serde_json::to_vec_pretty(&bom).map_err(wrong)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// XML, by way of the JSON form and `cyclonedx-bom`, which knows versions up to 1.5.
pub(super) fn write_xml(document: &Document<'_>, version: CycloneDxVersion) -> Result<Vec<u8>, SbomError> {
    use cyclonedx_bom::models::bom::Bom;
    if version > CycloneDxVersion::V1_5 {
        return Err(SbomError::XmlVersion(version));
    }
    let mut bom = bom(document, version);
    // cyclonedx-bom 0.8.1 writes the lifecycles after the licences, where the schema does not allow them.
    bom.metadata.lifecycles.clear();
    let json = finish(bom, document)?;
    let mut bytes = Vec::new();
    match version {
        CycloneDxVersion::V1_4 => Bom::parse_from_json_v1_4(json.as_slice())
            .map_err(|error| SbomError::Write(error.to_string()))?
            .output_as_xml_v1_4(&mut bytes),
        _ => Bom::parse_from_json_v1_5(json.as_slice())
            .map_err(|error| SbomError::Write(error.to_string()))?
            .output_as_xml_v1_5(&mut bytes),
    }
    .map_err(|error| SbomError::Write(error.to_string()))?;
    bytes.push(b'\n');
    Ok(only_xml_characters(bytes))
}

/// Replaces what XML 1.0 cannot hold, escaped or not (<https://www.w3.org/TR/xml/#charsets>): the name of a package
/// in a hostile lockfile may have any character.
fn only_xml_characters(bytes: Vec<u8>) -> Vec<u8> {
    let stray =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains(stray) => text.replace(stray, "\u{fffd}").into_bytes(),
        _ => bytes,
    }
}

fn bom<'a>(document: &'a Document<'a>, version: CycloneDxVersion) -> Bom<'a> {
    let (known, unknown): (Vec<&str>, Vec<&str>) =
        document.needs.keys().copied().partition(|reference| document.known.contains(reference));
    let mut compositions = vec![Composition {
        aggregate: if document.incomplete { "incomplete" } else { "unknown" },
        assemblies: vec![SUBJECT_REF],
        dependencies: Vec::new(),
    }];
    for (aggregate, dependencies) in [("complete", known), ("unknown", unknown)] {
        if !dependencies.is_empty() {
            compositions.push(Composition { aggregate, assemblies: Vec::new(), dependencies });
        }
    }
    Bom {
        bom_format: "CycloneDX",
        spec_version: version.word(),
        serial_number: None,
        version: 1,
        metadata: metadata(document, version),
        components: document.packages.iter().map(|package| component(package, version)).collect(),
        dependencies: document
            .needs
            .iter()
            .map(|(reference, targets)| Dependency {
                reference,
                depends_on: targets.iter().copied().collect(),
            })
            .collect(),
        compositions,
    }
}

fn metadata<'a>(document: &'a Document<'a>, version: CycloneDxVersion) -> Metadata<'a> {
    let contact = document
        .author
        .iter()
        .map(|author| Contact { name: Some(author.name), email: author.email })
        .collect();
    let manufacturer = document.author.as_ref().filter(|_| version >= CycloneDxVersion::V1_6);
    Metadata {
        timestamp: None,
        lifecycles: if version >= CycloneDxVersion::V1_5 {
            vec![Lifecycle { phase: PHASE }]
        } else {
            Vec::new()
        },
        tools: if version >= CycloneDxVersion::V1_5 {
            Tools::Components {
                components: [Tool {
                    kind: "application",
                    name: TOOL,
                    version: TOOL_VERSION,
                    external_references: [ExternalReference::plain("vcs", TOOL_URL.to_owned())],
                }],
            }
        } else {
            Tools::Legacy([LegacyTool { name: TOOL, version: TOOL_VERSION }])
        },
        authors: contact,
        component: subject(document, version),
        manufacturer: manufacturer.map(|author| Organisation {
            name: author.name,
            contact: author.email.iter().map(|email| Contact { name: None, email: Some(email) }).collect(),
        }),
        licenses: [LicenceChoice::Licence {
            license: LicenceEntry { id: Some(DATA_LICENCE.to_owned()), ..LicenceEntry::default() },
        }],
    }
}

fn subject<'a>(document: &'a Document<'a>, version: CycloneDxVersion) -> Component<'a> {
    Component {
        kind: "application",
        bom_ref: SUBJECT_REF,
        name: &document.settings.subject,
        version: document.version,
        scope: None,
        hashes: Vec::new(),
        licenses: Vec::new(),
        purl: document.purl.as_ref().map(|purl| purl.as_str()),
        external_references: document
            .vcs_url
            .iter()
            .map(|url| ExternalReference::plain("vcs", url.clone()))
            .collect(),
        properties: document
            .settings
            .commit
            .iter()
            .map(|commit| Property { name: "plimsoll:commit", value: commit })
            .collect(),
        components: document
            .projects
            .iter()
            .map(|project| Component {
                kind: "application",
                bom_ref: project.reference,
                name: &project.root.name,
                version: project.root.version.as_deref(),
                scope: None,
                hashes: Vec::new(),
                licenses: Vec::new(),
                purl: None,
                external_references: Vec::new(),
                properties: Vec::new(),
                components: Vec::new(),
                evidence: (version >= CycloneDxVersion::V1_5).then(|| Evidence {
                    occurrences: vec![Occurrence { location: project.root.file.to_string(), line: None }],
                }),
            })
            .collect(),
        evidence: None,
    }
}

fn component(package: &Package, version: CycloneDxVersion) -> Component<'_> {
    let hashes: Vec<Hash<'_>> = package
        .checksums
        .iter()
        .filter(|checksum| is_well_formed(checksum))
        .map(|checksum| Hash { alg: hash_word(checksum.algorithm, true), content: &checksum.hex })
        .collect();
    let occurrences = occurrences(&package.evidence, version);
    Component {
        kind: match package.kind {
            PackageKind::Library => "library",
            PackageKind::Container => "container",
            PackageKind::Action => "application",
        },
        bom_ref: package.purl.as_str(),
        name: &package.name,
        version: package.version.as_deref(),
        scope: Some(match package.scope {
            Scope::Runtime => "required",
            Scope::Optional => "optional",
            // "document component usage for test and other non-runtime purposes", as the specification says.
            Scope::Development => "excluded",
        }),
        external_references: package
            .download_url
            .as_deref()
            .and_then(clean_url)
            .map(|url| ExternalReference { kind: "distribution", url, hashes: hashes.clone() })
            .into_iter()
            .collect(),
        hashes,
        licenses: package.licence.as_deref().and_then(|text| licence(text, version)).into_iter().collect(),
        purl: Some(package.purl.as_str()),
        properties: if package.scope == Scope::Development {
            vec![Property { name: "plimsoll:scope", value: "development" }]
        } else {
            Vec::new()
        },
        components: Vec::new(),
        evidence: (!occurrences.is_empty()).then_some(Evidence { occurrences }),
    }
}

fn licence(text: &str, version: CycloneDxVersion) -> Option<LicenceChoice> {
    let acknowledgement = (version >= CycloneDxVersion::V1_6).then_some("declared");
    Some(match Licence::parse(text)? {
        Licence::Id(id) => {
            LicenceChoice::Licence { license: LicenceEntry { id: Some(id), name: None, acknowledgement } }
        }
        Licence::Name(name) => {
            LicenceChoice::Licence { license: LicenceEntry { id: None, name: Some(name), acknowledgement } }
        }
        Licence::Expression(expression) => LicenceChoice::Expression { expression, acknowledgement },
    })
}

/// Where a package was named: file and line from 1.6 on, files only in 1.5, nothing before.
fn occurrences(places: &[Place], version: CycloneDxVersion) -> Vec<Occurrence> {
    let mut seen = BTreeSet::new();
    if version >= CycloneDxVersion::V1_5 {
        for place in places {
            let line = (version >= CycloneDxVersion::V1_6).then_some(place.region.start.line);
            for origin in place.origins.iter() {
                seen.insert((origin.path().to_string(), line));
            }
        }
    }
    seen.into_iter().map(|(location, line)| Occurrence { location, line }).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bom<'a> {
    bom_format: &'static str,
    spec_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Component<'a>>,
    dependencies: Vec<Dependency<'a>>,
    compositions: Vec<Composition<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lifecycles: Vec<Lifecycle>,
    tools: Tools,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Contact<'a>>,
    component: Component<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manufacturer: Option<Organisation<'a>>,
    licenses: [LicenceChoice; 1],
}

#[derive(Serialize)]
struct Lifecycle {
    phase: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Tools {
    Components { components: [Tool; 1] },
    Legacy([LegacyTool; 1]),
}

#[derive(Serialize)]
struct Tool {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    version: &'static str,
    #[serde(rename = "externalReferences")]
    external_references: [ExternalReference<'static>; 1],
}

#[derive(Serialize)]
struct LegacyTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Contact<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

#[derive(Serialize)]
struct Organisation<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contact: Vec<Contact<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Component<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    bom_ref: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<LicenceChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<ExternalReference<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence>,
}

#[derive(Clone, Serialize)]
struct Hash<'a> {
    alg: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum LicenceChoice {
    Licence {
        license: LicenceEntry,
    },
    Expression {
        expression: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        acknowledgement: Option<&'static str>,
    },
}

#[derive(Default, Serialize)]
struct LicenceEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledgement: Option<&'static str>,
}

#[derive(Serialize)]
struct ExternalReference<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash<'a>>,
}

impl ExternalReference<'_> {
    fn plain(kind: &'static str, url: String) -> Self {
        Self { kind, url, hashes: Vec::new() }
    }
}

#[derive(Serialize)]
struct Property<'a> {
    name: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct Evidence {
    occurrences: Vec<Occurrence>,
}

#[derive(Serialize)]
struct Occurrence {
    location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

#[derive(Serialize)]
struct Dependency<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    #[serde(rename = "dependsOn")]
    depends_on: Vec<&'a str>,
}

#[derive(Serialize)]
struct Composition<'a> {
    aggregate: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assemblies: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<&'a str>,
}
