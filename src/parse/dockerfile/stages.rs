//! The stages of a Dockerfile: what they are built from and what they take from each other.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::Dockerfile;
use super::ast::{InstructionKind, MountKind, Word};
use super::expand::Expanded;
use super::scope::Scopes;
use crate::parse::image_ref::ImageRef;

/// The stages, for one set of build arguments and one target.
#[derive(Clone, Debug, Default)]
pub struct Stages {
    list: Vec<Stage>,
    target: Option<usize>,
    needed: Vec<bool>,
    shipped: Vec<bool>,
    scopes: Scopes,
}

/// What a stage is built from, or what a reference to a stage means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// The stage of this index.
    Stage(usize),
    /// An image, or a named context of the build: the name alone does not tell.
    Image(ImageRef),
    /// Nothing at all.
    Scratch,
    /// A number that no stage has.
    NoSuchStage,
    /// Depends on a variable without a known value, or nothing was said, or no image has such a name.
    Unknown,
}

/// One stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// 0-based.
    pub index: usize,
    /// The name it is given.
    pub name: Option<Word>,
    /// What it is built from.
    pub base: Base,
    /// The index of the stage at the bottom, reached by following FROM; its own when no other stage is below. The
    /// base of that one is what everything stands on.
    pub bottom: usize,
    /// The index of its FROM; `None` for the instructions of a fragment without FROM.
    pub from: Option<usize>,
    /// The indexes of its instructions, FROM included.
    pub instructions: Range<usize>,
    /// What it takes from other stages and images, FROM included.
    pub references: Vec<Reference>,
    /// The index of the USER in effect at its end, its own or that of a stage it is built FROM.
    pub user: Option<usize>,
    /// The same for SHELL.
    pub shell: Option<usize>,
    /// The same for ENTRYPOINT.
    pub entrypoint: Option<usize>,
    /// The same for CMD. An ENTRYPOINT takes the CMD of a parent stage out of effect.
    pub cmd: Option<usize>,
    /// The same for HEALTHCHECK.
    pub healthcheck: Option<usize>,
    /// Its working directories, each from the instruction of that index on.
    workdirs: Vec<(usize, Arc<Expanded>)>,
}

/// A mention of a stage or an image.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Where it is made.
    pub via: Via,
    /// The index of the instruction.
    pub instruction: usize,
    /// The word.
    pub word: Word,
    /// What it means.
    pub to: Base,
}

/// Where a stage is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// `FROM`
    From,
    /// `COPY --from`
    Copy,
    /// `RUN --mount from=`
    Mount,
}

impl Stages {
    pub(super) fn new(
        dockerfile: &Dockerfile,
        args: &BTreeMap<String, String>,
        target: Option<&str>,
    ) -> Self {
        let mut builder = Builder {
            dockerfile,
            names: HashMap::new(),
            stages: Self { scopes: Scopes::new(dockerfile.escape, args), ..Self::default() },
        };
        builder.run();
        let Builder { names, mut stages, .. } = builder;
        stages.target = match target {
            Some(name) => {
                let number = name.parse().ok().filter(|index: &usize| *index < stages.list.len());
                names.get(&name.to_ascii_lowercase()).copied().or(number)
            }
            None => stages.list.len().checked_sub(1),
        };
        stages.follow();
        stages
    }

    /// Marks what the target is built FROM and what it needs at all.
    fn follow(&mut self) {
        self.needed = vec![false; self.list.len()];
        self.shipped = vec![false; self.list.len()];
        let mut next = self.target;
        while let Some(index) = next.filter(|index| !self.shipped[*index]) {
            self.shipped[index] = true;
            next = self.list[index].parent();
        }
        let mut open: Vec<usize> = self.target.into_iter().collect();
        while let Some(index) = open.pop() {
            if std::mem::replace(&mut self.needed[index], true) {
                continue;
            }
            for reference in &self.list[index].references {
                if let Base::Stage(other) = reference.to
                    && !self.needed[other]
                {
                    open.push(other);
                }
            }
        }
    }

    /// All stages in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Stage> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// A stage by its index.
    pub fn get(&self, index: usize) -> Option<&Stage> {
        self.list.get(index)
    }

    /// The stage that is built: the named target or the last one.
    pub fn target(&self) -> Option<&Stage> {
        self.list.get(self.target?)
    }

