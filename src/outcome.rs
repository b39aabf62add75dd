//! What a run found: facts and findings before the gate, a verdict after it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Finding, Gap};
use crate::inventory::Inventory;
use crate::parse::build_context::BuildContext;
use crate::parse::directive::Directive;
use crate::parse::dockerfile::Dockerfile;
use crate::rule::{Confidence, Severity};
use crate::source::RelPath;

/// Something a detector learned that is no finding in itself; `review`, `gate` and `sbom` read it.
#[derive(Clone, Debug)]
pub enum Fact {
    /// A parsed Dockerfile.
    Dockerfile(Arc<Dockerfile>),
    /// What a build of a Dockerfile would be sent.
    Context(Arc<BuildContext>),
    /// Packages that a file names.
    Inventory(Inventory),
    /// A comment that asks to suppress findings.
    Directive(Directive),
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files and blobs read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Commits walked.
    pub commits: u64,
    /// Files of dependency folders in a build context that were judged by name only.
    pub by_name_only: u64,
    /// Binary files, whose bytes were not searched for secrets.
    pub binary: u64,
}

impl Coverage {
    /// Adds up.
    pub fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.commits += other.commits;
        self.by_name_only += other.by_name_only;
        self.binary += other.binary;
    }
}

/// What a run found, sorted: same bytes in, same outcome, whatever the thread count.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Findings, masked.
    pub findings: Vec<Finding>,
    /// Facts, by path.
    pub facts: Vec<Fact>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
    /// How much was looked at.
    pub coverage: Coverage,
    /// Remarks for people that belong to the run, not to a place (nothing staged, shallow clone).
    pub notes: Vec<String>,
}

/// The order of findings in every report: path, start, end, rule, origin (with its commit), message.
pub fn order(a: &Finding, b: &Finding) -> Ordering {
    fn key(finding: &Finding) -> impl Ord + '_ {
        let region = finding.primary.place.region;
        let origin = finding.origin();
        (origin.path(), region.start, region.end, &finding.rule, origin, &finding.message, &finding.anchor)
    }
    key(a).cmp(&key(b))
}

/// Sorts findings and numbers those that share rule, path and anchor, so that each has a fingerprint of its own.
pub fn number(findings: &mut [Finding]) {
    findings.sort_by(order);
    let mut seen: BTreeMap<(String, RelPath, String), u32> = BTreeMap::new();
    for finding in findings {
        let key = (finding.rule.as_str().to_owned(), finding.origin().path().clone(), finding.anchor.clone());
        let count = seen.entry(key).or_default();
        finding.occurrence = *count;
        *count += 1;
    }
}

/// An outcome after the gate.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Every finding, with whether it counts.
    pub findings: Vec<Judged>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
    /// How much was looked at.
    pub coverage: Coverage,
    /// Remarks for people.
    pub notes: Vec<String>,
    /// The threshold; `None` means that nothing fails.
    pub fail_on: Option<Severity>,
    /// The answer.
    pub status: Status,
}

impl Verdict {
    /// The findings that count.
    pub fn open(&self) -> impl Iterator<Item = &Judged> {
        self.findings.iter().filter(|judged| judged.suppressed.is_none())
    }
}

/// A finding and what the gate made of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// Set when it does not count.
    pub suppressed: Option<Suppressed>,
}

impl Judged {
    /// True when this finding alone makes the verdict *fail*: it counts, is as bad as the threshold or worse, and
    /// more than a guess.
    pub fn fails(&self, fail_on: Option<Severity>) -> bool {
        self.suppressed.is_none()
            && self.finding.confidence > Confidence::Low
            && fail_on.is_some_and(|threshold| self.finding.severity >= threshold)
    }
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// By what.
    pub by: SuppressedBy,
    /// The reason given; empty for comments of other tools.
    pub reason: String,
    /// Until when, inclusive.
    pub until: Option<chrono::NaiveDate>,
}

/// By what a finding was suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressedBy {
    /// A comment beside it.
    Inline,
    /// An `[[ignore]]` of the configuration.
    Config,
    /// The baseline.
    Baseline,
}

impl SuppressedBy {
    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Config => "config",
            Self::Baseline => "baseline",
        }
    }
}

/// The answer of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// May ship.
    Pass,
    /// May not ship.
    Fail,
    /// Nothing found that fails, but not everything was looked at.
    Incomplete,
}

impl Status {
    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Incomplete => "incomplete",
        }
    }
}
