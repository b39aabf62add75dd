//! Where reported paths start: at the top of the git work tree, and outside of git at the working directory.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::source::RelPath;

/// The folder that every reported path starts at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    folder: PathBuf,
    in_repository: bool,
}

impl Base {
    /// The top of the work tree around a folder, links resolved; outside of git the working directory.
    pub fn around(folder: &Path, cwd: &Path) -> Self {
        match work_tree(folder) {
            Some(folder) => Self { folder, in_repository: true },
            None => Self::at(cwd.canonicalize().unwrap_or_else(|_| cwd.to_owned())),
        }
    }

    /// A folder, whatever it is.
    pub(super) fn at(folder: PathBuf) -> Self {
        Self { folder, in_repository: false }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// True when the folder is the top of a git work tree.
    pub fn in_repository(&self) -> bool {
        self.in_repository
    }

    /// The reported path of an absolute one; begins with `..` parts where it lies outside.
    pub(super) fn relative(&self, path: &Path) -> RelPath {
        let mut bytes = Vec::new();
        let mut push = |part: &[u8]| {
            if !bytes.is_empty() {
                bytes.push(b'/');
            }
            bytes.extend_from_slice(part);
        };
        let mut base = self.folder.as_path();
        let rest = loop {
            if let Ok(rest) = path.strip_prefix(base) {
                break rest;
            }
            push(b"..");
            match base.parent() {
                Some(parent) => base = parent,
                None => break path,
            }
        };
        for part in rest.components() {
            push(part.as_os_str().as_encoded_bytes());
        }
        RelPath::from_bytes(&bytes)
    }

    /// Where a reported path lies on disk.
    #[cfg(unix)]
    pub(super) fn absolute(&self, path: &RelPath) -> PathBuf {
        use std::os::unix::ffi::OsStrExt;
        self.folder.join(std::ffi::OsStr::from_bytes(path.as_bytes()))
    }

    /// Where a reported path lies on disk.
    #[cfg(not(unix))]
    pub(super) fn absolute(&self, path: &RelPath) -> PathBuf {
        self.folder.join(String::from_utf8_lossy(path.as_bytes()).as_ref())
    }
}

/// The nearest folder, from this one upwards, that holds a `.git`. What the repository's own configuration says of
/// its work tree does not count: it may point anywhere.
fn work_tree(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find(|at| holds_git(at)).map(Path::to_owned)
}

/// A `.git` file leads to the repository (submodules, linked work trees); a folder must look like one, as git asks
/// of it too. What may not be looked at counts.
fn holds_git(folder: &Path) -> bool {
    let git = folder.join(".git");
    let Ok(metadata) = git.metadata() else { return false };
    metadata.is_file()
        || git
            .join("HEAD")
            .symlink_metadata()
            .map_or_else(|error| error.kind() != ErrorKind::NotFound, |_| true)
            && metadata.is_dir()
}

/// True when a folder is, or lies in, a repository without a work tree.
pub(super) fn in_bare_repository(folder: &Path) -> bool {
    let is_store =
        |at: &Path| at.join("HEAD").is_file() && at.join("objects").is_dir() && at.join("refs").is_dir();
    folder.ancestors().any(is_store)
}
