//! Percent-encoding, as package URLs have it.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::PurlError;

/// Everything but letters, digits, `.-_~` and the colon is written as `%XX`.
pub(super) fn encode(out: &mut String, part: &str) {
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// The inverse of [`encode`], for what is known to be canonical.
pub(super) fn decoded(part: &str) -> Cow<'_, str> {
    strictly_decoded(part).unwrap_or(Cow::Borrowed(part))
}

pub(super) fn strictly_decoded(part: &str) -> Result<Cow<'_, str>, PurlError> {
    if !part.contains('%') {
        return Ok(Cow::Borrowed(part));
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| PurlError("it encodes bytes that are not UTF-8".to_owned()))
}
