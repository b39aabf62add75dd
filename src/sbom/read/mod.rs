//! Reading foreign documents: CycloneDX and SPDX of any usual version and encoding become an [`Inventory`] again,
//! and what has no place in one is named.

mod cyclonedx;
mod spdx;
mod tag_value;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use serde_json::Value;

use super::document::{clean_url, is_well_formed};
use super::{SbomError, Settings};
use crate::inventory::{
    Checksum, Completeness, HashAlgorithm, Inventory, Package, PackageKind, Purl, PurlError, Root, Scope,
};
use crate::source::{RelPath, printable_str};

/// The largest document that is read.
const SIZE_LIMIT: usize = 256 << 20;
/// The most kinds of loss that are told apart.
const LOSS_LIMIT: usize = 200;

/// The loss where a document lists a package twice.
const TWIN: &str = "second entry of a package, merged with the first";

/// A document as read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// What it was: `CycloneDX 1.5 JSON`.
    pub format: String,
    /// Packages, edges and projects.
    pub inventory: Inventory,
    /// Name of the thing described.
    pub subject: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Where its source lives.
    pub vcs_url: Option<String>,
    /// The commit described.
    pub commit: Option<String>,
    /// Who wrote the document.
    pub author: Option<String>,
    /// When, in seconds since 1970 UTC.
    pub timestamp: Option<i64>,
    /// True when the document says that something is missing.
    pub incomplete: bool,
    /// What the inventory has no place for, or had to be made up, in words; sorted.
    pub lost: Vec<String>,
}

impl Read {
    /// Settings that write the document again as what it was. `timestamp` beats the document's own, which beats the
    /// start of 1970.
    pub fn settings(&self, timestamp: Option<i64>) -> Settings {
        Settings {
            author: self.author.clone(),
            subject: self.subject.clone().unwrap_or_else(|| "unnamed".to_owned()),
            version: self.version.clone(),
            vcs_url: self.vcs_url.clone(),
            commit: self.commit.clone(),
            incomplete: self.incomplete,
            timestamp: timestamp.or(self.timestamp).unwrap_or(0),
        }
    }
}

/// Reads CycloneDX JSON 1.2 to 1.7, CycloneDX XML 1.3 to 1.5, SPDX 2.2 and 2.3 as JSON or tag-value text.
pub fn read(bytes: &[u8]) -> Result<Read, SbomError> {
    if bytes.len() > SIZE_LIMIT {
        return Err(SbomError::TooLarge);
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| SbomError::NotText(error.valid_up_to()))?
        .trim_start_matches('\u{feff}');
    let start = text.trim_start();
    if start.starts_with('{') {
        let json: Value = serde_json::from_str(text).map_err(|error| SbomError::Json(error.to_string()))?;
        if json.get("bomFormat").is_some() || json.get("specVersion").is_some() {
            cyclonedx::read(&json, "JSON")
        } else if json.get("spdxVersion").is_some() {
            spdx::read(&json, "JSON")
        } else if json.get("@context").is_some() {
            Err(SbomError::Spdx3)
        } else {
            Err(SbomError::Unknown)
        }
    } else if start.starts_with('<') {
        cyclonedx::read(&xml::to_json(text)?, "XML")
    } else if start.lines().take(200).any(|line| line.starts_with("SPDXVersion:")) {
        spdx::read(&tag_value::to_json(text)?, "tag-value")
    } else {
        Err(SbomError::Unknown)
    }
}

/// One thing that a document lists.
#[derive(Default)]
struct Element {
    reference: Option<String>,
    purl: Option<String>,
    name: String,
    version: Option<String>,
    container: bool,
    licence: Option<String>,
    checksums: BTreeSet<Checksum>,
    download_url: Option<String>,
    scope: Option<Scope>,
    /// Where its source lives, and the commit: kept of the subject only.
    vcs_url: Option<String>,
    commit: Option<String>,
    /// The file that speaks of it, where it is a project.
    file: Option<String>,
}

