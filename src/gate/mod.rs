//! Suppressions, baseline and threshold: an outcome becomes a verdict.

use chrono::NaiveDate;

use crate::rule::Severity;

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
