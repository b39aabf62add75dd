//! The one door by which source text leaves: masks what is sensitive.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use crate::finding::{Draft, Excerpt, Finding, Fix, Label, Mark};
use crate::source::{Sensitive, Source, Span, is_deceptive};

/// An excerpt shows at most this many lines.
const MAX_LINES: usize = 12;
/// A longer line is cut around the mark.
const MAX_LINE: u32 = 400;
/// What is kept before the mark of a line that is cut.
const LEAD: u32 = 120;
/// Shorter values are too common to be looked for in prose.
const MIN_VALUE: usize = 4;
/// Shorter values only count where they stand as a word of their own.
const MIN_INSIDE: usize = 8;

/// Turns one draft into a finding that holds masked text only.
pub fn seal(draft: Draft) -> Finding {
    Sealer::default().seal(draft)
}

/// Seals many drafts. Remembers which values of a source are sensitive, so that ten thousand findings of one file
/// cost ten thousand look-ups and not ten thousand readings. Keep one for each source.
#[derive(Debug, Default)]
pub struct Sealer {
    known: BTreeMap<(usize, u32), (Source, Values)>,
}

impl Sealer {
    /// Turns a draft into a finding that holds masked text only.
    pub fn seal(&mut self, draft: Draft) -> Finding {
        let mut keys = BTreeSet::new();
        for label in std::iter::once(&draft.primary).chain(&draft.context) {
            keys.insert(self.learn(label.span.source()));
        }
        let values: Vec<&Values> =
            keys.iter().filter_map(|key| self.known.get(key)).map(|known| &known.1).collect();
        let scrub = |text: String| values.iter().fold(text, |text, values| values.scrub(text));
        let leaks = |text: &str| values.iter().any(|values| values.first_in(text.as_bytes()).is_some());
        let mark = |label: Label| Mark {
            place: label.span.place(),
            text: scrub(label.text),
            excerpt: excerpt_with(
                &label.span,
                self.known.get(&key_of(label.span.source())).map(|known| &known.1),
            ),
        };
        Finding {
            rule: draft.rule,
            family: draft.family,
            severity: draft.severity,
            confidence: draft.confidence,
            message: scrub(draft.message),
            primary: mark(draft.primary),
            context: draft.context.into_iter().map(mark).collect(),
            help: draft.help.map(scrub),
            fix: draft
                .fix
                .filter(|fix| !fix.edits.iter().any(|edit| leaks(&edit.text)))
                .map(|fix| Fix { title: scrub(fix.title), ..fix }),
            anchor: scrub(draft.anchor),
            occurrence: 0,
            secret: draft.secret,
        }
    }

    fn learn(&mut self, source: &Source) -> (usize, u32) {
        let key = key_of(source);
        // The source is kept with its values, so that its address cannot come to mean another one.
        self.known.entry(key).or_insert_with(|| (source.clone(), Values::of(source)));
        key
    }
}

/// The sensitive values of a source, by length.
#[derive(Default)]
struct Values {
    by_len: BTreeMap<usize, BTreeSet<Vec<u8>>>,
    /// First bytes that a value can start with.
    first: BTreeSet<u8>,
}

/// Says nothing of the values.
impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Values(…)")
    }
}

impl Values {
    fn of(source: &Source) -> Self {
        let mut values = Self::default();
        for sensitive in source.sensitive().unwrap_or_default() {
            let span = source.span(sensitive.range.clone());
            let value = span.bytes();
            values.add(value.to_vec());
            if value.contains(&0) {
                // Text of two bytes a character: prose would quote it in one.
                values.add(value.iter().copied().filter(|byte| *byte != 0).collect());
            }
        }
        values
    }

    fn add(&mut self, value: Vec<u8>) {
        let trimmed = value.trim_ascii();
        let Some(first) = trimmed.first() else { return };
        if trimmed.len() >= MIN_VALUE {
            self.first.insert(*first);
            self.by_len.entry(trimmed.len()).or_default().insert(trimmed.to_vec());
        }
    }

    /// The first and there longest value in a text.
    fn first_in(&self, text: &[u8]) -> Option<Range<usize>> {
        (0..text.len()).filter(|at| self.first.contains(&text[*at])).find_map(|at| {
            self.by_len.iter().rev().find_map(|(len, values)| {
                let found = values.contains(text.get(at..at + len)?)
                    && (*len >= MIN_INSIDE || stands_alone(text, at..at + len));
                found.then(|| at..at + len)
            })
        })
    }

