//! What every format says, worked out once: the subject, its projects, the packages and who needs whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, SecondsFormat};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{SbomError, Settings};
use crate::inventory::{Checksum, Completeness, HashAlgorithm, Inventory, Package, Purl, Root};

/// Name of this program in documents.
pub(super) const TOOL: &str = "plimsoll";
/// Its version.
pub(super) const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");
/// Licence of documents, as data.
pub(super) const DATA_LICENCE: &str = "CC0-1.0";
/// Phase of the life cycle that documents are about: files are read, nothing is built.
pub(super) const PHASE: &str = "pre-build";
/// Where it lives.
pub(super) const TOOL_URL: &str = env!("CARGO_PKG_REPOSITORY");

/// The reference of the subject; those of its projects start with it and a slash. No package URL does.
pub(super) const SUBJECT_REF: &str = "subject";

/// The content of a document, in order.
pub(super) struct Document<'a> {
    pub(super) settings: &'a Settings,
    /// RFC 3339, UTC.
    pub(super) timestamp: String,
    pub(super) author: Option<Author<'a>>,
    pub(super) version: Option<&'a str>,
    pub(super) vcs_url: Option<String>,
    /// Package URL of the subject where its source lives on a known forge.
    pub(super) purl: Option<Purl>,
    /// The projects, where there are several; a single one *is* the subject.
    pub(super) projects: Vec<Project<'a>>,
    pub(super) packages: Vec<&'a Package>,
    /// Who needs whom, by reference; every element has an entry.
    pub(super) needs: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// References of the elements all of whose direct needs are known.
    pub(super) known: BTreeSet<&'a str>,
    /// True when something is known to be missing.
    pub(super) incomplete: bool,
}

/// A project of the subject.
pub(super) struct Project<'a> {
    pub(super) reference: &'a str,
    pub(super) root: &'a Root,
}

/// Who writes the document.
pub(super) struct Author<'a> {
    pub(super) name: &'a str,
    pub(super) email: Option<&'a str>,
}

impl<'a> Document<'a> {
    pub(super) fn new(
        inventory: &'a Inventory,
        settings: &'a Settings,
        references: &'a [String],
    ) -> Result<Self, SbomError> {
        let packages: Vec<&Package> = inventory.packages.values().collect();
        let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut known = BTreeSet::new();
        let present = |purl: &'a Purl| inventory.packages.contains_key(purl).then(|| purl.as_str());
        for package in &packages {
            let targets = inventory.edges.get(&package.purl);
            if targets.is_some() {
                known.insert(package.purl.as_str());
            }
            needs.insert(package.purl.as_str(), targets.into_iter().flatten().filter_map(present).collect());
        }
        let mut projects = Vec::new();
        let mut own = BTreeSet::new();
        if let [only] = inventory.roots.as_slice() {
            own.extend(only.needs.iter().filter_map(present));
            known.insert(SUBJECT_REF);
        } else {
            for (root, reference) in inventory.roots.iter().zip(references) {
                needs.insert(reference, root.needs.iter().filter_map(present).collect());
                known.insert(reference);
                own.insert(reference);
                projects.push(Project { reference, root });
            }
            if !projects.is_empty() {
                known.insert(SUBJECT_REF);
            }
        }
        needs.insert(SUBJECT_REF, own);
        // In a file that could not be read in full, any entry may have lost a line.
        if inventory.completeness > Completeness::Full {
            known.clear();
        }
        let only_version = match inventory.roots.as_slice() {
            [only] => only.version.as_deref(),
            _ => None,
        };
        let vcs_url = settings.vcs_url.as_deref().and_then(clean_url);
        Ok(Self {
            timestamp: rfc3339(settings.timestamp)?,
            author: settings.author.as_deref().and_then(Author::parse),
            version: settings.version.as_deref().or(only_version),
            purl: vcs_url.as_deref().and_then(|url| forge_purl(url, settings.commit.as_deref())),
            vcs_url,
            settings,
            projects,
            packages,
            needs,
            known,
            incomplete: settings.incomplete || inventory.completeness == Completeness::Partial,
        })
    }

    /// References for the projects of an inventory, unique and in its order.
    pub(super) fn references(inventory: &Inventory) -> Vec<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        inventory
            .roots
            .iter()
            .map(|root| {
                let reference = format!("{SUBJECT_REF}/{}", root.file);
                let count = seen.entry(reference.clone()).or_insert(0);
                *count += 1;
                if *count == 1 { reference } else { format!("{reference}#{count}") }
            })
            .collect()
    }
}

impl<'a> Author<'a> {
    /// Reads `Name <mail@example.org>`, `Name` or `mail@example.org`.
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (name, email) = match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
            Some((name, email)) => (name.trim(), Some(email.trim())),
            None => (text, None),
        };
        let email = email.filter(|email| email.contains('@'));
        match (name.is_empty(), email) {
            (false, email) => Some(Self { name, email }),
            (true, Some(email)) => Some(Self { name: email, email: Some(email) }),
            (true, None) => None,
        }
    }
}

