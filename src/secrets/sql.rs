//! Passwords in SQL statements.

use super::cursor::{skip_blanks, value_at};
use super::found::Found;
use super::placeholder::is_placeholder;
use crate::rule::Confidence;

/// `IDENTIFIED BY '<password>'` and its kin in SQL.
pub(super) fn sql_identified_by(text: &[u8], after: usize) -> Option<Found> {
    let at = skip_blanks(text, after);
    if !matches!(text.get(at), Some(b'\'' | b'"')) {
        return None;
    }
    let range = value_at(text, at, 200, b"")?;
    let value = &text[range.clone()];
    let plain = value.iter().all(u8::is_ascii_alphabetic);
    let found = (value.len() >= 4 && !is_placeholder(value) && !value.starts_with(b"*"))
        .then(|| Found::new(range).verified())?;
    // A word of letters only is a default or a demonstration more often than a secret.
    Some(if plain { found.confidence(Confidence::Low) } else { found })
}
