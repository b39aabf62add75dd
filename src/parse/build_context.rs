//! How a Dockerfile is built, what its build is sent, and what its COPY and ADD instructions take of it.

use std::collections::BTreeMap;

use super::dockerfile::Dockerfile;
use super::dockerignore::Dockerignore;
use crate::source::{RelPath, Span};

/// One way in which a Dockerfile is built: from the configuration, a compose file, or by convention.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BuildPlan {
    /// The Dockerfile.
    pub dockerfile: RelPath,
    /// The folder that is sent.
    pub context: RelPath,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// The stage to build; the last one when `None`.
    pub target: Option<String>,
}

/// A build context: what a build is sent, and what it takes of it.
#[derive(Clone, Debug)]
pub struct BuildContext {
    /// How it is built.
    pub plan: BuildPlan,
    /// What is left out; `None` without an ignore file.
    pub ignore: Option<Dockerignore>,
    /// What is taken, by stage and instruction.
    pub copies: Vec<ContextCopy>,
}

/// What one source word takes of the context.
#[derive(Clone, Debug)]
pub struct ContextCopy {
    /// The instruction.
    pub instruction: Span,
    /// The source word, or the mount.
    pub source: Span,
    /// The kind of instruction.
    pub via: CopyVia,
    /// The index of the stage.
    pub stage: usize,
    /// True when it lands in what is shipped: the target or a stage that it is built FROM. A mount never does.
    pub shipped: bool,
    /// True when it takes the whole context, or everything in a folder, without naming files.
    pub broad: bool,
    /// True when it takes the whole context.
    pub whole_context: bool,
}

/// How files are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CopyVia {
    /// `COPY`
    Copy,
    /// `ADD`
    Add,
    /// `RUN --mount=type=bind`
    Mount,
}

impl BuildContext {
    /// What the Dockerfile takes when it is built by this plan.
    pub fn new(plan: BuildPlan, ignore: Option<Dockerignore>, dockerfile: &Dockerfile) -> Self {
        let _ = dockerfile;
        Self { plan, ignore, copies: Vec::new() }
    }

    /// True when the build is sent this path: it lies in the context and is not ignored.
    pub fn sends(&self, path: &RelPath) -> bool {
        path.below(&self.plan.context)
            .is_some_and(|below| self.ignore.as_ref().is_none_or(|ignore| !ignore.is_ignored(below)))
    }

    /// What takes this file into the build. Nothing when it is not sent.
    pub fn taken_by(&self, path: &RelPath) -> impl Iterator<Item = &ContextCopy> {
        let sent = self.sends(path);
        self.copies.iter().filter(move |_| sent)
    }

    /// False when nothing below this folder can be taken into the build: it need not be walked.
    pub fn may_take_below(&self, folder: &RelPath) -> bool {
        let _ = folder;
        true
    }

    /// True when the `.git` folder of the context is sent and taken.
    pub fn dot_git_sent(&self) -> bool {
        self.sends(&self.plan.context.join(b".git"))
    }
}

/// The context of a Dockerfile that nobody has planned: its own folder, or the top of the tree when all that it
/// copies exists only there.
pub fn likely_context(path: &RelPath, dockerfile: &Dockerfile, exists: impl Fn(&RelPath) -> bool) -> RelPath {
    let _ = (dockerfile, exists);
    path.parent().unwrap_or_else(RelPath::top)
}
