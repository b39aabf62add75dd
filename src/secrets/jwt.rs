//! JSON web tokens, RFC 7519.

use serde_json::{Map, Value};

use super::codec;
use super::cursor::ahead;
use super::found::Found;
use super::pattern::is_escape_tail;
use crate::rule::Severity;

/// The longest token looked at.
const LIMIT: usize = 16_384;

/// A signed token that starts here: header with `alg`, payload object, signature.
pub(super) fn find(text: &[u8], at: usize) -> Option<Found> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if at > 0 && (word(text[at - 1]) || text[at - 1] == b'.') && !is_escape_tail(&text[..at]) {
        return None;
    }
    let window = ahead(text, at, LIMIT);
    let part = |from: usize| from + window[from..].iter().take_while(|byte| word(**byte)).count();
    let header_end = part(0);
    let dot = |at: usize| window.get(at) == Some(&b'.');
    if !dot(header_end) {
        return None;
    }
    let payload_end = part(header_end + 1);
    if !dot(payload_end) {
        return None;
    }
    let end = part(payload_end + 1);
    let header = object(&window[..header_end])?;
    let algorithm = header.get("alg")?.as_str()?;
    let payload = object(&window[header_end + 1..payload_end])?;
    if is_documented(&payload) || end == payload_end + 1 && algorithm != "none" {
        return None;
    }
    let found = Found::new(at..at + end).verified().shown(3);
    Some(if algorithm.eq_ignore_ascii_case("none") { found.severity(Severity::Low) } else { found })
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(&codec::base64_decode(part)?).ok()
}

/// The tokens of jwt.io's front page and of PyJWT's manual, and roles that are public by design (Supabase `anon`).
fn is_documented(payload: &Map<String, Value>) -> bool {
    let is = |name: &str, value: &str| payload.get(name).and_then(Value::as_str) == Some(value);
    (is("sub", "1234567890") && is("name", "John Doe"))
        || is("role", "anon")
        || (is("some", "payload") && payload.len() == 1)
}
