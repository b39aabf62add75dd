//! Private keys in their containers: PEM (RFC 7468, RFC 1421), OpenSSH, OpenPGP armor (RFC 9580), PuTTY.

use super::codec;
use super::cursor::{ahead, behind};
use super::found::Found;
use crate::rule::Severity;

/// The longest block looked at: a 16,384-bit RSA key, JSON-escaped and indented, takes less.
const LIMIT: usize = 32_768;
const BEGIN: &[u8] = b"-----BEGIN ";

/// The block whose label holds the words `PRIVATE KEY` found at `at`.
pub(super) fn find(text: &[u8], at: usize) -> Option<Found> {
    let before = behind(text, at, BEGIN.len() + 24);
    let offset = memchr::memmem::rfind(before, BEGIN)?;
    let label = &before[offset + BEGIN.len()..];
    if !label.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ') {
        return None;
    }
    let start = at - before.len() + offset;
    let head = ahead(text, at, 32);
    let label_end = memchr::memmem::find(head, b"-----")?;
    let pgp = label.starts_with(b"PGP");
    if !matches!(&head[..label_end], b"PRIVATE KEY" | b"PRIVATE KEY BLOCK") {
        return None;
    }
    let body_start = at + label_end + 5;
    let body = ahead(text, body_start, LIMIT);
    // The next dashes end the body, whatever they say: a file of nothing but headers costs no more than its length.
    let (body, end) = match memchr::memmem::find(body, b"-----") {
        Some(end) if body[end..].starts_with(b"-----END") => (&body[..end], closing(text, body_start + end)),
        dashes => {
            let body = &body[..dashes.unwrap_or(body.len())];
            let len = body.iter().take_while(|byte| is_armor(**byte)).count();
            (&body[..len], body_start + len)
        }
    };
    let content = content(body, pgp);
    if content.base64.len() < 40 {
        return None;
    }
    let found = Found::new(start..end).shown(body_start - start);
    let decoded = codec::base64_decode(&content.base64).unwrap_or_default();
    let encrypted = label.starts_with(b"ENCRYPTED") || content.encrypted;
    let (verified, encrypted) = if label.starts_with(b"OPENSSH") {
        (
            decoded.starts_with(b"openssh-key-v1\0"),
            openssh_cipher(&decoded).is_some_and(|cipher| cipher != b"none"),
        )
    } else if pgp {
        (content.crc24.is_some_and(|sum| sum == codec::crc24(&decoded)), encrypted)
    } else {
        // DER: a SEQUENCE; legacy encryption hides it.
        (encrypted || (decoded.len() >= 40 && decoded.first() == Some(&0x30)), encrypted)
    };
    let found = if verified { found.verified() } else { found };
    Some(if encrypted { found.severity(Severity::Medium) } else { found })
}

/// Where `-----END …-----` at `at` ends.
fn closing(text: &[u8], at: usize) -> usize {
    let tail = ahead(text, at + 8, 64);
    at + 8 + memchr::memmem::find(tail, b"-----").map_or(0, |end| end + 5)
}

fn is_armor(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte.is_ascii_whitespace()
        || matches!(byte, b'+' | b'/' | b'=' | b'\\' | b':' | b'-' | b',' | b'.')
}

struct Content {
    base64: Vec<u8>,
    encrypted: bool,
    crc24: Option<u32>,
}

/// The base64 of a body, whatever it is wrapped in: real or written-out line ends, quotes, indentation, armor
/// headers.
fn content(body: &[u8], pgp: bool) -> Content {
    let mut lines: Vec<Vec<u8>> = vec![Vec::new()];
    let mut bytes = body.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let escaped = byte == b'\\' && matches!(bytes.peek(), Some(b'n' | b'r'));
        if escaped {
            bytes.next();
        }
        if escaped || byte == b'\n' || byte == b'\r' {
            lines.push(Vec::new());
        } else if let Some(line) = lines.last_mut() {
            line.push(byte);
        }
    }
    let mut content = Content { base64: Vec::new(), encrypted: false, crc24: None };
    for line in lines {
        let line: &[u8] = line.trim_ascii();
        if memchr::memmem::find(line, b"ENCRYPTED").is_some() {
            content.encrypted = true;
        }
        if memchr::memchr(b':', line).is_some() {
            continue;
        }
        if pgp && line.len() == 5 && line[0] == b'=' {
            content.crc24 = codec::base64_decode(&line[1..]).and_then(|sum| {
                sum.first_chunk::<3>().map(|sum| u32::from_be_bytes([0, sum[0], sum[1], sum[2]]))
            });
            continue;
        }
        let digit = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        // Quotes and plus signs that join string literals stand at the ends of lines.
        let line = trim_joiner(line);
        content.base64.extend(line.iter().filter(digit));
    }
    content
}

fn trim_joiner(line: &[u8]) -> &[u8] {
    let Some(end) = line.iter().rposition(|byte| matches!(byte, b'"' | b'\'')) else { return line };
    let start = line.iter().position(|byte| matches!(byte, b'"' | b'\'')).unwrap_or(0);
    if start < end {
        &line[start + 1..end]
    } else if line.len() - end <= 4 {
        &line[..end]
    } else {
        &line[end + 1..]
    }
}

/// The cipher's name in an `openssh-key-v1` file (OpenSSH's PROTOCOL.key).
fn openssh_cipher(decoded: &[u8]) -> Option<&[u8]> {
    let rest = decoded.strip_prefix(b"openssh-key-v1\0")?;
    let (len, rest) = rest.split_first_chunk::<4>()?;
    rest.get(..u32::from_be_bytes(*len) as usize)
}

/// Base64 of a whole PEM block, as in a kubeconfig or a CI variable.
pub(super) fn find_base64(text: &[u8], at: usize) -> Option<Found> {
    let len = ahead(text, at, LIMIT)
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        .count();
    let decoded = codec::base64_decode(&text[at..at + len - len % 4])?;
    let label = decoded.get(..64.min(decoded.len()))?;
    (len >= 80 && memchr::memmem::find(label, b"PRIVATE KEY").is_some())
        .then(|| Found::new(at..at + len).verified())
}

/// A PuTTY key file: the lines after `Private-Lines`.
pub(super) fn find_ppk(text: &[u8], at: usize) -> Option<Found> {
    let window = ahead(text, at, LIMIT);
    let private = memchr::memmem::find(window, b"Private-Lines:")?;
    let end = memchr::memmem::find(window, b"Private-MAC:").unwrap_or(window.len());
    if end <= private {
        return None;
    }
    let body = &window[private + 14..end];
    let skip = memchr::memchr(b'\n', body)? + 1;
    let secret = body[skip..].trim_ascii();
    let encrypted = memchr::memmem::find(&window[..private], b"Encryption: none").is_none();
    let start = at + private + 14 + skip + (body[skip..].len() - body[skip..].trim_ascii_start().len());
    let found = Found::new(start..start + secret.len()).verified();
    (secret.len() >= 40).then(|| if encrypted { found.severity(Severity::Medium) } else { found })
}
