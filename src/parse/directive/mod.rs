//! Comments that ask to suppress findings, in our own words and those of other tools.

mod comment;
mod foreign;
mod ours;

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use chrono::NaiveDate;

use crate::parse::dockerfile::Dockerfile;
use crate::source::{Source, Span};
use comment::Syntax;

/// One comment that asks to suppress findings.
#[derive(Clone, Debug)]
pub struct Directive {
    /// The comment, from the tool's name on.
    pub span: Span,
    /// Whose convention it follows.
    pub dialect: Dialect,
    /// Rule names, aliases or ids as written; empty means every rule (only some dialects allow that).
    pub rules: Vec<String>,
    /// Last day on which it holds.
    pub until: Option<NaiveDate>,
    /// The reason given. Live text: it may hold a secret like any other comment.
    pub reason: Option<String>,
    /// What it covers.
    pub covers: Covers,
    /// What is wrong with it; a directive with a flaw has no effect.
    pub flaw: Option<Flaw>,
}

/// What is wrong with a directive of our own dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No reason was given.
    NoReason,
    /// The list of rules is missing or empty.
    NoRules,
    /// `until=` is not a date of the form `2027-03-01`.
    BadDate,
    /// Words that mean nothing here.
    Unreadable,
}

/// What a directive covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// These 1-based lines of its file.
    Lines(RangeInclusive<u64>),
    /// The whole file.
    File,
}

/// Whose convention a directive follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// `plimsoll: ignore[rule] -- reason`
    Plimsoll,
    /// `hadolint ignore=DL3008`
    Hadolint,
    /// `check=skip=Name`
    BuildKit,
    /// `gitleaks:allow`
    Gitleaks,
    /// `trivy:ignore:DS-0002`
    Trivy,
    /// `checkov:skip=CKV_DOCKER_2:reason`
    Checkov,
    /// `pragma: allowlist secret`
    DetectSecrets,
    /// `kingfisher:ignore`
    Kingfisher,
}

impl Dialect {
    /// True for the dialects of secret scanners that name no rule: they cover every secret.
    pub fn covers_every_secret(self) -> bool {
        matches!(self, Self::Gitleaks | Self::DetectSecrets | Self::Kingfisher)
    }
}

/// Which dialects to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Our own only: for sources without findings, where only an unused or broken directive matters.
    Ours,
    /// Every dialect: for sources with findings.
    All,
}

/// The word that every directive of our own holds.
const OURS: &[u8] = b"plimsoll:";

/// The literals that give a dialect away, and the dialect. BuildKit's stands in the parsed Dockerfile; its literal
/// here serves [`may_hold`] alone.
const LITERALS: &[(&[u8], Dialect)] = &[
    (OURS, Dialect::Plimsoll),
    (b"hadolint", Dialect::Hadolint),
    (b"skip=", Dialect::BuildKit),
    (b"gitleaks:allow", Dialect::Gitleaks),
    (b"trivy:ignore:", Dialect::Trivy),
    (b"checkov:skip=", Dialect::Checkov),
    (b"pragma:", Dialect::DetectSecrets),
    (b"kingfisher:ignore", Dialect::Kingfisher),
];

/// Leftmost-first, which lets the search skip ahead with vector instructions.
static EVERY_DIALECT: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let literals = LITERALS.iter().map(|(literal, _)| literal);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(literals).ok()
});

/// A directive is cut off after this many bytes, which bounds the work on a line of megabytes.
const LONGEST: usize = 1024;

/// How many lines below a comment its subject may begin, comments and blank lines between.
const LOOK_AHEAD: usize = 64;

/// A glance: false when [`scan`] would find nothing.
pub fn may_hold(bytes: &[u8], which: Which) -> bool {
    match (which, &*EVERY_DIALECT) {
        (Which::All, Some(automaton)) => automaton.is_match(bytes),
        _ => memchr::memmem::find(bytes, OURS).is_some(),
    }
}

/// Every directive of a source, in order. `dockerfile` is its tree when it is a Dockerfile: there a directive above
/// an instruction, or between its lines, covers the whole instruction.
pub fn scan(source: &Source, dockerfile: Option<&Dockerfile>, which: Which) -> Vec<Directive> {
    if !may_hold(source.bytes(), which) {
        return Vec::new();
    }
    let mut scanner = Scanner {
        source,
        instructions: dockerfile.map(instruction_lines),
        syntax: if dockerfile.is_some() { comment::DOCKERFILE } else { comment::syntax_of(source.path()) },
        found: Vec::new(),
    };
    scanner.run(which);
    if let (Which::All, Some(dockerfile)) = (which, dockerfile) {
        scanner.found.extend(foreign::buildkit(dockerfile));
    }
    scanner.found.sort_by_key(|directive| directive.span.range().start);
    scanner.found
}

