//! What software is there: packages, how they depend on each other, and the projects that want them. Types only.

mod purl;

use std::collections::{BTreeMap, BTreeSet};

pub use purl::{Purl, PurlError};

use crate::source::Place;

/// Packages, edges and roots, found in one file or merged from many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Every package once.
    pub packages: BTreeMap<Purl, Package>,
    /// Who depends on whom; both ends are in `packages`. An entry holds all that a package needs, which may be nothing;
    /// of a package without an entry that is not known.
    pub edges: BTreeMap<Purl, BTreeSet<Purl>>,
    /// The projects whose files named the packages.
    pub roots: Vec<Root>,
    /// How much of that its files hold.
    pub completeness: Completeness,
}

impl Inventory {
    /// Adds a package; a second sighting adds its evidence, checksums and the stronger scope.
    pub fn add(&mut self, package: Package) {
        match self.packages.entry(package.purl.clone()) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(package);
            }
            std::collections::btree_map::Entry::Occupied(mut slot) => slot.get_mut().absorb(package),
        }
    }

    /// Records that `from` depends on `to`.
    pub fn link(&mut self, from: Purl, to: Purl) {
        self.edges.entry(from).or_default().insert(to);
    }

    /// Takes in another inventory.
    pub fn absorb(&mut self, other: Self) {
        for package in other.packages.into_values() {
            self.add(package);
        }
        for (from, targets) in other.edges {
            self.edges.entry(from).or_default().extend(targets);
        }
        self.roots.extend(other.roots);
        self.roots.sort();
        self.roots.dedup();
        self.completeness = self.completeness.max(other.completeness);
    }

    /// Makes one package of those whose package URLs differ only in spelling, as `Azure/login` and `azure/login` do:
    /// the first in order stays. Gives back how many went into another.
    pub fn unite_spellings(&mut self) -> usize {
        let mut first: BTreeMap<Purl, &Purl> = BTreeMap::new();
        let mut renamed: BTreeMap<Purl, Purl> = BTreeMap::new();
        // Package URLs of every other type are canonical.
        for purl in self.packages.keys().filter(|purl| purl.kind() == "github") {
            let stays = *first.entry(purl.canonical()).or_insert(purl);
            if stays != purl {
                renamed.insert(purl.clone(), stays.clone());
            }
        }
        if renamed.is_empty() {
            return 0;
        }
        let now = |purl: Purl| renamed.get(&purl).cloned().unwrap_or(purl);
        for (gone, stays) in &renamed {
            if let Some(other) = self.packages.remove(gone)
                && let Some(package) = self.packages.get_mut(stays)
            {
                package.absorb(other);
            }
        }
        for (from, targets) in std::mem::take(&mut self.edges) {
            let from = now(from);
            let targets: BTreeSet<Purl> = targets.into_iter().map(now).filter(|to| *to != from).collect();
            self.edges.entry(from).or_default().extend(targets);
        }
        for root in &mut self.roots {
            root.needs = std::mem::take(&mut root.needs).into_iter().map(now).collect();
        }
        renamed.len()
    }
}

/// How much of what its files say an inventory holds; the last is the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Completeness {
    /// All.
    #[default]
    Full,
    /// It comes from a document that does not say.
    Unsaid,
    /// A file could not be read in full, so that something may be missing.
    Partial,
}

/// One package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its package URL: the identity.
    pub purl: Purl,
    /// Kind of thing.
    pub kind: PackageKind,
    /// Full name as its ecosystem writes it (`@scope/name`, `group:artifact`, `github.com/a/b`).
    pub name: String,
    /// Version as the file writes it; `None` when the file names none.
    pub version: Option<String>,
    /// SPDX licence expression that the file declares.
    pub licence: Option<String>,
    /// Checksums of the distributed archive, as the file gives them.
    pub checksums: BTreeSet<Checksum>,
    /// Where the archive is fetched from; credentials and query stripped.
    pub download_url: Option<String>,
    /// What it is needed for.
    pub scope: Scope,
    /// Where it was named.
    pub evidence: Vec<Place>,
}

impl Package {
    /// A package of which only the identity is known.
    pub fn new(purl: Purl, name: impl Into<String>, version: Option<String>) -> Self {
        Self {
            purl,
            kind: PackageKind::Library,
            name: name.into(),
            version,
            licence: None,
            checksums: BTreeSet::new(),
            download_url: None,
            scope: Scope::Runtime,
            evidence: Vec::new(),
        }
    }

    fn absorb(&mut self, other: Self) {
        self.checksums.extend(other.checksums);
        self.scope = self.scope.min(other.scope);
        self.licence = self.licence.take().or(other.licence);
        self.download_url = self.download_url.take().or(other.download_url);
        for place in other.evidence {
            if !self.evidence.contains(&place) {
                self.evidence.push(place);
            }
        }
    }
}

/// Kind of thing that a package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackageKind {
    /// A library of some ecosystem.
    Library,
    /// A container image.
    Container,
    /// An action or reusable workflow of a CI system.
    Action,
}

/// What a package is needed for; the first is the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// To run.
    Runtime,
    /// To run, where the platform or a feature asks for it.
    Optional,
    /// To build or test.
    Development,
}

/// A checksum of a package's archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checksum {
    /// Algorithm.
    pub algorithm: HashAlgorithm,
    /// Lower-case hexadecimal, of the algorithm's length.
    pub hex: String,
}

/// Hash algorithms that lock files use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HashAlgorithm {
    /// MD5: for reading only.
    Md5,
    /// SHA-1: for reading only.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// A project: something that is built here, not fetched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Root {
    /// Name from its manifest, or of its folder.
    pub name: String,
    /// Version from its manifest.
    pub version: Option<String>,
    /// The file that speaks of it, relative to the top.
    pub file: crate::source::RelPath,
    /// What it depends on directly.
    pub needs: BTreeSet<Purl>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::RelPath;

    #[test]
    fn spellings_of_one_action_become_one_whatever_the_order() {
        let purl = |owner: &str| Purl::action(owner, "Login", Some("v2"), None).unwrap();
        let other = Purl::action("azure", "login", Some("v3"), None).unwrap();
        let inventory = |owners: [&str; 3]| {
            let mut inventory = Inventory::default();
            for owner in owners {
                let package = Package::new(purl(owner), format!("{owner}/Login"), Some("v2".to_owned()));
                inventory.add(package);
                inventory.link(purl(owner), other.clone());
                let needs = BTreeSet::from([purl(owner)]);
                inventory.roots.push(Root {
                    name: String::new(),
                    version: None,
                    file: RelPath::top(),
                    needs,
                });
            }
            inventory.add(Package::new(other.clone(), "azure/login", Some("v3".to_owned())));
            assert_eq!(inventory.unite_spellings(), 2);
            assert_eq!(inventory.unite_spellings(), 0);
            inventory
        };
        let one = inventory(["azure", "Azure", "AZURE"]);
        let purls: Vec<&str> = one.packages.keys().map(Purl::as_str).collect();
        assert_eq!(purls, ["pkg:github/AZURE/Login@v2", "pkg:github/azure/login@v3"]);
        assert_eq!(one.packages[&purl("AZURE")].name, "AZURE/Login");
        assert_eq!(one.edges, BTreeMap::from([(purl("AZURE"), BTreeSet::from([other.clone()]))]));
        assert!(one.roots.iter().all(|root| root.needs == BTreeSet::from([purl("AZURE")])));
        assert_eq!(one, inventory(["Azure", "AZURE", "azure"]));
    }
}
