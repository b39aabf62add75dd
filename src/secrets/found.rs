//! A secret that a matcher found.

use std::ops::Range;

use crate::rule::{Confidence, Severity};

/// A secret that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// How many of them are a public prefix.
    pub(super) shown: usize,
    /// True when a structure inside was checked.
    pub(super) verified: bool,
    /// Another severity than the rule's own.
    pub(super) severity: Option<Severity>,
    /// Another confidence than the rule's own.
    pub(super) confidence: Option<Confidence>,
    /// The name that the secret stands under.
    pub(super) name: Option<Range<usize>>,
}

impl Found {
    pub(super) fn new(range: Range<usize>) -> Self {
        Self { range, shown: 0, verified: false, severity: None, confidence: None, name: None }
    }

    pub(super) fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    pub(super) fn shown(mut self, shown: usize) -> Self {
        self.shown = shown;
        self
    }

    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    pub(super) fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }
}
