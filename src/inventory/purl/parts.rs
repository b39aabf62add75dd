//! The parts of a package URL and the rules of its type.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::encoding::{encode, strictly_decoded};
use super::{Purl, PurlError};

/// The parts, decoded.
pub(super) struct Parts {
    kind: String,
    namespace: Vec<String>,
    name: String,
    version: Option<String>,
    pub(super) qualifiers: BTreeMap<String, String>,
    subpath: Vec<String>,
}

/// What becomes of upper case in the owner and the repository of GitHub; other types have one form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Lower case, as the specification wants it.
    Canonical,
    /// As it is.
    Written,
}

impl Parts {
    /// What a caller gives, not encoded.
    pub(super) fn new(
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        version: Option<&str>,
        qualifiers: &[(&str, &str)],
        subpath: Option<&str>,
    ) -> Result<Self, PurlError> {
        let mut parts = Self {
            kind: kind.to_owned(),
            namespace: namespace
                .unwrap_or_default()
                .split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            name: name.to_owned(),
            version: version.filter(|version| !version.is_empty()).map(str::to_owned),
            qualifiers: BTreeMap::new(),
            subpath: subpath_parts(subpath.unwrap_or_default()).map(str::to_owned).collect(),
        };
        for (key, value) in qualifiers {
            parts.qualify(key, (*value).to_owned())?;
        }
        Ok(parts)
    }

    /// "How to parse a purl" of the specification, right to left.
    pub(super) fn parse(text: &str) -> Result<Self, PurlError> {
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
        let mut parts = Self {
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
        Ok(parts)
    }

    pub(super) fn qualify(&mut self, key: &str, value: String) -> Result<(), PurlError> {
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
    pub(super) fn purl(mut self, case: Case) -> Result<Purl, PurlError> {
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
        self.fold(case);
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
    fn fold(&mut self, case: Case) {
        let namespace_and_name = |parts: &mut Self| {
            parts.namespace.iter_mut().for_each(|part| *part = part.to_lowercase());
            parts.name = parts.name.to_lowercase();
        };
        match self.kind.as_str() {
            "github" if case == Case::Written => {}
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
