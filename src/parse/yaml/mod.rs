//! YAML as a tree that remembers where everything stood: documents, mappings with order and duplicate keys kept,
//! scalars as text. Aliases are resolved on the way through the tree, never copied, so no file can blow up.

mod builder;
mod node;
mod tree;

use std::ops::Range;

use builder::Builder;
pub use node::Node;
pub use tree::Style;
use tree::{Document, clamp};

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
        Builder::new(yaml, text, shift).run()
    }

    /// The documents in order.
    pub fn documents(&self) -> impl Iterator<Item = Node<'_>> {
        self.documents.iter().map(Node::root)
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
