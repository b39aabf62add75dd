//! `unused-suppression`

use crate::card;
use crate::finding::Draft;
use crate::rule::RuleMeta;
use crate::source::Span;

pub(in crate::gate) static META: RuleMeta = card! {
    /// ## What it does
    /// Finds suppressions, in comments and in the configuration, that suppress nothing although the rules they name
    /// were looked for. Rules that were not asked for in this run, and files that could not be looked at, are never
    /// held against a suppression; nor are comments of other tools.
    ///
    /// ## Why it matters
    /// What it suppressed is gone. Left where it is, it will hide the next finding of its kind, which nobody agreed
    /// to.
    ///
    /// ## Bad
    /// ```dockerfile,bad
    /// # plimsoll: ignore[root-user] -- the entry point drops to uid 1000 itself
    /// USER 1000
    /// ```
    ///
    /// ## Good
    /// ```dockerfile,good
    /// USER 1000
    /// ```
    ///
    /// ## How to fix
    /// Remove it, or take the rule out of its list.
    id: "unused-suppression",
    family: Suppression,
    summary: "a suppression suppresses nothing",
    severity: Low,
    confidence: High,
    persona: Regular,
    since: "0.1.0",
    aliases: [],
    controls: [],
    references: [],
};

pub(in crate::gate) fn draft(span: Span, name: &str, remedy: impl Into<String>) -> Draft {
    Draft::new(&META, span, format!("the suppression of `{name}` suppresses nothing"))
        .help(remedy)
        .anchor(name)
}
