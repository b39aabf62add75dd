//! Where the lines of a source start, and how many characters lie before a byte.

use std::ops::Range;

/// Every this many bytes the count of characters so far is kept, so that a column in a line of megabytes costs
/// a short count instead of one from the start of the line.
const STEP: usize = 4096;

/// Line starts and, where the bytes are not all ASCII, character counts.
pub(super) struct LineIndex {
    starts: Vec<u32>,
    /// Characters that start before byte `i * STEP`; empty when every byte is a character.
    counts: Vec<u32>,
}

/// 0-based line and column.
pub(super) struct Located {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl LineIndex {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at as u32 + 1));
        let counts = if bytes.is_ascii() { Vec::new() } else { checkpoints(bytes) };
        Self { starts, counts }
    }

    pub(super) fn locate(&self, bytes: &[u8], byte: u32) -> Located {
        let line = self.starts.partition_point(|start| *start <= byte) - 1;
        let column = self.characters(bytes, byte) - self.characters(bytes, self.starts[line]);
        Located { line: line as u32, column }
    }

    pub(super) fn line_range(&self, byte: u32, len: u32) -> Range<u32> {
        let line = self.starts.partition_point(|start| *start <= byte) - 1;
        let end = self.starts.get(line + 1).map_or(len, |next| next - 1);
        self.starts[line]..end
    }

    /// Characters that start before `byte`.
    fn characters(&self, bytes: &[u8], byte: u32) -> u32 {
        if self.counts.is_empty() {
            return byte;
        }
        let step = byte as usize / STEP;
        let mut count = self.counts[step];
        let mut at = step * STEP;
        // A character that straddles the step was counted where it starts: skip what is left of it.
        while at < byte as usize && at > 0 && is_inside_character(bytes, at) {
            at += 1;
        }
        while at < byte as usize {
            count += 1;
            at += character_len(&bytes[at..]);
        }
        count
    }
}

fn checkpoints(bytes: &[u8]) -> Vec<u32> {
    let mut counts = Vec::with_capacity(bytes.len() / STEP + 1);
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        while counts.len() * STEP <= at {
            counts.push(count);
        }
        count += 1;
        at += character_len(&bytes[at..]);
    }
    while counts.len() * STEP <= bytes.len() {
        counts.push(count);
    }
    counts
}

/// Length of the character at the front: a valid UTF-8 scalar, or one byte where there is none.
fn character_len(bytes: &[u8]) -> usize {
    let len = match bytes[0] {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return 1,
    };
    match bytes.get(..len) {
        Some(slice) if std::str::from_utf8(slice).is_ok() => len,
        _ => 1,
    }
}

/// True when `at` lies inside a valid scalar that starts up to three bytes earlier.
fn is_inside_character(bytes: &[u8], at: usize) -> bool {
    (1..=3).any(|back| at >= back && character_len(&bytes[at - back..]) > back)
}
