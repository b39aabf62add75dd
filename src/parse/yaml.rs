//! YAML as a tree that remembers where everything stood: documents, mappings with order and duplicate keys kept,
//! scalars as text. Aliases are resolved on the way through the tree, never copied, so no file can blow up.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, options};

/// Nested collections beyond this are an error: the deepest of 11,236 real files has 31 levels.
const MAX_DEPTH: usize = 200;
/// How many collections one look-up through merge keys (`<<`) may visit.
const MERGE_BUDGET: usize = 1_000;
/// How many entries [`Node::merged`] hands out at most.
const MERGED_ENTRIES: usize = 100_000;

/// What a YAML file holds: as many documents as could be read, and what was wrong with the rest.
#[derive(Clone, Debug, Default)]
pub struct Yaml {
    documents: Vec<Document>,
    comments: Vec<Comment>,
    errors: Vec<YamlError>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Bytes from `#` to the end of the line, the line break left out.
    pub range: Range<u32>,
    /// The text after `#`.
    pub text: String,
}

/// Why a stretch of a file is no YAML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not valid YAML: {reason}")]
pub struct YamlError {
    /// Where, in bytes of the file.
    pub range: Range<u32>,
    /// What is wrong there; never quotes the file.
    pub reason: String,
}

impl Yaml {
    /// Reads every document. What stands before an error is kept; after it, reading goes on at the next document.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut yaml = Self::default();
        if u32::try_from(bytes.len()).is_err() {
            yaml.errors.push(YamlError { range: 0..0, reason: "the file is larger than 4 GiB".to_owned() });
            return yaml;
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = clamp(error.valid_up_to());
                yaml.errors.push(YamlError { range: at..at + 1, reason: "the file is not UTF-8".to_owned() });
                std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
            }
        };
        let (text, shift) = match text.strip_prefix('\u{FEFF}') {
            Some(rest) => (rest, 3),
            None => (text, 0),
        };
        Builder {
            yaml,
            shift,
            text,
            open: Vec::new(),
            nodes: Vec::new(),
            root: None,
            anchors: BTreeMap::new(),
        }
        .run()
    }

    /// The documents in order.
    pub fn documents(&self) -> impl Iterator<Item = Node<'_>> {
        self.documents.iter().map(|document| Node { document, id: document.root })
    }

    /// The first document.
    pub fn first(&self) -> Option<Node<'_>> {
        self.documents().next()
    }

    /// Comments in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// What is broken; empty for a file that is YAML throughout.
    pub fn errors(&self) -> &[YamlError] {
        &self.errors
    }
}

/// One document: its nodes in one list, so that depth costs no stack.
#[derive(Clone, Debug)]
struct Document {
    nodes: Vec<Entry>,
    root: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    range: Range<u32>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Scalar {
        text: Box<str>,
        style: Style,
    },
    Sequence(Vec<usize>),
    Mapping(Vec<(usize, usize)>),
    Alias(usize),
    /// An alias without an anchor before it, or one that stands inside of what it names.
    Dangling,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    SingleQuoted,
    /// In double quotes.
    DoubleQuoted,
    /// After `|`.
    Literal,
    /// After `>`.
    Folded,
}

/// A node of a document. Its accessors look through aliases; [`Node::range`] does not.
#[derive(Clone, Copy, Debug)]
pub struct Node<'y> {
    document: &'y Document,
    id: usize,
}

impl<'y> Node<'y> {
    /// Where the node is written, in bytes of the file. For an alias that is `*name`, not what it stands for.
    pub fn range(self) -> Range<u32> {
        self.document.nodes.get(self.id).map(|entry| entry.range.clone()).unwrap_or_default()
    }

    /// True when the node is written as `*name`.
    pub fn is_alias(self) -> bool {
        matches!(self.written(), Some(Content::Alias(_) | Content::Dangling))
    }

    /// What an alias stands for; any other node itself.
    #[must_use]
    pub fn target(self) -> Self {
        match self.written() {
            Some(Content::Alias(id)) => Self { document: self.document, id: *id },
            _ => self,
        }
    }

