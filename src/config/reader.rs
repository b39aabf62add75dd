//! Reads a TOML table key by key, so that every mistake is found in one pass, with its place.

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::error::Problem;
use crate::config::nearest::nearest;
use crate::rule::UnknownWord;
use crate::source::{RelPath, Source, Span};

/// A value and its place.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// A key of a table: its name and what to do with its value.
pub(super) struct Key<T> {
    pub(super) name: &'static str,
    pub(super) read: fn(&mut Reader<'_>, &mut T, &Value<'_>),
}

/// Reads values and collects what is wrong with them.
pub(super) struct Reader<'s> {
    source: &'s Source,
    /// What paths and globs of the file are relative to, from the top of the tree.
    folder: &'s RelPath,
    problems: Vec<Problem>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s Source, folder: &'s RelPath) -> Self {
        Self { source, folder, problems: Vec::new() }
    }

    /// What was wrong, by place.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| (problem.span.range().start, problem.span.range().end));
        self.problems
    }

    pub(super) fn folder(&self) -> &RelPath {
        self.folder
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let at = |byte| u32::try_from(byte).unwrap_or(u32::MAX);
        self.source.span(at(range.start)..at(range.end))
    }

    pub(super) fn problem(
        &mut self,
        range: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = self.span(range);
        self.problems.push(Problem { span, message: message.into(), help: help.into() });
    }

    /// Hands each value to its key's reader; a key that is none of these is a problem.
    pub(super) fn keys<T>(&mut self, table: &DeTable<'_>, keys: &[Key<T>], into: &mut T) {
        for (name, value) in table {
            match keys.iter().find(|key| key.name == name.get_ref().as_ref()) {
                Some(key) => (key.read)(self, into, value),
                None => self.unknown("key", name.span(), name.get_ref(), keys.iter().map(|key| key.name)),
            }
        }
    }

    /// A name that is none of the known ones.
    pub(super) fn unknown<'k>(
        &mut self,
        what: &str,
        range: Range<usize>,
        name: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let help = match nearest(name, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.problem(range, format!("unknown {what}{}", quoted(name)), help);
    }

    pub(super) fn table<'v, 'i>(&mut self, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(value, "a table");
        }
        table
    }

    pub(super) fn array<'v, 'i>(&mut self, value: &'v Value<'i>, what: &str) -> &'v [Value<'i>] {
        match value.get_ref().as_array() {
            Some(array) => array,
            None => {
                self.wrong_type(value, what);
                &[]
            }
        }
    }

    /// A string with something in it.
    pub(super) fn string(&mut self, value: &Value<'_>) -> Option<String> {
        match value.get_ref().as_str() {
            None => {
                self.wrong_type(value, "a string");
                None
            }
            Some(text) if text.trim().is_empty() => {
                self.problem(value.span(), "this string is empty", "write a value or leave the key out");
                None
            }
            Some(text) => Some(text.to_owned()),
        }
    }

    /// An array of what `item` reads.
    pub(super) fn list<T>(
        &mut self,
        value: &Value<'_>,
        item: fn(&mut Self, &Value<'_>) -> Option<T>,
    ) -> Vec<T> {
        let mut out = Vec::new();
        for element in self.array(value, "an array") {
            out.extend(item(self, element));
        }
        out
    }

    /// One of a fixed set of words.
    pub(super) fn word<T: FromStr<Err = UnknownWord>>(&mut self, value: &Value<'_>) -> Option<T> {
        let text = self.string(value)?;
        match text.parse() {
            Ok(word) => Some(word),
            Err(UnknownWord { known, .. }) => {
                self.unknown("value", value.span(), &text, known.iter().copied());
                None
            }
        }
    }

    /// A date without a time.
    pub(super) fn date(&mut self, value: &Value<'_>) -> Option<NaiveDate> {
        let found = value.get_ref().as_datetime().filter(|at| at.time.is_none() && at.offset.is_none());
        let date = found.and_then(|at| at.date).and_then(|date| {
            NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
        });
        if date.is_none() {
            self.problem(value.span(), "this is not a date", "write a TOML date without quotes: 2027-03-31");
        }
        date
    }

    /// A glob over paths, made relative to the top of the tree.
    pub(super) fn path_glob(&mut self, value: &Value<'_>) -> Option<String> {
        let text = self.string(value)?;
        let text = text.trim_start_matches("./").trim_start_matches('/');
        if self.is_glob(text, value) { Some(below(self.folder, text)) } else { None }
    }

    /// A glob over rule names, with its place.
    pub(super) fn rule_glob(&mut self, value: &Value<'_>) -> Option<Spanned<String>> {
        let text = self.string(value)?;
        self.is_glob(&text, value).then(|| Spanned::new(value.span(), text))
    }

    fn is_glob(&mut self, text: &str, value: &Value<'_>) -> bool {
        match globset::Glob::new(text) {
            Ok(_) => true,
            Err(error) => {
                self.problem(
                    value.span(),
                    format!("this is not a valid glob: {}", error.kind()),
                    "escape special characters with a backslash",
                );
                false
            }
        }
    }

    /// A path inside the tree, made relative to its top.
    pub(super) fn path(&mut self, value: &Value<'_>) -> Option<RelPath> {
        let text = self.string(value)?;
        let path = resolve(self.folder, &text);
        if path.is_none() {
            self.problem(
                value.span(),
                "this path leaves the repository",
                "write a relative path that stays inside, with `/` between its parts",
            );
        }
        path
    }

    pub(super) fn wrong_type(&mut self, value: &Value<'_>, wanted: impl Display) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.problem(
            value.span(),
            format!("expected {wanted}, found {found}"),
            format!("write {wanted} here"),
        );
    }
}

