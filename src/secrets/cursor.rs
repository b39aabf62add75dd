//! Looking around in text: what lies before and after a place, runs of bytes, values in quotes.

use std::ops::Range;

/// The bytes from `at` on, at most `limit` of them.
pub(super) fn ahead(text: &[u8], at: usize, limit: usize) -> &[u8] {
    let at = at.min(text.len());
    &text[at..text.len().min(at.saturating_add(limit))]
}

/// The bytes before `at`, at most `limit` of them.
pub(super) fn behind(text: &[u8], at: usize, limit: usize) -> &[u8] {
    &text[at.saturating_sub(limit)..at.min(text.len())]
}

pub(super) fn run(text: &[u8], at: usize, limit: usize, inside: impl Fn(u8) -> bool) -> Range<usize> {
    at..at + ahead(text, at, limit).iter().take_while(|byte| inside(**byte)).count()
}

pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

pub(super) fn skip_blanks(text: &[u8], at: usize) -> usize {
    run(text, at, 64, |byte| matches!(byte, b' ' | b'\t')).end
}

/// A value at `at`: quoted to the matching quote, else to the next blank or one of `stops`.
pub(super) fn value_at(text: &[u8], at: usize, limit: usize, stops: &[u8]) -> Option<Range<usize>> {
    let escaped = text.get(at) == Some(&b'\\') && matches!(text.get(at + 1), Some(b'"' | b'\''));
    let start = if escaped { at + 1 } else { at };
    let range = match text.get(start) {
        Some(quote @ (b'"' | b'\'' | b'`')) => {
            let inner = run(text, start + 1, limit, |byte| byte != *quote && byte != b'\n');
            if text.get(inner.end) != Some(quote) {
                return None;
            }
            if escaped && text.get(inner.end - 1) == Some(&b'\\') {
                inner.start..inner.end - 1
            } else {
                inner
            }
        }
        _ => run(text, start, limit, |byte| !byte.is_ascii_whitespace() && !stops.contains(&byte)),
    };
    (range.start < range.end).then_some(range)
}
