//! The socket that every checker plugs into: a detector, the sink it fills, the reporter it lends to one rule.

use std::collections::BTreeMap;

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::finding::{Draft, Gap};
use crate::outcome::{Coverage, Fact};
use crate::rule::{Family, Persona, RuleId, RuleMeta, Severity};
use crate::source::{Sensitive, Source, Span};

/// Looks at one source at a time. Knows no files and no threads.
pub trait Detector: Send + Sync {
    /// The family that its findings belong to.
    fn family(&self) -> Family;

    /// True when it wants to see this source: a glance at kind, path and perhaps the first bytes.
    fn wants(&self, source: &Source) -> bool;

    /// True when it can judge a window of a larger file; the others are shown whole files only.
    fn takes_windows(&self) -> bool {
        false
    }

    /// Looks, and fills the sink.
    fn inspect(&self, source: &Source, sink: &mut Sink<'_>);
}

/// Which rules may report, and at what severity. Whoever is not admitted makes no finding in the first place.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The strictest persona that is heard.
    pub persona: Persona,
    /// Families asked for.
    pub families: Vec<Family>,
    only: Option<GlobSet>,
    skip: GlobSet,
    severities: BTreeMap<RuleId, Severity>,
}

impl Selection {
    /// Every rule of these families that the persona hears.
    pub fn new(persona: Persona, families: Vec<Family>) -> Self {
        Self { persona, families, only: None, skip: GlobSet::empty(), severities: BTreeMap::new() }
    }

    /// Only rules that match one of these globs, whatever their persona; an empty list means all.
    pub fn only(mut self, names: &[String]) -> Result<Self, globset::Error> {
        self.only = if names.is_empty() { None } else { Some(glob_set(names)?) };
        Ok(self)
    }

    /// No rule that matches one of these globs.
    pub fn skip(mut self, names: &[String]) -> Result<Self, globset::Error> {
        self.skip = glob_set(names)?;
        Ok(self)
    }

    /// Another severity for a rule, in place of every severity it reports.
    pub fn set_severity(&mut self, rule: RuleId, severity: Severity) {
        self.severities.insert(rule, severity);
    }

    /// The severity that the configuration gives to a rule in place of every severity it reports.
    pub fn severity(&self, meta: &RuleMeta) -> Option<Severity> {
        self.severities.get(&meta.id).copied()
    }

    /// True when findings of this rule are wanted.
    pub fn admits(&self, meta: &RuleMeta) -> bool {
        let name = meta.id.as_str();
        let named = self.only.as_ref().is_some_and(|only| only.is_match(name));
        self.families.contains(&meta.family)
            && !self.skip.is_match(name)
            && (named || (self.only.is_none() && meta.persona <= self.persona))
    }
}

fn glob_set(names: &[String]) -> Result<GlobSet, globset::Error> {
    let mut builder = GlobSetBuilder::new();
    for name in names {
        builder.add(Glob::new(name)?);
    }
    builder.build()
}

/// What detectors made of one source.
#[derive(Debug)]
pub struct Sink<'a> {
    selection: &'a Selection,
    /// Findings, still pointing into live bytes.
    pub drafts: Vec<Draft>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Bytes that could not be looked at.
    pub gaps: Vec<Gap>,
    /// Stretches of the source that must be masked.
    pub sensitive: Vec<Sensitive>,
    /// What a detector could only judge in part.
    pub coverage: Coverage,
}

impl<'a> Sink<'a> {
    /// An empty sink under a selection.
    pub fn new(selection: &'a Selection) -> Self {
        Self {
            selection,
            drafts: Vec::new(),
            facts: Vec::new(),
            gaps: Vec::new(),
            sensitive: Vec::new(),
            coverage: Coverage::default(),
        }
    }

    /// True when findings of this rule are wanted; lets a detector skip costly work.
    pub fn admits(&self, meta: &RuleMeta) -> bool {
        self.selection.admits(meta)
    }

    /// The persona asked for.
    pub fn persona(&self) -> Persona {
        self.selection.persona
    }

    /// Lends the sink to one rule.
    pub fn reporter<'s>(&'s mut self, meta: &'s RuleMeta) -> Reporter<'s, 'a> {
        let open = self.selection.admits(meta);
        Reporter { meta, open, sink: self }
    }

    /// Declares bytes of the source at hand sensitive; `shown` bytes at the front may be displayed. Counts
    /// whether or not the rule that found them is admitted.
    pub fn mark_sensitive(&mut self, range: std::ops::Range<u32>, shown: u32) {
        self.sensitive.push(Sensitive { range, shown });
    }
}

