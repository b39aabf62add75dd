//! Rules about suppressions themselves: one rule, one file.

pub(super) mod expired;
pub(super) mod malformed;
pub(super) mod unknown_rule;
pub(super) mod unused;
pub(super) mod without_reason;

use crate::rule::{RuleId, RuleMeta};

/// Every rule of the family, in the order of their ids.
pub static ALL: &[&RuleMeta] =
    &[&expired::META, &malformed::META, &without_reason::META, &unknown_rule::META, &unused::META];

/// The card of a rule of this family.
pub(super) fn meta(id: &RuleId) -> Option<&'static RuleMeta> {
    ALL.iter().copied().find(|meta| meta.id == *id)
}
