//! The events of the parser as a tree.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, options};

use super::tree::{Content, Document, Entry, Style, clamp};
use super::{Comment, Yaml, YamlError};

/// Nested collections beyond this are an error: the deepest of 11,236 real files has 31 levels.
const MAX_DEPTH: usize = 200;

/// A collection whose end has not come yet.
struct Open {
    id: usize,
    mapping: bool,
    key: Option<usize>,
    flow: bool,
}

/// Makes the tree from the events of the parser.
pub(super) struct Builder<'t> {
    yaml: Yaml,
    text: &'t str,
    shift: u32,
    open: Vec<Open>,
    nodes: Vec<Entry>,
    root: Option<usize>,
    anchors: BTreeMap<usize, usize>,
}

impl<'t> Builder<'t> {
    /// `shift` is where the text begins in its file; `yaml` may hold errors already.
    pub(super) fn new(yaml: Yaml, text: &'t str, shift: u32) -> Self {
        Self { yaml, shift, text, open: Vec::new(), nodes: Vec::new(), root: None, anchors: BTreeMap::new() }
    }

    /// Reads to the end.
    pub(super) fn run(mut self) -> Yaml {
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
