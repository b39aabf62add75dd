//! What can be wrong with the files that packages are read from: one rule, one file.

mod dependency_without_hash;
mod lockfile_unparsable;
mod unpinned_action;

use crate::detect::Reporter;
use crate::rule::{Persona, RuleMeta};

use super::harvest::Harvest;

/// What a rule looks at: what was taken from one file.
pub(super) struct Subject<'h> {
    /// The format of the file.
    pub(super) format: &'static str,
    /// What it yielded.
    pub(super) harvest: &'h Harvest,
    /// Who is listening.
    pub(super) persona: Persona,
}

/// A rule: its card, and how it judges one file.
pub struct Rule {
    /// Everything that is known of it without running it.
    pub meta: RuleMeta,
    pub(super) check: fn(&Subject<'_>, &mut Reporter<'_, '_>),
}

/// Every rule of the family.
pub static ALL: &[&Rule] =
    &[&dependency_without_hash::RULE, &lockfile_unparsable::RULE, &unpinned_action::RULE];
