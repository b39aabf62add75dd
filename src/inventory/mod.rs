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
    /// Who depends on whom; both ends are in `packages`.
    pub edges: BTreeMap<Purl, BTreeSet<Purl>>,
    /// The projects whose files named the packages.
    pub roots: Vec<Root>,
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
    }
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
