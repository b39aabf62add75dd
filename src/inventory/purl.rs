//! Package URLs, as the purl specification writes them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

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
        let some = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let mut parts = Parts {
            kind: kind.to_owned(),
            namespace: namespace
                .unwrap_or_default()
                .split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            name: name.to_owned(),
            version: some(version),
            qualifiers: BTreeMap::new(),
            subpath: subpath_parts(subpath.unwrap_or_default()).map(str::to_owned).collect(),
        };
        for (key, value) in qualifiers {
            parts.qualify(key, (*value).to_owned())?;
        }
        parts.canonical()
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

    /// "How to parse a purl" of the specification, right to left.
    fn from_str(text: &str) -> Result<Self, PurlError> {
        let fail = |reason: &str| Err(PurlError(reason.to_owned()));
        let Some(rest) =
            text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("pkg:")).and(text.get(4..))
        else {
            return fail("it does not begin with `pkg:`");
        };
        let (rest, subpath) = match rest.rsplit_once('#') {
            Some((rest, subpath)) => (rest, subpath),
            None => (rest, ""),
        };
        let (rest, qualifiers) = match rest.rsplit_once('?') {
            Some((rest, qualifiers)) => (rest, qualifiers),
            None => (rest, ""),
        };
        let Some((kind, rest)) = rest.trim_start_matches('/').split_once('/') else {
            return fail("it has no type or no name");
        };
        // An `@` with a slash after it begins an npm scope, not a version.
        let (path, version) = match rest.rsplit_once('@') {
            Some((path, version)) if !version.contains('/') => (path, Some(version)),
            _ => (rest, None),
        };
        if path.ends_with('/') {
            return fail("it has no name");
        }
        let path = path.trim_start_matches('/');
        let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
        let decode = |part: &str| strictly_decoded(part).map(Cow::into_owned);
        let mut parts = Parts {
            kind: kind.to_owned(),
            namespace: namespace
                .split('/')
                .filter(|part| !part.is_empty())
                .map(decode)
                .collect::<Result<_, _>>()?,
            name: decode(name)?,
            version: version.filter(|version| !version.is_empty()).map(decode).transpose()?,
            qualifiers: BTreeMap::new(),
            subpath: subpath_parts(subpath).map(decode).collect::<Result<_, _>>()?,
        };
        if parts.namespace.iter().chain(&parts.subpath).any(|part| part.contains('/')) {
            return fail("a part of its path holds an encoded slash");
        }
        for pair in qualifiers.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            parts.qualify(key, decode(value)?)?;
        }
        parts.canonical()
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

/// The parts, decoded.
struct Parts {
    kind: String,
    namespace: Vec<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Vec<String>,
}

impl Parts {
    fn qualify(&mut self, key: &str, value: String) -> Result<(), PurlError> {
        let good = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        if !good {
            return Err(PurlError("the key of a qualifier holds a character that is not allowed".to_owned()));
        }
        if !value.is_empty() {
            self.qualifiers.insert(key.to_ascii_lowercase(), value);
        }
        Ok(())
    }

