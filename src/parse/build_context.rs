//! How a Dockerfile is built, what its build is sent, and what its COPY and ADD instructions take of it.

use std::collections::BTreeMap;

use super::dockerfile::{
    Copy, CopySource, Dockerfile, Instruction, InstructionKind, Mount, MountKind, Stages, Word, remote_kind,
};
use super::dockerignore::{Dockerignore, clean};
use super::glob::{Dialect, Glob};
use crate::source::{RelPath, Span};

/// One way in which a Dockerfile is built: from the configuration, a compose file, or by convention.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
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

/// Names the build arguments, and says nothing of their values.
impl std::fmt::Debug for BuildPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BuildPlan")
            .field("dockerfile", &self.dockerfile)
            .field("context", &self.context)
            .field("args", &self.args.keys())
            .field("target", &self.target)
            .finish()
    }
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
    /// True when it takes the whole context, or everything in a folder by `.` or `*`, without naming files.
    pub broad: bool,
    /// True when it takes the whole context.
    pub whole_context: bool,
    /// False when the source depends on a variable without a known value: it may take any path that starts like it.
    pub certain: bool,
    glob: Glob,
    excludes: Dockerignore,
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

impl ContextCopy {
    /// True when it takes this path, relative to the context, if it is sent.
    pub fn takes(&self, path: &[u8]) -> bool {
        let path = String::from_utf8_lossy(path);
        let Some(root) = self.glob.matched_len(&path) else { return false };
        // Excludes are relative to the folder that is copied; a file is known by its name.
        let below = path.get(root + 1..).unwrap_or_default();
        let below = if self.whole_context {
            &path
        } else if below.is_empty() {
            path.rsplit('/').next().unwrap_or_default()
        } else {
            below
        };
        !self.excludes.is_ignored(below.as_bytes())
    }

    fn may_take_below(&self, folder: &[u8]) -> bool {
        self.glob.may_match_below(&String::from_utf8_lossy(folder))
    }
}

impl BuildContext {
    /// What the Dockerfile takes when it is built by this plan.
    pub fn new(plan: BuildPlan, ignore: Option<Dockerignore>, dockerfile: &Dockerfile) -> Self {
        let stages = dockerfile.stages_for(&plan.args, plan.target.as_deref());
        let copies = copies(dockerfile, &stages);
        Self { plan, ignore, copies }
    }

    /// True when the build is sent this path: it lies in the context and is not ignored.
    pub fn sends(&self, path: &RelPath) -> bool {
        path.below(&self.plan.context).is_some_and(|below| self.sends_below(below))
    }

    fn sends_below(&self, below: &[u8]) -> bool {
        self.ignore.as_ref().is_none_or(|ignore| !ignore.is_ignored(below))
    }

    /// What takes this file into the build. Nothing when it is not sent.
    pub fn taken_by(&self, path: &RelPath) -> impl Iterator<Item = &ContextCopy> {
        let below =
            path.below(&self.plan.context).filter(|below| self.sends_below(below)).map(<[u8]>::to_vec);
        self.copies.iter().filter(move |copy| below.as_ref().is_some_and(|below| copy.takes(below)))
    }

    /// False when nothing below this folder can be taken into the build: it need not be walked.
    pub fn may_take_below(&self, folder: &RelPath) -> bool {
        let Some(below) = folder.below(&self.plan.context) else {
            // Above the context lies the way to it.
            return self.plan.context.below(folder).is_some() && !self.copies.is_empty();
        };
        let sent = self.ignore.as_ref().is_none_or(|ignore| {
            below.is_empty() || !ignore.is_ignored(below) || ignore.may_reinclude_below(below)
        });
        sent && self.copies.iter().any(|copy| copy.may_take_below(below))
    }

    /// True when the `.git` folder of the context would be sent and taken, if there is one.
    pub fn dot_git_sent(&self) -> bool {
        self.taken_by(&self.plan.context.join(b".git")).next().is_some()
    }
}

impl BuildPlan {
    /// The plan by convention: this context, no arguments, the last stage.
    pub fn conventional(dockerfile: RelPath, context: RelPath) -> Self {
        Self { dockerfile, context, args: BTreeMap::new(), target: None }
    }

