//! Inventory to CycloneDX and SPDX, and back: canonical bytes out, tolerant reading in.
//!
//! The same inventory and settings give the same bytes every time. Nothing of the machine enters a document: no
//! clock, no absolute path, no host or user name.

mod cyclonedx;
mod document;
mod licence;
mod read;
mod spdx;

use std::fmt;
use std::str::FromStr;

use crate::inventory::Inventory;
use document::Document;
pub use read::{Read, read};

/// What the configuration and the flags say about documents.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Who writes the document: `Name <mail@example.org>`.
    pub author: Option<String>,
    /// Name of the thing described.
    pub subject: String,
    /// Its version; without one, that of the only project found, if there is just one.
    pub version: Option<String>,
    /// Where its source lives; credentials and query are stripped.
    pub vcs_url: Option<String>,
    /// The commit described, in hexadecimal.
    pub commit: Option<String>,
    /// True when something could not be read, so that the list is known to be incomplete.
    pub incomplete: bool,
    /// Timestamp of the document, seconds since 1970 UTC.
    pub timestamp: i64,
}

/// A kind of document that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentFormat {
    /// CycloneDX as JSON.
    CycloneDxJson(CycloneDxVersion),
    /// CycloneDX as XML, up to specification version 1.5.
    CycloneDxXml(CycloneDxVersion),
    /// SPDX 2.3 as JSON.
    SpdxJson,
    /// SPDX 2.3 as tag-value text.
    SpdxTagValue,
}

impl Default for DocumentFormat {
    fn default() -> Self {
        Self::CycloneDxJson(CycloneDxVersion::default())
    }
}

/// Versions of the CycloneDX specification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CycloneDxVersion {
    /// 1.4 (January 2022).
    V1_4,
    /// 1.5 (June 2023).
    V1_5,
    /// 1.6 (April 2024).
    #[default]
    V1_6,
    /// 1.7 (October 2025).
    V1_7,
}

impl CycloneDxVersion {
    /// As the document writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::V1_4 => "1.4",
            Self::V1_5 => "1.5",
            Self::V1_6 => "1.6",
            Self::V1_7 => "1.7",
        }
    }
}

impl fmt::Display for CycloneDxVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for CycloneDxVersion {
    type Err = SbomError;

    fn from_str(text: &str) -> Result<Self, SbomError> {
        [Self::V1_4, Self::V1_5, Self::V1_6, Self::V1_7]
            .into_iter()
            .find(|version| version.word() == text)
            .ok_or_else(|| SbomError::SpecVersion(crate::source::printable_str(text)))
    }
}

/// Why a document cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SbomError {
    /// A specification version that we do not write.
    #[error("CycloneDX {0} is not written; choose 1.4, 1.5, 1.6 or 1.7")]
    SpecVersion(String),
    /// XML of a version above 1.5.
    #[error("CycloneDX {0} is not written as XML; choose --spec-version 1.5 or --format cyclonedx-json")]
    XmlVersion(CycloneDxVersion),
    /// A time that has no four-digit year.
    #[error(
        "the timestamp {0} is not between the years 1 and 9999; set SOURCE_DATE_EPOCH to seconds since 1970"
    )]
    Timestamp(i64),
    /// The document could not be serialised.
    #[error("the document could not be written ({0}); this is a bug of plimsoll, please report it")]
    Write(String),
    /// A file that is too large to be read.
    #[error("the document is larger than 256 MiB; split it, or give the tree that it was made from")]
    TooLarge,
    /// Bytes that are not UTF-8.
    #[error("the document is not UTF-8 text from byte {0} on; save it as UTF-8")]
    NotText(usize),
    /// Broken JSON.
    #[error("the document is not valid JSON: {0}; make it anew with the tool that wrote it")]
    Json(String),
    /// Broken XML.
    #[error(
        "the document is no CycloneDX XML that can be read: {0}; convert it to JSON with the tool that wrote it"
    )]
    Xml(String),
    /// A broken line of tag-value text.
    #[error(
        "line {line} is no `Tag: value`, or its text has no end; make the document anew with the tool that wrote it"
    )]
    TagValue {
        /// 1-based.
        line: usize,
    },
    /// SPDX 3.
    #[error("SPDX 3 is not read yet; write the document as SPDX 2.3 or CycloneDX")]
    Spdx3,
    /// Some other file.
    #[error(
        "neither CycloneDX (JSON or XML) nor SPDX 2 (JSON or tag-value); give one of these, or a directory"
    )]
    Unknown,
    /// A version that we do not read.
    #[error("{0} is not read; CycloneDX 1.2 to 1.7 as JSON, 1.3 to 1.5 as XML, and SPDX 2.2 and 2.3 are")]
    ReadVersion(String),
    /// A member of the wrong type.
    #[error("`{0}` is no list; make the document anew with the tool that wrote it")]
    Shape(&'static str),
}

/// The in-toto predicate type for a document in JSON, `None` for any other file: CycloneDX, or SPDX with its version
/// (<https://github.com/in-toto/attestation/tree/main/spec/predicates>).
pub fn predicate_type(bytes: &[u8]) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    if json.get("bomFormat").and_then(serde_json::Value::as_str) == Some("CycloneDX") {
        return Some("https://cyclonedx.org/bom".to_owned());
    }
    let version = json.get("spdxVersion")?.as_str()?.strip_prefix("SPDX-")?;
    let plain = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| format!("https://spdx.dev/Document/v{version}"))
}

/// Writes the inventory as a document of the given format.
pub fn write(
    inventory: &Inventory,
    settings: &Settings,
    format: DocumentFormat,
) -> Result<Vec<u8>, SbomError> {
    let references = Document::references(inventory);
    let document = Document::new(inventory, settings, &references)?;
    match format {
        DocumentFormat::CycloneDxJson(version) => cyclonedx::write_json(&document, version),
        DocumentFormat::CycloneDxXml(version) => cyclonedx::write_xml(&document, version),
        DocumentFormat::SpdxJson => spdx::write_json(&document),
        DocumentFormat::SpdxTagValue => spdx::write_tag_value(&document),
    }
}
