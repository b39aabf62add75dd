//! A shell word: its text after quote removal, the parts that are only known when the script runs, and the way back
//! from a place in the text to the script.

use std::ops::Range;

/// One word.
#[derive(Clone, Debug, Default)]
pub struct Word {
    text: String,
    parts: Vec<Part>,
    /// (offset in `text`, offset in the script) where a run of bytes that are the same in both begins.
    runs: Vec<(u32, u32)>,
    /// Byte range in the script.
    pub range: Range<u32>,
    /// True when any part of it was quoted.
    pub quoted: bool,
}

/// A part of a word that is only known when the script runs. Ranges are in [`Word::text`], which holds the part as
/// it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// `$NAME` or `${NAME…}`
    Variable {
        /// Its name.
        name: String,
        /// Where it stands in the text.
        at: Range<u32>,
    },
    /// `$(…)`, backquotes, `$((…))`, `<(…)`.
    Substitution {
        /// Where it stands in the text.
        at: Range<u32>,
    },
}

impl Part {
    /// Where it stands in the text.
    pub fn at(&self) -> Range<u32> {
        match self {
            Self::Variable { at, .. } | Self::Substitution { at } => at.clone(),
        }
    }
}

impl Word {
    /// The text after quote removal; parts that are not known before the script runs stand as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True when the text is all there is to it.
    pub fn is_fixed(&self) -> bool {
        self.parts.is_empty()
    }

    /// The parts that are not known before the script runs.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The text before the first part that is not known.
    pub fn fixed_prefix(&self) -> &str {
        let end = self.parts.first().map_or(self.text.len(), |part| part.at().start as usize);
        self.text.get(..end).unwrap_or_default()
    }

    /// The place in the script of a place in the text.
    pub fn locate(&self, at: u32) -> u32 {
        let run = self.runs.partition_point(|(text, _)| *text <= at).saturating_sub(1);
        match self.runs.get(run) {
            Some((text, script)) => (script + at.saturating_sub(*text)).min(self.range.end),
            None => self.range.start,
        }
    }

    /// The range in the script of a range in the text.
    pub fn locate_range(&self, range: Range<u32>) -> Range<u32> {
        let start = self.locate(range.start);
        let end = if range.end > range.start { self.locate(range.end - 1) + 1 } else { start };
        start..end.max(start)
    }

    pub(super) fn new(start: u32) -> Self {
        Self { range: start..start, ..Self::default() }
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// Appends bytes that stand at `script`.
    pub(super) fn push(&mut self, bytes: &[u8], script: u32) {
        let text = self.len();
        let follows = self.runs.last().is_some_and(|(t, s)| s + (text - t) == script);
        if !follows {
            self.runs.push((text, script));
        }
        self.text.push_str(&String::from_utf8_lossy(bytes));
    }

    pub(super) fn push_part(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// The word without its first `count` bytes of text: the value of `NAME=value`.
    pub(super) fn tail(&self, count: u32) -> Self {
        let mut tail = Self::new(self.locate(count).max(self.range.start));
        tail.range.end = self.range.end;
        if count >= self.len() {
            tail.range.start = self.range.end;
            return tail;
        }
        tail.quoted = self.quoted;
        tail.text = self.text.get(count as usize..).unwrap_or_default().to_owned();
        tail.runs.push((0, self.locate(count)));
        tail.runs
            .extend(self.runs.iter().filter(|(text, _)| *text > count).map(|(text, at)| (text - count, *at)));
        for part in &self.parts {
            let at = part.at();
            if at.start < count {
                continue;
            }
            let at = at.start - count..at.end - count;
            tail.parts.push(match part {
                Part::Variable { name, .. } => Part::Variable { name: name.clone(), at },
                Part::Substitution { .. } => Part::Substitution { at },
            });
        }
        tail
    }
}
