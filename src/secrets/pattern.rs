//! The pattern language of the rule files, and its matcher.
//!
//! A pattern is literal text with elements in braces: `ghp_{alnum:36}`, `glc_{base64:60-400}`, `{[AQgw]:1}`.
//! An element is a character class and how often: `n`, `n-m`, or `n-` for no upper end; once when left out.
//! `\{`, `\}` and `\\` stand for themselves. The same language, with functions added, writes example
//! templates: see [`super::sample`]. Matching needs no backtracking: a run takes as much as it may, or, where a
//! literal follows, as much as leaves the literal where it is found first.

use std::ops::Range;

/// A longest run for an open end: a token longer than this is no token.
const OPEN_END: usize = 4096;

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Class([u64; 4]);

impl Class {
    pub(super) const EMPTY: Self = Self([0; 4]);
    pub(super) const EVERY: Self = Self([u64::MAX; 4]);
    /// What can stand in text beside a token: printable ASCII, tab and line ends.
    pub(super) const ANY: Self = Self([0xFFFF_FFFF_0000_2600, 0x7FFF_FFFF_FFFF_FFFF, 0, 0]);

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    fn add(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    fn of(bytes: &[u8]) -> Self {
        let mut class = Self::EMPTY;
        bytes.iter().for_each(|byte| class.add(*byte));
        class
    }

    fn with(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine |= theirs);
        self
    }

    fn complement(mut self) -> Self {
        self.0.iter_mut().for_each(|mine| *mine = !*mine);
        self
    }

    /// Members in order.
    pub(super) fn members(&self) -> Vec<u8> {
        (0..=u8::MAX).filter(|byte| self.contains(*byte)).collect()
    }

    /// A class by its name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let range = |range: std::ops::RangeInclusive<u8>| Self::of(&range.collect::<Vec<u8>>());
        let (digit, lower, upper) = (range(b'0'..=b'9'), range(b'a'..=b'z'), range(b'A'..=b'Z'));
        let alnum = digit.with(lower).with(upper);
        Some(match name {
            "digit" => digit,
            "lower" => lower,
            "upper" => upper,
            "alpha" => lower.with(upper),
            "alnum" => alnum,
            "word" => alnum.with(Self::of(b"_")),
            "hex" => digit.with(range(b'a'..=b'f')),
            "upper-hex" => digit.with(range(b'A'..=b'F')),
            "any-hex" => digit.with(range(b'a'..=b'f')).with(range(b'A'..=b'F')),
            "lower-alnum" => digit.with(lower),
            "upper-alnum" => digit.with(upper),
            "base32" => upper.with(range(b'2'..=b'7')),
            "base58" => Self::of(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
            "base64" => alnum.with(Self::of(b"+/")),
            "base64pad" => alnum.with(Self::of(b"+/=")),
            "base64url" => alnum.with(Self::of(b"_-")),
            "base64any" => alnum.with(Self::of(b"+/=_-")),
            "bech32" => Self::of(b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
            _ => return Self::explicit(name),
        })
    }

    /// `[A-Zab_-]`: ranges and single characters; a dash first or last stands for itself.
    fn explicit(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('[')?.strip_suffix(']')?.as_bytes();
        let mut class = Self::EMPTY;
        let mut at = 0;
        while let Some(first) = inner.get(at) {
            match (inner.get(at + 1), inner.get(at + 2)) {
                (Some(b'-'), Some(last)) => {
                    (*first..=*last).for_each(|byte| class.add(byte));
                    at += 3;
                }
                _ => {
                    class.add(*first);
                    at += 1;
                }
            }
        }
        (class != Self::EMPTY).then_some(class)
    }
}

/// One piece of a pattern.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Element {
    /// These bytes.
    Literal(Vec<u8>),
    /// So many bytes of a class.
    Run { class: Class, min: usize, max: usize },
    /// A function of a template; never in a pattern.
    Call { name: String, argument: String },
}

/// Why a pattern cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// An open brace without its close.
    #[error("`{{` at byte {0} is never closed; write `\\{{` for a brace")]
    Unclosed(usize),
    /// A length that is none.
    #[error("`{0}` is not a length; write `n`, `n-m` or `n-`")]
    Length(String),
    /// A class that nobody knows.
    #[error("`{0}` is not a class; write a class name such as `alnum` or `hex`, or a set such as `[A-Z2-7]`")]
    Class(String),
    /// A pattern without literal text cannot be searched for.
    #[error("no literal of at least 3 bytes to search for; add one, or use `regex` with `keywords`")]
    NoLiteral,
    /// Only the first run before the literal may vary in length.
    #[error("more than one run of varying length before the literal; make all but the first fixed")]
    Ambiguous,
}

