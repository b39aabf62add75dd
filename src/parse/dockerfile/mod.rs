//! The Dockerfile grammar: lossless, tolerant of errors, every word with its place.

mod ast;
mod expand;
mod instruction;
mod keyword;
mod lexer;
mod logical;
mod names;
mod parser;
mod pattern;
mod problem;
mod scope;
mod stages;
mod template;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

pub use ast::{
    Command, Comment, Copy, CopySource, Exec, Expanded, Flag, From, Healthcheck, Heredoc, Instruction,
    InstructionKind, Mount, MountKind, MountOption, Pair, ParserDirective, Quote, Run, Variable, Word,
    remote_kind,
};
pub use logical::Logical;
pub use names::is_dockerfile_name;
pub use problem::{Problem, ProblemKind};
pub use stages::{Base, Reference, Stage, Stages, Via};

use crate::source::Source;

/// A parsed Dockerfile.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// The file.
    pub source: Source,
    /// The escape character: a backslash or a backtick.
    pub escape: char,
    /// Parser directives.
    pub directives: Vec<ParserDirective>,
    /// Comment lines, directives included, in order.
    pub comments: Vec<Comment>,
    /// The instructions in order.
    pub instructions: Vec<Instruction>,
    /// What is wrong with it, in order.
    pub problems: Vec<Problem>,
    stages: Stages,
}

impl Dockerfile {
    /// Parses. Never fails: what is wrong is in [`Dockerfile::problems`].
    pub fn parse(source: &Source) -> Self {
        let parsed = parser::parse(source);
        let mut dockerfile = Self {
            source: source.clone(),
            escape: parsed.escape,
            directives: parsed.directives,
            comments: parsed.comments,
            instructions: parsed.instructions,
            problems: parsed.problems,
            stages: Stages::default(),
        };
        dockerfile.stages = Stages::new(&dockerfile, &BTreeMap::new(), None);
        dockerfile
    }

    /// The stages as they are without build arguments, the last one being the target.
    pub fn stages(&self) -> &Stages {
        &self.stages
    }

    /// The stages for these build arguments and this target.
    pub fn stages_for(&self, args: &BTreeMap<String, String>, target: Option<&str>) -> Stages {
        Stages::new(self, args, target)
    }

    /// The instructions of a stage, FROM included.
    pub fn of_stage(&self, stage: &Stage) -> &[Instruction] {
        self.instructions.get(stage.instructions.clone()).unwrap_or_default()
    }
}
