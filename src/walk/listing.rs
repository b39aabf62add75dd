//! What was listed, before a byte of it is read.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::finding::Gap;
use crate::outcome::Coverage;
use crate::parse::build_context::BuildContext;
use crate::source::{Origin, Origins, RelPath, Source};

/// Everything that will be looked at, before a byte of it is read.
#[derive(Debug, Default)]
pub struct Listing {
    /// What to read, sorted by path.
    pub entries: Vec<Entry>,
    /// The build context of each way in which a listed Dockerfile is built.
    pub contexts: Vec<Arc<BuildContext>>,
    /// Every path that is known to exist, listed or not (the whole index when staged).
    pub paths: BTreeSet<RelPath>,
    /// The `.git` folders (or files) of the repositories that hold the roots.
    pub git_folders: BTreeSet<RelPath>,
    /// Set when only changes are judged: the paths that changed.
    pub changed: Option<BTreeSet<RelPath>>,
    /// What could not be listed.
    pub gaps: Vec<Gap>,
    /// What was judged by name only.
    pub coverage: Coverage,
    /// Remarks for people.
    pub notes: Vec<String>,
    /// Where blobs come from.
    pub(super) store: Option<Store>,
}

/// One thing to read.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it is.
    pub origins: Origins,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    File(PathBuf),
    Link(PathBuf),
    Blob { id: git2::Oid, link: bool },
    Memory(Vec<u8>),
    Ready(Source),
}

/// A git object store that every reading thread opens for itself.
#[derive(Clone, Debug)]
pub(super) enum Store {
    /// The one that git's environment variables name.
    Env,
    /// The one of this repository.
    At(PathBuf),
}

impl Entry {
    /// The path of the first place.
    pub fn path(&self) -> &RelPath {
        self.origins.first().path()
    }

    pub(super) fn new(origin: Origin, what: What) -> Self {
        Self { origins: Origins::new(origin), what }
    }
}
