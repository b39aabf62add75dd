//! Comments that ask to suppress findings, in our own words and those of other tools.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::parse::dockerfile::Dockerfile;
use crate::source::{Source, Span};

/// One comment that asks to suppress findings.
#[derive(Clone, Debug)]
pub struct Directive {
    /// The comment.
    pub span: Span,
    /// Whose convention it follows.
    pub dialect: Dialect,
    /// Rule names, aliases or ids as written; empty means every rule (only some dialects allow that).
    pub rules: Vec<String>,
    /// Last day on which it holds.
    pub until: Option<NaiveDate>,
    /// The reason given.
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

/// Which dialects to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Our own only: for sources without findings, where only an unused or broken directive matters.
    Ours,
    /// Every dialect: for sources with findings.
    All,
}

/// A glance: false when [`scan`] would find nothing.
pub fn may_hold(bytes: &[u8], _which: Which) -> bool {
    memchr::memmem::find(bytes, b"plimsoll:").is_some()
}

/// Every directive of a source, in order.
pub fn scan(_source: &Source, _dockerfile: Option<&Dockerfile>, _which: Which) -> Vec<Directive> {
    Vec::new()
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