/// What both readers gather.
#[derive(Default)]
struct Gathered {
    subject: Element,
    projects: Vec<Element>,
    elements: Vec<Element>,
    /// Who needs whom, by reference.
    needs: Vec<(String, String)>,
    /// References whose needs are said to be all there.
    complete: BTreeSet<String>,
    /// True when the document says that something is missing.
    incomplete: bool,
    author: Option<String>,
    timestamp: Option<String>,
    lost: Losses,
}

/// Counted words on what is lost.
#[derive(Default)]
struct Losses(BTreeMap<String, usize>);

impl Losses {
    fn add(&mut self, what: &str) {
        if self.0.len() < LOSS_LIMIT || self.0.contains_key(what) {
            *self.0.entry(what.to_owned()).or_default() += 1;
        }
    }

    /// Every member of an object that nobody reads.
    fn members_but(&mut self, object: &Value, place: &str, read: &[&str]) {
        for (name, value) in object.as_object().into_iter().flatten() {
            let empty = value.is_null()
                || value.as_array().is_some_and(Vec::is_empty)
                || value.as_object().is_some_and(serde_json::Map::is_empty);
            if !read.contains(&name.as_str()) && !empty {
                self.add(&format!("{place} member `{}`", shortened(name)));
            }
        }
    }
}

impl Gathered {
    fn finish(mut self, format: String) -> Read {
        let mut inventory = Inventory::default();
        let mut purls: BTreeMap<String, Purl> = BTreeMap::new();
        for element in std::mem::take(&mut self.elements) {
            let reference = element.reference.clone();
            let Some(package) = self.package(element) else { continue };
            if let Some(reference) = reference {
                purls.insert(reference, package.purl.clone());
            }
            if inventory.packages.contains_key(&package.purl) {
                self.lost.add(TWIN);
            }
            inventory.add(package);
        }
        let subject = self.subject.reference.take();
        let mut roots: BTreeMap<String, Root> = BTreeMap::new();
        let mut own = BTreeSet::new();
        for project in std::mem::take(&mut self.projects) {
            let file = RelPath::from(project.file.as_deref().unwrap_or_default());
            let root = Root { name: project.name, version: project.version, file, needs: BTreeSet::new() };
            roots.insert(project.reference.unwrap_or_default(), root);
        }
        for (from, to) in std::mem::take(&mut self.needs) {
            let Some(target) = purls.get(&to) else {
                let is_project = roots.contains_key(&to) || Some(&to) == subject.as_ref();
                if !is_project {
                    self.lost.add("dependency on something that is not listed");
                }
                continue;
            };
            if Some(&from) == subject.as_ref() {
                own.insert(target.clone());
            } else if let Some(root) = roots.get_mut(&from) {
                root.needs.insert(target.clone());
            } else if let Some(owner) = purls.get(&from) {
                inventory.link(owner.clone(), target.clone());
            } else {
                self.lost.add("dependency of something that is not listed");
            }
        }
        if roots.is_empty() || !own.is_empty() {
            let root = Root {
                name: self.subject.name.clone(),
                version: self.subject.version.clone(),
                file: RelPath::top(),
                needs: own,
            };
            inventory.roots.push(root);
        }
        // Either the document stands in for all the needs that it names, or for none.
        let complete: BTreeSet<&Purl> = self.complete.iter().filter_map(|of| purls.get(of)).collect();
        if !self.complete.is_empty() && inventory.edges.keys().all(|owner| complete.contains(owner)) {
            for purl in complete {
                inventory.edges.entry(purl.clone()).or_default();
            }
        } else {
            inventory.completeness = Completeness::Unsaid;
        }
        inventory.roots.extend(roots.into_values());
        inventory.roots.sort();
        for _ in 0..inventory.unite_spellings() {
            self.lost.add(TWIN);
        }
        let named = Some(self.subject.name).filter(|name| !name.is_empty());
        let timestamp = self.timestamp.as_deref().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        Read {
            format,
            inventory,
            subject: named,
            version: self.subject.version,
            vcs_url: self.subject.vcs_url.as_deref().and_then(clean_url),
            commit: self.subject.commit,
            author: self.author,
            timestamp: timestamp.map(|time| time.timestamp()),
            incomplete: self.incomplete,
            lost: self
                .lost
                .0
                .into_iter()
                .map(|(what, count)| if count == 1 { what } else { format!("{what} ({count} times)") })
                .collect(),
        }
    }