    /// The stage that holds an instruction.
    pub fn of_instruction(&self, instruction: usize) -> Option<&Stage> {
        let after = self.list.partition_point(|stage| stage.instructions.start <= instruction);
        self.list.get(after.checked_sub(1)?).filter(|stage| stage.instructions.contains(&instruction))
    }

    /// True when the target cannot be built without this stage.
    pub fn is_needed(&self, index: usize) -> bool {
        self.needed.get(index).copied().unwrap_or(false)
    }

    /// True for the target and the stages that it is built FROM: what they hold is shipped.
    pub fn is_shipped(&self, index: usize) -> bool {
        self.shipped.get(index).copied().unwrap_or(false)
    }

    /// What everything in this stage stands on: an image, nothing, or unknown; never another stage.
    pub fn bottom_base<'a>(&'a self, stage: &'a Stage) -> &'a Base {
        self.list.get(stage.bottom).map_or(&stage.base, |bottom| &bottom.base)
    }

    /// All mentions of stages and images, in order.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.list.iter().flat_map(|stage| &stage.references)
    }

    /// Replaces the variables in a word of the instruction of this index.
    pub fn expand(&self, instruction: usize, word: &Word) -> Expanded {
        let stage = self.of_instruction(instruction);
        let inside = stage.filter(|stage| stage.from != Some(instruction)).map(|stage| stage.index);
        self.scopes.expand(inside, instruction, word)
    }

    /// The ENV of a stage at its end, inherited from other stages too; `None` for a value that is not known.
    pub fn environment(&self, stage: usize) -> BTreeMap<String, Option<String>> {
        self.scopes.environment(stage)
    }

    /// The working directory in which an instruction runs; `None` when the base image decides.
    pub fn workdir(&self, instruction: usize) -> Option<&Expanded> {
        let stage = self.of_instruction(instruction)?;
        let count = stage.workdirs.partition_point(|(at, _)| *at < instruction);
        stage.workdirs.get(count.checked_sub(1)?).map(|(_, path)| path.as_ref())
    }
}

impl<'a> IntoIterator for &'a Stages {
    type Item = &'a Stage;
    type IntoIter = std::slice::Iter<'a, Stage>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Stage {
    /// The stage that it is built FROM.
    pub fn parent(&self) -> Option<usize> {
        match self.base {
            Base::Stage(parent) => Some(parent),
            _ => None,
        }
    }
}

struct Builder<'a> {
    dockerfile: &'a Dockerfile,
    /// Lower-case names; of two stages with one name the later counts.
    names: HashMap<String, usize>,
    stages: Stages,
}

