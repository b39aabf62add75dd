//! Package URLs, as the purl specification writes them.

use std::fmt;

/// A package URL in canonical form (<https://github.com/package-url/purl-spec>).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl(String);

/// Why something is no package URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a package URL: {0}")]
pub struct PurlError(pub String);

impl Purl {
    /// Builds a canonical package URL.
    pub fn new(
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        version: Option<&str>,
        qualifiers: &[(&str, &str)],
    ) -> Result<Self, PurlError> {
        let mut purl =
            packageurl::PackageUrl::new(kind, name).map_err(|error| PurlError(error.to_string()))?;
        if let Some(namespace) = namespace {
            purl.with_namespace(namespace).map_err(|error| PurlError(error.to_string()))?;
        }
        if let Some(version) = version {
            purl.with_version(version).map_err(|error| PurlError(error.to_string()))?;
        }
        for (key, value) in qualifiers {
            purl.add_qualifier(*key, *value).map_err(|error| PurlError(error.to_string()))?;
        }
        Ok(Self(purl.to_string()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