    /// Where the ignore file may lie: the first that exists counts.
    pub fn ignore_files(&self) -> [RelPath; 2] {
        let mut own = self.dockerfile.as_bytes().to_vec();
        own.extend_from_slice(b".dockerignore");
        [RelPath::from_bytes(&own), self.context.join(b".dockerignore")]
    }
}

fn copies(dockerfile: &Dockerfile, stages: &Stages) -> Vec<ContextCopy> {
    let mut found = Vec::new();
    for stage in stages.iter().filter(|stage| stages.is_needed(stage.index)) {
        for at in stage.instructions.clone() {
            let Some(instruction) = dockerfile.instructions.get(at) else { continue };
            let mut sources = Sources { stages, at, stage: stage.index, instruction, found: &mut found };
            match &instruction.kind {
                InstructionKind::Copy(copy) if copy.from.is_none() => sources.copy(copy, CopyVia::Copy),
                InstructionKind::Add(copy) => sources.copy(copy, CopyVia::Add),
                InstructionKind::Run(run) => run.mounts.iter().for_each(|mount| sources.mount(mount)),
                _ => {}
            }
        }
    }
    found
}

struct Sources<'a> {
    stages: &'a Stages,
    at: usize,
    stage: usize,
    instruction: &'a Instruction,
    found: &'a mut Vec<ContextCopy>,
}

impl Sources<'_> {
    fn copy(&mut self, copy: &Copy, via: CopyVia) {
        let excludes: Vec<String> =
            copy.excludes.iter().map(|word| self.stages.expand(self.at, word).text).collect();
        for word in &copy.sources {
            if copy.source_kind(word) != CopySource::Path {
                continue;
            }
            let dialect = if copy.parents { Dialect::Ignore } else { Dialect::Copy };
            let shipped = self.stages.is_shipped(self.stage);
            self.add(word, via, dialect, shipped, &excludes);
        }
    }

    fn mount(&mut self, mount: &Mount) {
        if mount.kind != MountKind::Bind || mount.from.is_some() {
            return;
        }
        match &mount.source {
            Some(word) => self.add(word, CopyVia::Mount, Dialect::Copy, false, &[]),
            None => {
                self.push(mount.span.clone(), CopyVia::Mount, Source::path(".", Dialect::Copy), false, &[])
            }
        }
    }

    fn add(&mut self, word: &Word, via: CopyVia, dialect: Dialect, shipped: bool, excludes: &[String]) {
        let expanded = self.stages.expand(self.at, word);
        let source = match expanded.known() {
            Some(text) if remote_kind(text) != CopySource::Path => return,
            Some(text) => Source::path(text, dialect),
            None => Source::starting_with(expanded.prefix()),
        };
        self.push(word.span.clone(), via, source, shipped, excludes);
    }

    fn push(&mut self, span: Span, via: CopyVia, source: Option<Source>, shipped: bool, excludes: &[String]) {
        let Some(Source { glob, broad, whole_context, certain }) = source else { return };
        self.found.push(ContextCopy {
            instruction: self.instruction.span.clone(),
            source: span,
            via,
            stage: self.stage,
            shipped,
            broad,
            whole_context,
            certain,
            glob,
            excludes: Dockerignore::from_patterns(excludes.iter().map(String::as_str)),
        });
    }
}

struct Source {
    glob: Glob,
    broad: bool,
    whole_context: bool,
    certain: bool,
}

impl Source {
    /// A path of the context; `None` when it is no pattern at all.
    fn path(text: &str, dialect: Dialect) -> Option<Self> {
        let cleaned = inside(text);
        // With --parents a `/./` only says where the kept part of the path begins, which cleaning has dropped.
        let whole_context = matches!(cleaned.as_str(), "" | "*" | "**");
        let last = text.rsplit('/').next().unwrap_or_default();
        let glob = if whole_context { Glob::everything() } else { Glob::new(&cleaned, dialect)? };
        Some(Self {
            glob,
            broad: whole_context || matches!(last, "." | "*" | "**"),
            whole_context,
            certain: true,
        })
    }

