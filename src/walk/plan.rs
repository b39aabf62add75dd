//! What a run shall look at, and why it may not begin.

use std::fmt;
use std::path::{Path, PathBuf};

use globset::GlobSet;

use crate::parse::build_context::BuildPlan;
use crate::source::{RelPath, printable};

/// What a run shall look at.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Working directory of the caller, absolute.
    pub cwd: PathBuf,
    /// Files and folders named by the caller; relative ones start at `cwd`. Empty only for the whole index.
    pub roots: Vec<PathBuf>,
    /// Which bytes below the roots.
    pub scope: Scope,
    /// Paths (from the base of the listing) that are left out unless a root names them.
    pub exclude: GlobSet,
    /// How Dockerfiles are built, from the configuration.
    pub builds: Vec<BuildPlan>,
}

/// Which bytes a run looks at.
#[derive(Clone)]
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

/// Says nothing of what standard input holds.
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tree => f.write_str("Tree"),
            Self::AllFiles => f.write_str("AllFiles"),
            Self::Staged => f.write_str("Staged"),
            Self::Stdin { name, bytes } => write!(f, "Stdin({name}, {} bytes)", bytes.len()),
        }
    }
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
    /// A root is, or lies in, a `.git` folder or a repository without a work tree.
    #[error("{path} is git's own store, which is not checked as files: name a work tree")]
    GitFolder {
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

/// The name of a path that the caller gave, safe to print.
pub(super) fn named(path: &Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}