/// The 1-based lines of every instruction, in order.
fn instruction_lines(dockerfile: &Dockerfile) -> Vec<RangeInclusive<u64>> {
    dockerfile.instructions.iter().map(|instruction| instruction.lines()).collect()
}

struct Scanner<'a> {
    source: &'a Source,
    instructions: Option<Vec<RangeInclusive<u64>>>,
    syntax: Syntax,
    found: Vec<Directive>,
}

/// A literal on its line.
struct Hit<'a> {
    /// Byte offset of the literal.
    at: usize,
    /// The line up to the literal; its last bytes when it is very long.
    before: &'a [u8],
    /// The line from the literal on; its first bytes when it is very long.
    after: &'a [u8],
}

impl Scanner<'_> {
    fn run(&mut self, which: Which) {
        let bytes = self.source.bytes();
        let mut line = 0..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
        let hits: Box<dyn Iterator<Item = (usize, Dialect)>> = match (which, &*EVERY_DIALECT) {
            (Which::All, Some(automaton)) => Box::new(automaton.find_iter(bytes).filter_map(|hit| {
                LITERALS.get(hit.pattern().as_usize()).map(|(_, dialect)| (hit.start(), *dialect))
            })),
            _ => Box::new(memchr::memmem::find_iter(bytes, OURS).map(|at| (at, Dialect::Plimsoll))),
        };
        for (at, dialect) in hits {
            if at >= line.end {
                let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |feed| feed + 1);
                line = start..memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |feed| at + feed);
            }
            let hit = Hit {
                at,
                before: &bytes[line.start.max(at.saturating_sub(LONGEST))..at],
                after: &bytes[at..line.end.min(at + LONGEST)],
            };
            match dialect {
                Dialect::Plimsoll => self.ours(&hit),
                _ => self.foreign(dialect, &hit),
            }
        }
    }

    fn push(
        &mut self,
        hit: &Hit<'_>,
        len: usize,
        dialect: Dialect,
        rules: Vec<String>,
        covers: Covers,
    ) -> &mut Directive {
        let start = hit.at as u32;
        let span = self.source.span(start..start.saturating_add(len as u32));
        self.found.push(Directive { span, dialect, rules, until: None, reason: None, covers, flaw: None });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn line_of(&self, at: usize) -> u64 {
        self.source.span(at as u32..at as u32).region().start.line
    }

    /// The line of the hit alone.
    fn this_line(&self, hit: &Hit<'_>) -> Covers {
        let line = self.line_of(hit.at);
        Covers::Lines(line..=line)
    }

    /// What a comment covers: its line, and when it stands alone what comes below it. In a Dockerfile, the
    /// instruction around or below it.
    fn subject(&self, hit: &Hit<'_>, own_line: bool) -> Covers {
        let line = self.line_of(hit.at);
        if let Some(instructions) = &self.instructions {
            let at = instructions.partition_point(|lines| *lines.end() < line);
            return match instructions.get(at) {
                Some(lines) => Covers::Lines(line.min(*lines.start())..=*lines.end()),
                None => Covers::Lines(line..=line),
            };
        }
        if own_line {
            Covers::Lines(line..=line + self.lines_to_subject(hit.at))
        } else {
            Covers::Lines(line..=line)
        }
    }

    /// How far below a comment the next line lies that is neither blank nor a comment.
    fn lines_to_subject(&self, at: usize) -> u64 {
        let bytes = self.source.bytes();
        let Some(feed) = memchr::memchr(b'\n', &bytes[at..]) else { return 0 };
        let mut below = 0;
        for line in bytes[at + feed + 1..].split(|byte| *byte == b'\n').take(LOOK_AHEAD) {
            below += 1;
            // A subject may be a line of megabytes: its first bytes tell.
            let head = &line[..line.len().min(LONGEST)];
            if !head.trim_ascii().is_empty() && !self.syntax.is_comment_line(head) {
                break;
            }
        }
        below
    }
}

#[cfg(test)]
mod tests;
