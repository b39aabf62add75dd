//! `malformed-suppression`

use crate::card;
use crate::finding::Draft;
use crate::parse::directive::Flaw;
use crate::rule::RuleMeta;
use crate::source::Span;

pub(in crate::gate) static META: RuleMeta = card! {
    /// ## What it does
    /// Finds comments that were meant to suppress a finding and cannot be read: a misspelt word, a missing list of
    /// rules, a date that is none.
    ///
    /// ## Why it matters
    /// Such a comment has no effect, and whoever wrote it believes that it has.
    ///
    /// ## Bad
    /// ```dockerfile,bad
    /// # plimsoll: ignore[] -- no rule is named
    /// # plimsoll: ignore[sudo] until=31.12.2999 -- the date is not of the form year-month-day
    /// # plimsoll: ingore[sudo] -- misspelt
    /// ```
    ///
    /// ## Good
    /// ```dockerfile,good
    /// # plimsoll: ignore[sudo] until=2999-12-31 -- the base image has no other way
    /// ```
    ///
    /// ## How to fix
    /// Write `plimsoll: ignore[rule-a,rule-b] until=2027-03-01 -- reason`; `until=` may be left out, the list and the
    /// reason may not.
    id: "malformed-suppression",
    family: Suppression,
    summary: "a comment meant to suppress a finding cannot be read",
    severity: Medium,
    confidence: High,
    persona: Regular,
    since: "0.1.0",
    aliases: [],
    controls: [],
    references: [],
};

pub(in crate::gate) fn draft(span: Span, flaw: Flaw) -> Draft {
    let what = match flaw {
        Flaw::NoRules => "names no rule",
        Flaw::BadDate => "has a date that is not of the form 2027-03-01",
        Flaw::NoReason | Flaw::Unreadable => "cannot be read",
    };
    Draft::new(&META, span, format!("this suppression {what} and has no effect"))
        .help("write `plimsoll: ignore[rule-a,rule-b] until=2027-03-01 -- reason`")
        .anchor(what)
}
