//! The stages of a Dockerfile: what they are built from and what they take from each other.

use std::ops::Range;

use super::Word;
use crate::parse::image_ref::ImageRef;

/// The stages, for one set of build arguments and one target.
#[derive(Clone, Debug, Default)]
pub struct Stages {
    pub(super) list: Vec<Stage>,
    pub(super) target: Option<usize>,
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
    /// The index of its FROM; `None` for the instructions of a fragment without FROM.
    pub from: Option<usize>,
    /// The indexes of its instructions, FROM included.
    pub instructions: Range<usize>,
    /// What it takes from other stages and images.
    pub references: Vec<Reference>,
    /// The index of the USER in effect at its end, its own or that of a stage it is built FROM.
    pub user: Option<usize>,
    /// The same for SHELL.
    pub shell: Option<usize>,
    /// The same for ENTRYPOINT.
    pub entrypoint: Option<usize>,
    /// The same for CMD. An ENTRYPOINT after the CMD of a parent stage takes it out of effect.
    pub cmd: Option<usize>,
    /// The same for HEALTHCHECK.
    pub healthcheck: Option<usize>,
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
    /// `RUN --mount=from=`
    Mount,
}

impl Stages {
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
}