/// The name in quotes where it is a name. Something longer or stranger may be a secret that was pasted in the
/// wrong place, and is not repeated.
pub(super) fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | '_' | '.' | '*' | ':' | '/');
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_name = name.len() <= 40 && digits <= 8 && name.chars().all(|c| plain(c) || c.is_ascii_digit());
    if is_name { format!(" `{name}`") } else { String::new() }
}

/// A glob of a configuration file in `folder`, as a glob from the top of the tree.
fn below(folder: &RelPath, glob: &str) -> String {
    if folder.is_top() {
        return glob.to_owned();
    }
    format!("{}/{glob}", globset::escape(&String::from_utf8_lossy(folder.as_bytes())))
}

/// A path of a configuration file in `folder`, from the top of the tree; `None` when it leads out of the tree.
fn resolve(folder: &RelPath, text: &str) -> Option<RelPath> {
    if text.starts_with('/') || text.contains(['\0', '\\']) {
        return None;
    }
    let mut path = folder.clone();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => path = path.parent()?,
            part => path = path.join(part.as_bytes()),
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_tree() {
        let folder = RelPath::from("services/api");
        assert_eq!(resolve(&folder, "."), Some(folder.clone()));
        assert_eq!(resolve(&folder, "../web/./Dockerfile"), Some(RelPath::from("services/web/Dockerfile")));
        assert_eq!(resolve(&folder, "../.."), Some(RelPath::top()));
        assert_eq!(resolve(&folder, "../../.."), None);
        assert_eq!(resolve(&folder, "/etc/passwd"), None);
    }

    #[test]
    fn globs_of_a_nested_file_count_from_its_folder() {
        assert_eq!(below(&RelPath::top(), "a/**"), "a/**");
        assert_eq!(below(&RelPath::from("x[1]"), "a/**"), "x[[]1[]]/a/**");
    }

    #[test]
    fn what_is_no_name_is_not_repeated() {
        assert_eq!(quoted("fail_on"), " `fail_on`");
        assert_eq!(quoted(&format!("{}{}", "ghp", "_A1b2C3d4")), "");
        assert_eq!(quoted(&"0123456789abcdef".repeat(2)), "");
    }
}
