//! Comments that ask to suppress findings, in our own words and those of other tools.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::source::Span;

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
