//! Ways through the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::tree::{Content, Document, Style};

/// How many collections one look-up through merge keys (`<<`) may visit.
const MERGE_BUDGET: usize = 1_000;
/// How many entries [`Node::merged`] hands out at most.
const MERGED_ENTRIES: usize = 100_000;

/// A node of a document. Its accessors look through aliases; [`Node::range`] does not.
#[derive(Clone, Copy, Debug)]
pub struct Node<'y> {
    document: &'y Document,
    id: usize,
}

impl<'y> Node<'y> {
    /// The node that holds a document.
    pub(super) fn root(document: &'y Document) -> Self {
        Self { document, id: document.root }
    }

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
