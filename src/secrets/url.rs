//! Credentials in URLs, RFC 3986 section 3.2.1.

use super::cursor::ahead;
use super::found::Found;
use super::placeholder::{entropy, is_placeholder};
use crate::rule::Confidence;

/// The password of `scheme://user:password@host`, or a token in the place of the user. `authority` is where the
/// scheme's `://` ends.
pub(super) fn userinfo(text: &[u8], at: usize, authority: usize) -> Option<Found> {
    if at > 0 && text[at - 1].is_ascii_alphabetic() {
        return None;
    }
    let window = ahead(text, authority, 1024);
    let stop = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, b'/' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|' | b')')
    };
    let window = &window[..window.iter().position(stop).unwrap_or(window.len())];
    let sign = memchr::memrchr(b'@', window)?;
    let (userinfo, host) = (&window[..sign], &window[sign + 1..]);
    let host = &host[..host
        .iter()
        .position(|byte| matches!(byte, b':' | b'?' | b'#' | b',' | b';'))
        .unwrap_or(host.len())];
    if host.is_empty() {
        return None;
    }
    let (start, user) = match memchr::memchr(b':', userinfo) {
        Some(colon) => (colon + 1, &userinfo[..colon]),
        None => (0, &b""[..]),
    };
    let secret = &userinfo[start..];
    let token_only = start == 0;
    if is_placeholder(secret)
        || secret.contains(&b'$') && secret.starts_with(b"$")
        || secret.starts_with(b"%s")
        || secret == b"x-oauth-basic"
    {
        return None;
    }
    if token_only {
        let plausible = secret.len() >= 20 && secret.iter().any(u8::is_ascii_digit) && entropy(secret) >= 3.0;
        if !plausible || super::placeholder::is_identifier(secret) {
            return None;
        }
    }
    let found = Found::new(authority + start..authority + sign).verified();
    let local = matches!(host, b"localhost" | b"127.0.0.1" | b"[" | b"0.0.0.0" | b"host.docker.internal");
    let documented =
        [&b"example.com"[..], b"example.org", b"example.net"].iter().any(|name| host.ends_with(name));
    let weak = secret.len() < 4 || secret.eq_ignore_ascii_case(user);
    Some(if local || documented || weak { found.confidence(Confidence::Low) } else { found })
}

/// The value of `password=` in the query of a JDBC URL or what looks like one.
pub(super) fn query_password(text: &[u8], at: usize) -> Option<Found> {
    let window = ahead(text, at, 1024);
    let stop = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<');
    let window = &window[..window.iter().position(stop).unwrap_or(window.len())];
    let lower = window.to_ascii_lowercase();
    let name = b"password=";
    let start = memchr::memmem::find(&lower, name)? + name.len();
    let rest = &window[start..];
    let end = rest.iter().position(|byte| matches!(byte, b'&' | b';' | b'\\' | b'}')).unwrap_or(rest.len());
    let secret = &rest[..end];
    (secret.len() >= 3 && !is_placeholder(secret))
        .then(|| Found::new(at + start..at + start + end).verified())
}
