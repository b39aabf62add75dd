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
    /// Every file that is sensitive, by its name or by what was found in it, and what it holds.
    sensitive: BTreeMap<&'a RelPath, String>,
}

impl<'a> Scene<'a> {
    fn new(listing: &'a Listing, findings: &'a [Finding]) -> Self {
        let mut rules: BTreeMap<&RelPath, BTreeSet<&str>> = BTreeMap::new();
        let sure =
            |finding: &&Finding| finding.family == Family::Secret && finding.confidence > Confidence::Low;
        for finding in findings.iter().filter(sure) {
            for origin in finding.primary.place.origins.iter() {
                rules.entry(origin.path()).or_default().insert(finding.rule.as_str());
            }
        }
        let by_name = listing.paths.iter();
        let by_name = by_name.filter_map(|path| Some((path, sensitive_name(path.as_bytes())?.to_owned())));
        let mut sensitive: BTreeMap<&RelPath, String> = by_name.collect();
        for (path, rules) in rules {
            let rules: Vec<&str> = rules.into_iter().collect();
            sensitive.insert(path, format!("holds {}", rules.join(", ")));
        }
        Self { listing, sensitive }
    }

    /// The sensitive files below a folder, and what they hold.
    pub fn sensitive_below(&self, folder: &RelPath) -> impl Iterator<Item = (&RelPath, &str)> {
        let below = self.sensitive.range(folder.first_below()..);
        below.take_while(|(path, _)| path.below(folder).is_some()).map(|(path, what)| (*path, what.as_str()))
    }

    /// True when a finding about these paths is about a change; always true when everything is judged.
    pub fn concerns_change<'p>(&self, mut paths: impl Iterator<Item = &'p RelPath>) -> bool {
        self.listing.changed.as_ref().is_none_or(|changed| paths.any(|path| changed.contains(path)))
    }
}

/// Runs every rule over what was seen so far.
pub fn review(listing: &Listing, findings: &[Finding], sink: &mut Sink<'_>) {
    let scene = Scene::new(listing, findings);
    for rule in RULES {
        (rule.check)(&scene, &mut sink.reporter(&rule.meta));
    }
}
