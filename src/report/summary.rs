//! The one place where a verdict is counted.

use std::collections::BTreeMap;

use crate::outcome::{Coverage, Status, Verdict};
use crate::rule::Severity;

/// Counts of a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The answer.
    pub status: Status,
    /// The threshold; `None` means that nothing fails.
    pub fail_on: Option<Severity>,
    /// Findings that count, by severity; every severity has an entry.
    pub by_severity: BTreeMap<Severity, u64>,
    /// Findings that count, whatever their severity.
    pub open: u64,
    /// Findings that make the verdict *fail*.
    pub failing: u64,
    /// Findings that do not count.
    pub suppressed: u64,
    /// What could not be looked at.
    pub gaps: u64,
    /// How much was looked at.
    pub coverage: Coverage,
}

impl Summary {
    /// Counts.
    pub fn of(verdict: &Verdict) -> Self {
        let mut by_severity: BTreeMap<Severity, u64> =
            Severity::ALL.iter().map(|severity| (*severity, 0)).collect();
        let (mut open, mut failing) = (0, 0);
        for judged in verdict.open() {
            open += 1;
            *by_severity.entry(judged.finding.severity).or_default() += 1;
            failing += u64::from(judged.fails(verdict.fail_on));
        }
        Self {
            status: verdict.status,
            fail_on: verdict.fail_on,
            by_severity,
            open,
            failing,
            suppressed: verdict.findings.len() as u64 - open,
            gaps: verdict.gaps.len() as u64,
            coverage: verdict.coverage,
        }
    }
}
