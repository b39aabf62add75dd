//! What a word says once its variables are replaced.

use std::sync::Arc;

use super::Quote;
use super::ast::Word;
use super::pattern::{self, Pattern};
use super::template::{Operation, Part, Reference, Template};

/// Longer than this no expansion gets: variables that double each other grow without bound.
const MAX_LEN: usize = 4096;
/// Longer words are not taken apart: no expansion of them would fit.
const MAX_WORD: usize = 256 << 10;

/// A word with its variables replaced as far as their values are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text. A variable without a known value stands as it was written.
    pub text: String,
    /// True when a part of it has no known value: rules stay silent then.
    pub unknown: bool,
    /// How many bytes at the front of the text are certain.
    pub known_prefix: usize,
}

impl Expanded {
    /// The text when all of it is known.
    pub fn known(&self) -> Option<&str> {
        (!self.unknown).then_some(self.text.as_str())
    }

    /// The part at the front that is certain.
    pub fn prefix(&self) -> &str {
        self.text.get(..self.known_prefix).unwrap_or_default()
    }

    /// Known text.
    pub(super) fn certain(text: String) -> Self {
        Self { known_prefix: text.len(), text, unknown: false }
    }

    fn push_known(&mut self, text: &str) {
        if self.text.len() + text.len() > MAX_LEN {
            self.unknown = true;
            return;
        }
        self.text.push_str(text);
        if !self.unknown {
            self.known_prefix = self.text.len();
        }
    }

    fn push_unknown(&mut self, text: &str) {
        self.unknown = true;
        if self.text.len() + text.len() <= MAX_LEN {
            self.text.push_str(text);
        }
    }

    fn push_all(&mut self, other: &Self) {
        let (known, rest) = other.text.split_at(other.known_prefix.min(other.text.len()));
        self.push_known(known);
        if other.unknown {
            self.push_unknown(rest);
        }
    }
}

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Its value.
    Known(Arc<str>),
    /// It does not exist.
    Unset,
    /// An argument without a default, that nobody gave a value: the file's own default for it holds.
    Open,
    /// It may or may not exist.
    Unknown,
}

/// Replaces the variables of a word. What a word longer than any expansion says is unknown.
pub(super) fn word(word: &Word, escape: char, lookup: &dyn Fn(&str) -> Value) -> Expanded {
    if word.variables.is_empty() {
        return Expanded::certain(word.value.clone());
    }
    let text = if word.quote == Quote::Json { &word.value } else { &word.text };
    let mut out = Expanded::default();
    if text.len() > MAX_WORD {
        out.push_unknown(text);
        return out;
    }
    match Template::parse(text, escape) {
        Ok(template) => parts(&template.parts, text, lookup, &mut out),
        Err(_) => out.push_unknown(text),
    }
    out
}

fn parts(parts: &[Part], text: &str, lookup: &dyn Fn(&str) -> Value, out: &mut Expanded) {
    for part in parts {
        match part {
            Part::Text(literal) => out.push_known(literal),
            Part::Variable(reference) => variable(reference, text, lookup, out),
        }
    }
}

fn variable(reference: &Reference, text: &str, lookup: &dyn Fn(&str) -> Value, out: &mut Expanded) {
    let written = text.get(reference.range.clone()).unwrap_or_default();
    let value = lookup(&reference.name);
    if value == Value::Unknown {
        return out.push_unknown(written);
    }
    let known = match &value {
        Value::Known(known) => Some(known),
        _ => None,
    };
    let is_set = known.is_some_and(|known| !known.is_empty() || !reference.operator.starts_with(':'));
    let open = value == Value::Open;
    let known = known.map_or("", |known| known);
    match &reference.operation {
        Operation::Default(_) if is_set => out.push_known(known),
        Operation::Default(default) => parts(default, text, lookup, out),
        _ if open => out.push_unknown(written),
        Operation::Plain => out.push_known(known),
        Operation::Required if is_set => out.push_known(known),
        Operation::Required => out.push_unknown(written),
        Operation::Alternative(other) if is_set => parts(other, text, lookup, out),
        Operation::Alternative(_) => {}
        Operation::Trim(operand) => {
            let greedy = reference.operator.len() == 2;
            let trimmed = compile(operand, text, lookup).and_then(|pattern| {
                if reference.operator.starts_with('#') {
                    pattern.trim_prefix(known, greedy)
                } else {
                    pattern.trim_suffix(known, greedy)
                }
            });
            push_or(out, trimmed.as_deref(), written);
        }
        Operation::Replace(operand, with) => {
            let mut replacement = Expanded::default();
            parts(with, text, lookup, &mut replacement);
            let all = reference.operator.len() == 2;
            let replaced = compile(operand, text, lookup)
                .zip(replacement.known())
                .and_then(|(pattern, with)| pattern.replace(known, &pattern::unescape(with), all));
            push_or(out, replaced.as_deref(), written);
        }
    }
}

fn push_or(out: &mut Expanded, text: Option<&str>, written: &str) {
    match text {
        Some(text) => out.push_known(text),
        None => out.push_unknown(written),
    }
}

fn compile(operand: &[Part], text: &str, lookup: &dyn Fn(&str) -> Value) -> Option<Pattern> {
    let mut pattern = Expanded::default();
    parts(operand, text, lookup, &mut pattern);
    Pattern::new(pattern.known()?)
}

impl Expanded {
    /// Appends what another expansion says, with a `/` between.
    pub(super) fn join(&mut self, other: &Self) {
        if !self.text.ends_with('/') {
            self.push_known("/");
        }
        self.push_all(other);
    }
}
