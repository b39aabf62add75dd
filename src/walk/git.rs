//! Opening repositories, and telling why one cannot be used.

use std::path::Path;

use git2::{ErrorCode, Repository};

use super::plan::{WalkError, named};
use crate::source::printable_str;

/// The repository around a folder; `None` where there is none.
pub(super) fn discover(folder: &Path, root: &Path) -> Result<Option<Repository>, WalkError> {
    found(Repository::discover(folder), root)
}

/// The repository whose work tree starts here; `None` where git would see none.
pub(super) fn open(top: &Path, root: &Path) -> Result<Option<Repository>, WalkError> {
    found(Repository::open(top), root)
}

fn found(opened: Result<Repository, git2::Error>, root: &Path) -> Result<Option<Repository>, WalkError> {
    match opened {
        Ok(repository) => Ok(Some(repository)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(refused(root, &error)),
    }
}

/// A repository that is there but cannot be used.
pub(super) fn refused(root: &Path, error: &git2::Error) -> WalkError {
    WalkError::Repository { path: named(root), reason: reason(error) }
}

/// What git said, and what to do about it.
pub(super) fn reason(error: &git2::Error) -> String {
    if error.code() == ErrorCode::Owner {
        return "it belongs to another user; if you trust it, run `git config --global --add safe.directory` \
                with its path"
            .to_owned();
    }
    let said = without_folders(&printable_str(error.message()));
    let remedy = if said.contains("'sdir'") {
        "`git sparse-checkout reapply --no-sparse-index` writes the index in full"
    } else if ["unknown object format", "unsupported extension", "unsupported repository version"]
        .iter()
        .any(|start| said.starts_with(start))
    {
        "repositories of this kind cannot be read yet; --all-files looks at the files without git"
    } else if said.contains(".gitconfig'") {
        "make that file readable, or set HOME to a folder of your own"
    } else {
        "`git fsck` tells more"
    };
    format!("{said}; {remedy}")
}

/// Absolute paths in a message of git, cut to what lies in the repository, or to the name of the file: where a
/// repository lies on a machine is nobody's business who reads a log.
fn without_folders(said: &str) -> String {
    let mut out = String::new();
    let mut rest = said;
    while let Some(at) = rest.find('/') {
        let before = rest[..at].chars().next_back();
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let end = match before {
            Some('\'') => tail.find('\''),
            None | Some(' ' | '(' | '"') => tail.find([' ', ')', '"', ':', '\'']),
            // Inside of a word, such as the name of a reference: kept.
            Some(_) => {
                let end = tail.find([' ', '\'', '(', '"']).unwrap_or(tail.len());
                out.push_str(&tail[..end]);
                rest = &tail[end..];
                continue;
            }
        };
        let end = end.unwrap_or(tail.len());
        let path = &tail[..end];
        let kept =
            path.find("/.git/").map_or_else(|| path.rsplit('/').next().unwrap_or(""), |at| &path[at + 1..]);
        out.push_str(kept);
        rest = &tail[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_git_lose_their_folders() {
        for (said, kept) in [
            (
                "failed to read index: '/a/b c/.git/index' no longer exists",
                "failed to read index: '.git/index' no longer exists",
            ),
            ("failed to stat '/home/x/.gitconfig'", "failed to stat '.gitconfig'"),
            ("missing ']' (in /a/b/.git/config:1)", "missing ']' (in .git/config:1)"),
            (
                "the reference 'refs/heads/main' cannot be peeled",
                "the reference 'refs/heads/main' cannot be peeled",
            ),
            ("nothing of the kind", "nothing of the kind"),
            ("'/", "'"),
        ] {
            assert_eq!(without_folders(said), kept);
        }
    }
}
