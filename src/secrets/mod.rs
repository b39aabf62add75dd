//! The secret detector: anchors found by one pass, confirmed by compiled checks; and one generic detector.

mod anchors;
mod assignment;
mod aws;
mod checks;
mod client_file;
mod codec;
mod command_line;
mod connection;
mod cursor;
mod found;
mod http;
mod json_key;
mod jwt;
mod kubernetes;
mod pack;
mod pattern;
mod pem;
mod placeholder;
mod promise;
pub mod sample;
mod sql;
mod structure;
mod url;
mod utf16;

use std::ops::Range;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::detect::{Detector, Sink};
use crate::finding::{SecretFacts, hex};
use crate::rule::{Family, RuleMeta, Severity};
use crate::source::{RelPath, Source};
use assignment::Dialect;
use found::Found;
pub use pack::SecretsError;
use pack::{Form, Pack, Rule, Start};
pub use pattern::PatternError;
use promise::Promise;
use structure::Structure;

/// A NUL in so many first bytes makes a file binary, as git has it.
const BINARY_PROBE: usize = 8 * 1024;
/// How far around a keyword a regular expression looks.
const REGEX_REACH: usize = 512;

/// How far, in lines and bytes, the halves of a pair may lie apart; and how many findings between are looked at.
const PAIR_LINES: usize = 10;
const PAIR_REACH: usize = 4096;
const PAIR_SEARCH: usize = 64;

/// What the configuration says about secrets.
#[derive(Clone, Default)]
pub struct Settings {
    /// Users' rule files: name for messages, and text.
    pub rules: Vec<(String, String)>,
    /// Key for digests of secrets, from `PLIMSOLL_DIGEST_KEY`.
    pub digest_key: Option<zeroize::Zeroizing<Vec<u8>>>,
}

/// Names the rule files, and says nothing of their text and of the key.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.rules.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Settings").field("rules", &names).finish_non_exhaustive()
    }
}

/// Finds secrets in whatever is not binary.
pub struct SecretDetector {
    pack: Pack,
    password_rule: Option<usize>,
    secret_rule: Option<usize>,
    digest_key: Option<zeroize::Zeroizing<Vec<u8>>>,
}

/// The parts of a rule that tests are made of.
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a> {
    /// What the rule must find.
    pub examples: &'a [String],
    /// What it must not find.
    pub counter_examples: &'a [String],
    /// Its patterns, which are templates too.
    pub patterns: &'a [String],
    /// Its checks by name.
    pub checks: &'a [String],
}

/// Does not show the key.
impl std::fmt::Debug for SecretDetector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretDetector({} rules)", self.pack.rules.len())
    }
}

/// A found secret with the rule that found it.
struct Candidate {
    rule: usize,
    rank: u8,
    found: Found,
}

impl SecretDetector {
    /// Compiles the built-in rules and the users' own.
    pub fn new(settings: &Settings) -> Result<Self, SecretsError> {
        let pack = Pack::new(&settings.rules)?;
        let of = |structure: Structure| {
            pack.rules.iter().position(|rule| matches!(&rule.form, Form::Structure(own) if *own == structure))
        };
        Ok(Self {
            password_rule: of(Structure::AssignedPassword),
            secret_rule: of(Structure::AssignedSecret),
            digest_key: settings.digest_key.clone(),
            pack,
        })
    }

    /// The cards of all rules, built in and users' own.
    pub fn metas(&self) -> impl Iterator<Item = &RuleMeta> {
        self.pack.rules.iter().map(|rule| &rule.meta)
    }

