//! SPDX 2.3 (<https://spdx.github.io/spdx-spec/v2.3/>): an emit-only model, as JSON and as tag-value text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::SbomError;
use super::document::{
    DATA_LICENCE, Document, SUBJECT_REF, TOOL, TOOL_VERSION, clean_url, content_uuid, hash_word,
    is_well_formed,
};
use super::licence::Licence;
use crate::inventory::{Package, PackageKind, Scope};
use crate::source::Place;

const NO_ASSERTION: &str = "NOASSERTION";
const DOCUMENT_ID: &str = "SPDXRef-DOCUMENT";

/// Indented JSON with a line feed at the end.
pub(super) fn write_json(document: &Document<'_>) -> Result<Vec<u8>, SbomError> {
    let mut bytes = serde_json::to_vec_pretty(&finished(document)?)
        .map_err(|error| SbomError::Write(error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Tag-value text.
pub(super) fn write_tag_value(document: &Document<'_>) -> Result<Vec<u8>, SbomError> {
    let spdx = finished(document)?;
    let mut text = TagValue(String::new());
    text.tag("SPDXVersion", spdx.spdx_version);
    text.tag("DataLicense", spdx.data_license);
    text.tag("SPDXID", spdx.spdx_id);
    text.tag("DocumentName", spdx.name);
    text.tag("DocumentNamespace", &spdx.document_namespace);
    for creator in &spdx.creation_info.creators {
        text.tag("Creator", creator);
    }
    text.tag("Created", spdx.creation_info.created.unwrap_or_default());
    for package in &spdx.packages {
        text.0.push('\n');
        text.package(package);
    }
    for licence in &spdx.extracted {
        text.0.push('\n');
        text.tag("LicenseID", &licence.license_id);
        text.tag("ExtractedText", &format!("<text>{}</text>", licence.extracted_text.replace("</text>", "")));
        text.tag("LicenseName", licence.name);
    }
    text.0.push('\n');
    for relationship in &spdx.relationships {
        text.tag(
            "Relationship",
            &format!("{} {} {}", relationship.element, relationship.kind, relationship.related),
        );
    }
    Ok(text.0.into_bytes())
}

struct TagValue(String);

impl TagValue {
    /// One line: line breaks in a value would start a new tag.
    fn tag(&mut self, tag: &str, value: &str) {
        let value: String =
            value.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
        let _ = writeln!(self.0, "{tag}: {value}");
    }

    fn package(&mut self, package: &SpdxPackage<'_>) {
        self.tag("PackageName", package.name);
        self.tag("SPDXID", &package.spdx_id);
        if let Some(version) = package.version_info {
            self.tag("PackageVersion", version);
        }
        self.tag("PackageDownloadLocation", &package.download_location);
        self.tag("FilesAnalyzed", "false");
        for checksum in &package.checksums {
            self.tag("PackageChecksum", &format!("{}: {}", checksum.algorithm, checksum.value));
        }
        if let Some(source) = &package.source_info {
            self.tag("PackageSourceInfo", source);
        }
        self.tag("PackageLicenseConcluded", package.license_concluded);
        self.tag("PackageLicenseDeclared", &package.license_declared);
        self.tag("PackageCopyrightText", package.copyright_text);
        if let Some(comment) = package.comment {
            self.tag("PackageComment", comment);
        }
        for reference in &package.external_refs {
            self.tag(
                "ExternalRef",
                &format!("{} {} {}", reference.category, reference.kind, reference.locator),
            );
        }
        self.tag("PrimaryPackagePurpose", package.purpose);
    }
}

fn finished<'a>(document: &'a Document<'a>) -> Result<Spdx<'a>, SbomError> {
    let mut spdx = spdx(document);
    let content = serde_json::to_vec(&spdx).map_err(|error| SbomError::Write(error.to_string()))?;
    spdx.document_namespace =
        format!("https://spdx.org/spdxdocs/{}-{}", id_part(spdx.name), content_uuid(&content));
    spdx.creation_info.created = Some(&document.timestamp);
    Ok(spdx)
}

fn spdx<'a>(document: &'a Document<'a>) -> Spdx<'a> {
    let mut creators: Vec<String> = document
        .author
        .iter()
        .map(|author| match author.email {
            Some(email) => format!("Organization: {} ({email})", author.name),
            None => format!("Organization: {}", author.name),
        })
        .collect();
    creators.push(format!("Tool: {TOOL}-{TOOL_VERSION}"));
    let mut extracted = BTreeMap::new();
    let mut packages = vec![subject(document)];
    packages.extend(document.projects.iter().map(|project| SpdxPackage {
        version_info: project.root.version.as_deref(),
        source_info: Some(format!("named by {}", project.root.file)),
        ..SpdxPackage::new(&project.root.name, element_id(project.reference), "APPLICATION")
    }));
    packages.extend(document.packages.iter().map(|package| spdx_package(package, &mut extracted)));
    Spdx {
        spdx_version: "SPDX-2.3",
        data_license: DATA_LICENCE,
        spdx_id: DOCUMENT_ID,
        name: &document.settings.subject,
        document_namespace: String::new(),
        creation_info: CreationInfo { created: None, creators },
        packages,
        extracted: extracted.into_values().collect(),
        relationships: relationships(document),
    }
}

fn subject<'a>(document: &'a Document<'a>) -> SpdxPackage<'a> {
    let name = &document.settings.subject;
    SpdxPackage {
        version_info: document.version,
        download_location: match (&document.vcs_url, &document.settings.commit) {
            (Some(url), Some(commit)) if url.starts_with("https://") => format!("git+{url}@{commit}"),
            (Some(url), _) => url.clone(),
            (None, _) => NO_ASSERTION.to_owned(),
        },
        source_info: document.settings.commit.as_ref().map(|commit| format!("commit {commit}")),
        external_refs: document.purl.iter().map(|purl| ExternalRef::purl(purl.as_str())).collect(),
        ..SpdxPackage::new(name, element_id(SUBJECT_REF), "APPLICATION")
    }
}

fn spdx_package<'a>(
    package: &'a Package,
    extracted: &mut BTreeMap<String, ExtractedLicence<'a>>,
) -> SpdxPackage<'a> {
    let license_declared = match package.licence.as_deref().map(|text| (text, Licence::parse(text))) {
        Some((_, Some(Licence::Id(id)))) => id,
        Some((_, Some(Licence::Expression(expression)))) => {
            for id in own_ids(&expression) {
                extracted.entry(id.to_owned()).or_insert(ExtractedLicence {
                    license_id: id.to_owned(),
                    extracted_text: NO_ASSERTION,
                    name: NO_ASSERTION,
                });
            }
            expression
        }
        Some((text, Some(Licence::Name(_)))) => {
            let id = format!("LicenseRef-{}-{}", id_part(text), short_hash(text));
            extracted.entry(id.clone()).or_insert(ExtractedLicence {
                license_id: id.clone(),
                extracted_text: text,
                name: text,
            });
            id
        }
        _ => NO_ASSERTION.to_owned(),
    };
    SpdxPackage {
        version_info: package.version.as_deref(),
        download_location: package
            .download_url
            .as_deref()
            .and_then(clean_url)
            .unwrap_or_else(|| NO_ASSERTION.to_owned()),
        checksums: package
            .checksums
            .iter()
            .filter(|checksum| is_well_formed(checksum))
            .map(|checksum| SpdxChecksum {
                algorithm: hash_word(checksum.algorithm, false),
                value: &checksum.hex,
            })
            .collect(),
        source_info: source_info(&package.evidence),
        license_declared,
        comment: match package.scope {
            Scope::Runtime => None,
            Scope::Optional => Some("scope: optional"),
            Scope::Development => Some("scope: development"),
        },
        external_refs: vec![ExternalRef::purl(package.purl.as_str())],
        ..SpdxPackage::new(
            &package.name,
            element_id(package.purl.as_str()),
            match package.kind {
                PackageKind::Library => "LIBRARY",
                PackageKind::Container => "CONTAINER",
                PackageKind::Action => "APPLICATION",
            },
        )
    }
}

/// `DESCRIBES`, `CONTAINS` and who needs whom. A need that is weaker than its owner is written the other way round,
/// as the specification names it: the package is a development or optional dependency *of* its owner.
fn relationships(document: &Document<'_>) -> Vec<Relationship> {
    let scopes: BTreeMap<&str, Scope> =
        document.packages.iter().map(|package| (package.purl.as_str(), package.scope)).collect();
    let scope_of = |reference: &str| scopes.get(reference).copied().unwrap_or(Scope::Runtime);
    let mut relationships = vec![Relationship {
        element: DOCUMENT_ID.to_owned(),
        kind: "DESCRIBES",
        related: element_id(SUBJECT_REF),
    }];
    for (owner, targets) in &document.needs {
        for target in targets {
            let (one, other) = (element_id(owner), element_id(target));
            let (element, kind, related) = if !scopes.contains_key(target) {
                (one, "CONTAINS", other)
            } else if scope_of(target) <= scope_of(owner) {
                (one, "DEPENDS_ON", other)
            } else if scope_of(target) == Scope::Development {
                (other, "DEV_DEPENDENCY_OF", one)
            } else {
                (other, "OPTIONAL_DEPENDENCY_OF", one)
            };
            relationships.push(Relationship { element, kind, related });
        }
    }
    relationships
}

/// The licences of an expression that no list holds; a document must say something of each.
fn own_ids(expression: &str) -> impl Iterator<Item = &str> {
    expression
        .split(|character: char| character.is_whitespace() || matches!(character, '(' | ')' | '+'))
        .filter(|word| word.starts_with("LicenseRef-"))
}

fn source_info(places: &[Place]) -> Option<String> {
    let mut seen: Vec<String> = places
        .iter()
        .flat_map(|place| {
            place.origins.iter().map(|origin| format!("{}:{}", origin.path(), place.region.start.line))
        })
        .collect();
    seen.sort();
    seen.dedup();
    (!seen.is_empty()).then(|| format!("named by {}", seen.join(", ")))
}

/// An SPDX identifier: readable, and unique by its hash.
fn element_id(reference: &str) -> String {
    let readable = reference.strip_prefix("pkg:").unwrap_or(reference);
    format!("SPDXRef-{}-{}", id_part(readable), short_hash(reference))
}

/// Letters, digits, dots and dashes; at most 64 of them.
fn id_part(text: &str) -> String {
    text.chars()
        .take(64)
        .map(|character| if character.is_ascii_alphanumeric() || character == '.' { character } else { '-' })
        .collect()
}

fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spdx<'a> {
    spdx_version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    spdx_id: &'static str,
    name: &'a str,
    document_namespace: String,
    creation_info: CreationInfo<'a>,
    packages: Vec<SpdxPackage<'a>>,
    #[serde(rename = "hasExtractedLicensingInfos", skip_serializing_if = "Vec::is_empty")]
    extracted: Vec<ExtractedLicence<'a>>,
    relationships: Vec<Relationship>,
}

