//! The book of suppressions: which holds, what each covers, and which was used.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use globset::{Glob, GlobBuilder, GlobMatcher};

use super::{Ignore, Ran, rules};
use crate::finding::{Draft, Finding, Gap};
use crate::outcome::{Judged, Suppressed, SuppressedBy};
use crate::parse::directive::{Covers, Dialect, Directive, Flaw};
use crate::rule::{Family, RuleMeta};
use crate::source::{Origin, Span};

/// One suppression: of a directive, the rule at this place of its list; or an `[[ignore]]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entry {
    Inline(usize, usize),
    Config(usize),
}

/// A finding is held against no more directives than this: a file of comments alone must not cost the square of
/// its length. What is left out suppresses nothing.
const MOST_COVERING: usize = 1000;

pub(super) struct Book<'a> {
    directives: &'a [&'a Directive],
    ignores: Vec<Rule<'a>>,
    today: NaiveDate,
    metas: Metas<'a>,
    by_origin: BTreeMap<&'a Origin, Coverings>,
    used: BTreeSet<Entry>,
}

/// An `[[ignore]]` ready to match.
struct Rule<'a> {
    ignore: &'a Ignore,
    rule: Option<GlobMatcher>,
    path: Option<GlobMatcher>,
    holds: bool,
}

/// The directives of one file by the lines they cover.
#[derive(Default)]
struct Coverings {
    whole_file: Vec<usize>,
    /// First line, last line, directive; in order.
    lines: Vec<(u64, u64, usize)>,
    /// The greatest last line up to here.
    reach: Vec<u64>,
}

impl<'a> Book<'a> {
    pub(super) fn new(
        directives: &'a [&'a Directive],
        ignores: &'a [Ignore],
        today: NaiveDate,
        rules: &[&'a RuleMeta],
    ) -> Self {
        let mut by_origin: BTreeMap<&Origin, Coverings> = BTreeMap::new();
        for (at, directive) in directives.iter().enumerate() {
            if directive.flaw.is_some() || has_expired(directive.until, today) {
                continue;
            }
            let coverings = by_origin.entry(directive.span.source().origins().first()).or_default();
            match &directive.covers {
                Covers::File => coverings.whole_file.push(at),
                Covers::Lines(lines) => coverings.lines.push((*lines.start(), *lines.end(), at)),
            }
        }
        by_origin.values_mut().for_each(Coverings::sort);
        Self {
            directives,
            ignores: ignores.iter().map(|ignore| Rule::new(ignore, today)).collect(),
            today,
            metas: rules.iter().map(|meta| (meta.id.as_str(), *meta)).collect(),
            by_origin,
            used: BTreeSet::new(),
        }
    }

    /// Notes every suppression that covers the finding as used; the first of them is named: our own comments, those
    /// of other tools, the configuration.
    pub(super) fn judge(&mut self, finding: Finding) -> Judged {
        let inline = self.covering(&finding);
        let print = LazyCell::new(|| finding.fingerprint().to_string());
        let config: Vec<usize> =
            (0..self.ignores.len()).filter(|at| self.ignores[*at].covers(&finding, &print)).collect();
        let suppressed = inline.first().map(|(at, _)| self.by_directive(*at));
        let suppressed = suppressed.or_else(|| config.first().map(|at| by_ignore(self.ignores[*at].ignore)));
        self.used.extend(inline.into_iter().map(|(at, rule)| Entry::Inline(at, rule)));
        self.used.extend(config.into_iter().map(Entry::Config));
        Judged { finding, suppressed }
    }

    pub(super) fn is_used(&self, entry: Entry) -> bool {
        self.used.contains(&entry)
    }

    /// The directives that cover a finding, and by which rule of their list; our own first.
    fn covering(&self, finding: &Finding) -> Vec<(usize, usize)> {
        let Some(coverings) = self.by_origin.get(finding.origin()) else { return Vec::new() };
        let region = finding.primary.place.region;
        let (start, end) = (region.start, region.end);
        let last = if end.column == 1 && end.line > start.line { end.line - 1 } else { end.line };
        let aliases = self.metas.get(finding.rule.as_str()).map_or(&[][..], |meta| &meta.aliases);
        let mut found: Vec<(usize, usize)> = coverings
            .touching(start.line, last)
            .into_iter()
            .filter_map(|at| Some((at, rule_of(self.directives[at], finding, aliases)?)))
            .collect();
        found.sort_by_key(|(at, rule)| (self.directives[*at].dialect, *at, *rule));
        found
    }

    fn by_directive(&self, at: usize) -> Suppressed {
        let directive = self.directives[at];
        Suppressed {
            by: SuppressedBy::Inline,
            reason: shown(&directive.span, directive.reason.as_deref().unwrap_or_default()),
            until: directive.until,
        }
    }

