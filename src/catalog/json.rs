//! JSON as a tree that remembers where everything stood and keeps what came before an error. Reads in one pass
//! without recursion.

use std::borrow::Cow;
use std::ops::Range;

/// Nesting beyond this is an error.
const MAX_DEPTH: usize = 512;

/// A document, as far as it could be read.
#[derive(Debug)]
pub(super) struct Json<'t> {
    nodes: Vec<Entry<'t>>,
    /// Where and why reading stopped.
    pub(super) error: Option<(Range<u32>, &'static str)>,
}

#[derive(Debug)]
struct Entry<'t> {
    range: Range<u32>,
    value: Value<'t>,
}

#[derive(Debug)]
enum Value<'t> {
    String(Cow<'t, str>),
    Bool(bool),
    Other,
    Array(Vec<usize>),
    Object(Vec<(Key<'t>, usize)>),
}

#[derive(Debug)]
struct Key<'t> {
    text: Cow<'t, str>,
    range: Range<u32>,
}

/// A value of the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'j, 't> {
    json: &'j Json<'t>,
    id: usize,
}

impl<'t> Json<'t> {
    pub(super) fn parse(text: &'t str) -> Self {
        let shift = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
        let mut reader = Reader { text, at: shift, nodes: Vec::new(), open: Vec::new() };
        let error = reader.run().err().map(|reason| {
            let end = text[reader.at..].chars().next().map_or(reader.at, |c| reader.at + c.len_utf8());
            (place(&(reader.at..end)), reason)
        });
        reader.close_all();
        Self { nodes: reader.nodes, error }
    }

    pub(super) fn root(&self) -> Option<Node<'_, 't>> {
        (!self.nodes.is_empty()).then_some(Node { json: self, id: 0 })
    }
}

impl<'j, 't> Node<'j, 't> {
    fn entry(self) -> Option<&'j Entry<'t>> {
        self.json.nodes.get(self.id)
    }

    pub(super) fn range(self) -> Range<u32> {
        self.entry().map(|entry| entry.range.clone()).unwrap_or_default()
    }

    pub(super) fn as_str(self) -> Option<&'j str> {
        match &self.entry()?.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_true(self) -> bool {
        matches!(self.entry().map(|entry| &entry.value), Some(Value::Bool(true)))
    }

    pub(super) fn is_object(self) -> bool {
        matches!(self.entry().map(|entry| &entry.value), Some(Value::Object(_)))
    }

    /// Keys with their places, and values, as written.
    pub(super) fn entries(self) -> impl DoubleEndedIterator<Item = (&'j str, Range<u32>, Node<'j, 't>)> {
        let pairs: &[(Key<'t>, usize)] = match self.entry().map(|entry| &entry.value) {
            Some(Value::Object(pairs)) => pairs,
            _ => &[],
        };
        let json = self.json;
        pairs.iter().map(move |(key, id)| (&*key.text, key.range.clone(), Node { json, id: *id }))
    }

    /// The last value of that key, as every JSON reader of the ecosystem takes it. A walk over the keys: not for large
    /// objects.
    pub(super) fn get(self, name: &str) -> Option<Node<'j, 't>> {
        self.entries().rev().find(|(key, ..)| *key == name).map(|(.., value)| value)
    }

    pub(super) fn text(self, name: &str) -> Option<&'j str> {
        self.get(name)?.as_str()
    }

