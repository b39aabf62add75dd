//! What is about to be committed: index blobs that differ from HEAD, and what is needed to judge them. Nothing is
//! read from the work tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use git2::{Delta, DiffOptions, ErrorCode, IndexEntryExtendedFlag, Oid, Repository};

use super::base::Base;
use super::context;
use super::git::{discover, refused};
use super::listing::{Entry, Listing, Store, What};
use super::plan::{Plan, WalkError, named};
use super::tree::is_excluded;
use crate::finding::{Gap, GapKind};
use crate::source::{Origin, RelPath};

/// Type bits of a git file mode.
const TYPE: u32 = 0o170_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

pub(super) fn list(plan: &Plan) -> Result<Listing, WalkError> {
    let first = plan.roots.first().map_or(Path::new("."), |root| root.as_path());
    let repository = open(plan, first)?;
    let fail = |error: git2::Error| refused(first, &error);
    let names = names(&repository).map_err(fail)?;
    let changed = changed(&repository).map_err(fail)?;
    let wanted = wanted(plan, &repository, &names)?;

    let mut listing = Listing {
        store: Some(if from_env() { Store::Env } else { Store::At(repository.path().to_path_buf()) }),
        gaps: conflicts(&repository).map_err(fail)?,
        git_folders: BTreeSet::from([RelPath::from(".git")]),
        paths: names.keys().cloned().collect(),
        ..Listing::default()
    };
    let mut judged = BTreeSet::new();
    let nothing = if changed.is_empty() || plan.roots.is_empty() {
        "nothing is staged"
    } else {
        "nothing is staged below the paths named"
    };
    for path in changed {
        let Some(blob) = names.get(&path) else { continue };
        let (in_scope, explicit) = wanted.covers(&path);
        if in_scope && (explicit || !is_excluded(&plan.exclude, &path)) {
            listing.entries.push(entry(&path, blob));
            judged.insert(path);
        }
    }
    if judged.is_empty() {
        listing.notes.push(nothing.to_owned());
    }
    listing.changed = Some(judged);
    context::of_index(plan, &Blobs { repository: &repository, names: &names }, &mut listing);
    Ok(listing)
}

/// `GIT_DIR` and `GIT_INDEX_FILE` are set where git runs a hook.
fn from_env() -> bool {
    ["GIT_DIR", "GIT_INDEX_FILE"].iter().any(|name| std::env::var_os(name).is_some())
}

fn open(plan: &Plan, root: &Path) -> Result<Repository, WalkError> {
    if from_env() {
        return match Repository::open_from_env() {
            Ok(repository) => Ok(repository),
            Err(error) if error.code() == ErrorCode::NotFound => {
                Err(WalkError::NoRepository { path: named(root) })
            }
            Err(error) => Err(refused(root, &error)),
        };
    }
    let start = plan.cwd.join(root);
    let folder = if start.is_dir() { start.as_path() } else { start.parent().unwrap_or(&plan.cwd) };
    discover(folder, root)?.ok_or_else(|| WalkError::NoRepository { path: named(root) })
}

/// A blob of the index.
#[derive(Clone, Copy)]
pub(super) struct Blob {
    id: Oid,
    link: bool,
}

/// The index as a place to look files up.
pub(super) struct Blobs<'a> {
    repository: &'a Repository,
    names: &'a BTreeMap<RelPath, Blob>,
}

impl Blobs<'_> {
    /// Every name of the index.
    pub(super) fn names(&self) -> impl Iterator<Item = &RelPath> {
        self.names.keys()
    }

    /// True when a file of this name, or a folder, is in the index.
    pub(super) fn has(&self, path: &RelPath) -> bool {
        self.names.contains_key(path)
            || self
                .names
                .range(path.first_below()..)
                .next()
                .is_some_and(|(name, _)| name.below(path).is_some())
    }

    /// The content of a small file; `None` when it is not there, a link, or cannot be read.
    pub(super) fn read(&self, path: &RelPath, limit: usize) -> Option<Vec<u8>> {
        let blob = self.names.get(path).filter(|blob| !blob.link)?;
        let store = self.repository.odb().ok()?;
        if store.read_header(blob.id).ok()?.0 > limit {
            return None;
        }
        Some(store.read(blob.id).ok()?.data().to_vec())
    }
}