    fn package(&mut self, element: Element) -> Option<Package> {
        let given = element.purl.as_deref().and_then(|text| match purl(text) {
            Ok(purl) => Some(purl),
            Err(_) => {
                self.lost.add("package URL that is not valid, replaced by one of type `generic`");
                None
            }
        });
        let purl = match given {
            Some(purl) => purl,
            None => {
                if element.purl.is_none() {
                    self.lost.add("no package URL: one of type `generic` was made from name and version");
                }
                let made = Purl::new("generic", None, &element.name, element.version.as_deref(), &[]);
                let Ok(purl) = made else {
                    self.lost.add("entry without a name");
                    return None;
                };
                purl
            }
        };
        let kind = if element.container {
            PackageKind::Container
        } else if purl.as_str().starts_with("pkg:github/") {
            PackageKind::Action
        } else {
            PackageKind::Library
        };
        if element.vcs_url.is_some() || element.commit.is_some() {
            self.lost.add("place of a package's source (vcs)");
        }
        let mut package = Package::new(purl, element.name, element.version);
        package.kind = kind;
        package.licence = element.licence;
        package.checksums = element.checksums;
        package.scope = element.scope.unwrap_or(Scope::Runtime);
        if let Some(url) = element.download_url {
            package.download_url = clean_url(&url);
            if package.download_url.is_none() {
                self.lost.add("download location that is no absolute URL");
            }
        }
        Some(package)
    }

    fn checksum(&mut self, algorithm: &str, hex: &str) -> Option<Checksum> {
        let known = match algorithm.replace('-', "").to_ascii_uppercase().as_str() {
            "MD5" => Some(HashAlgorithm::Md5),
            "SHA1" => Some(HashAlgorithm::Sha1),
            "SHA256" => Some(HashAlgorithm::Sha256),
            "SHA384" => Some(HashAlgorithm::Sha384),
            "SHA512" => Some(HashAlgorithm::Sha512),
            _ => None,
        };
        let checksum = known.map(|algorithm| Checksum { algorithm, hex: hex.to_ascii_lowercase() });
        let checksum = checksum.filter(is_well_formed);
        if checksum.is_none() {
            self.lost.add(&format!("checksum of algorithm `{}`, unknown or malformed", shortened(algorithm)));
        }
        checksum
    }
}

/// Reads a package URL; credentials and queries in the URLs among its qualifiers are stripped.
fn purl(text: &str) -> Result<Purl, PurlError> {
    let parsed = Purl::as_written(text)?;
    if !parsed.qualifiers().any(|(_, value)| value.contains("://")) {
        return Ok(parsed);
    }
    let qualifiers: Vec<(&str, String)> = parsed
        .qualifiers()
        .filter_map(|(key, value)| {
            let value = if value.contains("://") { clean_url(&value)? } else { value.into_owned() };
            Some((key, value))
        })
        .collect();
    let qualifiers: Vec<(&str, &str)> =
        qualifiers.iter().map(|(key, value)| (*key, value.as_str())).collect();
    parsed.with_qualifiers(&qualifiers)
}

fn text(value: &Value, member: &str) -> Option<String> {
    value.get(member)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn items<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A foreign word as it may be shown.
fn shortened(text: &str) -> String {
    printable_str(&text.chars().take(60).collect::<String>())
}
