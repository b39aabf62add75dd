//! `expired-suppression`

use chrono::NaiveDate;

use crate::card;
use crate::finding::Draft;
use crate::rule::RuleMeta;
use crate::source::Span;

pub(in crate::gate) static META: RuleMeta = card! {
    /// ## What it does
    /// Finds suppressions whose last day lies in the past. They have no effect any more.
    ///
    /// ## Why it matters
    /// A date says when somebody meant to look again. That day has come: what was suppressed counts again, and a
    /// comment that looks as if it held misleads whoever reads it.
    ///
    /// ## Bad
    /// ```dockerfile,bad
    /// # plimsoll: ignore[root-user] until=2020-01-31 -- until the new image is out
    /// ```
    ///
    /// ## Good
    /// ```dockerfile,good
    /// # plimsoll: ignore[root-user] until=2999-12-31 -- until the new image is out
    /// ```
    ///
    /// ## How to fix
    /// Put right what was suppressed and remove the suppression, or agree on a later date.
    id: "expired-suppression",
    family: Suppression,
    summary: "a suppression is past its last day and has no effect",
    severity: Medium,
    confidence: High,
    persona: Regular,
    since: "0.1.0",
    aliases: [],
    controls: [],
    references: [],
};

pub(in crate::gate) fn draft(span: Span, names: &str, until: NaiveDate) -> Draft {
    Draft::new(&META, span, format!("the suppression of `{names}` ended on {until} and has no effect"))
        .help("put right what it suppressed and remove it, or set a later date")
        .anchor(format!("{names} {until}"))
}
