//! Bytes, where they came from, and how to point into them.

mod line_index;
mod origin;
mod printable;
mod rel_path;
mod span;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use line_index::LineIndex;
pub use origin::{Origin, Origins};
pub use printable::{is_deceptive, printable, printable_str};
pub use rel_path::RelPath;
pub use span::{Place, Position, Region, Span};

/// What the bytes of a source are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The content of a regular file or blob.
    File,
    /// The target text of a symbolic link, which is what git stores for it. Links are never followed.
    Link,
}

/// A stretch of bytes that must not leave the process as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sensitive {
    /// Half-open byte range within the source.
    pub range: Range<u32>,
    /// How many bytes at the front are a public prefix (`ghp_`) and may be shown.
    pub shown: u32,
}

/// A whole file, or a window of a larger one. Cheap to clone: the bytes are shared.
///
/// A window knows where it starts in its file (`base`, `first_line`, `first_column`), so a [`Span`] in it
/// points at the same [`Region`] as it would in the whole file.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    origins: Origins,
    kind: Kind,
    base: u64,
    first_line: u64,
    first_column: u64,
    bytes: Vec<u8>,
    lines: OnceLock<LineIndex>,
    sensitive: OnceLock<Vec<Sensitive>>,
}

/// Where a window starts in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowStart {
    /// Byte offset in the file.
    pub base: u64,
    /// 1-based line of the first byte.
    pub line: u64,
    /// 1-based column of the first byte.
    pub column: u64,
}

impl WindowStart {
    /// The start of a whole file.
    pub const FILE: Self = Self { base: 0, line: 1, column: 1 };
}

impl Source {
    /// The longest source: spans hold 32-bit offsets. Larger files are read as windows.
    pub const MAX_LEN: usize = u32::MAX as usize;

    /// A whole file.
    pub fn new(origins: Origins, bytes: Vec<u8>) -> Self {
        Self::window(origins, Kind::File, WindowStart::FILE, bytes)
    }

    /// The target text of a symbolic link.
    pub fn link(origins: Origins, target: Vec<u8>) -> Self {
        Self::window(origins, Kind::Link, WindowStart::FILE, target)
    }

    /// A part of a larger file. Bytes beyond [`Source::MAX_LEN`] are cut off; whoever reads files keeps below it.
    pub fn window(origins: Origins, kind: Kind, start: WindowStart, mut bytes: Vec<u8>) -> Self {
        bytes.truncate(Self::MAX_LEN);
        Self(Arc::new(Inner {
            origins,
            kind,
            base: start.base,
            first_line: start.line,
            first_column: start.column,
            bytes,
            lines: OnceLock::new(),
            sensitive: OnceLock::new(),
        }))
    }

    /// The places where these bytes were seen.
    pub fn origins(&self) -> &Origins {
        &self.0.origins
    }

    /// The path of the first origin.
    pub fn path(&self) -> &RelPath {
        self.0.origins.first().path()
    }

    /// Whether this is a file's content or a link's target.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The raw bytes. They may hold secrets: what leaves the process goes through `redact`.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// True when the first of these bytes is the first of the file.
    pub fn is_file_start(&self) -> bool {
        self.0.base == 0
    }

    /// The span of everything.
    pub fn whole(&self) -> Span {
        self.span(0..self.len())
    }

    /// A span of this source; a range that overshoots is cut to what there is.
    pub fn span(&self, range: Range<u32>) -> Span {
        Span::new(self.clone(), range)
    }

    /// Length in bytes.
    pub fn len(&self) -> u32 {
        u32::try_from(self.0.bytes.len()).unwrap_or(u32::MAX)
    }

    /// True when there is not a single byte.
    pub fn is_empty(&self) -> bool {
        self.0.bytes.is_empty()
    }

    /// The byte range of the line that holds `byte`, without its line feed.
    pub fn line_range(&self, byte: u32) -> Range<u32> {
        self.lines().line_range(byte.min(self.len()), self.len())
    }

    /// Records what must be masked in this source. Only the first call counts, so that what was once declared
    /// sensitive cannot be taken back. Ranges that overlap become one, which shows only what each of them would.
    pub fn mark_sensitive(&self, mut ranges: Vec<Sensitive>) {
        ranges.retain(|sensitive| sensitive.range.start < sensitive.range.end);
        ranges.sort_by_key(|sensitive| (sensitive.range.start, sensitive.range.end, sensitive.shown));
        ranges.dedup_by(|next, kept| {
            let overlaps = next.range.start < kept.range.end;
            if overlaps {
                kept.shown = kept.shown.min((next.range.start - kept.range.start).saturating_add(next.shown));
                kept.range.end = kept.range.end.max(next.range.end);
            }
            overlaps
        });
        let _ = self.0.sensitive.set(ranges);
    }

    /// What must be masked, in order and disjoint; `None` when nobody has looked yet, which `redact` treats as *everything*.
    pub fn sensitive(&self) -> Option<&[Sensitive]> {
        self.0.sensitive.get().map(Vec::as_slice)
    }

    /// Gives the buffer back when nothing points into this source any more, so that it can be reused.
    pub fn into_buffer(self) -> Option<Vec<u8>> {
        Arc::into_inner(self.0).map(|inner| inner.bytes)
    }

    fn position(&self, byte: u32) -> Position {
        let byte = byte.min(self.len());
        let at = self.lines().locate(&self.0.bytes, byte);
        Position {
            line: self.0.first_line + u64::from(at.line),
            column: u64::from(at.column) + if at.line == 0 { self.0.first_column } else { 1 },
            byte: self.0.base + u64::from(byte),
        }
    }

    fn lines(&self) -> &LineIndex {
        self.0.lines.get_or_init(|| LineIndex::new(&self.0.bytes))
    }
}

/// Never prints the bytes: a debug print must not leak a secret.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({}, {} bytes at {})", self.path(), self.len(), self.0.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &[u8]) -> Source {
        Source::new(Origins::new(Origin::Worktree { path: RelPath::from("a") }), text.to_vec())
    }

    #[test]
    fn positions_count_unicode_scalars_and_invalid_bytes() {
        let source = file("aé\n\u{1F600}x\n".as_bytes());
        let at = |byte| source.span(byte..byte).region().start;
        assert_eq!((at(0).line, at(0).column), (1, 1));
        assert_eq!((at(3).line, at(3).column), (1, 3));
        assert_eq!((at(4).line, at(4).column), (2, 1));
        assert_eq!((at(8).line, at(8).column), (2, 2));
        let broken = file(b"\xff\xfeab");
        assert_eq!(broken.span(3..4).region().start.column, 4);
    }

    #[test]
    fn a_window_points_at_the_same_place_as_the_file() {
        let whole = file(b"one\ntwo three\nfour");
        let window = Source::window(
            whole.origins().clone(),
            Kind::File,
            WindowStart { base: 8, line: 2, column: 5 },
            b"three\nfour".to_vec(),
        );
        assert_eq!(window.span(0..5).region(), whole.span(8..13).region());
        assert_eq!(window.span(6..10).region(), whole.span(14..18).region());
    }

    #[test]
    fn columns_far_into_a_long_line_agree_with_a_plain_count() {
        let text = "é".repeat(10_000);
        let source = file(text.as_bytes());
        for scalar in [0_u32, 1, 2047, 2048, 4095, 9_999] {
            assert_eq!(source.span(scalar * 2..scalar * 2).region().start.column, u64::from(scalar) + 1);
        }
    }

    #[test]
    fn debug_shows_no_content() {
        assert!(!format!("{:?}", file(b"hunter2").whole()).contains("hunter2"));
    }
}
