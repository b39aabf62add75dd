//! What a cataloger took from one file: what was understood and what was broken, both.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::inventory::{Completeness, Inventory, Package, Purl, Root};
use crate::source::{RelPath, Source, Span};

/// Reads one format.
pub trait Cataloger: Send + Sync {
    /// Name of the format, as users know it: `Cargo.lock`, `package-lock.json`.
    fn format(&self) -> &'static str;

    /// True when a file of this path is of the format.
    fn wants(&self, path: &RelPath) -> bool;

    /// Reads the file.
    fn catalog(&self, source: &Source, harvest: &mut Harvest);
}

/// What one file yielded.
#[derive(Debug)]
pub struct Harvest {
    /// Packages, edges and roots.
    pub inventory: Inventory,
    /// What is wrong with the file.
    pub broken: Vec<Broken>,
    /// Actions, workflows and step images that are not pinned to content.
    pub unpinned: Vec<Unpinned>,
    /// Entries without the hash that their format can carry.
    pub hashless: Vec<Hashless>,
    /// How many entries do carry one.
    pub hashed: usize,
    source: Source,
}

/// A place that could not be understood.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Where.
    pub span: Span,
    /// Why, in words; never quotes the file.
    pub reason: String,
}

/// Something that runs in a workflow and may change without the file changing.
#[derive(Clone, Debug)]
pub struct Unpinned {
    /// The reference.
    pub span: Span,
    /// What it names, without the version: `actions/checkout`, `docker://alpine`.
    pub name: String,
    /// The ref as written: `v4`, `main`; empty when there is none.
    pub at: String,
    /// True for a container image, which is pinned by a digest, not by a commit.
    pub image: bool,
}

/// A locked package without a hash.
#[derive(Clone, Debug)]
pub struct Hashless {
    /// The entry.
    pub span: Span,
    /// Name of the package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The field that is missing: `integrity`, `checksum`, `--hash`.
    pub field: &'static str,
}

impl Harvest {
    /// Nothing yet.
    pub fn new(source: &Source) -> Self {
        Self {
            inventory: Inventory::default(),
            broken: Vec::new(),
            unpinned: Vec::new(),
            hashless: Vec::new(),
            hashed: 0,
            source: source.clone(),
        }
    }

    /// Adds a package that is named at `range`.
    pub fn package(&mut self, mut package: Package, range: Range<u32>) {
        package.evidence.push(self.source.span(range).place());
        self.inventory.add(package);
    }

    /// Records all that a package needs, which may be nothing. It does not need itself.
    pub fn needs<'p>(&mut self, from: &Purl, needs: impl IntoIterator<Item = &'p Purl>) {
        let others = needs.into_iter().filter(|to| *to != from).cloned();
        self.inventory.edges.entry(from.clone()).or_default().extend(others);
    }

    /// Adds a project; without a name it takes that of its folder.
    pub fn root(&mut self, name: Option<&str>, version: Option<&str>, needs: BTreeSet<Purl>) {
        let file = self.source.path().clone();
        let name = match name.filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None => {
                file.parent().map(|folder| crate::source::printable(folder.file_name())).unwrap_or_default()
            }
        };
        let version = version.filter(|version| !version.is_empty()).map(str::to_owned);
        self.inventory.roots.push(Root { name, version, file, needs });
    }

    /// Notes a place that could not be understood.
    pub fn broken(&mut self, range: Range<u32>, reason: impl Into<String>) {
        self.inventory.completeness = Completeness::Partial;
        self.broken.push(Broken { span: self.source.span(range), reason: reason.into() });
    }

    /// Notes an entry that lacks a hash.
    pub fn hashless(&mut self, range: Range<u32>, package: &Package, field: &'static str) {
        self.hashless.push(Hashless {
            span: self.source.span(range),
            name: package.name.clone(),
            version: package.version.clone().unwrap_or_default(),
            field,
        });
    }

    /// Counts an entry that carries a hash.
    pub fn hash_seen(&mut self, seen: bool) {
        self.hashed += usize::from(seen);
    }

    /// A span of the file at hand.
    pub fn span(&self, range: Range<u32>) -> Span {
        self.source.span(range)
    }
}
