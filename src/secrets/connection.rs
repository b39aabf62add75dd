//! Connection strings: lists of keys and values (ADO.NET, ODBC, Azure).

use super::cursor::{ahead, behind, run};
use super::found::Found;
use super::placeholder::is_placeholder;

/// How far a list is followed to each side.
const REACH: usize = 1024;
/// Keys that only a list of this kind holds.
const KEYS: [&[u8]; 12] = [
    b"server",
    b"data source",
    b"host",
    b"driver",
    b"user id",
    b"uid",
    b"accountname",
    b"endpoint",
    b"database",
    b"initial catalog",
    b"hostname",
    b"user",
];

/// The value of `Password=`, `AccountKey=` and their kin in a `;`-separated list (ADO.NET, ODBC, Azure).
pub(super) fn key_value_list(text: &[u8], at: usize, value: usize) -> Option<Found> {
    let range = run(text, value, 512, |byte| !byte.is_ascii_whitespace() && byte != b';' && !is_fence(byte));
    let before = behind(text, at, REACH);
    let before = &before[before.iter().rposition(|byte| is_fence(*byte)).map_or(0, |fence| fence + 1)..];
    // The word is a key of its own, not the end of a longer one.
    if before.last().is_some_and(|byte| !matches!(byte, b';' | b' ' | b'=' | b':')) {
        return None;
    }
    let after = ahead(text, range.end, REACH);
    let after = &after[..after.iter().position(|byte| is_fence(*byte)).unwrap_or(after.len())];
    let in_list =
        before.trim_ascii_end().last() == Some(&b';') || after.trim_ascii_start().first() == Some(&b';');
    let secret = &text[range.clone()];
    let code =
        secret.iter().any(|byte| matches!(byte, b'(' | b')' | b'[' | b']')) || secret.starts_with(b"=");
    (in_list
        && (has_known_key(before) || has_known_key(after))
        && secret.len() >= 4
        && !code
        && !is_placeholder(secret))
    .then(|| Found::new(range).verified())
}

/// What ends a list: line ends, quotes, markup.
fn is_fence(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b'\t' | b'"' | b'\'' | b'`' | b'<' | b'>')
}

/// True when an entry starts with a known key; the first may stand behind the name that the list is assigned to.
fn has_known_key(part: &[u8]) -> bool {
    part.split(|byte| *byte == b';').any(|entry| {
        let Some(equals) = memchr::memchr(b'=', entry) else { return false };
        let known = |key: &[u8]| KEYS.iter().any(|known| key.trim_ascii().eq_ignore_ascii_case(known));
        let rest = &entry[equals + 1..];
        let second = memchr::memchr(b'=', rest).is_some_and(|next| known(&rest[..next]));
        let last_word = entry[..equals].rsplit(|byte| matches!(byte, b' ' | b':')).next().unwrap_or_default();
        known(&entry[..equals]) || known(last_word) || second
    })
}
