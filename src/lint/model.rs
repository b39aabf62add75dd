//! What the rules look at: a Dockerfile for one build plan, with its stages, its scripts and its variables.

use std::collections::{BTreeMap, BTreeSet};

use crate::images::Images;
use crate::parse::dockerfile::{
    Base, Command as Form, Dockerfile, Instruction, InstructionKind, Logical, Stage, Stages, Word,
};
use crate::parse::image_ref::ImageRef;
use crate::parse::shell::{self, Script};
use crate::source::Span;

use super::Settings;

/// One Dockerfile, as it would be built.
#[derive(Debug)]
pub struct Model<'a> {
    /// The tree.
    pub file: &'a Dockerfile,
    /// The stages for the build arguments at hand.
    pub stages: Stages,
    /// What the configuration says.
    pub settings: &'a Settings,
    /// The table of base images.
    pub images: &'static Images,
    /// The scripts of RUN instructions that a POSIX shell reads, in order.
    pub scripts: Vec<RunScript<'a>>,
    /// True when the image is for Windows.
    pub windows: bool,
    shipped: BTreeSet<usize>,
    layers: BTreeSet<usize>,
}

/// A script of a RUN instruction.
#[derive(Debug)]
pub struct RunScript<'a> {
    /// Index of the instruction.
    pub instruction: usize,
    /// Index of the stage.
    pub stage: usize,
    /// True when its layer is part of an image that ships.
    pub ships: bool,
    /// The commands.
    pub script: Script,
    place: PlaceOf<'a>,
}

#[derive(Debug)]
enum PlaceOf<'a> {
    Text(&'a Logical),
    Exec(Span),
}

impl RunScript<'_> {
    /// The place in the file of a range in the script.
    pub fn span(&self, range: std::ops::Range<u32>) -> Span {
        match &self.place {
            PlaceOf::Text(text) => text.span(range.start as usize..range.end as usize),
            PlaceOf::Exec(span) => span.clone(),
        }
    }
}

/// An image that the Dockerfile takes something from.
#[derive(Clone, Copy, Debug)]
pub struct External<'m> {
    /// The image.
    pub image: &'m ImageRef,
    /// Where it is named.
    pub word: &'m Word,
    /// The stage that names it.
    pub stage: &'m Stage,
    /// True when the stage is built from it, false when files are taken from it.
    pub is_base: bool,
}

impl External<'_> {
    /// The span of the tag, or of all of it when the name depends on variables or has no tag.
    pub fn tag_span(&self) -> Span {
        self.part(self.image.tag_range.clone())
    }

    /// The span of registry and repository.
    pub fn name_span(&self) -> Span {
        let start = self.image.registry_range.as_ref().unwrap_or(&self.image.repository_range).start;
        self.part(Some(start..self.image.repository_range.end))
    }

    fn part(&self, range: Option<std::ops::Range<usize>>) -> Span {
        let whole = self.word.span.range();
        match range {
            // Only when the word is written as it reads do offsets in the reference hold in the file.
            Some(range)
                if !self.word.has_variables()
                    && self.word.text == self.word.value
                    && whole.len() == self.word.text.len() =>
            {
                let at =
                    |offset: usize| whole.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
                self.word.span.source().span(at(range.start)..at(range.end))
            }
            _ => self.word.span.clone(),
        }
    }
}

impl<'a> Model<'a> {
    /// Builds the model.
    pub fn new(
        file: &'a Dockerfile,
        settings: &'a Settings,
        args: &BTreeMap<String, String>,
        target: Option<&str>,
    ) -> Self {
        let stages = file.stages_for(args, target);
        let mut model = Self {
            file,
            settings,
            images: Images::table(),
            scripts: Vec::new(),
            windows: false,
            shipped: BTreeSet::new(),
            layers: BTreeSet::new(),
            stages,
        };
        model.shipped = model.find_shipped();
        model.layers =
            model.shipped.iter().flat_map(|index| model.ancestry(*index)).map(|stage| stage.index).collect();
        model.windows = file.escape == '`'
            || model.stages.iter().any(|stage| {
                matches!(&stage.base, Base::Image(image) if {
                    let text = image.to_string();
                    ["windows", "nanoserver", "servercore"].iter().any(|word| text.contains(word))
                })
            });
        model.collect_scripts();
        model
    }

    fn find_shipped(&self) -> BTreeSet<usize> {
        let named = self.stages.iter().filter(|stage| {
            stage.name.as_ref().is_some_and(|name| {
                self.settings.targets.iter().any(|target| target.eq_ignore_ascii_case(&name.value))
            })
        });
        named.chain(self.stages.target()).map(|stage| stage.index).collect()
    }

    /// The stages whose image is shipped.
    pub fn shipped(&self) -> impl Iterator<Item = &Stage> {
        self.shipped.iter().filter_map(|index| self.stages.get(*index))
    }

    /// True when layers of this stage are part of an image that ships.
    pub fn ships_layers(&self, stage: usize) -> bool {
        self.layers.contains(&stage)
    }

    /// A stage and those that it is built from, up to the image that it starts with.
    pub fn ancestry(&self, stage: usize) -> Vec<&Stage> {
        let mut all: Vec<&Stage> = Vec::new();
        let mut next = self.stages.get(stage);
        while let Some(stage) = next {
            all.push(stage);
            // A stage can only be built from one before it, so this ends.
            next = match stage.base {
                Base::Stage(parent) if parent < stage.index => self.stages.get(parent),
                _ => None,
            };
        }
        all
    }

    /// What the first stage in the ancestry of this one is built from.
    pub fn root_base(&self, stage: usize) -> Option<&Base> {
        self.ancestry(stage).last().map(|stage| &stage.base)
    }

