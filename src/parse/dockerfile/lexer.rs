//! Physical lines: where they end, which are comments, where an instruction goes on.

use crate::source::Source;

/// A line of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// First byte.
    pub(super) start: u32,
    /// After the last byte that is neither LF nor CR at the end.
    pub(super) end: u32,
    /// Start of the next line.
    pub(super) next: u32,
    /// 1-based number in the file.
    pub(super) number: u64,
}

/// Hands out line after line.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    number: u64,
}

impl<'a> Lines<'a> {
    /// Starts after a byte order mark.
    pub(super) fn new(source: &'a Source) -> Self {
        let bytes = source.bytes();
        let at = if source.is_file_start() && bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        Self { bytes, at, number: source.span(0..0).region().start.line }
    }

    /// The same lines from the start of `line` on.
    pub(super) fn rewind(&mut self, line: Line) {
        self.at = line.start as usize;
        self.number = line.number;
    }

    /// Where the next line starts, and its number.
    pub(super) fn position(&self) -> (u32, u64) {
        (self.at as u32, self.number)
    }

    /// Goes back to a position.
    pub(super) fn go_to(&mut self, (at, number): (u32, u64)) {
        self.at = at as usize;
        self.number = number;
    }

    pub(super) fn bytes(&self, line: Line) -> &'a [u8] {
        &self.bytes[line.start as usize..line.end as usize]
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let start = self.at;
        let next =
            memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |found| start + found + 1);
        let mut end = next;
        while end > start && matches!(self.bytes[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        let line = Line { start: start as u32, end: end as u32, next: next as u32, number: self.number };
        self.at = next;
        self.number += 1;
        Some(line)
    }
}

/// How many bytes of white space stand at the front.
pub(super) fn leading_space(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\t'..=b'\r' | b' ' => at += 1,
            0x00..=0x7F => break,
            _ => match space_len(&bytes[at..]) {
                0 => break,
                len => at += len,
            },
        }
    }
    at
}

/// Length of the white space character beyond ASCII at the front; 0 when there is none.
fn space_len(bytes: &[u8]) -> usize {
    for len in 2..=3 {
        let text = bytes.get(..len).and_then(|front| std::str::from_utf8(front).ok());
        if let Some(first) = text.and_then(|text| text.chars().next()) {
            return if first.is_whitespace() { len } else { 0 };
        }
    }
    0
}

/// Where the line ends when it goes on in the next: before its escape character, which only blanks may follow.
/// A doubled escape character does not continue.
pub(super) fn continued(line: &[u8], escape: u8) -> Option<usize> {
    let mut end = line.len();
    while end > 0 && matches!(line[end - 1], b' ' | b'\t') {
        end -= 1;
    }
    let at = end.checked_sub(1)?;
    (line[at] == escape && (at == 0 || line[at - 1] != escape)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuation_needs_one_escape_and_only_blanks_after_it() {
        assert_eq!(continued(b"a \\", b'\\'), Some(2));
        assert_eq!(continued(b"a \\ \t", b'\\'), Some(2));
        assert_eq!(continued(b"\\", b'\\'), Some(0));
        assert_eq!(continued(b"a \\\\", b'\\'), None);
        assert_eq!(continued(b"a \\b", b'\\'), None);
        assert_eq!(continued(b"a `", b'`'), Some(2));
        assert_eq!(continued(b"", b'\\'), None);
    }

    #[test]
    fn white_space_is_that_of_unicode() {
        assert_eq!(leading_space(b" \t\x0b\x0cx"), 4);
        assert_eq!(leading_space("\u{A0}\u{3000}x".as_bytes()), 5);
        assert_eq!(leading_space("éx".as_bytes()), 0);
        assert_eq!(leading_space(b"\xC2"), 0);
    }
}
