//! A word taken apart: literal text, quotes, escapes, and variables with what they do when they are unset.
//!
//! The rules are those of BuildKit's word lexer
//! (<https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go>).

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use super::Quote;

/// Substitutions nest; deeper than this no person writes them, and a hostile file must not use up the stack.
const MAX_DEPTH: usize = 64;

/// A word taken apart.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) parts: Vec<Part>,
    pub(super) quote: Quote,
}

/// A piece of a word.
#[derive(Debug)]
pub(super) enum Part {
    /// Text without its quotes and escapes.
    Text(String),
    /// A variable.
    Variable(Reference),
}

/// A variable in a word.
#[derive(Debug)]
pub(super) struct Reference {
    /// Where it stands in the word.
    pub(super) range: Range<usize>,
    pub(super) name: String,
    /// The characters between name and operand.
    pub(super) operator: String,
    pub(super) operation: Operation,
}

/// What to do with a variable.
#[derive(Debug)]
pub(super) enum Operation {
    /// `$V`, `${V}`
    Plain,
    /// `${V-d}`, `${V:-d}`
    Default(Vec<Part>),
    /// `${V+x}`, `${V:+x}`
    Alternative(Vec<Part>),
    /// `${V?e}`, `${V:?e}`
    Required,
    /// `${V#p}`, `${V##p}`, `${V%p}`, `${V%%p}`
    Trim(Vec<Part>),
    /// `${V/a/b}`, `${V//a/b}`
    Replace(Vec<Part>, Vec<Part>),
}

/// Why a word cannot be taken apart: a quote or a brace is not closed, or the substitution is not known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl Template {
    /// Takes a word apart.
    pub(super) fn parse(text: &str, escape: char) -> Result<Self, Broken> {
        let mut reader = Reader::new(text, escape);
        let parts = reader.parts(None, false, 0)?;
        Ok(Self { parts, quote: reader.quote(text.len()) })
    }

    /// The text with its variables as they are written in `text`.
    pub(super) fn value(&self, text: &str) -> String {
        let mut value = String::with_capacity(text.len());
        for part in &self.parts {
            match part {
                Part::Text(literal) => value.push_str(literal),
                Part::Variable(reference) => value.push_str(&text[reference.range.clone()]),
            }
        }
        value
    }
}

/// The words of a shell line as BuildKit sees them when it looks for here-documents. `Broken` when a quote or a
/// brace is not closed: it sees none then.
pub(super) fn shell_words(text: &str) -> Result<Vec<Range<usize>>, Broken> {
    let mut reader = Reader::new(text, '\\');
    let mut words = Vec::new();
    let mut start = None;
    while let Some(&(at, character)) = reader.rest.peek() {
        if character.is_whitespace() {
            words.extend(start.take().map(|from| from..at));
            reader.rest.next();
            continue;
        }
        start.get_or_insert(at);
        match character {
            '\'' => drop(reader.single()?),
            '"' => drop(reader.double(0)?),
            '$' => drop(reader.dollar(0)?),
            '\\' => {
                reader.rest.next();
                reader.rest.next();
            }
            _ => drop(reader.rest.next()),
        }
    }
    words.extend(start.map(|from| from..text.len()));
    Ok(words)
}