/// A sink lent to one rule: no rule can report under another's name, nor when it is not wanted.
#[derive(Debug)]
pub struct Reporter<'s, 'a> {
    meta: &'s RuleMeta,
    open: bool,
    sink: &'s mut Sink<'a>,
}

impl Reporter<'_, '_> {
    /// The rule's card.
    pub fn meta(&self) -> &RuleMeta {
        self.meta
    }

    /// True when findings are wanted.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Starts a finding of this rule at `span`; hand it back through [`Reporter::report`].
    pub fn draft(&self, span: Span, message: impl Into<String>) -> Draft {
        Draft::new(self.meta, span, message)
    }

    /// Declares bytes of the source at hand sensitive; see [`Sink::mark_sensitive`].
    pub fn mark_sensitive(&mut self, range: std::ops::Range<u32>, shown: u32) {
        self.sink.mark_sensitive(range, shown);
    }

    /// Files a finding under this rule's name. The configuration's severity for the rule wins over the draft's.
    pub fn report(&mut self, mut draft: Draft) {
        if !self.open {
            return;
        }
        draft.rule = self.meta.id.clone();
        draft.family = self.meta.family;
        if let Some(severity) = self.sink.selection.severities.get(&draft.rule) {
            draft.severity = *severity;
        }
        self.sink.drafts.push(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card;
    use crate::source::{Origin, Origins, RelPath};

    static REGULAR: RuleMeta = card! {
        /// A rule that everybody hears.
        id: "root-user",
        family: Dockerfile,
        summary: "regular",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: [],
        controls: [],
        references: [],
    };
    static AUDITOR: RuleMeta = card! {
        /// A rule for auditors.
        id: "root-group",
        family: Dockerfile,
        summary: "auditor",
        severity: Low,
        confidence: Low,
        persona: Auditor,
        since: "0.1.0",
        aliases: [],
        controls: [],
        references: [],
    };

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// Whether the regular rule and the auditor's rule are admitted.
    fn admitted(persona: Persona, only: &[&str], skip: &[&str]) -> (bool, bool) {
        let selection = Selection::new(persona, vec![Family::Dockerfile]);
        let selection = selection.only(&names(only)).unwrap().skip(&names(skip)).unwrap();
        (selection.admits(&REGULAR), selection.admits(&AUDITOR))
    }

    #[test]
    fn a_persona_hears_what_the_ones_before_it_hear() {
        assert_eq!(admitted(Persona::Regular, &[], &[]), (true, false));
        assert_eq!(admitted(Persona::Pedantic, &[], &[]), (true, false));
        assert_eq!(admitted(Persona::Auditor, &[], &[]), (true, true));
    }

    #[test]
    fn who_is_named_is_heard_by_every_persona_and_nobody_else_is() {
        assert_eq!(admitted(Persona::Regular, &["root-group"], &[]), (false, true));
        assert_eq!(admitted(Persona::Regular, &["root-*"], &[]), (true, true));
        assert_eq!(admitted(Persona::Auditor, &["other"], &[]), (false, false));
    }

    #[test]
    fn to_skip_beats_to_name() {
        assert_eq!(admitted(Persona::Auditor, &["root-*"], &["root-user"]), (false, true));
        assert_eq!(admitted(Persona::Auditor, &[], &["root-*"]), (false, false));
    }

    #[test]
    fn a_family_that_was_not_asked_for_is_silent_even_if_named() {
        let selection = Selection::new(Persona::Auditor, vec![Family::Secret]);
        assert!(!selection.only(&names(&["root-user"])).unwrap().admits(&REGULAR));
    }

    #[test]
    fn a_rule_reports_under_its_own_name_and_the_severity_of_the_configuration() {
        let source = Source::new(Origins::new(Origin::Stdin { path: RelPath::from("a") }), b"x".to_vec());
        let mut selection = Selection::new(Persona::Regular, vec![Family::Dockerfile]);
        selection.set_severity(REGULAR.id.clone(), Severity::Low);
        let mut sink = Sink::new(&selection);
        let mut draft = Draft::new(&AUDITOR, source.whole(), "someone else's").severity(Severity::Critical);
        draft.family = Family::Secret;
        sink.reporter(&REGULAR).report(draft.clone());
        sink.reporter(&AUDITOR).report(draft);
        assert_eq!(sink.drafts.len(), 1, "the auditor's rule is not heard");
        let filed = &sink.drafts[0];
        assert_eq!(
            (&filed.rule, filed.family, filed.severity),
            (&REGULAR.id, Family::Dockerfile, Severity::Low)
        );
    }
}