impl Builder<'_> {
    fn run(&mut self) {
        let instructions = &self.dockerfile.instructions;
        let is_from = |at: &usize| matches!(instructions[*at].kind, InstructionKind::From(_));
        let froms: Vec<usize> = (0..instructions.len()).filter(is_from).collect();
        match froms.first() {
            None if instructions.is_empty() => {}
            None => self.stage(None, 0..instructions.len()),
            Some(first) => {
                for (at, instruction) in instructions.iter().enumerate().take(*first) {
                    if let InstructionKind::Arg(pairs) = &instruction.kind {
                        pairs.iter().for_each(|pair| self.stages.scopes.add_global(at, pair));
                    }
                }
            }
        }
        for (position, from) in froms.iter().enumerate() {
            let end = froms.get(position + 1).copied().unwrap_or(instructions.len());
            self.stage(Some(*from), *from..end);
        }
        self.references();
    }

    fn stage(&mut self, from: Option<usize>, instructions: Range<usize>) {
        let index = self.stages.list.len();
        let mut stage = Stage {
            index,
            name: None,
            base: Base::Unknown,
            bottom: index,
            from,
            instructions: instructions.clone(),
            references: Vec::new(),
            user: None,
            shell: None,
            entrypoint: None,
            cmd: None,
            healthcheck: None,
            workdirs: Vec::new(),
        };
        let kind =
            from.and_then(|at| self.dockerfile.instructions.get(at)).map(|instruction| &instruction.kind);
        if let (Some(at), Some(InstructionKind::From(from))) = (from, kind) {
            stage.name.clone_from(&from.alias);
            if let Some(image) = &from.image {
                let name = self.stages.scopes.expand(None, at, image);
                stage.base = self.base(name.known());
                let to = stage.base.clone();
                stage.references.push(Reference { via: Via::From, instruction: at, word: image.clone(), to });
            }
        }
        if let Some(parent) = stage.parent().and_then(|parent| self.stages.list.get(parent)) {
            stage.bottom = parent.bottom;
            stage.user = parent.user;
            stage.shell = parent.shell;
            stage.entrypoint = parent.entrypoint;
            stage.cmd = parent.cmd;
            stage.healthcheck = parent.healthcheck;
            stage.workdirs.extend(parent.workdirs.last().map(|(_, path)| (instructions.start, path.clone())));
        } else if stage.base == Base::Scratch {
            stage.workdirs.push((instructions.start, Arc::new(Expanded::certain("/".to_owned()))));
        }
        self.stages.scopes.add_stage(&stage.base);
        for at in instructions {
            self.effect(&mut stage, at);
        }
        if let Some(name) = &stage.name {
            self.names.insert(name.value.to_ascii_lowercase(), index);
        }
        self.stages.list.push(stage);
    }

    fn effect(&mut self, stage: &mut Stage, at: usize) {
        self.stages.scopes.add(self.dockerfile, at);
        match &self.dockerfile.instructions[at].kind {
            InstructionKind::User(Some(_)) => stage.user = Some(at),
            InstructionKind::Shell(_) => stage.shell = Some(at),
            InstructionKind::Cmd(_) => stage.cmd = Some(at),
            InstructionKind::Healthcheck(_) => stage.healthcheck = Some(at),
            InstructionKind::Entrypoint(_) => {
                stage.entrypoint = Some(at);
                stage.cmd = stage.cmd.filter(|cmd| stage.instructions.contains(cmd));
            }
            InstructionKind::Workdir(Some(word)) => {
                let path = self.stages.scopes.expand(Some(stage.index), at, word);
                let path = match stage.workdirs.last() {
                    _ if is_absolute(&path.text) && path.known_prefix > 0 => path,
                    Some((_, before)) => {
                        let mut joined = before.as_ref().clone();
                        joined.join(&path);
                        joined
                    }
                    None => Expanded { unknown: true, known_prefix: 0, ..path },
                };
                stage.workdirs.push((at, Arc::new(self.stages.scopes.charge(path))));
            }
            _ => {}
        }
    }

    /// What a base name means to a FROM line: an earlier stage or an image.
    fn base(&self, name: Option<&str>) -> Base {
        let Some(name) = name else { return Base::Unknown };
        if let Some(stage) = self.names.get(&name.to_ascii_lowercase()) {
            return Base::Stage(*stage);
        }
        if name == "scratch" {
            return Base::Scratch;
        }
        ImageRef::parse(name).map_or(Base::Unknown, Base::Image)
    }

    /// COPY and RUN may mention later stages, so that they are looked at when all are known.
    fn references(&mut self) {
        for index in 0..self.stages.list.len() {
            let mut found = Vec::new();
            for at in self.stages.list[index].instructions.clone() {
                match &self.dockerfile.instructions[at].kind {
                    InstructionKind::Copy(copy) => {
                        found.extend(copy.from.iter().map(|word| self.reference(index, at, Via::Copy, word)));
                    }
                    InstructionKind::Run(run) => {
                        let mounts = run.mounts.iter().filter(|mount| {
                            matches!(mount.kind, MountKind::Bind | MountKind::Cache | MountKind::Unknown)
                        });
                        let words = mounts.filter_map(|mount| mount.from.as_ref());
                        found.extend(words.map(|word| self.reference(index, at, Via::Mount, word)));
                    }
                    _ => {}
                }
            }
            self.stages.list[index].references.extend(found);
        }
    }

    fn reference(&self, stage: usize, at: usize, via: Via, word: &Word) -> Reference {
        let name = self.stages.scopes.expand(Some(stage), at, word);
        let number = name.known().and_then(|name| name.parse::<usize>().ok());
        let to = match number {
            Some(number) if number < self.stages.list.len() => Base::Stage(number),
            Some(_) => Base::NoSuchStage,
            None => self.base(name.known()),
        };
        Reference { via, instruction: at, word: word.clone(), to }
    }
}

/// Absolute on Linux or on Windows.
fn is_absolute(path: &str) -> bool {
    let drive =
        path.as_bytes().get(..2).is_some_and(|front| front[0].is_ascii_alphabetic() && front[1] == b':');
    path.starts_with(['/', '\\']) || drive
}
