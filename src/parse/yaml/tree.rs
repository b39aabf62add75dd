//! The nodes of a document, as they are kept.

use std::ops::Range;

/// One document: its nodes in one list, so that depth costs no stack.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) nodes: Vec<Entry>,
    pub(super) root: usize,
}

/// A node and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) range: Range<u32>,
    pub(super) content: Content,
}

/// What a node is; children by their place in the list.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Scalar {
        text: Box<str>,
        style: Style,
    },
    Sequence(Vec<usize>),
    Mapping(Vec<(usize, usize)>),
    Alias(usize),
    /// An alias without an anchor before it, or one that stands inside of what it names.
    Dangling,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    SingleQuoted,
    /// In double quotes.
    DoubleQuoted,
    /// After `|`.
    Literal,
    /// After `>`.
    Folded,
}

/// An offset as places have it.
pub(super) fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
