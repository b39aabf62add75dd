//! Inventory to CycloneDX and SPDX, and back: canonical bytes out, tolerant reading in.

/// What the configuration and the flags say about documents.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Who writes the document: `Name <mail@example.org>`.
    pub author: Option<String>,
    /// Name of the thing described.
    pub subject: String,
    /// Its version.
    pub version: Option<String>,
    /// Where its source lives; credentials and query are stripped.
    pub vcs_url: Option<String>,
    /// The commit described, in hexadecimal.
    pub commit: Option<String>,
    /// Timestamp of the document, seconds since 1970 UTC.
    pub timestamp: i64,
}