    /// Any path that starts like this.
    fn starting_with(prefix: &str) -> Option<Self> {
        // `a/../` and the like at the front cannot be cleaned while the rest is unknown: only whole parts are.
        let (folders, name) = prefix.rfind('/').map_or(("", prefix), |slash| prefix.split_at(slash + 1));
        let folders = inside(folders);
        let start = match (folders.is_empty(), name) {
            (_, "." | "..") => String::new(),
            (true, name) => name.to_owned(),
            (false, name) => format!("{folders}/{name}"),
        };
        Some(Self { glob: Glob::starting_with(&start), broad: false, whole_context: false, certain: false })
    }
}

/// A path within the context: what lies above it is cut off, as the build does; the top is empty.
fn inside(path: &str) -> String {
    let rooted = clean(&format!("/{path}"));
    rooted.trim_start_matches('/').to_owned()
}

/// The context of a Dockerfile that nobody has planned: its own folder, or the top of the tree when all that it
/// copies exists only there.
pub fn likely_context(path: &RelPath, dockerfile: &Dockerfile, exists: impl Fn(&RelPath) -> bool) -> RelPath {
    let own = path.parent().unwrap_or_else(RelPath::top);
    if own.is_top() {
        return own;
    }
    let mut any = false;
    let stages = dockerfile.stages();
    for (at, instruction) in dockerfile.instructions.iter().enumerate() {
        let sources: Vec<&Word> = match &instruction.kind {
            InstructionKind::Copy(copy) if copy.from.is_none() => local_sources(copy),
            InstructionKind::Add(copy) => local_sources(copy),
            InstructionKind::Run(run) => run
                .mounts
                .iter()
                .filter(|mount| mount.kind == MountKind::Bind && mount.from.is_none())
                .filter_map(|mount| mount.source.as_ref())
                .collect(),
            _ => continue,
        };
        for word in sources {
            let expanded = stages.expand(at, word);
            let Some(text) = expanded.known().filter(|text| remote_kind(text) == CopySource::Path) else {
                continue;
            };
            let fixed = fixed_part(&inside(text));
            if fixed.is_empty() {
                continue;
            }
            any = true;
            if exists(&own.join(fixed.as_bytes())) || !exists(&RelPath::from(fixed.as_str())) {
                return own;
            }
        }
    }
    if any { RelPath::top() } else { own }
}

fn local_sources(copy: &Copy) -> Vec<&Word> {
    copy.sources.iter().filter(|word| copy.source_kind(word) == CopySource::Path).collect()
}

