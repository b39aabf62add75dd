//! The files below the roots: as git sees the work tree, or every one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, IndexEntryExtendedFlag, Repository};
use globset::GlobSet;
use ignore::WalkBuilder;

use super::context;
use super::listing::{Entry, Listing, What};
use super::plan::{Plan, WalkError, named};
use crate::finding::{Gap, GapKind};
use crate::source::{Origin, RelPath, printable, printable_str};

/// What becomes of files that git ignores.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ignored {
    /// They are left out, but for what a build context takes of them.
    Hide,
    /// They are files like any other.
    Show,
}

/// The folder that every reported path starts at: the top of the repository that holds the first root, else the
/// working directory.
pub(super) struct Base(PathBuf);

impl Base {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
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
        let mut base = self.0.as_path();
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
        self.0.join(std::ffi::OsStr::from_bytes(path.as_bytes()))
    }

    /// Where a reported path lies on disk.
    #[cfg(not(unix))]
    pub(super) fn absolute(&self, path: &RelPath) -> PathBuf {
        self.0.join(String::from_utf8_lossy(path.as_bytes()).as_ref())
    }
}

pub(super) fn list(plan: &Plan, ignored: Ignored) -> Result<Listing, WalkError> {
    let mut listing = Listing::default();
    let mut found = BTreeMap::new();
    let mut base = None;
    for root in &plan.roots {
        let Some(start) = resolve(plan, root, &mut listing)? else { continue };
        let folder = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&start) };
        let repository = discover(folder, root)?;
        let top = repository.as_ref().and_then(Repository::workdir).and_then(|top| top.canonicalize().ok());
        let base: &Base = base.get_or_insert_with(|| {
            let cwd = plan.cwd.canonicalize().unwrap_or_else(|_| plan.cwd.clone());
            Base::new(top.clone().unwrap_or(cwd))
        });
        if let Some(top) = &top {
            listing.git_folders.insert(base.relative(&top.join(".git")));
        }
        let excluded = Excluded::new(&plan.exclude, &base.relative(&start));
        let before = found.len();
        if start.is_dir() {
            list_folder(base, &start, ignored, &mut found, &mut listing.gaps);
            if let (Ignored::Hide, Some(repository), Some(top)) = (ignored, &repository, &top) {
                add_tracked(base, repository, top, &start, &mut found)
                    .map_err(|error| refused(root, &error))?;
            }
        } else {
            found.insert(base.relative(&start), What::File(start.clone()));
        }
        if found.len() > before {
            found.retain(|path, _| !excluded.matches(path));
        }
    }
    listing.paths = found.keys().cloned().collect();
    for (path, what) in found {
        listing.entries.push(Entry::new(Origin::Worktree { path }, what));
    }
    if let Some(base) = base {
        context::of_tree(plan, &base, ignored, &mut listing);
    }
    Ok(listing)
}

/// The absolute path of a root, links in it resolved: what the caller names is followed, what lies below is not.
/// `None` with a gap where it cannot be reached.
fn resolve(plan: &Plan, root: &Path, listing: &mut Listing) -> Result<Option<PathBuf>, WalkError> {
    match plan.cwd.join(root).canonicalize() {
        Ok(path) if path.is_dir() || path.is_file() => Ok(Some(path)),
        Ok(_) => Err(WalkError::NotAFile { path: named(root) }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(WalkError::NoSuchPath { path: named(root) })
        }
        Err(error) => {
            listing.gaps.push(unreadable(named(root), &error));
            Ok(None)
        }
    }
}

