//! How the listed Dockerfiles are built, what their builds are sent, and which files that git ignores get into an
//! image all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

use super::base::Base;
use super::compose;
use super::index::Blobs;
use super::listing::{Entry, Listing, What};
use super::plan::Plan;
use super::tree::{Ignored, is_excluded, is_linked, unreadable};
use crate::parse::build_context::{BuildContext, BuildPlan, likely_context};
use crate::parse::dockerfile::{Dockerfile, is_dockerfile_name};
use crate::parse::dockerignore::Dockerignore;
use crate::sensitive_files::sensitive_name;
use crate::source::{Origin, Origins, RelPath, Source};

/// Dockerfiles, ignore files and compose files beyond this size are not read for their context.
const LIMIT: usize = 8 << 20;

/// Folders that package managers and compilers fill. Where git ignores them, only the files in them that are
/// sensitive by name are looked at.
const DEPENDENCY_FOLDERS: &[&str] = &[
    ".gradle",
    ".m2",
    ".nox",
    ".terraform",
    ".tox",
    ".venv",
    "Pods",
    "__pycache__",
    "bower_components",
    "node_modules",
    "site-packages",
    "target",
    "vendor",
    "venv",
];

/// A place to look files up by their reported path.
trait Files {
    fn exists(&self, path: &RelPath) -> bool;
    fn read(&self, path: &RelPath) -> Option<Vec<u8>>;
    fn origin(&self, path: &RelPath) -> Origin;
}

struct OnDisk<'a> {
    base: &'a Base,
}

impl Files for OnDisk<'_> {
    fn exists(&self, path: &RelPath) -> bool {
        fs::symlink_metadata(self.base.absolute(path)).is_ok()
    }

    fn read(&self, path: &RelPath) -> Option<Vec<u8>> {
        let on_disk = self.base.absolute(path);
        let metadata = fs::symlink_metadata(&on_disk).ok()?;
        if !metadata.is_file() || metadata.len() > LIMIT as u64 {
            return None;
        }
        fs::read(on_disk).ok()
    }

    fn origin(&self, path: &RelPath) -> Origin {
        Origin::Worktree { path: path.clone() }
    }
}

impl Files for Blobs<'_> {
    fn exists(&self, path: &RelPath) -> bool {
        self.has(path)
    }

    fn read(&self, path: &RelPath) -> Option<Vec<u8>> {
        Blobs::read(self, path, LIMIT)
    }

    fn origin(&self, path: &RelPath) -> Origin {
        Origin::Index { path: path.clone() }
    }
}

/// Contexts of the Dockerfiles listed from a tree, and the ignored files that they take.
pub(super) fn of_tree(plan: &Plan, base: &Base, ignored: Ignored, listing: &mut Listing) {
    let files = OnDisk { base };
    let names: Vec<RelPath> = listing
        .entries
        .iter()
        .filter(|entry| matches!(entry.what, What::File(_)))
        .map(|entry| entry.path().clone())
        .collect();
    add_contexts(plan, &files, &names, listing);
    if ignored == Ignored::Hide {
        add_ignored(plan, base, listing);
    }
}

/// Contexts of every Dockerfile of the index.
pub(super) fn of_index(plan: &Plan, blobs: &Blobs<'_>, listing: &mut Listing) {
    let names: Vec<RelPath> = blobs.names().cloned().collect();
    add_contexts(plan, blobs, &names, listing);
}