/// The folders and names before the first wildcard.
fn fixed_part(path: &str) -> String {
    let fixed: Vec<&str> = path.split('/').take_while(|part| !part.contains(['*', '?', '[', '\\'])).collect();
    fixed.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Origin, Origins, Source as File};

    fn dockerfile(text: &str) -> Dockerfile {
        let origins = Origins::new(Origin::Worktree { path: RelPath::from("Dockerfile") });
        Dockerfile::parse(&File::new(origins, text.as_bytes().to_vec()))
    }

    fn context(folder: &str, ignore: Option<&str>, text: &str) -> BuildContext {
        let plan = BuildPlan::conventional(RelPath::from("Dockerfile"), RelPath::from(folder));
        BuildContext::new(plan, ignore.map(|text| Dockerignore::parse(text.as_bytes())), &dockerfile(text))
    }

    fn taken(context: &BuildContext, path: &str) -> usize {
        context.taken_by(&RelPath::from(path)).count()
    }

    #[test]
    fn what_copies_take() {
        let context = context(
            "web",
            Some("*.log\n!keep.log"),
            "FROM a\nCOPY package.json src/ /app/\nADD https://x.example/y /y\nCOPY --from=b /z /z\nCOPY conf/*.yml /c/\n",
        );
        assert_eq!(context.copies.len(), 3);
        assert_eq!(context.copies[1].source.bytes(), b"src/");
        assert!(context.copies.iter().all(|copy| copy.shipped && !copy.broad && copy.certain));
        assert_eq!(taken(&context, "web/package.json"), 1);
        assert_eq!(taken(&context, "package.json"), 0, "not in the context");
        assert_eq!(taken(&context, "web/src/a/b.js"), 1);
        assert_eq!(taken(&context, "web/src/a.log"), 1, "*.log is the top folder only");
        assert_eq!(taken(&context, "web/conf/a.yml"), 1);
        assert_eq!(taken(&context, "web/conf/b/a.yml"), 0);
        assert_eq!(taken(&context, "web/.env"), 0);
        assert!(context.sends(&RelPath::from("web/.env")));
        assert!(!context.sends(&RelPath::from("web/a.log")));
        assert!(context.sends(&RelPath::from("web/keep.log")));
        assert!(!context.dot_git_sent());
    }

    #[test]
    fn broad_copies() {
        let broad = |text: &str| {
            let context = context("", None, &format!("FROM a\n{text}\n"));
            context.copies.iter().map(|copy| (copy.broad, copy.whole_context)).collect::<Vec<_>>()
        };
        for text in [
            "COPY . /app",
            "COPY ./ /app",
            "ADD / /app",
            "COPY * /app",
            "COPY x/.. /app",
            "RUN --mount=target=/s a",
        ] {
            assert_eq!(broad(text), [(true, true)], "{text}");
        }
        assert_eq!(broad("COPY src/. /app"), [(true, false)]);
        assert_eq!(broad("COPY src/* /app"), [(true, false)]);
        assert_eq!(broad("COPY src /app"), [(false, false)]);
        let whole = context("", Some(".git\nsecret"), "FROM a\nCOPY . /\n");
        assert_eq!(
            (taken(&whole, "a/b/c"), taken(&whole, "secret/x"), taken(&whole, ".git/config")),
            (1, 0, 0)
        );
        assert!(!whole.dot_git_sent());
        assert!(context("", None, "FROM a\nCOPY . /\n").dot_git_sent());
    }

    #[test]
    fn stages_decide_what_is_shipped() {
        let text = "FROM a AS build\nCOPY . /src\nFROM a AS unused\nCOPY x /x\nFROM a AS base\nCOPY y /y\nFROM base\nCOPY --from=build /src/o /o\n";
        let found = context("", None, text);
        let shipped: Vec<_> = found.copies.iter().map(|copy| (copy.stage, copy.shipped)).collect();
        assert_eq!(shipped, [(0, false), (2, true)]);
    }

    #[test]
    fn excludes_and_variables() {
        let text = "ARG d=lib\nFROM a\nARG d\nCOPY --exclude=*.key --exclude=sub conf /c/\nCOPY $d/x /x\nCOPY app/$n.jar /y\n";
        let context = context("", None, text);
        assert_eq!(taken(&context, "conf/a.yml"), 1);
        assert_eq!(taken(&context, "conf/a.key"), 0);
        assert_eq!(taken(&context, "conf/sub/a"), 0);
        assert_eq!(taken(&context, "lib/x"), 1);
        assert_eq!(taken(&context, "app/b.jar"), 1);
        assert_eq!(taken(&context, "apps/b.jar"), 0);
        assert_eq!(context.copies.iter().map(|copy| copy.certain).collect::<Vec<_>>(), [true, true, false]);
    }

    #[test]
    fn pruning() {
        let context = context("web", Some("*\n!src"), "FROM a\nCOPY src /s\n");
        let may = |folder: &str| context.may_take_below(&RelPath::from(folder));
        assert!(may("") && may("web") && may("web/src") && may("web/src/deep"));
        assert!(!may("web/node_modules") && !may("api") && !may("web/srcs"));
    }

    #[test]
    fn the_context_is_where_the_sources_are() {
        let file = dockerfile("FROM a\nCOPY src/a *.b ./\nCOPY . .\n");
        let path = RelPath::from("docker/web/Dockerfile");
        let only = |present: &'static str| move |path: &RelPath| *path == RelPath::from(present);
        assert_eq!(likely_context(&path, &file, only("src/a")), RelPath::top());
        assert_eq!(likely_context(&path, &file, only("docker/web/src/a")), RelPath::from("docker/web"));
        assert_eq!(likely_context(&path, &file, |_| false), RelPath::from("docker/web"));
        assert_eq!(
            likely_context(&path, &dockerfile("FROM a\nCOPY . .\n"), |_| true),
            RelPath::from("docker/web")
        );
        assert_eq!(likely_context(&RelPath::from("Dockerfile"), &file, |_| true), RelPath::top());
    }

    #[test]
    fn can_be_shared_between_threads() {
        fn shared<T: Send + Sync>(_: &T) {}
        shared(&context("", None, "FROM a\n"));
    }
}
