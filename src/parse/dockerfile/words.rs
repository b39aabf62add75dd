//! Where words start and end: flags, quoted words, plain words, words of a shell line, JSON strings.

use std::ops::Range;

/// What the grammar splits words at where quotes do not count.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0B | 0x0C | b'\r' | b' ')
}

/// Cuts white space off both ends of a range of the text.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = (range.start + part.trim_end().len()).max(start);
    start..end
}

/// Words between blanks; quotes mean nothing.
pub(super) fn plain(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut start = None;
    for at in range.clone() {
        match (is_blank(bytes[at]), start) {
            (true, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| from..range.end));
    words
}

/// The first word between blanks and the rest after them.
pub(super) fn first(text: &str, range: Range<usize>) -> (Range<usize>, Range<usize>) {
    let bytes = &text.as_bytes()[range.clone()];
    let end = bytes.iter().position(|byte| is_blank(*byte)).unwrap_or(bytes.len());
    let rest = bytes[end..].iter().position(|byte| !is_blank(*byte)).map_or(bytes.len(), |skip| end + skip);
    (range.start..range.start + end, range.start + rest..range.end)
}

/// Words of ENV, LABEL and ARG: quotes hold them together, the escape character takes the next character along.
pub(super) fn quoted(text: &str, range: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut characters =
        text[range.clone()].char_indices().map(|(at, character)| (range.start + at, character));
    let mut end = range.end;
    while let Some((at, character)) = characters.next() {
        if quote.is_none() && character.is_whitespace() {
            words.extend(start.take().map(|from| from..at));
            continue;
        }
        start.get_or_insert(at);
        if quote == Some(character) {
            quote = None;
        } else if character == escape && quote != Some('\'') {
            // An escape character at the very end escapes nothing and is dropped.
            if characters.next().is_none() {
                end = at;
            }
        } else if quote.is_none() && matches!(character, '\'' | '"') {
            quote = Some(character);
        }
    }
    words.extend(start.filter(|from| *from < end).map(|from| from..end));
    words
}

/// The `--name[=value]` words at the front, and the rest. `--` alone ends them.
pub(super) fn flags(text: &str, range: Range<usize>) -> (Vec<Range<usize>>, Range<usize>) {
    let mut flags = Vec::new();
    let mut at = range.start;
    loop {
        at += text[at..range.end].len() - text[at..range.end].trim_start().len();
        if !text[at..range.end].starts_with("--") {
            return (flags, at..range.end);
        }
        let end = flag_end(text, at..range.end);
        if &text[at..end] == "--" {
            return (flags, end..range.end);
        }
        flags.push(at..end);
        at = end;
    }
}

fn flag_end(text: &str, range: Range<usize>) -> usize {
    let mut quote = None;
    let mut characters = text[range.clone()].char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (None, character) if character.is_whitespace() => return range.start + at,
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), character) if open == character => quote = None,
            (_, '\\') => {
                characters.next();
            }
            _ => {}
        }
    }
    range.end
}

/// What a flag says once its quotes and backslashes are gone.
pub(super) fn flag_text(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut quote = None;
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), character) if open == character => quote = None,
            (_, '\\') => text.extend(characters.next()),
            _ => text.push(character),
        }
    }
    text
}

/// The JSON form, or why it is none.
pub(super) enum Json {
    /// An array of strings: the range of each, quotes included, and what it says.
    Strings(Vec<(Range<usize>, String)>),
    /// Valid JSON with something else than strings in it.
    NotStrings,
    /// Starts like an array and is not valid JSON.
    Invalid,
    /// Not meant as JSON.
    No,
}

/// Reads the JSON form.
pub(super) fn json(text: &str, range: Range<usize>) -> Json {
    let part = &text[range.clone()];
    if !part.starts_with('[') {
        return Json::No;
    }
    if let Some(strings) = json_strings(part) {
        let place = |(inner, value): (Range<usize>, String)| {
            (range.start + inner.start..range.start + inner.end, value)
        };
        return Json::Strings(strings.into_iter().map(place).collect());
    }
    match serde_json::from_str::<Vec<serde::de::IgnoredAny>>(part) {
        Ok(_) => Json::NotStrings,
        Err(_) => Json::Invalid,
    }
}