#[derive(Serialize)]
struct CreationInfo<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<&'a str>,
    creators: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpdxPackage<'a> {
    name: &'a str,
    #[serde(rename = "SPDXID")]
    spdx_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<&'a str>,
    download_location: String,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checksums: Vec<SpdxChecksum<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_info: Option<String>,
    license_concluded: &'static str,
    license_declared: String,
    copyright_text: &'static str,
    /// The scope where it is not to run: a relationship can say so of direct needs only.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalRef<'a>>,
    #[serde(rename = "primaryPackagePurpose")]
    purpose: &'static str,
}

impl<'a> SpdxPackage<'a> {
    fn new(name: &'a str, spdx_id: String, purpose: &'static str) -> Self {
        Self {
            name,
            spdx_id,
            version_info: None,
            download_location: NO_ASSERTION.to_owned(),
            files_analyzed: false,
            checksums: Vec::new(),
            source_info: None,
            license_concluded: NO_ASSERTION,
            license_declared: NO_ASSERTION.to_owned(),
            copyright_text: NO_ASSERTION,
            comment: None,
            external_refs: Vec::new(),
            purpose,
        }
    }
}

#[derive(Serialize)]
struct SpdxChecksum<'a> {
    algorithm: &'static str,
    #[serde(rename = "checksumValue")]
    value: &'a str,
}

#[derive(Serialize)]
struct ExternalRef<'a> {
    #[serde(rename = "referenceCategory")]
    category: &'static str,
    #[serde(rename = "referenceType")]
    kind: &'static str,
    #[serde(rename = "referenceLocator")]
    locator: &'a str,
}

impl<'a> ExternalRef<'a> {
    fn purl(locator: &'a str) -> Self {
        Self { category: "PACKAGE-MANAGER", kind: "purl", locator }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExtractedLicence<'a> {
    license_id: String,
    extracted_text: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Relationship {
    #[serde(rename = "spdxElementId")]
    element: String,
    #[serde(rename = "relationshipType")]
    kind: &'static str,
    #[serde(rename = "relatedSpdxElement")]
    related: String,
}