    /// Findings about suppressions that have no effect, whatever was found.
    pub(super) fn broken(&self) -> Vec<(Entry, &'static RuleMeta, Draft)> {
        let mut drafts = Vec::new();
        for (at, directive) in self.directives.iter().enumerate() {
            if directive.dialect != Dialect::Plimsoll {
                continue;
            }
            let entry = Entry::Inline(at, 0);
            let span = directive.span.clone();
            match directive.flaw {
                Some(Flaw::NoReason) => drafts.push((entry, rules::without_reason::draft(span))),
                Some(flaw) => drafts.push((entry, rules::malformed::draft(span, flaw))),
                None => {}
            }
            for (index, name) in directive.rules.iter().enumerate() {
                if !self.metas.contains_key(name.as_str()) {
                    let span = directive.span.clone();
                    let name = shown(&span, name);
                    let draft = rules::unknown_rule::draft(span, &name, &self.metas);
                    drafts.push((Entry::Inline(at, index), draft));
                }
            }
            if let (None, Some(until)) = (directive.flaw, directive.until.filter(|day| *day < self.today)) {
                let names = shown(&directive.span, &directive.rules.join(", "));
                drafts.push((entry, rules::expired::draft(directive.span.clone(), &names, until)));
            }
        }
        for (at, Rule { ignore, .. }) in self.ignores.iter().enumerate() {
            if ignore.reason.trim().is_empty() {
                drafts.push((Entry::Config(at), rules::without_reason::draft(ignore.span.clone())));
            }
            if let Some(until) = ignore.until.filter(|day| *day < self.today) {
                let draft = rules::expired::draft(ignore.span.clone(), &subject(ignore), until);
                drafts.push((Entry::Config(at), draft));
            }
        }
        drafts
            .into_iter()
            .filter_map(|(entry, draft)| Some((entry, rules::meta(&draft.rule)?, draft)))
            .collect()
    }

    /// Findings about suppressions of our own that covered nothing although what they name was looked for. Comments
    /// of other tools are left to those tools.
    pub(super) fn unused(&self, ran: Ran<'_>, gaps: &[Gap]) -> Vec<(Entry, &'static RuleMeta, Draft)> {
        let unseen: BTreeSet<&str> = gaps.iter().map(|gap| gap.path.as_str()).collect();
        let mut drafts = Vec::new();
        for (at, directive) in self.directives.iter().enumerate() {
            let holds = directive.flaw.is_none() && !has_expired(directive.until, self.today);
            let was_seen = !unseen.contains(directive.span.source().path().to_string().as_str());
            if directive.dialect != Dialect::Plimsoll || !holds || !was_seen {
                continue;
            }
            for (index, name) in directive.rules.iter().enumerate() {
                let entry = Entry::Inline(at, index);
                let ran = self.metas.get(name.as_str()).is_some_and(|meta| (ran.admits)(meta));
                if ran && !self.is_used(entry) {
                    let remedy = match directive.rules.as_slice() {
                        [_] => "remove it".to_owned(),
                        _ => format!("take `{name}` out of its list"),
                    };
                    drafts.push((entry, rules::unused::draft(directive.span.clone(), name, remedy)));
                }
            }
        }
        for (at, rule) in self.ignores.iter().enumerate() {
            let had_a_chance = ran.complete && gaps.is_empty() && rule.holds && self.all_ran(rule, ran);
            if had_a_chance && !self.is_used(Entry::Config(at)) {
                let (span, name) = (rule.ignore.span.clone(), subject(rule.ignore));
                let remedy = "remove it, or correct what it names";
                drafts.push((Entry::Config(at), rules::unused::draft(span, &name, remedy)));
            }
        }
        drafts.into_iter().map(|(entry, draft)| (entry, &rules::unused::META, draft)).collect()
    }

    /// True when every rule that an `[[ignore]]` names was looked for; one that names none is about any.
    fn all_ran(&self, rule: &Rule<'_>, ran: Ran<'_>) -> bool {
        let Some(glob) = &rule.rule else { return true };
        self.metas.values().filter(|meta| glob.is_match(meta.id.as_str())).all(|meta| (ran.admits)(meta))
    }
}

impl Coverings {
    fn sort(&mut self) {
        self.lines.sort_unstable();
        self.reach = self
            .lines
            .iter()
            .scan(0, |reach, (_, last, _)| {
                *reach = (*reach).max(*last);
                Some(*reach)
            })
            .collect();
    }

    /// The directives that cover one of these lines.
    fn touching(&self, first: u64, last: u64) -> Vec<usize> {
        let from = self.reach.partition_point(|reach| *reach < first);
        let to = self.lines.partition_point(|(start, _, _)| *start <= last);
        let lines = self.lines.get(from..to).unwrap_or_default();
        let by_line = lines.iter().filter(|(_, end, _)| *end >= first).map(|(_, _, at)| *at);
        self.whole_file.iter().copied().chain(by_line).take(MOST_COVERING).collect()
    }
}

