//! Where the caller stands: the top that paths in reports start at, and the folder that the search for the
//! configuration starts in.

use std::path::{Path, PathBuf};

use git2::Repository;

use crate::source::RelPath;
use crate::walk::Base;

/// The tree around what the caller named.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    base: Base,
    start: PathBuf,
}

impl Tree {
    /// The tree around the first path named, else around the working directory.
    pub(super) fn around(first: Option<&Path>, cwd: &Path) -> Self {
        let start = existing_folder(&first.map_or_else(|| cwd.to_owned(), |path| cwd.join(path)));
        Self { base: Base::around(&start, cwd), start }
    }

    /// What paths in reports are relative to.
    pub(super) fn top(&self) -> &Path {
        self.base.folder()
    }

    /// True when the top is that of a repository.
    pub(super) fn in_repository(&self) -> bool {
        self.base.in_repository()
    }

    /// The folder that the search for a configuration starts in.
    pub(super) fn start(&self) -> &Path {
        &self.start
    }

    /// The reported path of a path that the caller named; `None` where it is not there or lies elsewhere.
    pub(super) fn reported(&self, path: &Path) -> Option<RelPath> {
        let path = path.canonicalize().ok()?;
        let rest = path.strip_prefix(self.top()).ok()?;
        Some(rest.components().fold(RelPath::top(), |at, part| at.join(part.as_os_str().as_encoded_bytes())))
    }

    /// The time of the commit at HEAD.
    pub(super) fn commit_time(&self) -> Option<i64> {
        let repository = Repository::discover(&self.start).ok()?;
        let head = repository.head().ok()?.peel_to_commit().ok()?;
        Some(head.time().seconds())
    }
}

/// The nearest folder at or above a path, links resolved.
fn existing_folder(path: &Path) -> PathBuf {
    let folder = path.ancestors().find_map(|at| at.canonicalize().ok().filter(|at| at.is_dir()));
    folder.unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_git_the_top_is_the_working_directory() {
        let temp = tempfile::tempdir().unwrap();
        let cwd = temp.path().canonicalize().unwrap();
        std::fs::create_dir(cwd.join("a")).unwrap();
        std::fs::write(cwd.join("a/Dockerfile"), "").unwrap();
        let tree = Tree::around(Some(Path::new("a/Dockerfile")), &cwd);
        assert_eq!((tree.top(), tree.in_repository()), (cwd.as_path(), false));
        assert_eq!(tree.start(), cwd.join("a"));
        assert_eq!(tree.reported(&cwd.join("a/Dockerfile")), Some(RelPath::from("a/Dockerfile")));
        assert_eq!(tree.reported(Path::new("/")), None);
    }

    #[test]
    fn inside_of_git_the_top_is_that_of_the_work_tree() {
        let temp = tempfile::tempdir().unwrap();
        Repository::init(temp.path()).unwrap();
        let deep = temp.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        let tree = Tree::around(None, &deep);
        assert_eq!((tree.top(), tree.in_repository()), (temp.path().canonicalize().unwrap().as_path(), true));
        assert_eq!(tree.commit_time(), None);
    }
}