struct Reader<'a> {
    rest: Peekable<CharIndices<'a>>,
    len: usize,
    escape: char,
    /// The first quoted stretch at the top, and whether there is more than one.
    quoted: Option<(Range<usize>, char)>,
    several: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, escape: char) -> Self {
        Self { rest: text.char_indices().peekable(), len: text.len(), escape, quoted: None, several: false }
    }

    fn at(&mut self) -> usize {
        self.rest.peek().map_or(self.len, |(at, _)| *at)
    }

    fn quote(&self, len: usize) -> Quote {
        match &self.quoted {
            None => Quote::None,
            Some((range, '\'')) if *range == (0..len) && !self.several => Quote::Single,
            Some((range, _)) if *range == (0..len) && !self.several => Quote::Double,
            Some(_) => Quote::Mixed,
        }
    }

    fn parts(&mut self, stop: Option<char>, raw_escapes: bool, depth: usize) -> Result<Vec<Part>, Broken> {
        let mut parts = Vec::new();
        while let Some(&(at, character)) = self.rest.peek() {
            if Some(character) == stop {
                self.rest.next();
                return Ok(parts);
            }
            match character {
                '\'' | '"' => {
                    if character == '\'' {
                        push(&mut parts, &self.single()?);
                    } else {
                        parts.extend(self.double(depth)?);
                    }
                    if depth == 0 {
                        self.several = self.quoted.is_some();
                        let range = at..self.at();
                        self.quoted.get_or_insert((range, character));
                    }
                }
                '$' => parts.extend(self.dollar(depth)?),
                _ => {
                    self.rest.next();
                    let mut text = String::from(character);
                    if character == self.escape {
                        if !raw_escapes {
                            text.clear();
                        }
                        text.extend(self.rest.next().map(|(_, next)| next));
                    }
                    push(&mut parts, &text);
                }
            }
        }
        if stop.is_some() { Err(Broken) } else { Ok(parts) }
    }

    fn single(&mut self) -> Result<String, Broken> {
        self.rest.next();
        let mut text = String::new();
        for (_, character) in self.rest.by_ref() {
            if character == '\'' {
                return Ok(text);
            }
            text.push(character);
        }
        Err(Broken)
    }

    fn double(&mut self, depth: usize) -> Result<Vec<Part>, Broken> {
        self.rest.next();
        let mut parts = Vec::new();
        loop {
            let (_, character) = *self.rest.peek().ok_or(Broken)?;
            match character {
                '"' => {
                    self.rest.next();
                    return Ok(parts);
                }
                '$' => parts.extend(self.dollar(depth)?),
                _ => {
                    self.rest.next();
                    let mut kept = character;
                    if character == self.escape {
                        let next = self.rest.peek().map(|(_, next)| *next);
                        if let Some(next) =
                            next.filter(|next| matches!(next, '"' | '$') || *next == self.escape)
                        {
                            self.rest.next();
                            kept = next;
                        }
                    }
                    push(&mut parts, kept.encode_utf8(&mut [0; 4]));
                }
            }
        }
    }

    fn dollar(&mut self, depth: usize) -> Result<Option<Part>, Broken> {
        let start = self.at();
        self.rest.next();
        if self.rest.next_if(|(_, next)| *next == '{').is_none() {
            let name = self.name();
            if name.is_empty() {
                return Ok(Some(Part::Text("$".to_owned())));
            }
            let range = start..self.at();
            let operation = Operation::Plain;
            return Ok(Some(Part::Variable(Reference { range, name, operator: String::new(), operation })));
        }
        if depth >= MAX_DEPTH || matches!(self.rest.peek(), None | Some((_, '{' | '}' | ':'))) {
            return Err(Broken);
        }
        let name = self.name();
        let mut operator = String::new();
        let (_, mut sign) = self.rest.next().ok_or(Broken)?;
        if sign != '}' {
            operator.push(sign);
        }
        if sign == ':' {
            sign = self.rest.next().ok_or(Broken)?.1;
            operator.push(sign);
            if !matches!(sign, '-' | '+' | '?') {
                return Err(Broken);
            }
        }
        let operation = match sign {
            '}' => Operation::Plain,
            '-' => Operation::Default(self.parts(Some('}'), false, depth + 1)?),
            '+' => Operation::Alternative(self.parts(Some('}'), false, depth + 1)?),
            '?' => {
                self.parts(Some('}'), false, depth + 1)?;
                Operation::Required
            }
            '#' | '%' => {
                if self.rest.next_if(|(_, next)| *next == sign).is_some() {
                    operator.push(sign);
                }
                Operation::Trim(self.parts(Some('}'), true, depth + 1)?)
            }
            '/' => {
                if self.rest.next_if(|(_, next)| *next == '/').is_some() {
                    operator.push('/');
                }
                let pattern = self.parts(Some('/'), true, depth + 1)?;
                Operation::Replace(pattern, self.parts(Some('}'), true, depth + 1)?)
            }
            _ => return Err(Broken),
        };
        Ok(Some(Part::Variable(Reference { range: start..self.at(), name, operator, operation })))
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        let Some(&(_, first)) = self.rest.peek() else { return name };
        if matches!(first, '@' | '*' | '#' | '?' | '-' | '$' | '!') {
            self.rest.next();
            return first.to_string();
        }
        let digits_only = first.is_numeric();
        while let Some((_, next)) = self.rest.next_if(|(_, next)| {
            if digits_only { next.is_numeric() } else { next.is_alphanumeric() || *next == '_' }
        }) {
            name.push(next);
        }
        name
    }
}

fn push(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Text(last)) => last.push_str(text),
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        Template::parse(text, '\\').unwrap().value(text)
    }

    #[test]
    fn quotes_and_escapes_go_and_variables_stay() {
        assert_eq!(value(r#"a"b c"'d\e'\f\ g"#), r"ab cd\ef g");
        assert_eq!(value(r#""a\"b\$c\\d\e""#), r#"a"b$c\d\e"#);
        assert_eq!(value("${A:-\"x y\"}$B$"), "${A:-\"x y\"}$B$");
        assert_eq!(Template::parse("`a", '`').unwrap().value("`a"), "a");
    }

    #[test]
    fn quote_kinds() {
        let quote = |text| Template::parse(text, '\\').unwrap().quote;
        assert_eq!(quote("a"), Quote::None);
        assert_eq!(quote("'a b'"), Quote::Single);
        assert_eq!(quote("\"a $b\""), Quote::Double);
        assert_eq!(quote("\"a\"b"), Quote::Mixed);
        assert_eq!(quote("\"a\"\"b\""), Quote::Mixed);
    }

    #[test]
    fn variables_have_names_and_operators() {
        let template = Template::parse("x$A-${B:-y}${C##*/}${D//a/b}$1a", '\\').unwrap();
        let found: Vec<_> = template
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Variable(it) => Some((it.name.as_str(), it.operator.as_str(), it.range.clone())),
                Part::Text(_) => None,
            })
            .collect();
        assert_eq!(
            found,
            [
                ("A", "", 1..3),
                ("B", ":-", 4..11),
                ("C", "##", 11..19),
                ("D", "//", 19..28),
                ("1", "", 28..30)
            ]
        );
    }

    #[test]
    fn what_cannot_be_taken_apart() {
        for text in ["'a", "\"a", "${", "${}", "${a", "${a:-b", "${a^^}", "${a/b}", "${a:=b}"] {
            assert_eq!(Template::parse(text, '\\').err(), Some(Broken), "{text}");
        }
        assert!(Template::parse(&"${a:-".repeat(100_000), '\\').is_err());
    }

    #[test]
    fn words_of_a_shell_line() {
        let text = r#"a "b c" d\ e $(f) <<'E F'"#;
        let words: Vec<_> = shell_words(text).unwrap().into_iter().map(|range| &text[range]).collect();
        assert_eq!(words, ["a", "\"b c\"", r"d\ e", "$(f)", "<<'E F'"]);
        assert!(shell_words("it's").is_err());
    }
}
