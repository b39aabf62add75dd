//! Passwords in SQL statements.

use super::cursor::{ahead, behind, skip_blanks, value_at};
use super::found::Found;
use super::placeholder::is_placeholder;
use crate::rule::Confidence;

/// `IDENTIFIED BY '<password>'`, `WITH PASSWORD '<password>'` in a statement about users or roles.
pub(super) fn identified_by(text: &[u8], at: usize, after: usize) -> Option<Found> {
    // The keyword may take the quote along.
    let quoted = after.checked_sub(1).filter(|last| text[*last] == b'\'');
    let mut at_value = quoted.unwrap_or_else(|| skip_blanks(text, after));
    // MySQL: `IDENTIFIED WITH <plugin> BY '<password>'`.
    if !matches!(text.get(at_value), Some(b'\'' | b'"')) {
        let clause = ahead(text, at_value, 60);
        let by = memchr::memmem::find(clause, b" BY ").or_else(|| memchr::memmem::find(clause, b" by "))?;
        if memchr::memchr(b'\n', &clause[..by]).is_some() || memchr::memchr(b' ', &clause[..by]).is_some() {
            return None;
        }
        at_value = skip_blanks(text, at_value + by + 4);
        if !matches!(text.get(at_value), Some(b'\'' | b'"')) {
            return None;
        }
    }
    // Prose has things "identified by 'this'" too.
    let before = behind(text, at, 200).to_ascii_lowercase();
    let is_statement = [&b"user"[..], b"role", b"grant", b"login"]
        .iter()
        .any(|word| memchr::memmem::find(&before, word).is_some());
    if !is_statement {
        return None;
    }
    let range = value_at(text, at_value, 200, b"")?;
    let value = &text[range.clone()];
    let plain = value.iter().all(u8::is_ascii_alphabetic);
    let found = (value.len() >= 4 && !is_placeholder(value) && !value.starts_with(b"*"))
        .then(|| Found::new(range).verified())?;
    // A word of letters only is a default or a demonstration more often than a secret.
    Some(if plain { found.confidence(Confidence::Low) } else { found })
}