    /// The rules of the type definitions, then the text.
    fn canonical(mut self) -> Result<Purl, PurlError> {
        let fail = |reason: String| Err(PurlError(reason));
        let good = self.kind.starts_with(|c: char| c.is_ascii_alphabetic())
            && self.kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte));
        if !good {
            return fail("the type holds a character that is not allowed, or is missing".to_owned());
        }
        self.kind.make_ascii_lowercase();
        if self.name.is_empty() {
            return fail("it has no name".to_owned());
        }
        self.fold();
        let kind = self.kind.as_str();
        match kind {
            "bazel" | "bitnami" | "cargo" | "chrome-extension" | "cocoapods" | "conda" | "cran" | "gem"
            | "hackage" | "julia" | "mlflow" | "nuget" | "oci" | "opam" | "otp" | "pub" | "pypi"
            | "vcpkg"
                if !self.namespace.is_empty() =>
            {
                return fail(format!("a package of type {kind} has no namespace"));
            }
            "bitbucket" | "composer" | "github" | "huggingface" | "swift" | "vscode-extension"
                if self.namespace.is_empty() =>
            {
                return fail(format!("a package of type {kind} needs a namespace"));
            }
            "julia" if !self.qualifiers.contains_key("uuid") => {
                return fail("a package of type julia needs the qualifier uuid".to_owned());
            }
            "swid" if !self.qualifiers.contains_key("tag_id") => {
                return fail("a package of type swid needs the qualifier tag_id".to_owned());
            }
            "cpan" if self.name.contains("::") => {
                return fail("a package of type cpan is a distribution, not a module".to_owned());
            }
            "chrome-extension" if !is_extension_id(&self.name) => {
                return fail("the name of a Chrome extension has 32 letters from a to p".to_owned());
            }
            "chrome-extension" if !self.version.as_deref().is_none_or(is_extension_version) => {
                return fail("the version of a Chrome extension is one to four numbers".to_owned());
            }
            _ => {}
        }
        Ok(Purl(self.write()))
    }

    /// Lower case and normal forms, where the type asks for them
    /// (`types/*-definition.json` of the specification).
    fn fold(&mut self) {
        let namespace_and_name = |parts: &mut Self| {
            parts.namespace.iter_mut().for_each(|part| *part = part.to_lowercase());
            parts.name = parts.name.to_lowercase();
        };
        match self.kind.as_str() {
            "alpm" | "apk" | "bitbucket" | "brew" | "composer" | "deb" | "github" | "hex" | "luarocks" => {
                namespace_and_name(self);
            }
            "vscode-extension" => {
                namespace_and_name(self);
                self.version = self.version.take().map(|version| version.to_lowercase());
            }
            // A host that ignores case; elsewhere a git path is what it is.
            "git" if self.namespace.first().is_some_and(|host| host.to_lowercase().starts_with("github")) => {
                namespace_and_name(self);
            }
            "bitnami" | "chrome-extension" | "otp" => self.name = self.name.to_lowercase(),
            "oci" => {
                self.name = self.name.to_lowercase();
                self.version = self.version.take().map(|version| version.to_lowercase());
            }
            "pub" => {
                self.name = self
                    .name
                    .to_lowercase()
                    .chars()
                    .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' })
                    .collect();
            }
            "pypi" => self.name = self.name.to_lowercase().replace('_', "-"),
            "huggingface" => self.version = self.version.take().map(|version| version.to_lowercase()),
            "qpkg" | "rpm" | "yocto" => {
                self.namespace.iter_mut().for_each(|part| *part = part.to_lowercase());
            }
            // Databricks ignores case in model names, other servers do not.
            "mlflow"
                if self.qualifiers.get("repository_url").is_some_and(|url| url.contains("databricks")) =>
            {
                self.name = self.name.to_lowercase();
            }
            _ => {}
        }
    }

    fn write(&self) -> String {
        let mut out = format!("pkg:{}/", self.kind);
        for part in &self.namespace {
            encode(&mut out, part);
            out.push('/');
        }
        if self.kind == "git" {
            for (at, part) in self.name.split('/').enumerate() {
                out.push_str(if at == 0 { "" } else { "/" });
                encode(&mut out, part);
            }
        } else {
            encode(&mut out, &self.name);
        }
        if let Some(version) = &self.version {
            out.push('@');
            encode(&mut out, version);
        }
        for (at, (key, value)) in self.qualifiers.iter().enumerate() {
            out.push(if at == 0 { '?' } else { '&' });
            out.push_str(key);
            out.push('=');
            encode(&mut out, value);
        }
        for (at, part) in self.subpath.iter().enumerate() {
            out.push(if at == 0 { '#' } else { '/' });
            encode(&mut out, part);
        }
        out
    }
}

fn is_extension_id(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| (b'a'..=b'p').contains(&byte))
}

fn is_extension_version(version: &str) -> bool {
    version.split('.').count() <= 4
        && version.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn subpath_parts(subpath: &str) -> impl Iterator<Item = &str> {
    subpath.split('/').filter(|part| !matches!(*part, "" | "." | ".."))
}

fn cut(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Everything but letters, digits, `.-_~` and the colon is written as `%XX`.
fn encode(out: &mut String, part: &str) {
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// The inverse of [`encode`], for what is known to be canonical.
fn decoded(part: &str) -> Cow<'_, str> {
    strictly_decoded(part).unwrap_or(Cow::Borrowed(part))
}

fn strictly_decoded(part: &str) -> Result<Cow<'_, str>, PurlError> {
    if !part.contains('%') {
        return Ok(Cow::Borrowed(part));
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| PurlError("it encodes bytes that are not UTF-8".to_owned()))
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