impl<'a> Rule<'a> {
    fn new(ignore: &'a Ignore, today: NaiveDate) -> Self {
        let says_what = ignore.rule.is_some() || ignore.path.is_some() || ignore.fingerprint.is_some();
        let rule = ignore.rule.as_deref().map(|name| Glob::new(name).map(|glob| glob.compile_matcher()));
        let path = ignore.path.as_deref().map(path_glob);
        // The configuration refuses broken globs; should one come another way, it covers nothing.
        let is_broken = matches!(rule, Some(Err(_))) || matches!(path, Some(Err(_)));
        let has_reason = !ignore.reason.trim().is_empty();
        Self {
            ignore,
            rule: rule.and_then(Result::ok),
            path: path.and_then(Result::ok),
            holds: says_what && has_reason && !is_broken && !has_expired(ignore.until, today),
        }
    }

    fn covers(&self, finding: &Finding, print: &LazyCell<String, impl FnOnce() -> String>) -> bool {
        self.holds
            && self.rule.as_ref().is_none_or(|glob| glob.is_match(finding.rule.as_str()))
            && self.path.as_ref().is_none_or(|glob| {
                // Every place: the same secret in a second file is still to be seen.
                finding.primary.place.origins.iter().all(|origin| glob.is_match(origin.path().to_string()))
            })
            && self.ignore.fingerprint.as_ref().is_none_or(|wanted| print.eq_ignore_ascii_case(wanted))
    }
}

fn path_glob(glob: &str) -> Result<GlobMatcher, globset::Error> {
    Ok(GlobBuilder::new(glob).literal_separator(true).build()?.compile_matcher())
}

fn has_expired(until: Option<NaiveDate>, today: NaiveDate) -> bool {
    until.is_some_and(|day| day < today)
}

fn by_ignore(ignore: &Ignore) -> Suppressed {
    let reason = shown(&ignore.span, ignore.reason.trim());
    Suppressed { by: SuppressedBy::Config, reason, until: ignore.until }
}

/// By which rule of its list a directive covers a finding on its lines.
fn rule_of(directive: &Directive, finding: &Finding, aliases: &[std::borrow::Cow<'_, str>]) -> Option<usize> {
    let is_secret = finding.family == Family::Secret || finding.secret.is_some();
    match directive.dialect {
        Dialect::Plimsoll => directive.rules.iter().position(|name| name == finding.rule.as_str()),
        dialect if dialect.covers_every_secret() => is_secret.then_some(0),
        dialect => {
            directive.rules.iter().position(|id| aliases.iter().any(|alias| is_same_id(dialect, id, alias)))
        }
    }
}

/// Whether an id of another tool, as a comment writes it, is this alias of ours.
fn is_same_id(dialect: Dialect, id: &str, alias: &str) -> bool {
    // Aliases may name their tool first where the id alone would not tell (`buildkit:StageNameCasing`).
    let alias = alias.rsplit_once(':').map_or(alias, |(_, id)| id);
    if dialect == Dialect::Trivy {
        let (id, alias) = (trivy_id(id), trivy_id(alias));
        return match id.strip_suffix('*') {
            Some(prefix) => !prefix.is_empty() && alias.starts_with(prefix),
            None => id == alias,
        };
    }
    // `skip=all` skips every check of BuildKit, whose names are words in one (`JSONArgsRecommended`).
    if dialect == Dialect::BuildKit && id.eq_ignore_ascii_case("all") {
        let letters = alias.bytes().all(|byte| byte.is_ascii_alphabetic());
        return letters && alias.bytes().any(|byte| byte.is_ascii_lowercase());
    }
    id.eq_ignore_ascii_case(alias)
}

/// `AVD-DS-0002`, `DS-0002` and the older `DS002` are one.
fn trivy_id(id: &str) -> String {
    let id = id.to_ascii_uppercase();
    let id = id.strip_prefix("AVD-").unwrap_or(&id);
    let letters = id.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = id.get(letters..).unwrap_or_default();
    if letters > 0 && digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{}-0{digits}", &id[..letters]);
    }
    id.to_owned()
}

/// Text of a comment as it may be shown: not at all where the comment holds something sensitive, or where nobody
/// has looked.
fn shown(span: &Span, text: &str) -> String {
    let range = span.range();
    let is_clean = span.source().sensitive().is_some_and(|ranges| {
        ranges
            .iter()
            .all(|sensitive| sensitive.range.end <= range.start || sensitive.range.start >= range.end)
    });
    if text.is_empty() || is_clean { text.to_owned() } else { "…".to_owned() }
}

/// What an `[[ignore]]` is about, in words.
fn subject(ignore: &Ignore) -> String {
    let parts = [&ignore.rule, &ignore.path, &ignore.fingerprint];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    shown(&ignore.span, &parts.join(" in "))
}

/// The rules by id, for suggestions.
pub(super) type Metas<'a> = BTreeMap<&'a str, &'a RuleMeta>;
