//! Text put together from several pieces of a file, with the way back to the bytes.

use std::ops::Range;

use crate::source::{Source, Span};

/// Text that stands for several stretches of a source: lines joined over continuations, or a here-document whose
/// leading tabs are stripped. Bytes that are not UTF-8 show as U+FFFD.
#[derive(Clone, Debug)]
pub struct Logical {
    text: String,
    pieces: Vec<Piece>,
    source: Source,
}

/// A stretch of text and the stretch of the file it stands for. The two are equally long, except for a U+FFFD
/// that stands for bytes that are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    text: u32,
    file: u32,
    file_len: u32,
}

impl Logical {
    /// No text, at a place of the file.
    pub(super) fn new(source: &Source) -> Self {
        Self { text: String::new(), pieces: Vec::new(), source: source.clone() }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file that it was taken from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Appends a stretch of the source.
    pub(super) fn push(&mut self, range: Range<u32>) {
        let source = self.source.clone();
        let mut at = range.start;
        for chunk in source.bytes()[range.start as usize..range.end as usize].utf8_chunks() {
            self.piece(chunk.valid(), at, chunk.valid().len() as u32);
            at += chunk.valid().len() as u32;
            if !chunk.invalid().is_empty() {
                self.piece("\u{FFFD}", at, chunk.invalid().len() as u32);
                at += chunk.invalid().len() as u32;
            }
        }
        if range.is_empty() && self.pieces.is_empty() {
            self.pieces.push(Piece { text: 0, file: range.start, file_len: 0 });
        }
    }

    fn piece(&mut self, text: &str, file: u32, file_len: u32) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { text: self.text.len() as u32, file, file_len });
        self.text.push_str(text);
    }

    /// The stretch of the file that a range of the text stands for. Where the range goes over a continuation, the
    /// span covers it.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.file_start(range.start);
        let end = if range.end > range.start { self.file_end(range.end) } else { start };
        self.source.span(start..end.max(start))
    }

    /// The span of all of it.
    pub fn whole(&self) -> Span {
        self.span(0..self.text.len())
    }

    /// A part of it, with its own way back. The ends are moved to the next character border.
    pub fn slice(&self, range: Range<usize>) -> Self {
        let start = self.border(range.start);
        let end = self.border(range.end).max(start);
        let mut part = Self::new(&self.source);
        part.text.push_str(&self.text[start..end]);
        let first = self.index(start);
        for (index, piece) in self.pieces.iter().enumerate().skip(first) {
            let (from, to) = (piece.text as usize, self.piece_end(index));
            if from >= end && !(start == end && index == first) {
                break;
            }
            let cut = start.saturating_sub(from).min(to - from);
            let keep = end.min(to).saturating_sub(from.max(start));
            if piece.file_len as usize == to - from {
                part.pieces.push(Piece {
                    text: (from.max(start) - start) as u32,
                    file: piece.file + cut as u32,
                    file_len: keep as u32,
                });
            } else if keep > 0 {
                part.pieces.push(Piece { text: (from.max(start) - start) as u32, ..*piece });
            }
        }
        if part.pieces.is_empty() {
            part.pieces.push(Piece { text: 0, file: self.file_start(start), file_len: 0 });
        }
        part
    }

    fn border(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        (at..=self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len())
    }

    /// The piece that holds the character at `at`; the last one for the end.
    fn index(&self, at: usize) -> usize {
        self.pieces.partition_point(|piece| piece.text as usize <= at).saturating_sub(1)
    }

    fn piece_end(&self, index: usize) -> usize {
        self.pieces.get(index + 1).map_or(self.text.len(), |next| next.text as usize)
    }

    fn file_start(&self, at: usize) -> u32 {
        let index = self.index(at);
        let Some(piece) = self.pieces.get(index) else { return 0 };
        let into = (at - (piece.text as usize).min(at)) as u32;
        let len = (self.piece_end(index) - piece.text as usize) as u32;
        // Inside a replaced character there is nothing to point at but the whole of it.
        if piece.file_len != len && into < len { piece.file } else { piece.file + into.min(piece.file_len) }
    }

    fn file_end(&self, at: usize) -> u32 {
        let index = self.index(at.saturating_sub(1));
        let Some(piece) = self.pieces.get(index) else { return 0 };
        let into = (at - (piece.text as usize).min(at)) as u32;
        let len = (self.piece_end(index) - piece.text as usize) as u32;
        piece.file + if piece.file_len == len { into.min(len) } else { piece.file_len }
    }
}