    /// The text of a scalar, escapes resolved.
    pub fn as_str(self) -> Option<&'y str> {
        match self.content()? {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// How a scalar is written.
    pub fn style(self) -> Option<Style> {
        match self.content()? {
            Content::Scalar { style, .. } => Some(*style),
            _ => None,
        }
    }

    /// A plain boolean as YAML 1.1 knows it (`yes`, `On`, `TRUE`, …): what Go's, Python's and Ruby's loaders take for one.
    /// <https://yaml.org/type/bool.html>
    pub fn as_bool(self) -> Option<bool> {
        if self.style() != Some(Style::Plain) {
            return None;
        }
        match self.as_str()? {
            "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
            "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
                Some(false)
            }
            _ => None,
        }
    }

    /// True for nothing at all, `~` and `null`, unquoted.
    pub fn is_null(self) -> bool {
        self.style() == Some(Style::Plain)
            && matches!(self.as_str(), Some("" | "~" | "null" | "Null" | "NULL"))
    }

    /// True for a mapping.
    pub fn is_mapping(self) -> bool {
        matches!(self.content(), Some(Content::Mapping(_)))
    }

    /// True for a sequence.
    pub fn is_sequence(self) -> bool {
        matches!(self.content(), Some(Content::Sequence(_)))
    }

    /// The items of a sequence; nothing for any other node.
    pub fn items(self) -> impl Iterator<Item = Node<'y>> {
        let items: &[usize] = match self.content() {
            Some(Content::Sequence(items)) => items,
            _ => &[],
        };
        items.iter().map(move |id| Node { document: self.document, id: *id })
    }

    /// The entries of a mapping as written, duplicates and `<<` included; nothing for any other node.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = (Node<'y>, Node<'y>)> {
        let pairs: &[(usize, usize)] = match self.content() {
            Some(Content::Mapping(pairs)) => pairs,
            _ => &[],
        };
        let document = self.document;
        pairs.iter().map(move |(key, value)| (Node { document, id: *key }, Node { document, id: *value }))
    }

    /// The value of a key: of the last such key when it is repeated, as loaders take it; else through merge keys, the
    /// first merged mapping that has it. A walk over the keys: index large mappings yourself.
    pub fn get(self, key: &str) -> Option<Node<'y>> {
        let mut waiting = vec![self];
        let mut seen = BTreeSet::new();
        while let Some(mapping) = waiting.pop() {
            let mapping = mapping.target();
            if !seen.insert(mapping.id) || seen.len() > MERGE_BUDGET {
                continue;
            }
            if let Some((_, value)) =
                mapping.entries().rev().find(|(at, _)| at.as_str() == Some(key) && !at.is_merge())
            {
                return Some(value);
            }
            mapping.push_merged(&mut waiting);
        }
        None
    }

    /// The entries of a mapping with merge keys resolved, each key once, the mapping's own first.
    pub fn merged(self) -> Vec<(Node<'y>, Node<'y>)> {
        let mut out: Vec<(Node<'y>, Node<'y>)> = Vec::new();
        let mut slots: BTreeMap<&'y str, usize> = BTreeMap::new();
        let mut waiting = vec![self];
        let mut seen = BTreeSet::new();
        while let Some(mapping) = waiting.pop() {
            let mapping = mapping.target();
            if !seen.insert(mapping.id) || seen.len() > MERGE_BUDGET {
                continue;
            }
            let from = out.len();
            for (key, value) in mapping.entries() {
                let Some(name) = key.as_str().filter(|_| !key.is_merge()) else { continue };
                match slots.get(name) {
                    Some(slot) if *slot >= from => out[*slot] = (key, value),
                    Some(_) => {}
                    None if out.len() < MERGED_ENTRIES => {
                        slots.insert(name, out.len());
                        out.push((key, value));
                    }
                    None => {}
                }
            }
            mapping.push_merged(&mut waiting);
        }
        out
    }

    /// Keys that stand in this mapping more than once: every one after the first.
    pub fn repeated_keys(self) -> Vec<Node<'y>> {
        let mut seen = BTreeSet::new();
        self.entries()
            .filter_map(|(key, _)| {
                let name = key.as_str().filter(|_| !key.is_merge())?;
                (!seen.insert(name)).then_some(key)
            })
            .collect()
    }

    /// True for `<<` as a key. <https://yaml.org/type/merge.html>
    fn is_merge(self) -> bool {
        self.style() == Some(Style::Plain) && self.as_str() == Some("<<")
    }

    /// Puts what this mapping merges onto the stack, so that the first merged comes off first.
    fn push_merged(self, waiting: &mut Vec<Node<'y>>) {
        for (key, value) in self.entries().rev().filter(|(key, _)| key.is_merge()) {
            let _ = key;
            if value.is_sequence() {
                let items: Vec<_> = value.items().take(MERGE_BUDGET).collect();
                waiting.extend(items.into_iter().rev());
            } else {
                waiting.push(value);
            }
        }
    }

    fn written(self) -> Option<&'y Content> {
        self.document.nodes.get(self.id).map(|entry| &entry.content)
    }

    fn content(self) -> Option<&'y Content> {
        self.target().written()
    }
}