fn entry(path: &RelPath, blob: &Blob) -> Entry {
    Entry::new(Origin::Index { path: path.clone() }, What::Blob { id: blob.id, link: blob.link })
}

/// Paths that are not merged yet have no one content.
fn conflicts(repository: &Repository) -> Result<Vec<Gap>, git2::Error> {
    let mut paths = BTreeSet::new();
    for conflict in repository.index()?.conflicts()? {
        let conflict = conflict?;
        for side in [conflict.ancestor, conflict.our, conflict.their].into_iter().flatten() {
            paths.insert(RelPath::from_bytes(&side.path));
        }
    }
    let gap = |path: RelPath| Gap {
        path: path.to_string(),
        kind: GapKind::Unreadable,
        detail: "has unmerged sides in the index: resolve the conflict and stage the file".to_owned(),
    };
    Ok(paths.into_iter().map(gap).collect())
}

/// Files and links of the index.
fn names(repository: &Repository) -> Result<BTreeMap<RelPath, Blob>, git2::Error> {
    let mut names = BTreeMap::new();
    for entry in repository.index()?.iter() {
        let later = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_intent_to_add();
        let kind = entry.mode & TYPE;
        if !later && (kind == FILE || kind == LINK) {
            names.insert(RelPath::from_bytes(&entry.path), Blob { id: entry.id, link: kind == LINK });
        }
    }
    Ok(names)
}

/// Paths whose blob or type in the index is not that of HEAD.
fn changed(repository: &Repository) -> Result<BTreeSet<RelPath>, git2::Error> {
    let head = match repository.head() {
        Ok(head) => Some(head.peel_to_tree()?),
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => None,
        Err(error) => return Err(error),
    };
    let mut options = DiffOptions::new();
    options.include_typechange(true).ignore_submodules(true);
    let diff = repository.diff_tree_to_index(head.as_ref(), None, Some(&mut options))?;
    let mut changed = BTreeSet::new();
    for delta in diff.deltas() {
        if delta.status() != Delta::Deleted
            && let Some(path) = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes())
        {
            changed.insert(RelPath::from_bytes(path));
        }
    }
    Ok(changed)
}

/// The part of the index that the roots name.
struct Wanted {
    prefixes: Vec<RelPath>,
}

impl Wanted {
    /// Whether a path is covered, and whether by a root below the top.
    fn covers(&self, path: &RelPath) -> (bool, bool) {
        let mut hits = self.prefixes.iter().filter(|prefix| path.below(prefix).is_some()).peekable();
        (hits.peek().is_some(), hits.any(|prefix| !prefix.is_top()))
    }
}

/// The top of the work tree; where git's environment variables name it, what they say.
fn base(plan: &Plan, repository: &Repository) -> Option<Base> {
    let named = || Some(Base::at(repository.workdir()?.canonicalize().ok()?));
    if from_env() {
        return named();
    }
    let root = plan.roots.first().map_or_else(|| plan.cwd.clone(), |root| plan.cwd.join(root));
    let folder = root.ancestors().find(|at| at.is_dir())?;
    Some(Base::around(folder, &plan.cwd)).filter(Base::in_repository).or_else(named)
}

fn wanted(
    plan: &Plan,
    repository: &Repository,
    names: &BTreeMap<RelPath, Blob>,
) -> Result<Wanted, WalkError> {
    let base = match base(plan, repository) {
        Some(base) if !plan.roots.is_empty() => base,
        _ => return Ok(Wanted { prefixes: vec![RelPath::top()] }),
    };
    let mut prefixes = Vec::new();
    for root in &plan.roots {
        // A staged file may be gone from the work tree, so only the folder above has to exist.
        let absolute = plan.cwd.join(root);
        let known = absolute
            .canonicalize()
            .ok()
            .or_else(|| Some(absolute.parent()?.canonicalize().ok()?.join(absolute.file_name()?)));
        let prefix =
            known.map(|known| base.relative(&known)).filter(|path| !path.as_bytes().starts_with(b".."));
        match prefix {
            Some(prefix) if prefix.is_top() || names.keys().any(|name| name.below(&prefix).is_some()) => {
                prefixes.push(prefix);
            }
            _ if absolute.is_dir() && prefix.is_some() => prefixes.extend(prefix),
            _ => return Err(WalkError::Nothing { path: named(root) }),
        }
    }
    Ok(Wanted { prefixes })
}