fn json_strings(part: &str) -> Option<Vec<(Range<usize>, String)>> {
    let bytes = part.as_bytes();
    let mut strings = Vec::new();
    let mut at = json_space(bytes, 1);
    if bytes.get(at) == Some(&b']') {
        return (json_space(bytes, at + 1) == bytes.len()).then_some(strings);
    }
    loop {
        let (end, value) = json_string(part, at)?;
        strings.push((at..end, value));
        at = json_space(bytes, end);
        match bytes.get(at)? {
            b',' => at = json_space(bytes, at + 1),
            b']' => return (json_space(bytes, at + 1) == bytes.len()).then_some(strings),
            _ => return None,
        }
    }
}

fn json_space(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count()
}

/// A string at `at`: where it ends and what it says.
fn json_string(part: &str, at: usize) -> Option<(usize, String)> {
    let mut value = String::new();
    let inner = part.get(at..)?.strip_prefix('"')?;
    let mut characters = inner.char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => return Some((at + 1 + offset + 1, value)),
            '\u{0}'..='\u{1F}' => return None,
            '\\' => value.push(match characters.next()?.1 {
                'b' => '\u{8}',
                'f' => '\u{C}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                plain @ ('"' | '\\' | '/') => plain,
                'u' => unicode_escape(&mut characters)?,
                _ => return None,
            }),
            _ => value.push(character),
        }
    }
    None
}

/// The four digits after `\u`, with the second half of a pair where there is one; half a pair is U+FFFD.
fn unicode_escape(characters: &mut std::str::CharIndices<'_>) -> Option<char> {
    let unit = |characters: &mut std::str::CharIndices<'_>| {
        (0..4).try_fold(0_u32, |sum, _| Some(sum * 16 + characters.next()?.1.to_digit(16)?))
    };
    let high = unit(characters)?;
    if (0xD800..0xDC00).contains(&high) {
        let mut ahead = characters.clone();
        if ahead.next().map(|next| next.1) == Some('\\') && ahead.next().map(|next| next.1) == Some('u') {
            let low = unit(&mut ahead)?;
            if (0xDC00..0xE000).contains(&low) {
                *characters = ahead;
                return char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
            }
        }
    }
    Some(char::from_u32(high).unwrap_or('\u{FFFD}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut<'a>(text: &'a str, ranges: &[Range<usize>]) -> Vec<&'a str> {
        ranges.iter().map(|range| &text[range.clone()]).collect()
    }

    #[test]
    fn quoted_words() {
        let text = r#"a="b c" d='e \' f\ g=h "i"#;
        assert_eq!(
            cut(text, &quoted(text, 0..text.len(), '\\')),
            [r#"a="b c""#, r"d='e \'", r"f\ g=h", r#""i"#]
        );
        let windows = r"a=C:\x b=` c";
        assert_eq!(cut(windows, &quoted(windows, 0..windows.len(), '`')), [r"a=C:\x", "b=` c"]);
        assert_eq!(cut(r"a b\", &quoted(r"a b\", 0..4, '\\')), ["a", "b"]);
        assert_eq!(quoted("", 0..0, '\\'), Vec::<Range<usize>>::new());
    }

    #[test]
    fn flags_end_at_the_first_other_word() {
        let text = r#"--a=b --c="d e" --f\ g x --h"#;
        let (found, rest) = flags(text, 0..text.len());
        assert_eq!(cut(text, &found), ["--a=b", r#"--c="d e""#, r"--f\ g"]);
        assert_eq!(&text[rest], "x --h");
        assert_eq!(flag_text(r#"--c="d e""#), "--c=d e");
        let dashes = "--a -- --b";
        let (found, rest) = flags(dashes, 0..dashes.len());
        assert_eq!((cut(dashes, &found), &dashes[rest]), (vec!["--a"], " --b"));
    }

    #[test]
    fn json_form() {
        let strings = |text: &str| match json(text, 0..text.len()) {
            Json::Strings(strings) => Some(strings.into_iter().map(|(_, value)| value).collect::<Vec<_>>()),
            _ => None,
        };
        assert_eq!(
            strings(r#"[ "a", "b\n\u0041\ud83d\ude00\ud800" ] "#),
            Some(vec!["a".into(), "b\nA\u{1F600}\u{FFFD}".into()])
        );
        assert_eq!(strings("[]"), Some(vec![]));
        assert!(matches!(json(r#"["a", 1]"#, 0..8), Json::NotStrings));
        for invalid in ["['a']", r#"["a",]"#, r#"["a" "b"]"#, r#"["a"] x"#, "[", r#"["a\x"]"#, "[ -f x ]"] {
            assert!(matches!(json(invalid, 0..invalid.len()), Json::Invalid), "{invalid}");
        }
        assert!(matches!(json("a", 0..1), Json::No));
    }
}