    /// What is masked in the shown part of a line: what was declared, and whatever repeats a declared value in a
    /// place where nobody could have known it for a secret.
    fn also(
        &self,
        source: &Source,
        declared: &[Sensitive],
        line: &Range<u32>,
        shown: &Range<u32>,
    ) -> Vec<Sensitive> {
        let first = declared.partition_point(|masked| masked.range.end <= shown.start);
        let count = declared[first..].partition_point(|masked| masked.range.start < shown.end);
        let mut all = declared[first..first + count].to_vec();
        // A value that begins or ends outside of what is shown counts too.
        let reach = self.by_len.keys().next_back().map_or(0, |len| u32::try_from(*len).unwrap_or(u32::MAX));
        let mut at = shown.start.saturating_sub(reach).max(line.start);
        let end = shown.end.saturating_add(reach).min(line.end);
        while let Some(found) = self.first_in(source.span(at..end).bytes()) {
            let range = at + offset(found.start)..at + offset(found.end);
            at = range.end;
            let next = declared.partition_point(|masked| masked.range.end <= range.start);
            if declared.get(next).is_none_or(|masked| masked.range.start >= range.end) {
                all.push(Sensitive { range, shown: 0 });
            }
        }
        all.sort_by_key(|masked| masked.range.start);
        all
    }

    fn scrub(&self, text: String) -> String {
        if self.by_len.is_empty() {
            return text;
        }
        let (mut out, mut rest) = (String::new(), text.as_str());
        while let Some(found) = self.first_in(rest.as_bytes()) {
            // A value that is not UTF-8 cannot be in a string, so these are character boundaries.
            let (Some(before), Some(after)) = (rest.get(..found.start), rest.get(found.end..)) else { break };
            out.push_str(before);
            let _ = write!(out, "…({})", found.len());
            rest = after;
        }
        if out.is_empty() { text } else { out + rest }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn stands_alone(text: &[u8], range: Range<usize>) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let before = range.start.checked_sub(1).and_then(|at| text.get(at));
    !word(before) && !word(text.get(range.end))
}

fn key_of(source: &Source) -> (usize, u32) {
    (source.bytes().as_ptr().addr(), source.len())
}

/// The lines of a span, masked.
pub fn excerpt(span: &Span) -> Excerpt {
    excerpt_with(span, Some(&Values::of(span.source())))
}

fn excerpt_with(span: &Span, values: Option<&Values>) -> Excerpt {
    let (source, mark) = (span.source(), span.range());
    let first_line = span.region().start.line;
    let Some(sensitive) = source.sensitive() else {
        let text = format!("…({})", mark.len());
        return Excerpt { marked: 0..text.len(), text, first_line, shortened: true };
    };
    let last = mark.end.max(mark.start + 1) - 1;
    let mut canvas = Canvas { out: String::new(), mark: mark.clone(), start: None, end: None };
    let mut shortened = false;
    let mut line = source.line_range(mark.start);
    'lines: for count in 0.. {
        let shown = cut(&line, &mark);
        shortened |= shown != line;
        let mut at = shown.start;
        let sensitive =
            values.map_or_else(|| sensitive.to_vec(), |values| values.also(source, sensitive, &line, &shown));
        let mut next = sensitive.partition_point(|masked| masked.range.end <= at);
        while at < shown.end {
            let masked = sensitive.get(next).filter(|masked| masked.range.start < shown.end);
            let clear_end = masked.map_or(shown.end, |masked| masked.range.start.max(at));
            canvas.clear(source, at..clear_end);
            let Some(masked) = masked else { break };
            canvas.masked(source, &masked.range, masked.shown);
            at = masked.range.end.max(at + 1);
            next += 1;
            if masked.range.end > line.end {
                // The secret runs over several lines; the mask stands for all of them.
                shortened = true;
                break 'lines;
            }
        }
        if line.end >= last || line.end >= source.len() {
            break;
        }
        if count + 1 == MAX_LINES {
            shortened = true;
            break;
        }
        canvas.out.push('\n');
        line = source.line_range(line.end + 1);
    }
    let len = canvas.out.len();
    let start = canvas.start.unwrap_or(len).min(len);
    let end = canvas.end.unwrap_or(len).clamp(start, len);
    Excerpt { text: canvas.out, first_line, marked: start..end, shortened }
}

/// What is shown of a line.
fn cut(line: &Range<u32>, mark: &Range<u32>) -> Range<u32> {
    if line.end - line.start <= MAX_LINE {
        return line.clone();
    }
    let start = mark.start.clamp(line.start, line.end).saturating_sub(LEAD).max(line.start);
    let start = start.min(line.end - MAX_LINE);
    start..start + MAX_LINE
}

