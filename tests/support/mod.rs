//! Repositories in temporary folders, with fixed authors and dates.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::new_without_default,
    reason = "each test binary uses its own part"
)]

use std::fs;
use std::path::{Path, PathBuf};

use git2::{Repository, Signature, Time};

/// A folder that is removed when the test ends.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// A plain empty folder.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// An empty repository.
    pub(crate) fn repository() -> Self {
        let folder = Self::new();
        Repository::init(folder.path()).unwrap();
        folder
    }

    /// Where it lies, links resolved.
    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        self
    }

    /// Stages files, ignored or not.
    pub(crate) fn stage(&self, paths: &[&str]) -> &Self {
        let repository = self.open();
        let mut index = repository.index().unwrap();
        for path in paths {
            index.add_path(Path::new(path)).unwrap();
        }
        index.write().unwrap();
        self
    }

    /// Commits what is staged.
    pub(crate) fn commit(&self, message: &str) -> &Self {
        let repository = self.open();
        let author = Signature::new("A", "a@example.org", &Time::new(1_700_000_000, 0)).unwrap();
        let tree = repository.index().unwrap().write_tree().unwrap();
        let tree = repository.find_tree(tree).unwrap();
        let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        repository.commit(Some("HEAD"), &author, &author, message, &tree, &parents).unwrap();
        self
    }

    /// The repository.
    pub(crate) fn open(&self) -> Repository {
        Repository::open(self.path()).unwrap()
    }
}
