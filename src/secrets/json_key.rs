//! Private keys in JSON: service accounts and web keys.

use super::cursor::{ahead, behind, skip_blanks, value_at};
use super::found::Found;
use super::placeholder::is_stand_in;
use super::{codec, pem};

/// A Google service account key: JSON whose `private_key` holds a PEM block.
pub(super) fn service_account(text: &[u8], at: usize) -> Option<Found> {
    let from = at.saturating_sub(4096);
    let window = ahead(text, from, 12_288);
    let key = from + memchr::memmem::find(window, b"\"private_key\"")?;
    let begin = key + memchr::memmem::find(ahead(text, key, 200), b"PRIVATE KEY-----")?;
    pem::find(text, begin).map(Found::verified)
}

/// A JSON web key with its private part (RFC 7517, RFC 7518 section 6).
pub(super) fn jwk(text: &[u8], at: usize) -> Option<Found> {
    let open = at.saturating_sub(4096) + memchr::memrchr(b'{', behind(text, at, 4096))?;
    let object = ahead(text, open, 8192);
    let object = &object[..memchr::memchr(b'}', object)?];
    let kind = |name: &[u8]| memchr::memmem::find(object, name).is_some();
    let member: &[u8] = if kind(b"\"oct\"") { b"\"k\"" } else { b"\"d\"" };
    let after = open + memchr::memmem::find(object, member)? + member.len();
    let colon = skip_blanks(text, after);
    if text.get(colon) != Some(&b':') {
        return None;
    }
    let range = value_at(text, skip_blanks(text, colon + 1), 4096, b",}")?;
    let secret = &text[range.clone()];
    (secret.len() >= 20 && !is_stand_in(secret) && codec::base64_decode(secret).is_some())
        .then(|| Found::new(range).verified())
}