/// Masked text as it grows, with the mark's place in it.
struct Canvas {
    out: String,
    mark: Range<u32>,
    start: Option<usize>,
    end: Option<usize>,
}

impl Canvas {
    /// Text that may be shown, made safe to print.
    fn clear(&mut self, source: &Source, range: Range<u32>) {
        let mut at = range.start;
        for stop in [self.mark.start, self.mark.end, range.end] {
            let stop = stop.clamp(at, range.end);
            push_safe(&mut self.out, source.span(at..stop).bytes());
            at = stop;
            self.pin(at);
        }
    }

    /// A mask: the public prefix, an ellipsis, the length.
    fn masked(&mut self, source: &Source, range: &Range<u32>, shown: u32) {
        let from = self.out.len();
        let shown = range.start.saturating_add(shown).min(range.end);
        push_safe(&mut self.out, source.span(range.start..shown).bytes());
        let _ = write!(self.out, "…({})", range.len());
        if self.start.is_none() && self.mark.start < range.end {
            self.start = Some(from);
        }
        if self.end.is_none() && self.mark.end <= range.end {
            self.end = Some(if self.mark.end > range.start { self.out.len() } else { from });
        }
    }

    fn pin(&mut self, at: u32) {
        if self.start.is_none() && at >= self.mark.start {
            self.start = Some(self.out.len());
        }
        if self.end.is_none() && at >= self.mark.end {
            self.end = Some(self.out.len());
        }
    }
}

