//! JSON read strictly: no duplicate members, nothing after the value, order kept; and written in known layouts.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A JSON value whose objects keep the order of their members.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads one value. Depth is bounded by serde_json (128).
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// True when `bytes` are this value in one of the layouts that JSON writers of the field produce: compact
    /// (JavaScript, ours), `", "` (Go's protojson), `", "` and `": "` (Python), indented by two or four.
    ///
    /// Holding a file to a layout makes every byte count, white space and escapes included.
    pub(super) fn is_layout_of(&self, bytes: &[u8]) -> bool {
        let indented = bytes.starts_with(b"{\n");
        let body = if indented { bytes.strip_suffix(b"\n").unwrap_or(bytes) } else { bytes };
        let layouts: &[Layout] = if indented {
            &[Layout::Indented("  "), Layout::Indented("    ")]
        } else {
            &[Layout::Line(",", ":"), Layout::Line(", ", ":"), Layout::Line(", ", ": ")]
        };
        layouts.iter().any(|layout| self.to_text(*layout).as_bytes() == body)
    }

    /// The value on one line without white space.
    pub(super) fn to_compact(&self) -> String {
        self.to_text(Layout::Line(",", ":"))
    }

    /// True when both hold the same data, whatever the order of members.
    pub(super) fn same_data(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(left), Self::Array(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(a, b)| a.same_data(b))
            }
            (Self::Object(left), Self::Object(right)) => {
                let sorted = |members: &[(String, Self)]| {
                    let mut order: Vec<usize> = (0..members.len()).collect();
                    order.sort_by(|a, b| members[*a].0.cmp(&members[*b].0));
                    order
                };
                left.len() == right.len()
                    && sorted(left)
                        .into_iter()
                        .zip(sorted(right))
                        .all(|(a, b)| left[a].0 == right[b].0 && left[a].1.same_data(&right[b].1))
            }
            _ => self == other,
        }
    }

    fn to_text(&self, layout: Layout) -> String {
        let mut text = String::new();
        self.write(layout, 0, &mut text);
        text
    }

    fn write(&self, layout: Layout, depth: usize, out: &mut String) {
        match self {
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    layout.separate(index, depth + 1, out);
                    item.write(layout, depth + 1, out);
                }
                layout.close(items.is_empty(), depth, out);
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    layout.separate(index, depth + 1, out);
                    out.push_str(&quoted(name));
                    out.push_str(layout.colon());
                    value.write(layout, depth + 1, out);
                }
                layout.close(members.is_empty(), depth, out);
                out.push('}');
            }
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::String(text) => out.push_str(&quoted(text)),
        }
    }
}

/// A JSON string literal with the fewest escapes.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[derive(Clone, Copy)]
enum Layout {
    /// On one line: after a value, after a name.
    Line(&'static str, &'static str),
    /// A line for each value, indented by this much.
    Indented(&'static str),
}

impl Layout {
    fn separate(self, index: usize, depth: usize, out: &mut String) {
        match self {
            Self::Line(comma, _) if index > 0 => out.push_str(comma),
            Self::Line(..) => {}
            Self::Indented(indent) => {
                out.push_str(if index > 0 { ",\n" } else { "\n" });
                out.push_str(&indent.repeat(depth));
            }
        }
    }

    fn close(self, empty: bool, depth: usize, out: &mut String) {
        if let Self::Indented(indent) = self
            && !empty
        {
            out.push('\n');
            out.push_str(&indent.repeat(depth));
        }
    }

    fn colon(self) -> &'static str {
        match self {
            Self::Line(_, colon) => colon,
            Self::Indented(_) => ": ",
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        serde_json::Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut names = BTreeSet::new();
        while let Some((name, value)) = access.next_entry::<String, Json>()? {
            if !names.insert(name.clone()) {
                return Err(de::Error::custom("a member is given twice"));
            }
            members.push((name, value));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict() {
        assert!(Json::parse(br#"{"a":1,"a":1}"#).is_err());
        assert!(Json::parse(br#"{"a":{"b":1,"b":2}}"#).is_err());
        assert!(Json::parse(b"{} {}").is_err());
        assert!(Json::parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn layouts() {
        let accepted: [&[u8]; 6] = [
            br#"{"a":[1,"x"],"b":{}}"#,
            br#"{"a":[1, "x"], "b":{}}"#,
            br#"{"a": [1, "x"], "b": {}}"#,
            b"{\n  \"a\": [\n    1,\n    \"x\"\n  ],\n  \"b\": {}\n}",
            b"{\n  \"a\": [\n    1,\n    \"x\"\n  ],\n  \"b\": {}\n}\n",
            b"{\n    \"a\": [\n        1,\n        \"x\"\n    ],\n    \"b\": {}\n}",
        ];
        for bytes in accepted {
            assert!(Json::parse(bytes).unwrap().is_layout_of(bytes), "{}", String::from_utf8_lossy(bytes));
        }
        let refused: [&[u8]; 6] = [
            b"{\"a\":[1,\"x\"],\"b\":{}}\n",
            br#" {"a":[1,"x"],"b":{}}"#,
            br#"{"a":[1, "x"],"b":{}}"#,
            br#"{"a" :[1,"x"],"b":{}}"#,
            br#"{"a":[1,"\u0078"],"b":{}}"#,
            br#"{"a":[1.0e0,"x"],"b":{}}"#,
        ];
        for bytes in refused {
            assert!(!Json::parse(bytes).unwrap().is_layout_of(bytes), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn same_data_looks_past_the_order_of_members_only() {
        let parse = |text: &str| Json::parse(text.as_bytes()).unwrap();
        assert!(parse(r#"{"a":1,"b":[{"c":2,"d":3}]}"#).same_data(&parse(r#"{"b":[{"d":3,"c":2}],"a":1}"#)));
        assert!(!parse(r#"{"a":[1,2]}"#).same_data(&parse(r#"{"a":[2,1]}"#)));
        assert!(!parse(r#"{"a":1}"#).same_data(&parse(r#"{"a":1,"b":2}"#)));
    }
}
