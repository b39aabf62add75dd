//! `suppression-without-reason`

use crate::card;
use crate::finding::Draft;
use crate::rule::RuleMeta;
use crate::source::Span;

pub(in crate::gate) static META: RuleMeta = card! {
    /// ## What it does
    /// Finds suppressions of Plimsoll's own form that give no reason. They have no effect. Comments of other tools
    /// (`hadolint ignore=…`, `gitleaks:allow`, …) need none.
    ///
    /// ## Why it matters
    /// Whoever meets a suppression later, a reviewer or an auditor, must be able to tell whether it still stands.
    /// Without the reason nobody can, so it stays for ever.
    ///
    /// ## Bad
    /// ```dockerfile,bad
    /// # plimsoll: ignore[root-user]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile,good
    /// # plimsoll: ignore[root-user] -- the entry point drops to uid 1000 itself
    /// ```
    ///
    /// ## How to fix
    /// Write two dashes and the reason at the end.
    id: "suppression-without-reason",
    family: Suppression,
    summary: "a suppression gives no reason and has no effect",
    severity: Medium,
    confidence: High,
    persona: Regular,
    since: "0.1.0",
    aliases: [],
    controls: [],
    references: [],
};

pub(in crate::gate) fn draft(span: Span) -> Draft {
    Draft::new(&META, span, "this suppression gives no reason and has no effect")
        .help("say why at its end: `-- reason`")
        .anchor("no reason")
}
