//! Checks that need more than one file: what a build would take of its context.

mod rules;

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::{Reporter, Sink};
use crate::finding::Finding;
use crate::rule::{Confidence, Family, RuleMeta};
use crate::sensitive_files::sensitive_name;
use crate::source::RelPath;
use crate::walk::Listing;

pub use rules::RULES;

/// A check over everything that a run saw.
pub struct Rule {
    /// Its card.
    pub meta: RuleMeta,
    /// What it does.
    pub check: fn(&Scene<'_>, &mut Reporter<'_, '_>),
}

/// Everything that a run saw.
pub struct Scene<'a> {
    /// Paths, contexts, and what changed.
    pub listing: &'a Listing,
    /// Rules of the secret findings, by the path that holds them.
    pub secrets: BTreeMap<&'a RelPath, BTreeSet<&'a str>>,
}

impl Scene<'_> {
    /// Every file that is sensitive, by its name or by what was found in it, and what it holds.
    pub fn sensitive_paths(&self) -> impl Iterator<Item = (&RelPath, String)> {
        let by_name = self.listing.paths.iter().filter(|path| !self.secrets.contains_key(path));
        let by_name = by_name.filter_map(|path| Some((path, sensitive_name(path.as_bytes())?.to_owned())));
        let by_content = self.secrets.iter().map(|(path, rules)| {
            let rules: Vec<&str> = rules.iter().copied().collect();
            (*path, format!("holds {}", rules.join(", ")))
        });
        by_name.chain(by_content)
    }

    /// True when a finding about these paths is about a change; always true when everything is judged.
    pub fn concerns_change<'p>(&self, mut paths: impl Iterator<Item = &'p RelPath>) -> bool {
        self.listing.changed.as_ref().is_none_or(|changed| paths.any(|path| changed.contains(path)))
    }
}

/// Runs every rule over what was seen so far.
pub fn review(listing: &Listing, findings: &[Finding], sink: &mut Sink<'_>) {
    let mut secrets: BTreeMap<&RelPath, BTreeSet<&str>> = BTreeMap::new();
    let sure = |finding: &&Finding| finding.family == Family::Secret && finding.confidence > Confidence::Low;
    for finding in findings.iter().filter(sure) {
        for origin in finding.primary.place.origins.iter() {
            secrets.entry(origin.path()).or_default().insert(finding.rule.as_str());
        }
    }
    let scene = Scene { listing, secrets };
    for rule in RULES {
        (rule.check)(&scene, &mut sink.reporter(&rule.meta));
    }
}