    pub(super) fn flag(self, name: &str) -> bool {
        self.get(name).is_some_and(Node::is_true)
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    nodes: Vec<Entry<'t>>,
    open: Vec<(usize, Option<Key<'t>>)>,
}

impl<'t> Reader<'t> {
    fn run(&mut self) -> Result<(), &'static str> {
        self.value()?;
        while let Some((id, _)) = self.open.last() {
            let id = *id;
            let (object, empty) = match self.nodes.get(id).map(|entry| &entry.value) {
                Some(Value::Object(pairs)) => (true, pairs.is_empty()),
                Some(Value::Array(items)) => (false, items.is_empty()),
                _ => return Err("a value stands where none can"),
            };
            self.blank();
            let end = if object { b'}' } else { b']' };
            if self.peek() == Some(end) {
                self.at += 1;
                self.close();
                continue;
            }
            if !empty {
                if self.peek() != Some(b',') {
                    return Err(match self.peek() {
                        None => "the file ends in the middle",
                        Some(_) => "a comma or a closing bracket is missing",
                    });
                }
                self.at += 1;
                self.blank();
            }
            if object {
                let start = self.at;
                if self.peek() != Some(b'"') {
                    return Err("a key in double quotes is missing");
                }
                let text = self.string()?;
                let key = Key { text, range: place(&(start..self.at)) };
                self.blank();
                if self.peek() != Some(b':') {
                    return Err("a colon is missing after a key");
                }
                self.at += 1;
                if let Some((_, slot)) = self.open.last_mut() {
                    *slot = Some(key);
                }
            }
            self.value()?;
        }
        self.blank();
        if self.at < self.text.len() { Err("something follows the end of the document") } else { Ok(()) }
    }

    fn value(&mut self) -> Result<(), &'static str> {
        self.blank();
        let start = self.at;
        match self.peek() {
            None => Err("the file ends in the middle"),
            Some(opening @ (b'{' | b'[')) => {
                if self.open.len() >= MAX_DEPTH {
                    return Err("values are nested too deeply");
                }
                self.at += 1;
                let value =
                    if opening == b'{' { Value::Object(Vec::new()) } else { Value::Array(Vec::new()) };
                let id = self.nodes.len();
                self.nodes.push(Entry { range: place(&(start..self.at)), value });
                self.open.push((id, None));
                Ok(())
            }
            Some(b'"') => {
                let text = self.string()?;
                self.leaf(start, Value::String(text));
                Ok(())
            }
            Some(_) => {
                let rest = &self.text.as_bytes()[start..];
                let length = rest
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
                    .count();
                let value = match &rest[..length] {
                    b"true" => Value::Bool(true),
                    b"false" => Value::Bool(false),
                    b"null" => Value::Other,
                    number if number.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') => {
                        Value::Other
                    }
                    _ => return Err("this is no JSON value"),
                };
                self.at += length;
                self.leaf(start, value);
                Ok(())
            }
        }
    }

    /// Reads a string; on return `at` is behind the closing quote.
    fn string(&mut self) -> Result<Cow<'t, str>, &'static str> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        let mut out: Option<String> = None;
        let mut copied = start;
        loop {
            let Some(step) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'"', b'\\', b'\n', rest))
            else {
                return Err("a string is not closed");
            };
            at += step;
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let text = out.get_or_insert_default();
                    text.push_str(&self.text[copied..at]);
                    let (c, length) =
                        escape(bytes.get(at + 1..).unwrap_or_default()).ok_or("an escape is not valid")?;
                    text.push(c);
                    at += 1 + length;
                    copied = at;
                }
                _ => return Err("a string is not closed"),
            }
        }
        self.at = at + 1;
        let tail = &self.text[copied..at];
        Ok(match out {
            Some(text) => Cow::Owned(text + tail),
            None => Cow::Borrowed(tail),
        })
    }

    fn leaf(&mut self, start: usize, value: Value<'t>) {
        let id = self.nodes.len();
        self.nodes.push(Entry { range: place(&(start..self.at)), value });
        self.hang(id);
    }

    fn hang(&mut self, id: usize) {
        let Some((parent, key)) = self.open.last_mut() else { return };
        let key = key.take();
        match (self.nodes.get_mut(*parent).map(|entry| &mut entry.value), key) {
            (Some(Value::Object(pairs)), Some(key)) => pairs.push((key, id)),
            (Some(Value::Array(items)), _) => items.push(id),
            _ => {}
        }
    }

    fn close(&mut self) {
        let Some((id, _)) = self.open.pop() else { return };
        let end = place(&(self.at..self.at)).end;
        if let Some(entry) = self.nodes.get_mut(id) {
            entry.range.end = end;
        }
        self.hang(id);
    }

    fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    fn blank(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// The character that an escape stands for, and its length after the backslash.
fn escape(rest: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = rest.get(at..at + 4)?;
        let all_hex = digits.iter().all(u8::is_ascii_hexdigit);
        u32::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| all_hex)?, 16).ok()
    };
    Some(match rest.first()? {
        b'n' => ('\n', 1),
        b't' => ('\t', 1),
        b'r' => ('\r', 1),
        b'b' => ('\u{8}', 1),
        b'f' => ('\u{C}', 1),
        byte @ (b'"' | b'\\' | b'/') => (char::from(*byte), 1),
        b'u' => {
            let high = unit(1)?;
            let low = if rest.get(5..7) == Some(b"\\u") { unit(7) } else { None };
            match (high, low) {
                (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
                    (char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))?, 11)
                }
                // A lone surrogate, as JavaScript's readers let pass.
                (0xD800..=0xDFFF, _) => ('\u{FFFD}', 5),
                _ => (char::from_u32(high)?, 5),
            }
        }
        _ => return None,
    })
}

fn place(range: &Range<usize>) -> Range<u32> {
    let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    clamp(range.start)..clamp(range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items<'j, 't>(node: Node<'j, 't>) -> Vec<Node<'j, 't>> {
        match &node.json.nodes[node.id].value {
            Value::Array(items) => items.iter().map(|id| Node { json: node.json, id: *id }).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn values_and_places() {
        let text = "\u{FEFF}{ \"é\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00\\n\"], \"b\": {}, \"b\": \"x\" }";
        let json = Json::parse(text);
        assert_eq!(json.error, None);
        let root = json.root().unwrap();
        assert_eq!(root.entries().count(), 3);
        let (key, range, list) = root.entries().next().unwrap();
        assert_eq!(key, "é");
        assert_eq!(&text[range.start as usize..range.end as usize], "\"é\"");
        assert_eq!(items(list)[4].as_str(), Some("é\u{1F600}\n"));
        assert!(items(list)[2].is_true());
        assert_eq!(root.text("b"), Some("x"));
        assert_eq!(root.range().end as usize, text.len());
    }

    #[test]
    fn agrees_with_serde_json_on_what_is_json() {
        for text in [
            "",
            "{",
            "[",
            "[1,]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "[1 2]",
            "\"a",
            "\"\\x\"",
            "tru",
            "1 2",
            "{}",
            "[]",
            "[[],{}]",
            "\"\\u12\"",
            "{\"a\":{\"b\":[\"c\"]}}",
            "null",
            "-1",
            " \n[ ] ",
            "[\"a\nb\"]",
            "}",
            "]",
            ",",
        ] {
            let ours = Json::parse(text).error.is_none();
            assert_eq!(ours, serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn keeps_what_came_before_an_error_and_bounds_depth() {
        let json = Json::parse("{\"a\": {\"b\": \"c\", \"d\": [\"e\", \"f");
        assert_eq!(json.root().unwrap().get("a").unwrap().text("b"), Some("c"));
        assert_eq!(items(json.root().unwrap().get("a").unwrap().get("d").unwrap()).len(), 1);
        assert!(json.error.is_some());
        assert_eq!(Json::parse(&"[".repeat(1 << 20)).error.unwrap().1, "values are nested too deeply");
    }
}