/// A collection whose end has not come yet.
struct Open {
    id: usize,
    mapping: bool,
    key: Option<usize>,
    flow: bool,
}

struct Builder<'t> {
    yaml: Yaml,
    text: &'t str,
    shift: u32,
    open: Vec<Open>,
    nodes: Vec<Entry>,
    root: Option<usize>,
    anchors: BTreeMap<usize, usize>,
}

impl Builder<'_> {
    fn run(mut self) -> Yaml {
        let options = options! {
            emit_unresolved_aliases: true,
            max_buffered_comment_events: 1 << 20,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        let mut parser = Parser::new_from_str_with_options(self.text, options);
        loop {
            match parser.next() {
                None | Some(Ok((Event::StreamEnd, _))) => break,
                Some(Ok((event, span))) => {
                    let range = span.byte_range().map_or(0..0, |range| self.place(&range));
                    self.take(event, range);
                }
                Some(Err(error)) => {
                    let place = self.error_place(&error);
                    self.yaml.errors.push(YamlError { range: place, reason: error.kind().to_string() });
                    self.finish();
                    match parser.proceed_next_document() {
                        Ok(true) => {}
                        Ok(false) | Err(_) => break,
                    }
                }
            }
        }
        self.finish();
        self.yaml.errors.sort_by_key(|error| error.range.start);
        self.yaml
    }

    fn take(&mut self, event: Event<'_>, range: Range<u32>) {
        match event {
            Event::DocumentEnd => self.finish(),
            Event::Comment(text, _) => self.yaml.comments.push(Comment { range, text: text.into_owned() }),
            Event::Scalar(text, style, anchor, _) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let id = self.add(range, Content::Scalar { text: text.into(), style }, anchor);
                self.place_child(id);
            }
            Event::SequenceStart(style, anchor, _) => {
                let flow = style == granit_parser::StructureStyle::Flow;
                let id = self.add(range, Content::Sequence(Vec::new()), anchor);
                self.open.push(Open { id, mapping: false, key: None, flow });
            }
            Event::MappingStart(style, anchor, _) => {
                let flow = style == granit_parser::StructureStyle::Flow;
                let id = self.add(range, Content::Mapping(Vec::new()), anchor);
                self.open.push(Open { id, mapping: true, key: None, flow });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(Some(range.end)),
            Event::Alias(anchor) => {
                let content = match self.anchors.get(&anchor) {
                    Some(id) if !self.open.iter().any(|open| open.id == *id) => Content::Alias(*id),
                    _ => Content::Dangling,
                };
                self.dangle(&content, &range);
                let id = self.add(range, content, 0);
                self.place_child(id);
            }
            Event::UnresolvedAlias(_) => {
                self.dangle(&Content::Dangling, &range);
                let id = self.add(range, Content::Dangling, 0);
                self.place_child(id);
            }
            _ => {}
        }
    }

    fn dangle(&mut self, content: &Content, range: &Range<u32>) {
        if matches!(content, Content::Dangling) {
            let reason = "the alias names nothing that is complete before it".to_owned();
            self.yaml.errors.push(YamlError { range: range.clone(), reason });
        }
    }

    fn add(&mut self, range: Range<u32>, content: Content, anchor: usize) -> usize {
        let id = self.nodes.len();
        self.nodes.push(Entry { range, content });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        id
    }

    /// Hangs a finished node into the innermost open collection.
    fn place_child(&mut self, id: usize) {
        let Some(open) = self.open.last_mut() else {
            self.root.get_or_insert(id);
            return;
        };
        if open.mapping && open.key.is_none() {
            open.key = Some(id);
            return;
        }
        let key = open.key.take();
        let (parent, flow) = (open.id, open.flow);
        let end = self.nodes.get(id).map_or(0, |entry| entry.range.end);
        if let Some(entry) = self.nodes.get_mut(parent) {
            match (&mut entry.content, key) {
                (Content::Mapping(pairs), Some(key)) => pairs.push((key, id)),
                (Content::Sequence(items), _) => items.push(id),
                _ => {}
            }
            if !flow {
                entry.range.end = entry.range.end.max(end);
            }
        }
    }

    /// Ends the innermost collection; a key that has no value yet is dropped.
    fn close(&mut self, end: Option<u32>) {
        let Some(open) = self.open.pop() else { return };
        if let (true, Some(end), Some(entry)) = (open.flow, end, self.nodes.get_mut(open.id)) {
            entry.range.end = end;
        }
        self.place_child(open.id);
    }

    /// Ends the document, whatever is still open.
    fn finish(&mut self) {
        while !self.open.is_empty() {
            self.close(None);
        }
        if let Some(root) = self.root.take() {
            self.yaml.documents.push(Document { nodes: std::mem::take(&mut self.nodes), root });
        }
        self.nodes.clear();
        self.anchors.clear();
    }

    fn place(&self, range: &Range<usize>) -> Range<u32> {
        clamp(range.start) + self.shift..clamp(range.end) + self.shift
    }

    fn error_place(&self, error: &ScanError) -> Range<u32> {
        let marker = error.marker();
        let start = marker.byte_offset().unwrap_or_else(|| {
            self.text.char_indices().nth(marker.index()).map_or(self.text.len(), |(at, _)| at)
        });
        let start = start.min(self.text.len());
        let end = self
            .text
            .get(start..)
            .and_then(|rest| rest.chars().next())
            .map_or(start, |c| start + c.len_utf8());
        self.place(&(start..end))
    }
}

fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice<'t>(text: &'t str, node: Node<'_>) -> &'t str {
        &text[node.range().start as usize..node.range().end as usize]
    }

    #[test]
    fn spans_are_bytes_not_characters() {
        let text = "\u{FEFF}ключ: \"значение\"\r\nb: [é, x]\r\n";
        let yaml = Yaml::parse(text.as_bytes());
        assert_eq!(yaml.errors(), &[]);
        let root = yaml.first().unwrap();
        let (key, value) = root.entries().next().unwrap();
        assert_eq!(slice(text, key), "ключ");
        assert_eq!(slice(text, value), "\"значение\"");
        assert_eq!(value.as_str(), Some("значение"));
        let list = root.get("b").unwrap();
        assert_eq!(slice(text, list), "[é, x]");
        assert_eq!(list.items().map(|item| slice(text, item)).collect::<Vec<_>>(), ["é", "x"]);
    }

    #[test]
    fn block_collections_end_with_their_last_child() {
        let text = "a:\n  - x\n  - y\n\n# done\nb: 1\n";
        let yaml = Yaml::parse(text.as_bytes());
        assert_eq!(slice(text, yaml.first().unwrap().get("a").unwrap()), "- x\n  - y");
        assert_eq!(yaml.comments()[0].text, " done");
        assert_eq!(&text[yaml.comments()[0].range.start as usize..][..6], "# done");
    }

    #[test]
    fn duplicate_keys_stay_and_the_last_wins() {
        let yaml = Yaml::parse(b"a: 1\nb: 2\na: 3\n");
        let root = yaml.first().unwrap();
        assert_eq!(root.entries().count(), 3);
        assert_eq!(root.get("a").and_then(Node::as_str), Some("3"));
        assert_eq!(root.repeated_keys().len(), 1);
        assert_eq!(root.merged().len(), 2);
    }

    #[test]
    fn aliases_and_merge_keys() {
        let text = "base: &base {image: a, user: root}\nother: &other {user: me, tty: yes}\nx:\n  <<: [*base, *other]\n  image: b\ny: *base\n";
        let yaml = Yaml::parse(text.as_bytes());
        assert_eq!(yaml.errors(), &[]);
        let root = yaml.first().unwrap();
        let x = root.get("x").unwrap();
        assert_eq!(x.get("image").and_then(Node::as_str), Some("b"));
        assert_eq!(x.get("user").and_then(Node::as_str), Some("root"));
        assert_eq!(x.get("tty").and_then(Node::as_bool), Some(true));
        let merged: Vec<_> =
            x.merged().iter().map(|(key, value)| (key.as_str().unwrap(), value.as_str().unwrap())).collect();
        assert_eq!(merged, [("image", "b"), ("user", "root"), ("tty", "yes")]);
        let y = root.get("y").unwrap();
        assert!(y.is_alias() && y.is_mapping());
        assert_eq!(slice(text, y), "*base");
        assert_eq!(y.get("image").and_then(Node::as_str), Some("a"));
    }

    #[test]
    fn laughs_stay_small_and_loops_are_errors() {
        let mut text = String::from("a0: &a0 {k: v}\n");
        for level in 1..=60 {
            text +=
                &format!("a{level}: &a{level} {{<<: [*a{0}, *a{0}, *a{0}], l: [*a{0}, *a{0}]}}\n", level - 1);
        }
        let yaml = Yaml::parse(text.as_bytes());
        let root = yaml.first().unwrap();
        assert_eq!(root.get("a60").and_then(|node| node.get("k")).and_then(Node::as_str), Some("v"));
        assert_eq!(root.get("a60").unwrap().merged().len(), 2);

        let yaml = Yaml::parse(b"a: &a [1, *a]\nb: *nothing\n");
        assert_eq!(
            yaml.errors().iter().map(|error| error.range.clone()).collect::<Vec<_>>(),
            [10..12, 17..25]
        );
        assert_eq!(yaml.first().unwrap().get("a").unwrap().items().count(), 2);
    }

    #[test]
    fn depth_is_bounded() {
        for text in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000)] {
            let yaml = Yaml::parse(text.as_bytes());
            assert_eq!(yaml.errors().len(), 1, "{}", &text[..4]);
        }
    }

    #[test]
    fn what_stands_before_and_after_an_error_is_kept() {
        let yaml = Yaml::parse(b"a: 1\nb: {c: 2, d: [3\n---\ne: 5\n");
        assert_eq!(yaml.errors().len(), 1);
        assert_eq!(yaml.first().unwrap().get("a").and_then(Node::as_str), Some("1"));
        assert_eq!(yaml.documents().last().unwrap().get("e").and_then(Node::as_str), Some("5"));

        let yaml = Yaml::parse(b"a: 1\nb: \xff\n");
        assert_eq!(yaml.errors()[0].range, 8..9);
        assert_eq!(yaml.first().unwrap().get("a").and_then(Node::as_str), Some("1"));
    }

    #[test]
    fn booleans_and_nulls_of_yaml_1_1() {
        let yaml = Yaml::parse(b"[yes, 'yes', Off, maybe, ~, 'null', ]");
        let items: Vec<_> = yaml.first().unwrap().items().collect();
        let bools: Vec<_> = items.iter().map(|item| item.as_bool()).collect();
        assert_eq!(bools, [Some(true), None, Some(false), None, None, None]);
        assert_eq!(
            items.iter().map(|item| item.is_null()).collect::<Vec<_>>(),
            [false, false, false, false, true, false]
        );
    }

    #[test]
    fn documents_and_many_comments() {
        let text = format!("a: 1\n{}b: 2\n---\nc: 3\n", "# no\n".repeat(500));
        let yaml = Yaml::parse(text.as_bytes());
        assert_eq!(yaml.errors(), &[]);
        assert_eq!(yaml.documents().count(), 2);
        assert_eq!(yaml.comments().len(), 500);
    }
}
