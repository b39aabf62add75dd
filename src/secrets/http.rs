//! Credentials in HTTP: authorization headers and signed addresses.

use super::codec;
use super::cursor::{ahead, behind, is_base64, run};
use super::found::Found;
use super::pattern::is_escape_tail;
use super::placeholder::{entropy, is_documented, is_identifier, is_placeholder, is_stand_in};

/// `Basic <base64 of user:password>`, RFC 7617.
pub(super) fn basic_header(text: &[u8], at: usize, value: usize) -> Option<Found> {
    if at > 0 && text[at - 1].is_ascii_alphanumeric() && !is_escape_tail(&text[..at]) {
        return None;
    }
    let range = run(text, value, 1024, is_base64);
    if range.len() < 8 {
        return None;
    }
    let decoded = codec::base64_decode(&text[range.clone()])?;
    let colon = memchr::memchr(b':', &decoded)?;
    let (user, password) = (&decoded[..colon], &decoded[colon + 1..]);
    let printable = std::str::from_utf8(&decoded).is_ok_and(|text| !text.chars().any(char::is_control));
    let example = is_placeholder(password) || is_documented(&text[range.clone()]);
    (printable && !user.is_empty() && password.len() >= 3 && !example).then(|| Found::new(range).verified())
}

/// `Bearer <token>`, RFC 6750.
pub(super) fn bearer_header(text: &[u8], at: usize, value: usize) -> Option<Found> {
    if at > 0 && text[at - 1].is_ascii_alphanumeric() && !is_escape_tail(&text[..at]) {
        return None;
    }
    let range = run(text, value, 4096, |byte| is_base64(byte) || matches!(byte, b'.' | b'~'));
    let token = &text[range.clone()];
    let mixed = token.iter().any(u8::is_ascii_digit) && token.iter().any(u8::is_ascii_alphabetic);
    (range.len() >= 16 && mixed && entropy(token) >= 3.0 && !is_placeholder(token) && !is_identifier(token))
        .then(|| Found::new(range))
}

/// `sig=` of an Azure shared access signature: a percent-encoded SHA-256 beside `sv=` and `se=`.
pub(super) fn sas_signature(text: &[u8], value: usize) -> Option<Found> {
    let range = run(text, value, 100, |byte| is_base64(byte) || byte == b'%');
    let around = [behind(text, value, 512), ahead(text, range.end, 512)];
    let near = |name: &[u8]| {
        let of = |part: &&[u8]| memchr::memmem::find(part, name).is_some();
        around.iter().any(of)
    };
    let secret = &text[range.clone()];
    (near(b"sv=")
        && near(b"se=")
        && (43..=60).contains(&secret.len())
        && entropy(secret) >= 3.5
        && !is_stand_in(secret))
    .then(|| Found::new(range).verified())
}