/// A URL as documents may show it: absolute, without credentials, query or fragment; `None` for what is no URL that
/// others can follow, such as a path of this machine.
pub(super) fn clean_url(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    if scheme.is_empty() || !scheme.bytes().all(plain) || scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.is_empty() {
        return None;
    }
    let mut clean = format!("{scheme}://");
    for character in host.chars().chain(path.chars()) {
        // What RFC 3986 allows nowhere is written as its UTF-8 bytes.
        if character.is_ascii_graphic()
            && !matches!(character, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
        {
            clean.push(character);
        } else {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                let _ = write!(clean, "%{byte:02X}");
            }
        }
    }
    Some(clean)
}

/// The name that both formats use for an algorithm: with a dash (CycloneDX) or without (SPDX).
pub(super) fn hash_word(algorithm: HashAlgorithm, dash: bool) -> &'static str {
    match (algorithm, dash) {
        (HashAlgorithm::Md5, _) => "MD5",
        (HashAlgorithm::Sha1, true) => "SHA-1",
        (HashAlgorithm::Sha256, true) => "SHA-256",
        (HashAlgorithm::Sha384, true) => "SHA-384",
        (HashAlgorithm::Sha512, true) => "SHA-512",
        (HashAlgorithm::Sha1, false) => "SHA1",
        (HashAlgorithm::Sha256, false) => "SHA256",
        (HashAlgorithm::Sha384, false) => "SHA384",
        (HashAlgorithm::Sha512, false) => "SHA512",
    }
}

/// True when the checksum has the length of its algorithm and is lower-case hexadecimal, as schemas ask for.
pub(super) fn is_well_formed(checksum: &Checksum) -> bool {
    let length = match checksum.algorithm {
        HashAlgorithm::Md5 => 32,
        HashAlgorithm::Sha1 => 40,
        HashAlgorithm::Sha256 => 64,
        HashAlgorithm::Sha384 => 96,
        HashAlgorithm::Sha512 => 128,
    };
    checksum.hex.len() == length && checksum.hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A UUID that follows from the content: version 5 over the SHA-256 of a document without its serial number and
/// timestamp.
pub(super) fn content_uuid(content: &[u8]) -> Uuid {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, TOOL_URL.as_bytes());
    Uuid::new_v5(&namespace, &Sha256::digest(content))
}

fn rfc3339(seconds: i64) -> Result<String, SbomError> {
    DateTime::from_timestamp(seconds, 0)
        .filter(|time| (1..=9999).contains(&time.year()))
        .map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
        .ok_or(SbomError::Timestamp(seconds))
}

fn forge_purl(url: &str, commit: Option<&str>) -> Option<Purl> {
    let (_, rest) = url.split_once("://")?;
    let mut parts = rest.trim_end_matches('/').split('/');
    let kind = match parts.next()? {
        "github.com" => "github",
        "bitbucket.org" => "bitbucket",
        _ => return None,
    };
    let (owner, name) = (parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Purl::new(kind, Some(owner), name.strip_suffix(".git").unwrap_or(name), commit, &[]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_what_may_be_secret_or_local() {
        assert_eq!(
            clean_url("https://user:pw@host.example:8443/a/b.tgz?sig=1#frag").as_deref(),
            Some("https://host.example:8443/a/b.tgz")
        );
        assert_eq!(
            clean_url("git+ssh://git@host.example/a b").as_deref(),
            Some("git+ssh://host.example/a%20b")
        );
        assert_eq!(clean_url("https://host.example?x=1").as_deref(), Some("https://host.example"));
        for local in [
            "file:///home/me/x",
            "../x",
            "/x",
            "C:\\x",
            "git@host.example:a/b",
            "https://",
            "://x",
            "FILE://x/y",
        ] {
            assert_eq!(clean_url(local), None, "{local}");
        }
    }

    #[test]
    fn authors() {
        let parse = |text| Author::parse(text).map(|author| (author.name, author.email));
        assert_eq!(parse("Acme <a@acme.example>"), Some(("Acme", Some("a@acme.example"))));
        assert_eq!(parse("Acme"), Some(("Acme", None)));
        assert_eq!(parse("<a@acme.example>"), Some(("a@acme.example", Some("a@acme.example"))));
        assert_eq!(parse("  "), None);
    }

    #[test]
    fn times() {
        assert_eq!(rfc3339(0).as_deref(), Ok("1970-01-01T00:00:00Z"));
        assert_eq!(rfc3339(1_700_000_000).as_deref(), Ok("2023-11-14T22:13:20Z"));
        assert_eq!(rfc3339(i64::MAX), Err(SbomError::Timestamp(i64::MAX)));
    }
}
