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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Line and column of every byte, counted one character after the other.
    fn plain_count(bytes: &[u8]) -> Vec<(u32, u32)> {
        let mut at = Vec::new();
        let (mut line, mut column) = (0, 0);
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                at.push((line, column));
                if c == '\n' {
                    (line, column) = (line + 1, 0);
                } else {
                    column += 1;
                }
                at.extend((1..c.len_utf8()).map(|_| (line, column)));
            }
            for _ in chunk.invalid() {
                at.push((line, column));
                column += 1;
            }
        }
        at.push((line, column));
        at
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            "[a-z€é\u{1F600}\u{0301}]{0,40}".prop_map(String::into_bytes),
            Just(b"\n".to_vec()),
            Just(b"\r\n".to_vec()),
            // Halves of characters, overlong forms, surrogates and bytes that are never UTF-8.
            prop::collection::vec(
                prop::sample::select(vec![
                    0x80, 0xC0, 0xC3, 0xE2, 0x82, 0xAC, 0xED, 0xA0, 0xF0, 0x9F, 0x98, 0xFF
                ]),
                0..8
            ),
            (1500_usize..5000).prop_map(|len| "€".repeat(len).into_bytes()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn agrees_with_a_plain_count(pieces in prop::collection::vec(piece(), 0..12)) {
            let bytes = pieces.concat();
            let index = LineIndex::new(&bytes);
            for (byte, expected) in plain_count(&bytes).into_iter().enumerate() {
                // Every byte around a checkpoint, and a sample of the others.
                if byte % STEP < 8 || byte % STEP > STEP - 8 || byte % 61 == 0 || byte < 200 {
                    let at = index.locate(&bytes, byte as u32);
                    prop_assert_eq!((at.line, at.column), expected, "byte {}", byte);
                }
            }
        }

        #[test]
        fn lines_are_what_stands_between_line_feeds(bytes in prop::collection::vec(prop::sample::select(b"a\n\r\xff".to_vec()), 0..60)) {
            let index = LineIndex::new(&bytes);
            let mut start = 0;
            for line in bytes.split(|byte| *byte == b'\n') {
                let end = start + line.len();
                for byte in start..=end {
                    prop_assert_eq!(index.line_range(byte as u32, bytes.len() as u32), start as u32..end as u32);
                }
                start = end + 1;
            }
        }
    }
}
