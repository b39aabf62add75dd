//! Connection strings: lists of keys and values (ADO.NET, ODBC, Azure).

use super::cursor::{ahead, behind, run};
use super::found::Found;
use super::placeholder::is_placeholder;

/// The value of `Password=`, `AccountKey=` and their kin in a `;`-separated list (ADO.NET, ODBC, Azure).
pub(super) fn key_value_list(text: &[u8], at: usize, value: usize) -> Option<Found> {
    let range = run(text, value, 512, |byte| {
        !byte.is_ascii_whitespace() && !matches!(byte, b';' | b'"' | b'\'' | b'<' | b'`')
    });
    // The word may be the end of a longer key, but not of a longer word.
    if at > 0 && text[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let line_start = memchr::memrchr(b'\n', behind(text, at, 1024))
        .map_or(at.saturating_sub(1024), |end| at.saturating_sub(1024) + end + 1);
    let around = [
        &text[line_start..at],
        ahead(text, range.end, 512).split(|byte| *byte == b'\n').next().unwrap_or_default(),
    ];
    let list: [&[u8]; 12] = [
        b"server=",
        b"data source=",
        b"host=",
        b"driver=",
        b"user id=",
        b"uid=",
        b"accountname=",
        b"endpoint=",
        b"database=",
        b"initial catalog=",
        b"hostname=",
        b"user=",
    ];
    let is_list = around.iter().any(|part| {
        let lower = part.to_ascii_lowercase();
        memchr::memchr(b';', &lower).is_some()
            && list.iter().any(|key| memchr::memmem::find(&lower, key).is_some())
    });
    let secret = &text[range.clone()];
    (is_list && secret.len() >= 4 && !secret.contains(&b'(') && !is_placeholder(secret))
        .then(|| Found::new(range).verified())
}
