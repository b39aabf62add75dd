//! The generic detector: a literal assigned to a name that speaks of a secret.
//!
//! It looks for operators, not for words: `password` and `token` are everywhere, an operator with a literal behind
//! it is rare. The value is judged first, because most fail there; then the name to its left.

use std::ops::Range;

use super::found::Found;
use super::placeholder::{entropy, is_documented, is_identifier, is_path_or_url, is_placeholder, is_uuid};
use super::promise::{Promise, promise_of};
use crate::rule::Confidence;

/// Longest value and name looked at.
const MAX_VALUE: usize = 256;
const MAX_NAME: usize = 80;

/// How a file writes its literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Values may stand bare: environment files, YAML, INI, properties, Dockerfiles.
    Config,
    /// Literals are quoted: programs and stylesheets, prose.
    Code,
}

impl Dialect {
    /// By the file's name; what is not known counts as configuration.
    pub(super) fn of(path: &[u8]) -> Self {
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        let extension = memchr::memrchr(b'.', name).map_or(&b""[..], |dot| &name[dot + 1..]);
        const CODE: [&str; 59] = [
            "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "s", "S", "rs", "go", "py", "js", "jsx", "mjs", "cjs",
            "ts", "tsx", "java", "kt", "kts", "scala", "swift", "rb", "php", "cs", "fs", "vb", "m", "mm",
            "dart", "lua", "pl", "pm", "r", "jl", "ex", "exs", "erl", "hs", "ml", "clj", "groovy", "vue",
            "svelte", "css", "scss", "less", "md", "rst", "txt", "adoc", "html", "htm", "svg", "json",
            "ipynb", "dts", "map",
        ];
        if CODE.iter().any(|known| known.as_bytes() == extension) { Self::Code } else { Self::Config }
    }
}

/// Calls `hit` for every assignment that looks like a secret.
pub(super) fn find(text: &[u8], dialect: Dialect, mut hit: impl FnMut(Promise, Found)) {
    for operator in memchr::memchr2_iter(b'=', b':', text) {
        if let Some((promise, found)) = judge(text, operator, dialect) {
            hit(promise, found);
        }
    }
}

fn judge(text: &[u8], operator: usize, dialect: Dialect) -> Option<(Promise, Found)> {
    let mut at = operator + 1;
    // `=>`, `:=`, `==` begin at their first sign; `!=`, `<=` and their kin are no assignments.
    match (text[operator], text.get(at)) {
        (b'=', Some(b'>')) | (b':', Some(b'=')) => at += 1,
        (b'=', Some(b'=')) | (b':', Some(b':' | b'/')) => return None,
        _ => {}
    }
    while matches!(text.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    let escaped = text.get(at) == Some(&b'\\') && text.get(at + 1) == Some(&b'"');
    let open = if escaped { at + 1 } else { at };
    let value = match text.get(open)? {
        b'"' | b'\'' | b'`' => quoted(text, open, escaped)?,
        b'u' | b'b' | b'r' | b'f' | b'@' | b'L' if matches!(text.get(open + 1), Some(b'"' | b'\'')) => {
            quoted(text, open + 1, false)?
        }
        _ if dialect == Dialect::Config => bare(text, at, is_tight(text, operator))?,
        _ => return None,
    };
    let is_quoted = value.start > at;
    let bytes = &text[value.clone()];
    if bytes.len() < 6 || bytes.contains(&b' ') {
        return None;
    }
    let name = name_before(text, operator)?;
    let is_value = text[name.clone()].eq_ignore_ascii_case(b"value");
    let name = if is_value { named_beside(text, name.start)? } else { name };
    let promise = promise_of(&text[name.clone()])?;
    if opens_prose(text, operator, &name, promise, is_quoted) {
        return None;
    }
    let confidence = plausible(promise, bytes, is_quoted)?;
    if text[name.clone()].eq_ignore_ascii_case(bytes) || is_documented(bytes) {
        return None;
    }
    let mut found = Found::new(value).confidence(confidence);
    found.name = Some(name);
    Some((promise, found))
}

/// `"PASS: it works"`: a word and a colon at the start of a string are a heading, not an assignment.
fn opens_prose(text: &[u8], operator: usize, name: &Range<usize>, promise: Promise, is_quoted: bool) -> bool {
    let quote = name.start.checked_sub(1).map(|at| text[at]);
    promise == Promise::Password
        && !is_quoted
        && text[operator] == b':'
        && name.end == operator
        && matches!(quote, Some(b'"' | b'\'' | b'`'))
}

/// The inside of a quoted literal on one line, without interpolation.
fn quoted(text: &[u8], open: usize, escaped: bool) -> Option<Range<usize>> {
    let quote = text[open];
    let start = open + 1;
    let window = &text[start..text.len().min(start + MAX_VALUE)];
    let len = window.iter().position(|byte| *byte == quote || *byte == b'\n')?;
    if window[len] != quote {
        return None;
    }
    let end = if escaped && len > 0 && window[len - 1] == b'\\' { start + len - 1 } else { start + len };
    Some(start..end)
}

/// A bare value: to the end of the line or a blank, without what closes the surroundings.
fn bare(text: &[u8], at: usize, tight: bool) -> Option<Range<usize>> {
    let window = &text[at..text.len().min(at + MAX_VALUE)];
    let len = window.iter().position(u8::is_ascii_whitespace).unwrap_or(window.len());
    let value = &window[..len];
    let after = window[len..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    // More words behind it: prose or a call, unless a comment, another assignment or a line's continuation.
    let rest = &window[len..];
    let line_goes_on = !matches!(after, None | Some(b'\n' | b'#' | b'\\' | b';' | b'&' | b'|'));
    let next_is_assignment = || {
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        memchr::memchr(b'=', line).is_some()
    };
    if line_goes_on && !tight && !next_is_assignment() {
        return None;
    }
    let trailing = value
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b',' | b';' | b'"' | b'\'' | b')' | b']' | b'}' | b'`'))
        .count();
    let value = &value[..len - trailing];
    let code = value.iter().any(|byte| matches!(byte, b'(' | b'<' | b'>' | b'{' | b'"' | b'`' | b'|' | b'['));
    let starts = value.first()?;
    (!code && !matches!(starts, b'$' | b'*' | b'&' | b'!' | b'%' | b'-' | b'|' | b'>' | b'\\' | b'='))
        .then(|| at..at + value.len())
}

