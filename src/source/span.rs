//! Pointing into a source.

use std::fmt;
use std::ops::Range;

use super::{Origins, Source};

/// A half-open byte range of a source. Keeps its source alive.
#[derive(Clone)]
pub struct Span {
    source: Source,
    range: Range<u32>,
}

impl Span {
    pub(super) fn new(source: Source, range: Range<u32>) -> Self {
        let end = range.end.min(source.len());
        let start = range.start.min(end);
        Self { source, range: start..end }
    }

    /// The source pointed into.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Byte range within the source.
    pub fn range(&self) -> Range<u32> {
        self.range.clone()
    }

    /// The raw bytes pointed at. They may hold secrets: what leaves the process goes through `redact`.
    pub fn bytes(&self) -> &[u8] {
        &self.source.bytes()[self.range.start as usize..self.range.end as usize]
    }

    /// Where the span lies in its file, for people. The only maker of a [`Region`].
    pub fn region(&self) -> Region {
        Region { start: self.source.position(self.range.start), end: self.source.position(self.range.end) }
    }

    /// Where the span lies, without holding on to the bytes.
    pub fn place(&self) -> Place {
        Place { origins: self.source.origins().clone(), region: self.region() }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{:?}", self.source, self.range)
    }
}

/// A point in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based; lines end at LF.
    pub line: u64,
    /// 1-based, counted in Unicode scalars; an invalid byte counts one.
    pub column: u64,
    /// Byte offset in the file.
    pub byte: u64,
}

/// A half-open stretch of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Region {
    /// First position.
    pub start: Position,
    /// Position after the last.
    pub end: Position,
}

/// Where something lies, without the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Every place where the blob was seen.
    pub origins: Origins,
    /// The stretch of it.
    pub region: Region,
}
