//! Passwords on command lines.

use super::cursor::{ahead, skip_blanks, value_at};
use super::found::Found;
use super::placeholder::{is_identifier, is_path_or_url, is_placeholder};

/// `-u user:password` or `--user user:password` of a command line.
pub(super) fn user_flag(text: &[u8], after: usize) -> Option<Found> {
    let line = ahead(text, after, 600);
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let flags: [&[u8]; 3] = [b" -u ", b" --user ", b" --user="];
    // The keyword takes the blank that the first flag stands behind.
    let base = after.saturating_sub(1);
    let line = &text[base..after + line.len()];
    let (flag, at) = flags.iter().find_map(|flag| memchr::memmem::find(line, flag).map(|at| (flag, at)))?;
    let range = value_at(text, skip_blanks(text, base + at + flag.len()), 300, b";|&)\"'")?;
    let colon = memchr::memchr(b':', &text[range.clone()])?;
    let secret = range.start + colon + 1..range.end;
    let value = &text[secret.clone()];
    (colon > 0
        && value.len() >= 4
        && !is_placeholder(value)
        && !value.starts_with(b"$")
        && !value.starts_with(b"//"))
    .then(|| Found::new(secret))
}

/// `--password <value>` of a command line.
pub(super) fn password_flag(text: &[u8], after: usize) -> Option<Found> {
    let range = value_at(text, skip_blanks(text, after), 200, b";|&)\"'`,<>")?;
    let value = &text[range.clone()];
    let classes = [
        u8::is_ascii_lowercase as fn(&u8) -> bool,
        u8::is_ascii_uppercase,
        u8::is_ascii_digit,
        u8::is_ascii_punctuation,
    ];
    let kinds = classes.iter().filter(|class| value.iter().any(class)).count();
    (value.len() >= 6
        && kinds >= 2
        && !value.starts_with(b"-")
        && !value.starts_with(b"$")
        && !is_placeholder(value)
        && !is_identifier(value)
        && !is_path_or_url(value))
    .then(|| Found::new(range))
}
