//! Suppressions, baseline and threshold: an outcome becomes a verdict.

use chrono::NaiveDate;

use crate::outcome::{Judged, Outcome, Status, Verdict};
use crate::rule::{RuleMeta, Severity};

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

/// An `[[ignore]]` of the configuration.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// Rule name; a glob.
    pub rule: Option<String>,
    /// Paths; a glob.
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

/// What the gate must know of the run, so that it calls no suppression unused that had no chance to be used.
#[derive(Clone, Copy)]
pub struct Ran<'a> {
    /// True when findings of this rule were wanted in this run (persona, families, `--rule`, `--skip`).
    pub admits: &'a dyn Fn(&RuleMeta) -> bool,
    /// True when every file was judged; false for `--staged`, `--range`, a narrower PATH and the like, where an
    /// `[[ignore]]` may be about a file that was not looked at.
    pub whole_tree: bool,
}

/// Applies suppressions and the threshold. `rules` are all rules of all families, whether asked for or not.
pub fn judge(outcome: Outcome, settings: &Settings, _rules: &[&RuleMeta], _ran: Ran<'_>) -> Verdict {
    let findings: Vec<Judged> =
        outcome.findings.into_iter().map(|finding| Judged { finding, suppressed: None }).collect();
    let status = if findings.iter().any(|judged| judged.fails(settings.fail_on)) {
        Status::Fail
    } else if !outcome.gaps.is_empty() && !settings.allow_gaps {
        Status::Incomplete
    } else {
        Status::Pass
    };
    Verdict {
        findings,
        gaps: outcome.gaps,
        coverage: outcome.coverage,
        notes: outcome.notes,
        fail_on: settings.fail_on,
        status,
    }
}
