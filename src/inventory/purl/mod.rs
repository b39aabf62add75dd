//! Package URLs, as the purl specification writes them.

mod encoding;
mod parts;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use encoding::decoded;
use parts::{Case, Parts};

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
        Self::with_subpath(kind, namespace, name, version, qualifiers, None)
    }

    /// Builds a canonical package URL that points at something inside of the package.
    pub fn with_subpath(
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        version: Option<&str>,
        qualifiers: &[(&str, &str)],
        subpath: Option<&str>,
    ) -> Result<Self, PurlError> {
        Parts::new(kind, namespace, name, version, qualifiers, subpath)?.purl(Case::Canonical)
    }

    /// An action or reusable workflow of GitHub: `owner/repository@at`, and a path inside of the repository.
    ///
    /// Owner and repository stay as they are written. The specification wants them in lower case; GitHub, advisories
    /// and other tools keep their case and compare as written, and so two package URLs meet only that way.
    /// [`Purl::canonical`] tells whether two spellings mean one repository.
    pub fn action(
        owner: &str,
        repository: &str,
        at: Option<&str>,
        subpath: Option<&str>,
    ) -> Result<Self, PurlError> {
        Parts::new("github", Some(owner), repository, at, &[], subpath)?.purl(Case::Written)
    }

    /// Reads a foreign package URL and makes it canonical, but for the case of GitHub's owners and repositories,
    /// which stays as in [`Purl::action`].
    pub fn as_written(text: &str) -> Result<Self, PurlError> {
        Parts::parse(text)?.purl(Case::Written)
    }

    /// The canonical form: the same for every spelling of one package.
    #[must_use]
    pub fn canonical(&self) -> Self {
        self.0.parse().unwrap_or_else(|_| self.clone())
    }

    /// The same package with other qualifiers, and with the case of its name as it is.
    pub fn with_qualifiers(&self, qualifiers: &[(&str, &str)]) -> Result<Self, PurlError> {
        let mut parts = Parts::parse(&self.0)?;
        parts.qualifiers.clear();
        for (key, value) in qualifiers {
            parts.qualify(key, (*value).to_owned())?;
        }
        parts.purl(Case::Written)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The type: `npm`, `cargo`, `oci`, …
    pub fn kind(&self) -> &str {
        self.split().kind
    }

    /// The namespace, decoded: an npm scope with its `@`, a Go path but its last part, a GitHub owner.
    pub fn namespace(&self) -> Option<Cow<'_, str>> {
        self.split().namespace.map(decoded)
    }

    /// The name, decoded.
    pub fn name(&self) -> Cow<'_, str> {
        decoded(self.split().name)
    }

    /// The version, decoded.
    pub fn version(&self) -> Option<Cow<'_, str>> {
        self.split().version.map(decoded)
    }

    /// The qualifiers, decoded, in order of their keys.
    pub fn qualifiers(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.split()
            .qualifiers
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key, decoded(value)))
    }

    /// The subpath, decoded.
    pub fn subpath(&self) -> Option<Cow<'_, str>> {
        self.split().subpath.map(decoded)
    }

    /// The same package whatever its version, qualifiers and subpath.
    #[must_use]
    pub fn without_version(&self) -> Self {
        let parts = self.split();
        Self(match parts.namespace {
            Some(namespace) => format!("pkg:{}/{namespace}/{}", parts.kind, parts.name),
            None => format!("pkg:{}/{}", parts.kind, parts.name),
        })
    }

    /// Takes the canonical text apart; every separator inside of a part is encoded there.
    fn split(&self) -> Split<'_> {
        let rest = self.0.strip_prefix("pkg:").unwrap_or(&self.0);
        let (rest, subpath) = cut(rest, '#');
        let (rest, qualifiers) = cut(rest, '?');
        let (rest, version) = cut(rest, '@');
        let (kind, rest) = rest.split_once('/').unwrap_or(("", rest));
        // A git repository's path below its host is one name.
        let halves = if kind == "git" { rest.split_once('/') } else { rest.rsplit_once('/') };
        let (namespace, name) = match halves {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, rest),
        };
        Split { kind, namespace, name, version, qualifiers, subpath }
    }
}