/// The repository around a folder; `None` where there is none.
pub(super) fn discover(folder: &Path, root: &Path) -> Result<Option<Repository>, WalkError> {
    match Repository::discover(folder) {
        Ok(repository) => Ok(Some(repository)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(refused(root, &error)),
    }
}

/// A repository that is there but cannot be used.
pub(super) fn refused(root: &Path, error: &git2::Error) -> WalkError {
    let reason = match error.code() {
        ErrorCode::Owner => "it belongs to another user; if you trust it, run `git config --global --add \
                             safe.directory` with its path"
            .to_owned(),
        _ => format!("{}; `git fsck` tells more", printable_str(error.message())),
    };
    WalkError::Repository { path: named(root), reason }
}

fn list_folder(
    base: &Base,
    start: &Path,
    ignored: Ignored,
    found: &mut BTreeMap<RelPath, What>,
    gaps: &mut Vec<Gap>,
) {
    let mut walk = WalkBuilder::new(start);
    walk.standard_filters(false).hidden(false).follow_links(false);
    if ignored == Ignored::Hide {
        walk.parents(true).git_ignore(true).git_exclude(true).require_git(true);
    }
    walk.filter_entry(|entry| entry.file_name() != ".git");
    for entry in walk.build() {
        match entry {
            Ok(entry) => {
                let Some(kind) = entry.file_type() else { continue };
                let path = base.relative(entry.path());
                if kind.is_symlink() {
                    found.insert(path, What::Link(entry.into_path()));
                } else if kind.is_file() {
                    found.insert(path, What::File(entry.into_path()));
                }
            }
            Err(error) => gaps.push(unlisted(base, &error)),
        }
    }
}

/// Tracked files are looked at whatever an ignore file says of them.
fn add_tracked(
    base: &Base,
    repository: &Repository,
    top: &Path,
    start: &Path,
    found: &mut BTreeMap<RelPath, What>,
) -> Result<(), git2::Error> {
    const SUBMODULE: u32 = 0o160_000;
    let prefix = Base::new(top.to_path_buf()).relative(start);
    let mut linked_folders = BTreeMap::new();
    for entry in repository.index()?.iter() {
        let tracked = RelPath::from_bytes(&entry.path);
        let added_later = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
        if entry.mode == SUBMODULE
            || added_later.is_intent_to_add()
            || tracked.below(&prefix).is_none()
            || has_unsafe_part(&tracked)
        {
            continue;
        }
        let on_disk = Base::new(top.to_path_buf()).absolute(&tracked);
        let path = base.relative(&on_disk);
        if found.contains_key(&path) || is_behind_link(top, &tracked, &mut linked_folders) {
            continue;
        }
        let Ok(metadata) = fs::symlink_metadata(&on_disk) else { continue };
        if metadata.is_symlink() {
            found.insert(path, What::Link(on_disk));
        } else if metadata.is_file() {
            found.insert(path, What::File(on_disk));
        }
    }
    Ok(())
}

/// A hand-made index may name `../x` or `.git/config`: nothing of the kind is followed.
fn has_unsafe_part(path: &RelPath) -> bool {
    path.as_bytes()
        .split(|byte| *byte == b'/')
        .any(|part| part.is_empty() || part == b"." || part == b".." || part.eq_ignore_ascii_case(b".git"))
}

/// True when a folder on the way to `path` is a symbolic link on disk: what lies behind is another place.
fn is_behind_link(top: &Path, path: &RelPath, known: &mut BTreeMap<RelPath, bool>) -> bool {
    let Some(parent) = path.parent().filter(|parent| !parent.is_top()) else { return false };
    if let Some(linked) = known.get(&parent) {
        return *linked;
    }
    let mut folder = RelPath::top();
    let linked = parent.as_bytes().split(|byte| *byte == b'/').any(|part| {
        folder = folder.join(part);
        let on_disk = Base::new(top.to_path_buf()).absolute(&folder);
        fs::symlink_metadata(on_disk).is_ok_and(|metadata| metadata.is_symlink())
    });
    known.insert(parent, linked);
    linked
}

/// The configuration's `exclude` as it holds below one root: a glob that would hide the root itself does not
/// count, for an explicit path beats it.
struct Excluded<'a> {
    globs: &'a GlobSet,
    beaten: BTreeSet<usize>,
}

impl<'a> Excluded<'a> {
    fn new(globs: &'a GlobSet, root: &RelPath) -> Self {
        let mut beaten = BTreeSet::new();
        if !root.is_top() {
            beaten.extend(globs.matches(as_path(root)));
            beaten.extend(globs.matches(as_path(&root.join(b"file"))));
        }
        Self { globs, beaten }
    }

    fn matches(&self, path: &RelPath) -> bool {
        !self.globs.is_empty()
            && self.globs.matches(as_path(path)).into_iter().any(|glob| !self.beaten.contains(&glob))
    }
}

fn as_path(path: &RelPath) -> PathBuf {
    Base::new(PathBuf::new()).absolute(path)
}

/// True when `exclude` hides this path from a run over the whole tree.
pub(super) fn is_excluded(globs: &GlobSet, path: &RelPath) -> bool {
    !globs.is_empty() && globs.is_match(as_path(path))
}

pub(super) fn unreadable(path: String, error: &std::io::Error) -> Gap {
    Gap {
        path,
        kind: GapKind::Unreadable,
        detail: format!("{}; make it readable, or leave it out with `exclude`", io_reason(error)),
    }
}

/// The system's words without the path, which may be absolute.
pub(super) fn io_reason(error: &std::io::Error) -> String {
    error.kind().to_string()
}

fn unlisted(base: &Base, error: &ignore::Error) -> Gap {
    let path = error_path(error).map_or_else(|| ".".to_owned(), |path| base.relative(path).to_string());
    match error.io_error() {
        Some(error) => unreadable(path, error),
        None => Gap {
            path,
            kind: GapKind::Unreadable,
            detail: format!("cannot be listed: {}", printable(strip_path(error).as_bytes())),
        },
    }
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

fn strip_path(error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithPath { err, .. }
        | ignore::Error::WithDepth { err, .. }
        | ignore::Error::WithLineNumber { err, .. } => strip_path(err),
        ignore::Error::Loop { .. } => "a loop of links".to_owned(),
        other => other.to_string(),
    }
}