/// Appends bytes as printable text; a tab becomes a space, a carriage return nothing.
fn push_safe(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => out.push(' '),
                '\r' => {}
                _ if is_deceptive(c) => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        let _ = write!(out, "\\x{byte:02X}");
                    }
                }
                _ => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::finding::{Edit, SecretFacts};
    use crate::rule::{Confidence, Family, RuleId, Severity};
    use crate::source::{Origin, Origins, RelPath, Sensitive};

    fn source(text: &[u8], sensitive: &[(Range<u32>, u32)]) -> Source {
        let source = Source::new(Origins::new(Origin::Worktree { path: RelPath::from("a") }), text.to_vec());
        let ranges = sensitive.iter().map(|(range, shown)| Sensitive { range: range.clone(), shown: *shown });
        source.mark_sensitive(ranges.collect());
        source
    }

    fn draft(span: Span) -> Draft {
        Draft {
            rule: RuleId::new("x"),
            family: Family::Secret,
            severity: Severity::High,
            confidence: Confidence::High,
            message: "m".into(),
            primary: Label { span, text: String::new() },
            context: Vec::new(),
            help: None,
            fix: None,
            anchor: String::new(),
            tells_credential: false,
            secret: Some(SecretFacts {
                kind: "x".into(),
                provider: "x".into(),
                verified_format: false,
                digest: None,
            }),
        }
    }

    fn excerpt_of(source: &Source, range: Range<u32>) -> (String, String, bool) {
        let excerpt = seal(draft(source.span(range))).primary.excerpt;
        (excerpt.text.clone(), excerpt.text[excerpt.marked].to_owned(), excerpt.shortened)
    }

    #[test]
    fn masks_show_the_prefix_and_the_length() {
        let source = source(b"a\nENV TOKEN=abc_12345678 X=1\nb", &[(12..24, 4)]);
        assert_eq!(
            excerpt_of(&source, 12..24),
            ("ENV TOKEN=abc_…(12) X=1".into(), "abc_…(12)".into(), false)
        );
        assert_eq!(excerpt_of(&source, 14..16).1, "abc_…(12)", "a mark inside covers the mask");
        assert_eq!(excerpt_of(&source, 6..11).1, "TOKEN");
        assert_eq!(excerpt_of(&source, 0..1).0, "a");
    }

    #[test]
    fn a_value_is_masked_wherever_it_stands() {
        let text = b"password = vT9qZw4L # see http://a:vT9qZw4L@h and vT9q";
        let source = source(text, &[(11..19, 0)]);
        let finding = seal(draft(source.span(11..19)));
        assert_eq!(finding.primary.excerpt.text, "password = …(8) # see http://a:…(8)@h and vT9q");
        assert_eq!(&finding.primary.excerpt.text[finding.primary.excerpt.marked.clone()], "…(8)");
        let later = seal(draft(source.span(44..45)));
        assert_eq!(&later.primary.excerpt.text[later.primary.excerpt.marked.clone()], "h");
    }

    #[test]
    fn an_unjudged_source_shows_nothing() {
        let source = Source::new(
            Origins::new(Origin::Worktree { path: RelPath::from("a") }),
            b"secret words".to_vec(),
        );
        assert_eq!(excerpt_of(&source, 0..6), ("…(6)".into(), "…(6)".into(), true));
    }

    #[test]
    fn a_secret_of_many_lines_is_one_mask() {
        let source = source(b"k: BEGIN\nabc\ndef\nEND x\ny", &[(3..20, 5)]);
        assert_eq!(excerpt_of(&source, 3..20), ("k: BEGIN…(17)".into(), "BEGIN…(17)".into(), true));
        assert_eq!(excerpt_of(&source, 10..12).1, "…(17)".to_owned().replace('…', "BEGIN…"));
    }

    #[test]
    fn long_lines_and_many_lines_are_cut_and_controls_replaced() {
        let long = source(&[b"x".repeat(1000), b"MARK".to_vec(), b"y".repeat(1000)].concat(), &[]);
        let (text, marked, shortened) = excerpt_of(&long, 1000..1004);
        assert_eq!((text.len(), marked.as_str(), shortened), (400, "MARK", true));
        let many = source("line\n".repeat(40).as_bytes(), &[]);
        let (text, _, shortened) = excerpt_of(&many, 0..200);
        assert_eq!((text.lines().count(), shortened), (12, true));
        let steering = source(b"a\tb\x1b[31m\xff\r\nz", &[]);
        assert_eq!(excerpt_of(&steering, 0..1).0, "a b\\x1B[31m\\xFF");
    }

    #[test]
    fn words_are_scrubbed_and_a_leaking_fix_is_dropped() {
        let source = source(b"key=topsecretvalue pin=abcd", &[(4..18, 0), (23..27, 0)]);
        let mut leaky = draft(source.span(0..3));
        leaky.message = "topsecretvalue is set, abcd too, not abcde".into();
        leaky.help = Some("rotate topsecretvalue".into());
        leaky.anchor = "key topsecretvalue".into();
        let edit = |text: &str| {
            Some(Fix {
                title: "t".into(),
                safe: true,
                edits: vec![Edit { start_byte: 0, end_byte: 1, text: text.into() }],
            })
        };
        leaky.fix = edit("key=topsecretvalue");
        let finding = seal(leaky.clone());
        assert_eq!(finding.message, "…(14) is set, …(4) too, not abcde");
        assert_eq!(finding.help.as_deref(), Some("rotate …(14)"));
        assert_eq!(finding.anchor, "key …(14)");
        assert_eq!(finding.fix, None);
        leaky.fix = edit("key=$KEY");
        assert!(seal(leaky).fix.is_some());
    }

    proptest! {
        /// Whatever is marked and wherever a label points, no planted value comes out.
        #[test]
        fn no_planted_value_leaves(
            parts in proptest::collection::vec(("[a-z \\n\\t=é\u{202e}]{0,60}", "[A-Z0-9]{8,40}"), 1..6),
            start in 0_u32..400,
            len in 0_u32..400,
        ) {
            let (mut text, mut ranges) = (String::new(), Vec::new());
            for (filler, value) in &parts {
                text.push_str(filler);
                let at = text.len() as u32;
                ranges.push((at..at + value.len() as u32, 2));
                text.push_str(value);
                text.push(' ');
            }
            let source = source(text.as_bytes(), &ranges);
            let mut draft = draft(source.span(start..start + len));
            draft.message = format!("found {}", text.replace('\n', " "));
            draft.help = Some(parts[0].1.clone());
            draft.context = vec![Label { span: source.whole(), text: parts[0].1.clone() }];
            let finding = seal(draft);
            let excerpt = &finding.primary.excerpt;
            let on_boundaries = excerpt.text.get(excerpt.marked.clone()).is_some();
            prop_assert!(on_boundaries);
            prop_assert!(excerpt.marked.end <= excerpt.text.len());
            let deceptive = excerpt.text.chars().any(|c| c != '\n' && is_deceptive(c));
            prop_assert!(!deceptive);
            let shown = format!("{finding:?}");
            for (_, value) in &parts {
                prop_assert!(!shown.contains(value.as_str()));
            }
        }
    }

    #[test]
    fn ten_thousand_findings_of_one_long_line_are_quick() {
        let text = "token=ABCDEFGHIJ0123456789 ".repeat(180_000);
        let ranges: Vec<_> = (0..10_000).map(|index| (index * 27 + 6..index * 27 + 26, 0)).collect();
        let source = source(text.as_bytes(), &ranges);
        let started = std::time::Instant::now();
        let mut sealer = Sealer::default();
        for (range, _) in ranges {
            assert!(sealer.seal(draft(source.span(range))).primary.excerpt.shortened);
        }
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
