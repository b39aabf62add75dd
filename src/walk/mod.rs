//! What to read: work tree, build contexts, index, standard input. Each file once, in sorted order.

mod compose;
mod context;
mod index;
mod read;
mod tree;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;

pub use read::{Content, Reader, Window, Windows};

use crate::finding::Gap;
use crate::outcome::Coverage;
use crate::parse::build_context::{BuildContext, BuildPlan};
use crate::source::{Origin, Origins, RelPath, Source};

/// What a run shall look at.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Working directory of the caller, absolute.
    pub cwd: PathBuf,
    /// Files and folders named by the caller; relative ones start at `cwd`. Never empty.
    pub roots: Vec<PathBuf>,
    /// Which bytes below the roots.
    pub scope: Scope,
    /// Paths (from the base of the listing) that are left out unless a root names them.
    pub exclude: GlobSet,
    /// How Dockerfiles are built, from the configuration.
    pub builds: Vec<BuildPlan>,
}

/// Which bytes a run looks at.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Tracked files, untracked files that git does not ignore, and ignored files that a build would be sent.
    Tree,
    /// Every file but those of git itself.
    AllFiles,
    /// Index blobs that differ from HEAD.
    Staged,
    /// One text under a name.
    Stdin {
        /// The name to judge it by.
        name: RelPath,
        /// The text.
        bytes: Vec<u8>,
    },
}

/// Why a run cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// A root is not there.
    #[error("{path} does not exist: name a file or folder that does")]
    NoSuchPath {
        /// As the caller named it.
        path: String,
    },
    /// A root is neither file nor folder.
    #[error("{path} is neither a file nor a folder: name a regular file or a folder")]
    NotAFile {
        /// As the caller named it.
        path: String,
    },
    /// A root that is there but selects nothing to look at.
    #[error("{path} matches nothing in this scope: stage it, or name another path")]
    Nothing {
        /// As the caller named it.
        path: String,
    },
    /// The scope needs a repository.
    #[error(
        "{path} is not in a git repository, which --staged needs: run it inside one, or check files without --staged"
    )]
    NoRepository {
        /// As the caller named it.
        path: String,
    },
    /// The repository is there but cannot be used.
    #[error("the git repository at {path} cannot be read: {reason}")]
    Repository {
        /// As the caller named it.
        path: String,
        /// What git said.
        reason: String,
    },
}

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
    store: Option<Store>,
}

/// One thing to read.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it is.
    pub origins: Origins,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    File(PathBuf),
    Link(PathBuf),
    Blob { id: git2::Oid, link: bool },
    Memory(Vec<u8>),
    Ready(Source),
}

/// A git object store that every reading thread opens for itself.
#[derive(Clone, Debug)]
enum Store {
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

    fn new(origin: Origin, what: What) -> Self {
        Self { origins: Origins::new(origin), what }
    }
}

/// Lists what the plan covers.
pub fn list(plan: &Plan) -> Result<Listing, WalkError> {
    let mut listing = match &plan.scope {
        Scope::Tree => tree::list(plan, tree::Ignored::Hide)?,
        Scope::AllFiles => tree::list(plan, tree::Ignored::Show)?,
        Scope::Staged => index::list(plan)?,
        Scope::Stdin { name, bytes } => Listing {
            entries: vec![Entry::new(Origin::Stdin { path: name.clone() }, What::Memory(bytes.clone()))],
            ..Listing::default()
        },
    };
    listing.entries.sort_by(|a, b| a.path().cmp(b.path()));
    if let (true, None) = (listing.entries.is_empty() && listing.gaps.is_empty(), &listing.changed) {
        listing.notes.push("there is nothing here to look at".to_owned());
    }
    Ok(listing)
}

/// The name of a path that the caller gave, safe to print.
fn named(path: &Path) -> String {
    crate::source::printable(path.as_os_str().as_encoded_bytes())
}
