//! Values of Kubernetes Secrets.

use super::codec;
use super::cursor::{ahead, behind};
use super::found::Found;
use super::placeholder::{entropy, is_identifier, is_path_or_url, is_placeholder};

/// How far a manifest is followed to each side of its `kind`.
const REACH: usize = 16 * 1024;

/// The values under `data` and `stringData` of the manifest whose `kind: Secret` stands at `at`.
pub(super) fn secret(text: &[u8], at: usize, end: usize, out: &mut Vec<Found>) {
    if text.get(end).is_some_and(|byte| !byte.is_ascii_whitespace()) {
        return;
    }
    let before = behind(text, at, REACH);
    let start = memchr::memmem::rfind(before, b"\n---").max(memchr::memmem::rfind(before, b"\nkind:"));
    let start = at - before.len() + start.map_or(0, |found| found + 1);
    let after = ahead(text, end, REACH);
    let stops = [memchr::memmem::find(after, b"\n---"), memchr::memmem::find(after, b"\nkind:")];
    let manifest = &text[start..end + stops.into_iter().flatten().min().unwrap_or(after.len())];
    let mut section = None;
    let mut place = start;
    for line in manifest.split_inclusive(|byte| *byte == b'\n') {
        let indent = line.iter().take_while(|byte| **byte == b' ').count();
        let content = line[indent..].trim_ascii_end();
        match (content, section) {
            (b"" | [b'#', ..], _) => {}
            (b"data:", _) => section = Some((indent, true)),
            (b"stringData:", _) => section = Some((indent, false)),
            (_, Some((outer, encoded))) if indent > outer => {
                out.extend(
                    entry(content, encoded)
                        .map(|value| Found::new(place + indent + value.start..place + indent + value.end)),
                );
            }
            _ => section = None,
        }
        place += line.len();
    }
}

/// Where the value of `key: value` lies, if it is noise enough for a secret.
fn entry(content: &[u8], encoded: bool) -> Option<std::ops::Range<usize>> {
    let colon = memchr::memmem::find(content, b": ")?;
    let rest = &content[colon + 2..];
    let start = colon + 2 + rest.iter().take_while(|byte| **byte == b' ').count();
    let quote = content.get(start).filter(|byte| matches!(byte, b'"' | b'\''));
    let range = match quote {
        Some(quote) => start + 1..start + 1 + memchr::memchr(*quote, &content[start + 1..])?,
        None => start..start + content[start..].iter().take_while(|byte| **byte != b' ').count(),
    };
    let written = &content[range.clone()];
    let value = if encoded { codec::base64_decode(written)? } else { written.to_vec() };
    let text = value.trim_ascii();
    let noise = text.len() >= 12
        && text.iter().all(|byte| (0x21..0x7f).contains(byte))
        && text.iter().any(u8::is_ascii_digit)
        && text.iter().any(u8::is_ascii_alphabetic)
        && entropy(text) >= 3.0;
    (noise && !is_placeholder(text) && !is_identifier(text) && !is_path_or_url(text)).then_some(range)
}
