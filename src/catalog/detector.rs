//! The catalogers as one detector: inventories as facts, and findings about the files themselves.

use std::collections::BTreeSet;

use crate::detect::{Detector, Sink};
use crate::outcome::Fact;
use crate::rule::Family;
use crate::source::{Kind, RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::{catalogers, rules, scope};

/// What the configuration says about catalogers.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Files that are Dockerfiles whatever their name, because the user named them.
    pub dockerfiles: BTreeSet<RelPath>,
}

/// Shows every file to the cataloger of its format.
pub struct CatalogDetector {
    catalogers: Vec<Box<dyn Cataloger>>,
}

impl CatalogDetector {
    /// With every format.
    pub fn new(settings: &Settings) -> Self {
        Self { catalogers: catalogers(settings) }
    }

    /// What one file holds; `None` when no format wants it.
    pub fn harvest(&self, source: &Source) -> Option<(&'static str, Harvest)> {
        let cataloger = self.find(source.path())?;
        let mut harvest = Harvest::new(source);
        cataloger.catalog(source, &mut harvest);
        scope::anchor(&mut harvest.inventory);
        Some((cataloger.format(), harvest))
    }

    fn find(&self, path: &RelPath) -> Option<&dyn Cataloger> {
        self.catalogers.iter().find(|cataloger| cataloger.wants(path)).map(AsRef::as_ref)
    }
}

impl Detector for CatalogDetector {
    fn family(&self) -> Family {
        Family::Sbom
    }

    fn wants(&self, source: &Source) -> bool {
        source.kind() == Kind::File && self.find(source.path()).is_some()
    }

    fn inspect(&self, source: &Source, sink: &mut Sink<'_>) {
        let Some((format, harvest)) = self.harvest(source) else { return };
        let subject = rules::Subject { format, harvest: &harvest, persona: sink.persona() };
        for rule in rules::ALL {
            let mut reporter = sink.reporter(&rule.meta);
            if reporter.is_open() {
                (rule.check)(&subject, &mut reporter);
            }
        }
        sink.facts.push(Fact::Inventory(harvest.inventory));
    }
}