/// `NAME=value` without blanks, as the shell has it: whatever follows is another word.
fn is_tight(text: &[u8], operator: usize) -> bool {
    let word = |at: usize| text.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    text[operator] == b'=' && operator > 0 && word(operator - 1) && word(operator + 1)
}

/// The name that a `value` belongs to where the two stand side by side: `name: X` on the line before (Kubernetes),
/// `key="X"` in the same tag (XML).
fn named_beside(text: &[u8], value: usize) -> Option<Range<usize>> {
    let floor = value.saturating_sub(2 * MAX_NAME);
    let window = &text[floor..value];
    let operator = floor + window.iter().rposition(|byte| matches!(byte, b':' | b'='))?;
    let label = name_before(text, operator)?;
    if !["name", "key"].iter().any(|word| text[label.clone()].eq_ignore_ascii_case(word.as_bytes())) {
        return None;
    }
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let open = text[operator + 1..value].iter().take_while(|byte| matches!(byte, b' ' | b'"' | b'\''));
    let start = operator + 1 + open.count();
    let end = start + text[start..value].iter().take_while(|byte| part(byte)).count();
    let between = &text[end..value];
    let beside = memchr::memchr_iter(b'\n', between).count() <= 1
        && !between.iter().any(|byte| matches!(byte, b'>' | b'{' | b'}'));
    (start < end && beside).then_some(start..end)
}

/// The name to the left of an operator: `db.password`, `"api_key"`, `cfg['token']`, `password: str`.
fn name_before(text: &[u8], operator: usize) -> Option<Range<usize>> {
    let floor = operator.saturating_sub(MAX_NAME);
    let mut end = operator;
    while end > floor
        && matches!(text[end - 1], b' ' | b'\t' | b'"' | b'\'' | b']' | b'\\' | b'?' | b':' | b'`')
    {
        end -= 1;
    }
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let start = end - text[floor..end].iter().rev().take_while(|byte| part(**byte)).count();
    // `name: type = value`
    let before = text[floor..start].trim_ascii_end();
    if before.last() == Some(&b':') && text[operator] == b'=' && end - start <= 12 {
        let colon = floor + before.len() - 1;
        let start = colon - text[floor..colon].iter().rev().take_while(|byte| part(**byte)).count();
        if promise_of(&text[start..colon]).is_some() {
            return Some(start..colon);
        }
    }
    (start < end).then_some(start..end)
}

/// How sure we are that the value is what the name promises; `None` when it is not.
fn plausible(promise: Promise, value: &[u8], quoted: bool) -> Option<Confidence> {
    if is_placeholder(value) || is_path_or_url(value) || !value.iter().all(|byte| (0x21..0x7f).contains(byte))
    {
        return None;
    }
    // A fingerprint of an OpenPGP key, a version range.
    let fingerprint = value.len() == 40 && value.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
    let version =
        matches!(value[0], b'^' | b'~' | b'>' | b'=') && value.get(1).is_some_and(u8::is_ascii_digit);
    if fingerprint || version {
        return None;
    }
    let has = |class: fn(&u8) -> bool| value.iter().any(class);
    let (digit, letter) = (has(u8::is_ascii_digit), has(u8::is_ascii_alphabetic));
    let symbol = has(u8::is_ascii_punctuation);
    match promise {
        Promise::Password => {
            let reference = value
                .iter()
                .any(|byte| matches!(byte, b'(' | b')' | b'{' | b'}' | b'<' | b'>' | b';' | b','))
                && quoted;
            if reference && value.len() > 12 && !digit {
                return None;
            }
            if !letter {
                return (digit && value.len() >= 6 && entropy(value) > 2.0).then_some(Confidence::Low);
            }
            if digit && !is_identifier(value) {
                return Some(Confidence::Medium);
            }
            if symbol && !is_identifier(value) {
                return Some(Confidence::Medium);
            }
            // A bare `a.b` is a member of something.
            if !quoted && !digit && value.contains(&b'.') {
                return None;
            }
            // `hunter2` and `s3cret` read as names; so do `password1` and `field2`: only what is bare or has a digit counts.
            (digit || (!quoted && value.len() >= 8)).then_some(Confidence::Low)
        }
        Promise::Secret => {
            let hex = value.iter().all(u8::is_ascii_hexdigit);
            let floor = if hex { 2.8 } else { 3.2 };
            let strange = value.iter().any(|byte| {
                matches!(byte, b'(' | b')' | b'{' | b'}' | b'<' | b'>' | b';' | b'"' | b'\'' | b'[' | b']')
            });
            let noise = value.len() >= 16 && digit && letter && entropy(value) >= floor && !strange;
            if !noise || is_identifier(value) {
                return None;
            }
            Some(if is_uuid(value) { Confidence::Low } else { Confidence::Medium })
        }
    }
}
