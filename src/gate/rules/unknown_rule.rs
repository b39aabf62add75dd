//! `unknown-rule-in-suppression`

use crate::card;
use crate::finding::Draft;
use crate::gate::book::Metas;
use crate::rule::RuleMeta;
use crate::source::Span;

pub(in crate::gate) static META: RuleMeta = card! {
    /// ## What it does
    /// Finds suppressions in comments that name a rule which does not exist. In the configuration file that is an
    /// error.
    ///
    /// ## Why it matters
    /// A misspelt name suppresses nothing, and whoever wrote it believes that it does. Ids of other tools belong in
    /// those tools' own comments, which Plimsoll honours.
    ///
    /// ## Bad
    /// ```dockerfile,bad
    /// # plimsoll: ignore[rootuser] -- the entry point drops to uid 1000 itself
    /// ```
    ///
    /// ## Good
    /// ```dockerfile,good
    /// # plimsoll: ignore[root-user] -- the entry point drops to uid 1000 itself
    /// ```
    ///
    /// ## How to fix
    /// `plimsoll rules` lists every rule.
    id: "unknown-rule-in-suppression",
    family: Suppression,
    summary: "a suppression names a rule that does not exist",
    severity: Medium,
    confidence: High,
    persona: Regular,
    since: "0.1.0",
    aliases: [],
    controls: [],
    references: [],
};

/// A suggestion must be at least this much alike.
const ALIKE: f64 = 0.8;

pub(in crate::gate) fn draft(span: Span, name: &str, metas: &Metas<'_>) -> Draft {
    let help = match suggestion(name, metas) {
        Some(known) => format!("write `{known}`"),
        None => "see `plimsoll rules` for every rule".to_owned(),
    };
    Draft::new(&META, span, format!("there is no rule `{name}`, so nothing is suppressed by it"))
        .help(help)
        .anchor(name)
}

/// The rule that has this name in another tool, else the one whose name is most alike.
fn suggestion<'a>(name: &str, metas: &Metas<'a>) -> Option<&'a str> {
    let by_alias =
        metas.values().find(|meta| meta.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name)));
    if let Some(meta) = by_alias {
        return Some(meta.id.as_str());
    }
    metas
        .values()
        .map(|meta| (strsim::jaro_winkler(name, meta.id.as_str()), meta.id.as_str()))
        .filter(|(alike, _)| *alike >= ALIKE)
        // Of equals the first by name.
        .fold(None, |best: Option<(f64, &str)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, known)| known)
}