/// Reads a pattern or a template into its pieces.
pub(super) fn parse(text: &str) -> Result<Vec<Element>, PatternError> {
    let (mut elements, mut literal, mut at) = (Vec::new(), Vec::new(), 0);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if matches!(bytes.get(at + 1), Some(b'{' | b'}' | b'\\')) => {
                literal.push(bytes[at + 1]);
                at += 2;
            }
            b'{' => {
                let close = closing(bytes, at).ok_or(PatternError::Unclosed(at))?;
                if !literal.is_empty() {
                    elements.push(Element::Literal(std::mem::take(&mut literal)));
                }
                elements.push(element(&text[at + 1..close])?);
                at = close + 1;
            }
            _ => {
                literal.push(*byte);
                at += 1;
            }
        }
    }
    if !literal.is_empty() {
        elements.push(Element::Literal(literal));
    }
    Ok(elements)
}

/// The brace that closes the one at `open`; elements may hold elements, sets may hold braces.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let (mut in_set, mut depth) = (false, 1);
    (open + 1..bytes.len()).find(|at| {
        match bytes[*at] {
            b'[' => in_set = true,
            b']' => in_set = false,
            b'{' if !in_set => depth += 1,
            b'}' if !in_set => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

fn element(text: &str) -> Result<Element, PatternError> {
    if let Some(call) = text.strip_prefix('=') {
        let (name, argument) = call.split_once(':').unwrap_or((call, ""));
        return Ok(Element::Call { name: name.to_owned(), argument: argument.to_owned() });
    }
    let split = text.rfind(']').map_or(0, |end| end + 1);
    let (name, length) = match text[split..].find(':') {
        Some(colon) => (&text[..split + colon], &text[split + colon + 1..]),
        None => (text, "1"),
    };
    let class = Class::named(name).ok_or_else(|| PatternError::Class(name.to_owned()))?;
    let bad = || PatternError::Length(length.to_owned());
    let number = |text: &str| text.parse::<usize>().map_err(|_| bad());
    let (min, max) = match length.split_once('-') {
        Some((min, "")) => (number(min)?, OPEN_END),
        Some((min, max)) => (number(min)?, number(max)?),
        None => (number(length)?, number(length)?),
    };
    if min > max || max > OPEN_END { Err(bad()) } else { Ok(Element::Run { class, min, max }) }
}

/// A pattern ready to match around an occurrence of its anchor.
#[derive(Clone)]
pub(super) struct Pattern {
    pub(super) elements: Vec<Element>,
    /// Index of the literal that is searched for.
    anchor: usize,
    /// Bytes that must not stand next to the match.
    before: Class,
    after: Class,
}

impl Pattern {
    /// Reads a pattern; its longest literal (the first among equals) is what is searched for, or the one that
    /// holds `keyword`.
    pub(super) fn new(text: &str, keyword: Option<&str>) -> Result<Self, PatternError> {
        let elements = parse(text)?;
        let mut anchor = None;
        let mut best = 2;
        for (index, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(bytes) => {
                    let wanted = keyword.is_none_or(|word| bytes == word.as_bytes());
                    if wanted && bytes.len() > best {
                        best = bytes.len();
                        anchor = Some(index);
                    }
                }
                Element::Run { .. } => {}
                Element::Call { name, .. } => return Err(PatternError::Class(format!("={name}"))),
            }
        }
        let anchor = anchor.ok_or(PatternError::NoLiteral)?;
        let varying = |element: &Element| matches!(element, Element::Run { min, max, .. } if min != max);
        if elements[..anchor].iter().skip(1).any(varying) {
            // What lies before the anchor is matched from its start, except for one leading run.
            let first_literal = elements.iter().position(|element| matches!(element, Element::Literal(_)));
            return match first_literal {
                Some(0) => Self::new(text, keyword_at(&elements, 0)),
                _ => Err(PatternError::Ambiguous),
            };
        }
        let word = Class::named("alnum").unwrap_or(Class::EMPTY);
        let edge = |element: Option<&Element>| match element {
            Some(Element::Run { class, .. }) => class.with(word),
            _ => word.with(Class::of(b"_")),
        };
        let (before, after) = (edge(elements.first()), edge(elements.last()));
        Ok(Self { elements, anchor, before, after })
    }

    /// The literal to search for.
    pub(super) fn anchor(&self) -> &[u8] {
        match &self.elements[self.anchor] {
            Element::Literal(bytes) => bytes,
            _ => b"",
        }
    }

    /// Bytes that can stand right before the anchor in a match. Where the anchor is the front of the pattern: what is
    /// no part of a word, and what may end an escape sequence (see [`is_escape_tail`]).
    pub(super) fn before_anchor(&self) -> Class {
        if self.anchor == 0 {
            self.before.complement().with(Class::of(b"nrtbf0123456789abcdefABCDEF"))
        } else {
            Class::EVERY
        }
    }

    /// Bytes that can follow the anchor in a match, first and second.
    pub(super) fn after_anchor(&self) -> [Class; 2] {
        match self.elements.get(self.anchor + 1) {
            Some(Element::Run { class, min: 2.., .. }) => [*class; 2],
            Some(Element::Run { class, min: 1, .. }) => [*class, Class::ANY],
            _ => [Class::ANY; 2],
        }
    }

    /// The literal at the front, which may be shown.
    pub(super) fn prefix(&self) -> &[u8] {
        match self.elements.first() {
            Some(Element::Literal(bytes)) => bytes,
            _ => b"",
        }
    }

    /// The match around an anchor found at `at`.
    pub(super) fn match_at(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        let mut start = at;
        for (index, element) in self.elements[..self.anchor].iter().enumerate().rev() {
            match element {
                Element::Literal(bytes) => {
                    start = start.checked_sub(bytes.len())?;
                    if text.get(start..start + bytes.len())? != bytes.as_slice() {
                        return None;
                    }
                }
                Element::Run { class, min, max } => {
                    let limit = if index == 0 { *max } else { *min };
                    let run =
                        text[..start].iter().rev().take(limit).take_while(|byte| class.contains(**byte));
                    let len = run.count();
                    if len < *min {
                        return None;
                    }
                    start -= len;
                }
                Element::Call { .. } => return None,
            }
        }
        let mut end = at;
        let mut elements = self.elements[self.anchor..].iter().peekable();
        while let Some(element) = elements.next() {
            match element {
                Element::Literal(bytes) => {
                    if !text.get(end..)?.starts_with(bytes) {
                        return None;
                    }
                    end += bytes.len();
                }
                Element::Run { class, min, max } => {
                    let rest = &text[end..];
                    let run = rest.iter().take(*max).take_while(|byte| class.contains(**byte)).count();
                    let len = match elements.peek() {
                        Some(Element::Literal(next)) if min != max => {
                            let from = rest.get(*min..(run + next.len()).min(rest.len()))?;
                            *min + memchr::memmem::find(from, next)?
                        }
                        _ => run,
                    };
                    if run < len || len < *min {
                        return None;
                    }
                    end += len;
                }
                Element::Call { .. } => return None,
            }
        }
        let open_before =
            start == 0 || !self.before.contains(text[start - 1]) || is_escape_tail(&text[..start]);
        let open_after = text.get(end).is_none_or(|byte| !self.after.contains(*byte));
        (open_before && open_after).then_some(start..end)
    }
}

fn keyword_at(elements: &[Element], index: usize) -> Option<&str> {
    match elements.get(index) {
        Some(Element::Literal(bytes)) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// True when the text ends in an escape sequence (`\n`, `%3D`, `\u003d`), whose last letter is not part of a word.
pub(super) fn is_escape_tail(text: &[u8]) -> bool {
    let back = |n: usize| text.len().checked_sub(n).and_then(|at| text.get(at)).copied();
    let hex = |n: usize| back(n).is_some_and(|byte| byte.is_ascii_hexdigit());
    (back(2) == Some(b'\\')
        && back(3) != Some(b'\\')
        && matches!(back(1), Some(b'n' | b'r' | b't' | b'b' | b'f' | b'0')))
        || (back(3) == Some(b'%') && hex(1) && hex(2))
        || (back(6) == Some(b'\\') && back(5) == Some(b'u') && (1..=4).all(hex))
        || (back(4) == Some(b'\\') && back(3) == Some(b'x') && hex(1) && hex(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Option<String> {
        let pattern = Pattern::new(pattern, None).unwrap();
        let at = memchr::memmem::find(text.as_bytes(), pattern.anchor())?;
        pattern.match_at(text.as_bytes(), at).map(|range| text[range].to_owned())
    }

    #[test]
    fn runs_literals_and_boundaries() {
        assert_eq!(found("abc_{digit:4}", "x=abc_1234;").as_deref(), Some("abc_1234"));
        assert_eq!(found("abc_{digit:4}", "xabc_1234"), None, "no boundary before");
        assert_eq!(found("abc_{digit:4}", "abc_12345"), None, "too long");
        assert_eq!(found("abc_{digit:4}", "abc_123"), None, "too short");
        assert_eq!(found("abc_{digit:4}", "\\nabc_1234").as_deref(), Some("abc_1234"));
        assert_eq!(found("{digit:2-4}:MID{hex:2}", " 123:MIDff ").as_deref(), Some("123:MIDff"));
        assert_eq!(found("{digit:2-4}:MID{hex:2}", " 12345:MIDff "), None);
        assert_eq!(found("pre-{alnum:2-9}MID{alnum:2}", "pre-abcMIDxy").as_deref(), Some("pre-abcMIDxy"));
        assert_eq!(found("{[a-c]:3}XYZ", "abcXYZ").as_deref(), Some("abcXYZ"));
    }

    #[test]
    fn errors_say_what_is_wrong() {
        assert_eq!(Pattern::new("{hex:4}", None).err(), Some(PatternError::NoLiteral));
        assert_eq!(Pattern::new("abc{hex", None).err(), Some(PatternError::Unclosed(3)));
        assert_eq!(Pattern::new("abc{nope:3}", None).err(), Some(PatternError::Class("nope".into())));
        assert_eq!(Pattern::new("abc{hex:x}", None).err(), Some(PatternError::Length("x".into())));
    }
}