fn add_contexts(plan: &Plan, files: &dyn Files, names: &[RelPath], listing: &mut Listing) {
    let mut plans: BTreeMap<RelPath, Vec<BuildPlan>> = BTreeMap::new();
    for build in names
        .iter()
        .filter(|path| compose::is_compose_name(path.file_name()))
        .flat_map(|path| files.read(path).map(|bytes| compose::builds(path, &bytes)).unwrap_or_default())
    {
        plans.entry(build.dockerfile.clone()).or_default().push(build);
    }
    // What the configuration says of a Dockerfile replaces what compose files say of it.
    for build in &plan.builds {
        plans.entry(build.dockerfile.clone()).or_default().retain(|other| plan.builds.contains(other));
        plans.entry(build.dockerfile.clone()).or_default().push(build.clone());
    }
    for build in &plan.builds {
        if !files.exists(&build.dockerfile) {
            listing.notes.push(format!("[[build]] names {}, which is not there", build.dockerfile));
        } else if !build.context.is_top() && !files.exists(&build.context) {
            listing.notes.push(format!(
                "[[build]] sends {} to {}, and it is not there",
                build.context, build.dockerfile
            ));
        }
    }
    let known: BTreeSet<&RelPath> = names.iter().collect();
    let dockerfiles: BTreeSet<RelPath> = names
        .iter()
        .filter(|path| is_dockerfile_name(path.file_name()))
        .chain(plans.keys().filter(|path| known.contains(path)))
        .cloned()
        .collect();
    // Outside of git the top is the working directory, which need not have to do with the Dockerfile at all.
    let in_repository = listing.git_folders.contains(&RelPath::from(".git"));
    let mut sources = BTreeMap::new();
    for path in dockerfiles {
        let Some(bytes) = files.read(&path) else { continue };
        let source = Source::new(Origins::new(files.origin(&path)), bytes);
        let dockerfile = Dockerfile::parse(&source);
        let mut builds = plans.remove(&path).unwrap_or_default();
        builds.sort();
        builds.dedup();
        if builds.is_empty() {
            let context = if in_repository && !path.as_bytes().starts_with(b"../") {
                likely_context(&path, &dockerfile, |path| files.exists(path))
            } else {
                path.parent().unwrap_or_else(RelPath::top)
            };
            builds.push(BuildPlan::conventional(path.clone(), context));
        }
        for build in builds {
            let ignore = ignore_file(files, &build);
            listing.contexts.push(Arc::new(BuildContext::new(build, ignore, &dockerfile)));
        }
        sources.insert(path, source);
    }
    for entry in &mut listing.entries {
        if let Some(source) = sources.remove(entry.path()) {
            entry.what = What::Ready(source);
        }
    }
}

fn ignore_file(files: &dyn Files, build: &BuildPlan) -> Option<Dockerignore> {
    build.ignore_files().iter().find_map(|path| Some(Dockerignore::parse(&files.read(path)?)))
}

/// Lists the folders that a context may take from once more, now for what git ignores.
fn add_ignored(plan: &Plan, base: &Base, listing: &mut Listing) {
    let mut starts: BTreeSet<RelPath> =
        listing.contexts.iter().map(|context| context.plan.context.clone()).collect();
    // A link could lead to any place of this machine.
    starts.retain(|start| {
        let linked = is_linked(base, start);
        if linked {
            listing.notes.push(format!(
                "the build context {start} is reached through a symbolic link: what git ignores there was not looked at"
            ));
        }
        !linked
    });
    let mut seen = BTreeSet::new();
    let mut folders: Vec<(RelPath, bool)> = starts.into_iter().map(|start| (start, false)).collect();
    let mut found = Vec::new();
    while let Some((folder, in_dependencies)) = folders.pop() {
        if !listing.contexts.iter().any(|context| context.may_take_below(&folder))
            || !seen.insert(folder.clone())
        {
            continue;
        }
        let children = match fs::read_dir(base.absolute(&folder)) {
            Ok(children) => children,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(error) => {
                if !is_excluded(&plan.exclude, &folder.join(b"file")) {
                    listing.gaps.push(unreadable(folder.to_string(), &error));
                }
                continue;
            }
        };
        for child in children {
            let (child, kind) = match child.and_then(|child| child.file_type().map(|kind| (child, kind))) {
                Ok(found) => found,
                Err(error) => {
                    listing.gaps.push(unreadable(folder.to_string(), &error));
                    break;
                }
            };
            let name = child.file_name();
            let path = folder.join(name.as_encoded_bytes());
            if name == ".git" || listing.paths.contains(&path) || is_excluded(&plan.exclude, &path) {
                continue;
            }
            if kind.is_dir() {
                let in_dependencies =
                    in_dependencies || (is_dependency_folder(&path) && !holds_listed(&listing.paths, &path));
                folders.push((path, in_dependencies));
                continue;
            }
            let taker = listing.contexts.iter().find(|context| context.taken_by(&path).next().is_some());
            let Some(taker) = taker else { continue };
            if in_dependencies && sensitive_name(path.as_bytes()).is_none() {
                listing.coverage.by_name_only += 1;
                continue;
            }
            let what = if kind.is_symlink() {
                What::Link(child.path())
            } else if kind.is_file() {
                What::File(child.path())
            } else {
                continue;
            };
            let dockerfile = taker.plan.dockerfile.clone();
            found.push(Entry::new(Origin::Context { path, dockerfile }, what));
        }
    }
    listing.paths.extend(found.iter().map(|entry| entry.path().clone()));
    listing.entries.extend(found);
}

fn is_dependency_folder(path: &RelPath) -> bool {
    DEPENDENCY_FOLDERS.iter().any(|name| name.as_bytes() == path.file_name())
}

fn holds_listed(paths: &BTreeSet<RelPath>, folder: &RelPath) -> bool {
    paths.range(folder.first_below()..).next().is_some_and(|path| path.below(folder).is_some())
}
