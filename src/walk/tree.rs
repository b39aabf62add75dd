//! The files below the roots: as git sees the work tree, or every one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use git2::Repository;
use globset::GlobSet;
use ignore::WalkBuilder;

use super::base::{Base, in_bare_repository};
use super::context;
use super::git::{self, refused};
use super::ignore_file::{self, TooBig};
use super::listing::{Entry, Listing, What};
use super::plan::{Plan, WalkError, named};
use crate::finding::{Gap, GapKind};
use crate::source::{Origin, RelPath, printable};

/// What becomes of files that git ignores.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ignored {
    /// They are left out, but for what a build context takes of them.
    Hide,
    /// They are files like any other.
    Show,
}

pub(super) fn list(plan: &Plan, ignored: Ignored) -> Result<Listing, WalkError> {
    let mut listing = Listing::default();
    let mut found = BTreeMap::new();
    let mut base = None;
    for root in &plan.roots {
        let Some(start) = resolve(plan, root, &mut listing)? else { continue };
        let folder = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&start) };
        let around = Base::around(folder, &plan.cwd);
        let top = around.in_repository().then(|| around.folder().to_owned());
        let base: &Base = base.get_or_insert(around);
        refuse_git_folder(&start, top.as_deref(), ignored, root)?;
        // Who wants every file needs no git.
        let repository = match (&top, ignored) {
            (Some(top), Ignored::Hide) => git::open(top, root)?,
            _ => None,
        };
        if let Some(top) = &top {
            listing.git_folders.insert(base.relative(&top.join(".git")));
        }
        let excluded = Excluded::new(&plan.exclude, &base.relative(&start));
        // What `exclude` hides below this root may have been named by another.
        let mut here = BTreeMap::new();
        if start.is_dir() {
            // Where git sees no repository, nothing may hide in an ignore file: no index would bring it back.
            let obeyed = repository.is_some() || !start.ancestors().any(has_git_entry);
            let ignored = if obeyed { ignored } else { Ignored::Show };
            let nested =
                list_folder(base, top.as_deref(), &start, ignored, &excluded, &mut here, &mut listing.gaps);
            if let (Some(repository), Some(top)) = (&repository, &top) {
                add_tracked(base, repository, top, &start, &mut here)
                    .map_err(|error| refused(root, &error))?;
            }
            if ignored == Ignored::Hide {
                add_nested(base, &nested, &excluded, &mut here, &mut listing.gaps);
            }
        } else {
            here.insert(base.relative(&start), What::File(start.clone()));
        }
        here.retain(|path, _| !excluded.matches(path));
        found.append(&mut here);
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

/// True where ignore files would be followed, repository or not.
fn has_git_entry(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok()
}

/// Git's own store is not looked at as files; where it has no work tree, there is nothing else.
fn refuse_git_folder(
    start: &Path,
    top: Option<&Path>,
    ignored: Ignored,
    root: &Path,
) -> Result<(), WalkError> {
    let below_top = top.and_then(|top| start.strip_prefix(top).ok());
    let in_store = match below_top {
        Some(below) => below.components().any(|part| part.as_os_str() == ".git"),
        None => ignored == Ignored::Hide && in_bare_repository(start),
    };
    if in_store { Err(WalkError::GitFolder { path: named(root) }) } else { Ok(()) }
}