    /// Every image that is named, in order.
    pub fn externals(&self) -> impl Iterator<Item = External<'_>> {
        self.stages.iter().flat_map(|stage| {
            let base = match &stage.base {
                Base::Image(image) => {
                    self.base_word(stage).map(|word| External { image, word, stage, is_base: true })
                }
                _ => None,
            };
            let others = stage.references.iter().filter_map(move |reference| match &reference.to {
                Base::Image(image) if reference.via != crate::parse::dockerfile::Via::From => {
                    Some(External { image, word: &reference.word, stage, is_base: false })
                }
                _ => None,
            });
            base.into_iter().chain(others)
        })
    }

    /// The image or stage word of the FROM of a stage.
    pub fn base_word(&self, stage: &Stage) -> Option<&'a Word> {
        match &self.file.instructions.get(stage.from?)?.kind {
            InstructionKind::From(from) => from.image.as_ref(),
            _ => None,
        }
    }

    /// Every instruction of every stage; ONBUILD is looked through.
    pub fn instructions(&self) -> impl Iterator<Item = (&Stage, usize, &'a Instruction)> {
        let file = self.file;
        self.stages.iter().flat_map(move |stage| {
            let indexes = stage.instructions.clone();
            indexes.filter_map(move |index| Some((stage, index, file.instructions.get(index)?.inner())))
        })
    }

    /// The name of a stage in anchors: its name, or its number.
    pub fn stage_name(&self, stage: usize) -> String {
        match self.stages.get(stage).and_then(|stage| stage.name.as_ref()) {
            Some(name) => name.value.to_ascii_lowercase(),
            None => stage.to_string(),
        }
    }

    /// What a finding is about, in terms that survive a line move.
    pub fn anchor(&self, stage: usize, keyword: &str, what: &str) -> String {
        format!("{} {keyword} {what}", self.stage_name(stage))
    }

    /// A word with its variables replaced; `None` when one of them has no known value.
    pub fn expand(&self, word: &Word, instruction: usize) -> Option<String> {
        if !word.has_variables() {
            return Some(word.value.clone());
        }
        self.stages.expand(instruction, word).known().map(str::to_owned)
    }

    /// The stage that an instruction belongs to.
    pub fn stage_of(&self, instruction: usize) -> Option<usize> {
        self.stages.of_instruction(instruction).map(|stage| stage.index)
    }

    fn collect_scripts(&mut self) {
        let mut scripts = Vec::new();
        let mut posix_at_end: BTreeMap<usize, bool> = BTreeMap::new();
        for stage in self.stages.iter() {
            let inherited = match stage.base {
                Base::Stage(parent) => posix_at_end.get(&parent).copied().unwrap_or(true),
                _ => !self.windows,
            };
            let mut posix = inherited;
            for index in stage.instructions.clone() {
                let Some(instruction) = self.file.instructions.get(index) else { continue };
                match &instruction.inner().kind {
                    InstructionKind::Shell(words) => {
                        let words: Vec<_> = words.iter().map(|word| word.value.as_str()).collect();
                        posix = shell::reads_posix(&words);
                    }
                    InstructionKind::Run(run) => {
                        let ships = self.ships_layers(stage.index);
                        let mut push = |script: Script, place| {
                            scripts.push(RunScript {
                                instruction: index,
                                stage: stage.index,
                                ships,
                                script,
                                place,
                            });
                        };
                        match &run.command {
                            Form::Shell(text) if posix => {
                                let line = Script::read(text.text().as_bytes());
                                let takes_body = |at: usize| {
                                    run.sole_heredoc().is_some() && is_posix_body(run.heredocs.get(at))
                                        || run
                                            .heredocs
                                            .get(at)
                                            .is_some_and(|heredoc| feeds_shell(&line, &heredoc.name))
                                };
                                for (at, heredoc) in run.heredocs.iter().enumerate() {
                                    if takes_body(at) {
                                        push(
                                            Script::read(heredoc.body.text().as_bytes()),
                                            PlaceOf::Text(&heredoc.body),
                                        );
                                    }
                                }
                                if run.sole_heredoc().is_none() {
                                    push(line, PlaceOf::Text(text));
                                }
                            }
                            Form::Exec(exec) => {
                                let words: Vec<_> =
                                    exec.words.iter().map(|word| quote(&word.value)).collect();
                                push(
                                    Script::read(words.join(" ").as_bytes()),
                                    PlaceOf::Exec(exec.span.clone()),
                                );
                            }
                            Form::Shell(_) => {}
                        }
                    }
                    _ => {}
                }
            }
            posix_at_end.insert(stage.index, posix);
        }
        self.scripts = scripts;
    }
}

/// True when a command of the line is a shell that reads this here-document as its script.
fn feeds_shell(line: &Script, name: &str) -> bool {
    line.commands.iter().any(|command| {
        command.redirects.iter().any(|redirect| redirect.operator == "<<" && redirect.target.text() == name)
            && command.program().is_some_and(|(program, arguments)| {
                shell::is_shell(program) && arguments.iter().all(|word| word.text().starts_with('-'))
            })
    })
}

/// True when a here-document that stands alone is for a POSIX shell: no `#!`, or one of such a shell.
fn is_posix_body(heredoc: Option<&crate::parse::dockerfile::Heredoc>) -> bool {
    let Some(heredoc) = heredoc else { return false };
    let Some(line) = heredoc.body.text().strip_prefix("#!") else { return true };
    let line = line.lines().next().unwrap_or_default();
    line.split_whitespace().any(|word| shell::is_shell(shell::base_name(word)))
}

/// In single quotes for a shell.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
