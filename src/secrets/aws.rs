//! The secret half of an AWS key pair.

use super::cursor::{ahead, behind, run};
use super::found::Found;
use super::placeholder::{entropy, is_stand_in};

/// An AWS secret access key: forty characters of base 64 under a name that says so, or within ten lines of the
/// access key id that it belongs to.
pub(super) fn aws_secret(text: &[u8], at: usize, len: usize, out: &mut Vec<Found>) {
    let is_id = matches!(text.get(at..at + 4), Some(b"AKIA" | b"ASIA"));
    if !is_id {
        let rest = run(text, at + len, 32, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'"' | b'\'' | b'\\' | b']')
        });
        let operator = run(text, rest.end, 12, |byte| {
            matches!(byte, b' ' | b'\t' | b':' | b'=' | b'>' | b'"' | b'\'' | b'\\' | b'(' | b',')
        });
        out.extend(aws_key_at(text, operator.end));
        return;
    }
    let id = run(text, at, 21, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if id.len() != 20 || is_stand_in(&text[id.clone()]) {
        return;
    }
    let (mut from, mut to) = (at, id.end);
    for _ in 0..10 {
        from = at.saturating_sub(2048).max(
            memchr::memrchr(b'\n', behind(text, from, 2048)).map_or(0, |end| from.saturating_sub(2048) + end),
        );
        let line = ahead(text, to, 2048);
        to += memchr::memchr(b'\n', line).map_or(line.len(), |end| end + 1);
    }
    let mut start = from;
    while start < to {
        let range = run(text, start, 64, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+'));
        if range.len() == 40 {
            out.extend(
                aws_key_at(text, range.start)
                    .filter(|_| !text[range.clone()].iter().all(u8::is_ascii_hexdigit)),
            );
        }
        start = range.end + usize::from(range.len() < 64);
    }
}

fn aws_key_at(text: &[u8], at: usize) -> Option<Found> {
    let range = run(text, at, 41, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+'));
    let secret = &text[range.clone()];
    let padded = matches!(text.get(range.end), Some(b'=' | b'-' | b'_'));
    let mixed = secret.iter().any(u8::is_ascii_uppercase)
        && secret.iter().any(u8::is_ascii_lowercase)
        && secret.iter().any(u8::is_ascii_digit);
    (range.len() == 40 && !padded && mixed && entropy(secret) >= 3.9 && !is_stand_in(secret))
        .then(|| Found::new(range).verified())
}