/// Lists a folder, and answers with the tops of the repositories below it.
fn list_folder(
    base: &Base,
    top: Option<&Path>,
    start: &Path,
    ignored: Ignored,
    excluded: &Excluded<'_>,
    found: &mut BTreeMap<RelPath, What>,
    gaps: &mut Vec<Gap>,
) -> Vec<PathBuf> {
    let mut walk = WalkBuilder::new(start);
    walk.standard_filters(false).hidden(false).follow_links(false);
    if ignored == Ignored::Hide {
        let above = start.ancestors().skip(1).take_while(|at| top.is_some_and(|top| at.starts_with(top)));
        if let Some(file) = std::iter::once(start).chain(above).find_map(ignore_file::too_big) {
            gaps.push(unlistable(base, &file));
            return Vec::new();
        }
        walk.parents(true).git_ignore(true).git_exclude(true).require_git(true);
    }
    let nested = Arc::new(Mutex::new(Vec::new()));
    let unlisted_folders = Arc::new(Mutex::new(Vec::new()));
    let (tops, folders, first) = (Arc::clone(&nested), Arc::clone(&unlisted_folders), start.to_owned());
    walk.filter_entry(move |entry| {
        let path = entry.path();
        if entry.file_name() == ".git" {
            if let Some(folder) = path.parent().filter(|folder| *folder != first) {
                locked(&tops).push(folder.to_owned());
            }
            return false;
        }
        if ignored == Ignored::Hide
            && entry.file_type().is_some_and(|kind| kind.is_dir())
            && let Some(file) = ignore_file::too_big(path)
        {
            locked(&folders).push(file);
            return false;
        }
        true
    });
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
            Err(error) => {
                let path = error_path(&error).map_or_else(RelPath::top, |path| base.relative(path));
                if !excluded.hides(&path) {
                    gaps.push(unlisted(&path, &error));
                }
            }
        }
    }
    gaps.extend(locked(&unlisted_folders).iter().map(|file| unlistable(base, file)));
    let mut nested = std::mem::take(&mut *locked(&nested));
    nested.sort();
    nested
}

fn locked<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unlistable(base: &Base, file: &TooBig) -> Gap {
    Gap {
        path: base.relative(&file.path).to_string(),
        kind: GapKind::OverBudget,
        detail: format!(
            "{}, so the files beside and below it were not listed; put it right, or use --all-files",
            file.reason
        ),
    }
}

/// What the repositories below the listed folder track: submodules, and clones that lie there.
fn add_nested(
    base: &Base,
    tops: &[PathBuf],
    excluded: &Excluded<'_>,
    found: &mut BTreeMap<RelPath, What>,
    gaps: &mut Vec<Gap>,
) {
    for top in tops {
        let path = base.relative(top);
        let added = match Repository::open(top) {
            Ok(repository) => add_tracked(base, &repository, top, top, found),
            // Not a repository: its ignore files are followed all the same, as git follows them around it.
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = added
            && !excluded.hides(&path)
        {
            gaps.push(Gap {
                path: path.to_string(),
                kind: GapKind::Unreadable,
                detail: format!("the git repository cannot be read: {}", git::reason(&error)),
            });
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
    let own = Base::at(top.to_path_buf());
    let prefix = own.relative(start);
    let mut linked_folders = BTreeMap::new();
    for entry in repository.index()?.iter() {
        let tracked = RelPath::from_bytes(&entry.path);
        if entry.mode == SUBMODULE || tracked.below(&prefix).is_none() || has_unsafe_part(&tracked) {
            continue;
        }
        let on_disk = own.absolute(&tracked);
        let path = base.relative(&on_disk);
        if found.contains_key(&path) || is_behind_link(&own, &tracked, &mut linked_folders) {
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

/// True when a folder on the way to `path` is a symbolic link on disk.
fn is_behind_link(base: &Base, path: &RelPath, known: &mut BTreeMap<RelPath, bool>) -> bool {
    let Some(parent) = path.parent() else { return false };
    *known.entry(parent).or_insert_with_key(|parent| is_linked(base, parent))
}

/// True when a folder, or one on the way to it, is a symbolic link on disk: what lies behind is another place.
pub(super) fn is_linked(base: &Base, folder: &RelPath) -> bool {
    let mut at = RelPath::top();
    !folder.is_top()
        && folder.as_bytes().split(|byte| *byte == b'/').any(|part| {
            at = at.join(part);
            fs::symlink_metadata(base.absolute(&at)).is_ok_and(|metadata| metadata.is_symlink())
        })
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

    /// True for a folder that is excluded with all that it holds.
    fn hides(&self, folder: &RelPath) -> bool {
        self.matches(folder) || self.matches(&folder.join(b"file"))
    }
}

fn as_path(path: &RelPath) -> PathBuf {
    Base::at(PathBuf::new()).absolute(path)
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

fn unlisted(path: &RelPath, error: &ignore::Error) -> Gap {
    let path = if path.is_top() { ".".to_owned() } else { path.to_string() };
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
