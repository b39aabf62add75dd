//! Inventory to CycloneDX and SPDX; canonical bytes.

/// What the configuration and the flags say about documents.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who writes the document: `Name <mail@example.org>`.
    pub author: Option<String>,
    /// Name of the thing described.
    pub subject: String,
    /// Timestamp of the document, seconds since 1970 UTC.
    pub timestamp: i64,
}
