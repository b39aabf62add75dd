//! Passwords on command lines.

use std::ops::Range;

use super::cursor::{ahead, behind, run, skip_blanks, value_at};
use super::found::Found;
use super::placeholder::{is_identifier, is_path_or_url, is_placeholder};
use crate::rule::Confidence;

/// `-u user:password` or `--user user:password` of a command line.
pub(super) fn user_flag(text: &[u8], after: usize) -> Option<Found> {
    let flags: [&[u8]; 3] = [b" -u ", b" --user ", b" --user="];
    // The keyword takes the blank that the first flag stands behind.
    let base = after.saturating_sub(1);
    let line = command(text, base);
    let (flag, at) = flags.iter().find_map(|flag| memchr::memmem::find(line, flag).map(|at| (flag, at)))?;
    let range = value_at(text, skip_blanks(text, base + at + flag.len()), 300, b";|&)\"'")?;
    let colon = memchr::memchr(b':', &text[range.clone()])?;
    let secret = range.start + colon + 1..range.end;
    let value = &text[secret.clone()];
    (colon > 0
        && value.len() >= 4
        && !is_placeholder(value)
        && !value.starts_with(b"$")
        && !value.starts_with(b"//"))
    .then(|| Found::new(secret))
}

/// `--password <value>` of a command line.
pub(super) fn password_flag(text: &[u8], after: usize) -> Option<Found> {
    let range = value_at(text, skip_blanks(text, after), 200, b";|&)\"'`,<>")?;
    let value = &text[range.clone()];
    let classes = [
        u8::is_ascii_lowercase as fn(&u8) -> bool,
        u8::is_ascii_uppercase,
        u8::is_ascii_digit,
        u8::is_ascii_punctuation,
    ];
    let kinds = classes.iter().filter(|class| value.iter().any(class)).count();
    (value.len() >= 6
        && kinds >= 2
        && !value.starts_with(b"-")
        && !value.starts_with(b"$")
        && !is_placeholder(value)
        && !is_identifier(value)
        && !is_path_or_url(value))
    .then(|| Found::new(range))
}

/// `echo user:password | chpasswd`; `at` is where the program's name stands.
pub(super) fn chpasswd(text: &[u8], at: usize) -> Option<Found> {
    let before = behind(text, at, 400);
    let start = at - before.len() + memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let line = &text[start..at];
    let pipe = memchr::memrchr(b'|', line)?;
    let echo = ["echo ", "printf "]
        .into_iter()
        .filter_map(|word| Some(memchr::memmem::rfind(&line[..pipe], word.as_bytes())? + word.len()))
        .max()?;
    let mut value = skip_blanks(text, start + echo);
    while text.get(value) == Some(&b'-') {
        value = skip_blanks(text, run(text, value, 8, |byte| byte != b' ').end);
    }
    let pair = value_at(text, value, 200, b"|")?;
    let colon = memchr::memchr(b':', &text[pair.clone()])?;
    let (user, secret) = (pair.start..pair.start + colon, pair.start + colon + 1..pair.end);
    let escaped = text[secret.clone()].ends_with(b"\\n");
    let secret = secret.start..secret.end - if escaped { 2 } else { 0 };
    let found = literal(text, secret.clone())?;
    // `user:user` is what demonstrations do.
    Some(if text[user] == text[secret] { found.confidence(Confidence::Low) } else { found })
}

/// `-p password` or `-ppassword` right behind the program's name (sshpass).
pub(super) fn short_flag(text: &[u8], after: usize) -> Option<Found> {
    let flag = skip_blanks(text, after);
    if !ahead(text, flag, 2).starts_with(b"-p") {
        return None;
    }
    literal(text, value_at(text, skip_blanks(text, flag + 2), 200, b";|&)\"'`")?)
}

/// `-ppassword`, without a blank, among the flags of a MySQL client.
pub(super) fn attached_flag(text: &[u8], after: usize) -> Option<Found> {
    let line = command(text, after.saturating_sub(1));
    let flag = memchr::memmem::find(line, b" -p")? + 3;
    if line.get(flag).is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'-') {
        return None;
    }
    let range = value_at(text, after.saturating_sub(1) + flag, 200, b";|&)\"'`,<>")?;
    let plain = text[range.clone()].iter().all(u8::is_ascii_alphabetic);
    let found = literal(text, range)?;
    Some(if plain { found.confidence(Confidence::Low) } else { found })
}

/// `-p password` among the flags of a program that logs in (docker); `-a password` (redis-cli).
pub(super) fn spaced_flag(text: &[u8], at: usize, after: usize) -> Option<Found> {
    let flag: &[u8] = if text[at..after].starts_with(b"redis") { b" -a " } else { b" -p " };
    let base = after.saturating_sub(1);
    let flag = base + memchr::memmem::find(command(text, base), flag)?;
    literal(text, value_at(text, skip_blanks(text, flag + 4), 200, b";|&)\"'`<>")?)
}

/// `requirepass password` at the start of a line of a configuration file, or as a flag.
pub(super) fn config_word(text: &[u8], at: usize, after: usize) -> Option<Found> {
    let open = at == 0 || matches!(text[at - 1], b'\n' | b'-' | b'"' | b'\'');
    literal(text, value_at(text, skip_blanks(text, after), 200, b";|&)\"'`<>")?).filter(|_| open)
}

/// The rest of a command: to the end of the line, or of the lines that backslashes join, or to the next command.
fn command(text: &[u8], at: usize) -> &[u8] {
    let window = ahead(text, at, 800);
    let end = (0..window.len()).find(|at| match window[*at] {
        b'\n' => *at == 0 || window[*at - 1] != b'\\',
        b'|' | b';' => true,
        _ => false,
    });
    &window[..end.unwrap_or(window.len())]
}

/// `ConvertTo-SecureString "password" -AsPlainText` of PowerShell.
pub(super) fn secure_string(text: &[u8], after: usize) -> Option<Found> {
    let line = ahead(text, after, 400);
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    memchr::memmem::find(&line.to_ascii_lowercase(), b"-asplaintext")?;
    let quote = line.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    literal(text, value_at(text, after + quote, 200, b"")?)
}

/// A value that is written out, not taken from elsewhere.
fn literal(text: &[u8], range: Range<usize>) -> Option<Found> {
    let value = &text[range.clone()];
    let reference = value.starts_with(b"$") || value.starts_with(b"%") || value.contains(&b'`');
    (value.len() >= 4 && !reference && !is_placeholder(value)).then(|| Found::new(range))
}