    /// What a rule's file holds for [`sample::Sampler`]; `None` for an unknown rule.
    pub fn templates(&self, rule: &str) -> Option<Templates<'_>> {
        let rule = self.pack.rules.iter().find(|known| known.meta.id.as_str() == rule)?;
        Some(Templates {
            examples: &rule.examples,
            counter_examples: &rule.counter_examples,
            patterns: &rule.pattern_texts,
            checks: &rule.check_names,
        })
    }

    /// Everything that any rule recognises, the most specific rule for each stretch, in order; then the ranges of
    /// all, which must be masked.
    fn candidates(&self, text: &[u8], path: &RelPath) -> (Vec<Candidate>, Vec<(Range<usize>, usize)>) {
        let mut all = Vec::new();
        let mut scratch = Vec::new();
        self.pack.anchors.find(text, |literal, at| {
            let Some(Start { rule: index, pattern }) = self.pack.starts.get(literal).copied() else { return };
            let Some(rule) = self.pack.rules.get(index) else { return };
            self.confirm(rule, pattern, text, at, self.pack.lengths[literal], path, &mut scratch);
            all.extend(scratch.drain(..).map(|found| Candidate {
                rule: index,
                rank: rank(rule, &found),
                found,
            }));
        });
        for index in &self.pack.by_file {
            let Some(rule) = self.pack.rules.get(*index) else { continue };
            if rule.files.iter().any(|name| name.as_bytes() == path.file_name()) {
                self.confirm(rule, 0, text, 0, 0, path, &mut scratch);
                all.extend(scratch.drain(..).map(|found| Candidate {
                    rule: *index,
                    rank: rank(rule, &found),
                    found,
                }));
            }
        }
        assignment::find(text, Dialect::of(path.as_bytes()), |promise, found| {
            let index = match promise {
                Promise::Password => self.password_rule,
                Promise::Secret => self.secret_rule,
            };
            all.extend(index.map(|rule| Candidate { rule, rank: 10, found }));
        });
        if all.is_empty() {
            return (all, Vec::new());
        }
        let masked = all.iter().map(|one| (one.found.range.clone(), one.found.shown)).collect();
        let mut all = most_specific(all);
        self.raise_pairs(text, &mut all);
        (all, masked)
    }

    /// The public half of a pair is as grave as the secret half when both lie together.
    fn raise_pairs(&self, text: &[u8], all: &mut [Candidate]) {
        for index in 0..all.len() {
            let Some(pair) = self.pack.rules.get(all[index].rule).and_then(|rule| rule.pair.as_deref())
            else {
                continue;
            };
            let here = all[index].found.range.start;
            let near = |other: &Candidate| {
                let there = other.found.range.start;
                let (from, to) = (here.min(there), here.max(there));
                to - from <= PAIR_REACH && memchr::memchr_iter(b'\n', &text[from..to]).count() <= PAIR_LINES
            };
            let later =
                all[index + 1..].iter().take_while(|other| other.found.range.start - here <= PAIR_REACH);
            let earlier =
                all[..index].iter().rev().take_while(|other| here - other.found.range.start <= PAIR_REACH);
            let severity = later.chain(earlier).take(PAIR_SEARCH).find_map(|other| {
                let rule = self.pack.rules.get(other.rule)?;
                (rule.meta.id.as_str() == pair && near(other)).then_some(rule.meta.severity)
            });
            if severity.is_some() {
                all[index].found.severity = severity;
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one occurrence of one anchor of one rule in one text")]
    fn confirm(
        &self,
        rule: &Rule,
        pattern: usize,
        text: &[u8],
        at: usize,
        len: usize,
        path: &RelPath,
        out: &mut Vec<Found>,
    ) {
        if !rule.files.is_empty() && !rule.files.iter().any(|name| name.as_bytes() == path.file_name()) {
            return;
        }
        match &rule.form {
            Form::Patterns(patterns) => {
                let Some(pattern) = patterns.get(pattern) else { return };
                let Some(range) = pattern.match_at(text, at) else { return };
                let prefix = pattern.prefix().len();
                let token = &text[range.clone()];
                let body = &token[prefix.min(token.len())..];
                if placeholder::entropy(body) < rule.entropy || placeholder::is_stand_in(body) {
                    return;
                }
                if !rule.checks.iter().all(|check| check.holds(token, prefix)) {
                    return;
                }
                let shown = rule.shown.map_or(prefix, |shown| shown as usize).min(token.len() / 2);
                let found = Found::new(range.clone()).shown(shown);
                out.push(if rule.checks.is_empty() { found } else { found.verified() });
            }
            Form::Structure(structure) => structure.find(text, at, len, out),
            Form::Regex(regex) => {
                let from = at.saturating_sub(REGEX_REACH);
                let window = &text[from..text.len().min(at + len + REGEX_REACH)];
                for captures in regex.captures_iter(window) {
                    let Some(whole) = captures.get(0) else { continue };
                    // Each occurrence of the keyword answers for the match that it stands in or next to.
                    let near = from + whole.start() <= at + len + REGEX_REACH / 4
                        && from + whole.end() + REGEX_REACH / 4 >= at;
                    let secret = captures.name("secret").unwrap_or(whole);
                    let value = secret.as_bytes();
                    if near
                        && !value.is_empty()
                        && placeholder::entropy(value) >= rule.entropy
                        && !placeholder::is_placeholder(value)
                        && rule.checks.iter().all(|check| check.holds(value, 0))
                    {
                        let found = Found::new(from + secret.start()..from + secret.end());
                        out.push(if rule.checks.is_empty() { found } else { found.verified() });
                    }
                }
            }
        }
    }

    fn digest(&self, value: &[u8]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.digest_key.as_ref()?).ok()?;
        mac.update(value);
        Some(hex(&mac.finalize().into_bytes()))
    }
}

/// Where two rules claim the same bytes, the higher rank wins.
fn rank(rule: &Rule, found: &Found) -> u8 {
    let base = match &rule.form {
        Form::Patterns(_) => 50,
        Form::Structure(structure) => structure.rank(),
        Form::Regex(_) => 15,
    };
    base + u8::from(found.verified)
}

/// One candidate for each stretch, in order of place.
fn most_specific(mut all: Vec<Candidate>) -> Vec<Candidate> {
    all.sort_by(|a, b| {
        (b.rank, b.found.range.len(), a.found.range.start, a.rule).cmp(&(
            a.rank,
            a.found.range.len(),
            b.found.range.start,
            b.rule,
        ))
    });
    let mut taken = std::collections::BTreeMap::<usize, usize>::new();
    all.retain(|candidate| {
        let range = &candidate.found.range;
        let clash = taken.range(..range.end).next_back().is_some_and(|(_, end)| *end > range.start);
        if !clash {
            taken.insert(range.start, range.end);
        }
        !clash
    });
    all.sort_by_key(|candidate| candidate.found.range.start);
    all
}

impl Detector for SecretDetector {
    fn family(&self) -> Family {
        Family::Secret
    }

    fn wants(&self, source: &Source) -> bool {
        !source.is_empty()
    }

    fn takes_windows(&self) -> bool {
        true
    }

    fn inspect(&self, source: &Source, sink: &mut Sink<'_>) {
        let bytes = source.bytes();
        let decoded = if source.is_file_start() { utf16::decode(bytes) } else { None };
        if decoded.is_none() && memchr::memchr(0, &bytes[..bytes.len().min(BINARY_PROBE)]).is_some() {
            sink.coverage.binary += 1;
            return;
        }
        let text = decoded.as_ref().map_or(bytes, |decoded| &decoded.text);
        let (candidates, masked) = self.candidates(text, source.path());
        // Offsets fit: a source is never longer than 32 bits can say.
        let place = |range: Range<usize>| match &decoded {
            Some(decoded) => decoded.original(range),
            None => range.start as u32..range.end as u32,
        };
        for (range, shown) in masked {
            let shown_end = place(range.start..range.start + shown).end;
            let range = place(range);
            sink.mark_sensitive(range.clone(), shown_end.saturating_sub(range.start));
        }
        let in_tests = is_test_path(source.path().as_bytes());
        for Candidate { rule, found, .. } in candidates {
            if let Some(rule) = self.pack.rules.get(rule) {
                self.report(rule, &found, text, source, place(found.range.clone()), in_tests, sink);
            }
        }
    }
}

impl SecretDetector {
    #[allow(clippy::too_many_arguments, reason = "one finding in one source")]
    fn report(
        &self,
        rule: &Rule,
        found: &Found,
        text: &[u8],
        source: &Source,
        range: Range<u32>,
        in_tests: bool,
        sink: &mut Sink<'_>,
    ) {
        let mut reporter = sink.reporter(&rule.meta);
        if !reporter.is_open() {
            return;
        }
        let digest = self.digest(&text[found.range.clone()]);
        let name = found
            .name
            .clone()
            .map(|name| String::from_utf8_lossy(&text[name]).to_ascii_lowercase().replace(['-', '.'], "_"));
        let kind = rule.meta.id.as_str();
        let anchor = match (&digest, &name) {
            (Some(digest), _) => digest.clone(),
            (None, Some(name)) => format!("{kind} {name}"),
            (None, None) => kind.to_owned(),
        };
        let severity = found.severity.unwrap_or(rule.meta.severity);
        let message = match &name {
            Some(name) => format!("{} under the name `{name}`", rule.meta.summary),
            None => rule.meta.summary.to_string(),
        };
        let draft = reporter
            .draft(source.span(range), message)
            .severity(if in_tests { milder(severity) } else { severity })
            .confidence(found.confidence.unwrap_or(rule.meta.confidence))
            .label("a secret lies here")
            .help(rule.rotate.clone())
            .anchor(anchor)
            .secret(SecretFacts {
                kind: kind.to_owned(),
                provider: rule.provider.clone(),
                verified_format: found.verified,
                digest,
            });
        reporter.report(draft);
    }
}

fn milder(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}

/// True for paths of tests: more than half of all real leaks lie in such paths, so they are judged, only milder.
fn is_test_path(path: &[u8]) -> bool {
    const FOLDERS: [&[u8]; 9] = [
        b"test",
        b"tests",
        b"__tests__",
        b"spec",
        b"specs",
        b"fixtures",
        b"__fixtures__",
        b"testdata",
        b"mocks",
    ];
    let mut parts = path.rsplit(|byte| *byte == b'/');
    let name = parts.next().unwrap_or_default();
    let marks: [&[u8]; 5] = [b"_test.", b".test.", b".spec.", b"_spec.", b"test_"];
    parts.any(|part| FOLDERS.iter().any(|folder| part.eq_ignore_ascii_case(folder)))
        || marks.iter().any(|mark| memchr::memmem::find(name, mark).is_some())
}
