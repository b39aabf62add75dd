//! Suppressions and threshold: an outcome becomes a verdict.

mod book;
pub mod rules;

use chrono::NaiveDate;

use crate::finding::{Draft, Finding};
use crate::outcome::{self, Fact, Judged, Outcome, Status, Verdict};
use crate::parse::directive::Directive;
use crate::redact::Sealer;
use crate::rule::{RuleMeta, Severity};
use book::{Book, Entry};

/// What the configuration and the flags say about the gate.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The threshold; `None` means that nothing fails.
    pub fail_on: Option<Severity>,
    /// Suppressions of the configuration file.
    pub ignores: Vec<Ignore>,
    /// Gaps do not make the verdict incomplete.
    pub allow_gaps: bool,
    /// The day to judge expiry by.
    pub today: NaiveDate,
}

/// An `[[ignore]]` of the configuration. Without rule, path and fingerprint it would cover everything: such a one
/// covers nothing.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// Rule name; a glob.
    pub rule: Option<String>,
    /// Paths; a glob, in which `*` does not cross a `/`. It must match every place of a finding.
    pub path: Option<String>,
    /// One finding.
    pub fingerprint: Option<String>,
    /// Last day on which it holds.
    pub until: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// Where it stands in the configuration file, for the finding about an unused one.
    pub span: crate::source::Span,
}

/// What the gate must know of the run: which findings about suppressions are wanted, and which suppressions had a
/// chance to be used.
#[derive(Clone, Copy)]
pub struct Ran<'a> {
    /// True when findings of this rule were wanted in this run (persona, families, `--rule`, `--skip`).
    pub admits: &'a dyn Fn(&RuleMeta) -> bool,
    /// The severity that the configuration gives to a rule in place of its own.
    pub severity: &'a dyn Fn(&RuleMeta) -> Option<Severity>,
    /// True when nothing narrowed the run: every file was judged by every family that the configuration names. Else
    /// (`--staged`, `--range`, a PATH, `--rule`, one family) an `[[ignore]]` may be about what was not looked at.
    pub complete: bool,
}

impl std::fmt::Debug for Ran<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ran").field("complete", &self.complete).finish_non_exhaustive()
    }
}

/// Applies suppressions and the threshold. `rules` are all rules of all families, whether asked for or not.
///
/// Findings about suppressions quote the comments and the configuration: their sources should have been shown to
/// the secrets detector (`Source::mark_sensitive`), else the quotes are masked throughout.
pub fn judge(outcome: Outcome, settings: &Settings, rules: &[&RuleMeta], ran: Ran<'_>) -> Verdict {
    let Outcome { findings, facts, gaps, coverage, notes } = outcome;
    let directives: Vec<&Directive> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Directive(directive) => Some(directive),
            _ => None,
        })
        .collect();
    let mut book = Book::new(&directives, &settings.ignores, settings.today, rules);
    let mut judged: Vec<Judged> = findings.into_iter().map(|finding| book.judge(finding)).collect();

    let mut sealer = Sealer::default();
    let broken = seal(book.broken(), &mut sealer, ran);
    judged.extend(broken.into_iter().map(|(_, finding)| book.judge(finding)));
    let unused = seal(book.unused(ran, &gaps), &mut sealer, ran);
    let unused: Vec<(Entry, Judged)> =
        unused.into_iter().map(|(entry, finding)| (entry, book.judge(finding))).collect();
    // One that suppresses a finding about another unused one is used after all.
    judged.extend(unused.into_iter().filter(|(entry, _)| !book.is_used(*entry)).map(|(_, judged)| judged));
    judged.sort_by(|a, b| outcome::order(&a.finding, &b.finding));

    let status = if judged.iter().any(|judged| judged.fails(settings.fail_on)) {
        Status::Fail
    } else if !gaps.is_empty() && !settings.allow_gaps {
        Status::Incomplete
    } else {
        Status::Pass
    };
    Verdict { findings: judged, gaps, coverage, notes, fail_on: settings.fail_on, status }
}

/// Masks and numbers the wanted ones among the findings about suppressions.
fn seal(drafts: Vec<(Entry, &RuleMeta, Draft)>, sealer: &mut Sealer, ran: Ran<'_>) -> Vec<(Entry, Finding)> {
    let mut sealed: Vec<(Entry, Finding)> = drafts
        .into_iter()
        .filter(|(_, meta, _)| (ran.admits)(meta))
        .map(|(entry, meta, draft)| {
            let severity = (ran.severity)(meta).unwrap_or(draft.severity);
            (entry, sealer.seal(draft.severity(severity)))
        })
        .collect();
    sealed.sort_by(|(_, a), (_, b)| outcome::order(a, b));
    let (entries, mut findings): (Vec<Entry>, Vec<Finding>) = sealed.into_iter().unzip();
    outcome::number(&mut findings);
    entries.into_iter().zip(findings).collect()
}
