//! The files in which client programs keep their logins.

use std::ops::Range;

use super::codec;
use super::cursor::{ahead, behind, run, skip_blanks, value_at};
use super::found::Found;
use super::placeholder::{entropy, is_identifier, is_placeholder};
use super::promise::{Promise, promise_of};

/// `"auth": "<base64 of user:password>"` of a Docker client's configuration.
pub(super) fn docker_auth(text: &[u8], after: usize) -> Option<Found> {
    let colon = skip_blanks(text, if text.get(after) == Some(&b'\\') { after + 1 } else { after });
    let colon = if text.get(colon) == Some(&b'"') { skip_blanks(text, colon + 1) } else { colon };
    if text.get(colon) != Some(&b':') {
        return None;
    }
    let range = value_at(text, skip_blanks(text, colon + 1), 8192, b",}")?;
    let decoded = codec::base64_decode(&text[range.clone()])?;
    let split = memchr::memchr(b':', &decoded)?;
    let printable = decoded.iter().all(|byte| (0x20..0x7f).contains(byte));
    let password = &decoded[split + 1..];
    (printable && split > 0 && password.len() >= 3 && !is_placeholder(password))
        .then(|| Found::new(range).verified())
}

/// The value of `_authToken`, `_auth` or `_password` in an npm configuration.
pub(super) fn npmrc_value(text: &[u8], after: usize) -> Option<Found> {
    let equals = skip_blanks(text, after);
    if !matches!(text.get(equals), Some(b'=' | b' ')) {
        return None;
    }
    let range = value_at(text, skip_blanks(text, equals + 1), 2048, b"\"'\\;>")?;
    let secret = &text[range.clone()];
    (secret.len() >= 6 && !is_placeholder(secret)).then(|| Found::new(range).verified())
}

/// `machine <host> login <user> password <secret>`, in any white space.
pub(super) fn netrc(text: &[u8], at: usize, after: usize) -> Option<Found> {
    let is_default = text[at..after].starts_with(b"default");
    let window = ahead(text, after, 512);
    let mut words = Vec::new();
    let mut at = 0;
    while at < window.len() && words.len() < 9 {
        at += window[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let len = window[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        if len == 0 {
            break;
        }
        words.push(at..at + len);
        at += len;
    }
    let word = |index: usize| words.get(index).map(|range: &Range<usize>| &window[range.clone()]);
    let index = (1..words.len()).find(|index| word(*index) == Some(b"password"))?;
    let has_login = is_default || (1..index).any(|index| word(index) == Some(b"login"));
    let secret = words.get(index + 1)?;
    let end = window[secret.clone()]
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\'' | b'\\' | b'`'))
        .unwrap_or(secret.len());
    let range = after + secret.start..after + secret.start + end;
    let value = &text[range.clone()];
    (has_login && value.len() >= 4 && !is_placeholder(value)).then(|| Found::new(range).verified())
}

/// `host:port:database:user:password`, a line each.
pub(super) fn pgpass(text: &[u8], out: &mut Vec<Found>) {
    let mut start = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        let fields: Vec<&[u8]> = content.splitn(5, |byte| *byte == b':').collect();
        if let [_, port, _, _, password] = fields[..] {
            let port_like = port == b"*" || (!port.is_empty() && port.iter().all(u8::is_ascii_digit));
            if port_like && !content.starts_with(b"#") && password.len() >= 3 && !is_placeholder(password) {
                let end = start + content.len();
                out.push(Found::new(end - password.len()..end).verified());
            }
        }
        start += line.len();
    }
}

/// `<password>value</password>`: an element whose name promises a secret; `after` is where its opening tag ends.
pub(super) fn xml_element(text: &[u8], after: usize) -> Option<Found> {
    let before = behind(text, after.saturating_sub(1), 80);
    let tag = &before[memchr::memrchr(b'<', before)? + 1..];
    if tag.starts_with(b"/") {
        return None;
    }
    let promise = promise_of(tag)?;
    let range = run(text, after, 200, |byte| byte != b'<' && byte != b'\n');
    let value = &text[range.clone()];
    let plain = value.iter().all(u8::is_ascii_alphabetic);
    let noise =
        promise == Promise::Password || (value.len() >= 16 && !is_identifier(value) && entropy(value) >= 3.2);
    (ahead(text, range.end, 2) == b"</"
        && value.trim_ascii().len() == value.len()
        && value.len() >= 4
        && noise
        && !plain
        && !is_placeholder(value)
        && !value.contains(&b' ')
        && !value.starts_with(b"{"))
    .then(|| Found::new(range))
}