/// Reads a foreign package URL and makes it canonical.
impl FromStr for Purl {
    type Err = PurlError;

    fn from_str(text: &str) -> Result<Self, PurlError> {
        Parts::parse(text)?.purl(Case::Canonical)
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

struct Split<'p> {
    kind: &'p str,
    namespace: Option<&'p str>,
    name: &'p str,
    version: Option<&'p str>,
    qualifiers: Option<&'p str>,
    subpath: Option<&'p str>,
}

fn cut(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(before, after)| (before, Some(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(kind: &str, namespace: Option<&str>, name: &str, version: Option<&str>) -> String {
        Purl::new(kind, namespace, name, version, &[]).unwrap().to_string()
    }

    #[test]
    fn parts_come_back_as_they_went_in() {
        let purl = Purl::with_subpath(
            "github",
            Some("Actions"),
            "cache",
            Some("v4+x"),
            &[("vcs_url", "git+https://h/p?x#y"), ("arch", "")],
            Some("/./save/"),
        )
        .unwrap();
        assert_eq!(
            purl.as_str(),
            "pkg:github/actions/cache@v4%2Bx?vcs_url=git%2Bhttps:%2F%2Fh%2Fp%3Fx%23y#save"
        );
        assert_eq!(purl.kind(), "github");
        assert_eq!(purl.namespace().as_deref(), Some("actions"));
        assert_eq!(purl.name(), "cache");
        assert_eq!(purl.version().as_deref(), Some("v4+x"));
        assert_eq!(purl.qualifiers().collect::<Vec<_>>(), [("vcs_url", Cow::from("git+https://h/p?x#y"))]);
        assert_eq!(purl.subpath().as_deref(), Some("save"));
        assert_eq!(purl.without_version().as_str(), "pkg:github/actions/cache");
        assert_eq!(purl.as_str().parse(), Ok(purl.clone()));
    }

    #[test]
    fn case_is_kept_where_the_ecosystem_keeps_it() {
        assert_eq!(build("npm", None, "JSONStream", Some("1.3.5")), "pkg:npm/JSONStream@1.3.5");
        assert_eq!(build("npm", Some("@babel"), "core", Some("7.0.0")), "pkg:npm/%40babel/core@7.0.0");
        assert_eq!(build("pypi", None, "Zope_Interface", Some("5")), "pkg:pypi/zope-interface@5");
        assert_eq!(
            build("golang", Some("github.com/Masterminds"), "semver", Some("v3.2.1+incompatible")),
            "pkg:golang/github.com/Masterminds/semver@v3.2.1%2Bincompatible"
        );
    }

    #[test]
    fn actions_keep_their_case_and_still_are_one() {
        let written = Purl::action("Azure", "Setup-AZD", Some("V2"), Some("Sub/dir")).unwrap();
        assert_eq!(written.as_str(), "pkg:github/Azure/Setup-AZD@V2#Sub/dir");
        assert_eq!(written.canonical().as_str(), "pkg:github/azure/setup-azd@V2#Sub/dir");
        assert_eq!(Purl::as_written(written.as_str()), Ok(written.clone()));
        assert_eq!(
            written.with_qualifiers(&[("a", "b")]).unwrap().as_str(),
            "pkg:github/Azure/Setup-AZD@V2?a=b#Sub/dir"
        );
        // Every other type is made canonical all the same.
        assert_eq!(
            Purl::as_written("pkg:PyPI/Zope_Interface@5").unwrap().as_str(),
            "pkg:pypi/zope-interface@5"
        );
        assert!(Purl::action("", "x", None, None).is_err());
    }

    #[test]
    fn what_is_not_one() {
        for text in [
            "",
            "pkg:",
            "pkg:npm",
            "pkg:npm/",
            "npm/a@1",
            "pkg:1a/b",
            "pkg:npm/a?b c=d",
            "pkg:npm/%ff",
            "pkg:cargo/a/b",
        ] {
            assert!(text.parse::<Purl>().is_err(), "{text}");
        }
        assert!(Purl::new("npm", None, "", None, &[]).is_err());
    }
}
