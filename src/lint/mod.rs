//! The Dockerfile detector: one rule, one file.

mod arguments;
mod credential;
mod model;
pub mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use model::{External, Model, RunScript};

use crate::detect::{Detector, Reporter, Sink};
use crate::finding::{Gap, GapKind};
use crate::outcome::Fact;
use crate::parse::build_context::BuildPlan;
use crate::parse::dockerfile::{Dockerfile, is_dockerfile_name};
use crate::rule::{Family, RuleMeta};
use crate::source::{Kind, RelPath, Source};

/// What the configuration says about Dockerfiles.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Registries and repositories that base images may come from; empty means that nobody said.
    pub trusted_registries: Vec<String>,
    /// Stages that ship beside the last one.
    pub targets: Vec<String>,
    /// Files that are Dockerfiles whatever their name, because the user named them.
    pub named: BTreeSet<RelPath>,
    /// The day to judge dates by.
    pub today: chrono::NaiveDate,
}

/// A rule about one Dockerfile: its card and its check.
#[derive(Debug)]
pub struct Rule {
    /// The card.
    pub meta: RuleMeta,
    /// Looks at the model and reports.
    pub check: fn(&Model<'_>, &mut Reporter<'_, '_>),
}

/// Judges Dockerfiles.
#[derive(Debug)]
pub struct DockerfileDetector {
    settings: Settings,
    plans: BTreeMap<RelPath, BuildPlan>,
}

impl DockerfileDetector {
    /// A detector for these settings. Where a Dockerfile has several plans, the one without a target and without
    /// arguments is judged, else the first in order.
    pub fn new(settings: Settings, plans: &[BuildPlan]) -> Self {
        let mut chosen: BTreeMap<RelPath, BuildPlan> = BTreeMap::new();
        let mut sorted: Vec<_> = plans.iter().collect();
        sorted.sort_by_key(|plan| (plan.target.is_some(), !plan.args.is_empty(), (*plan).clone()));
        for plan in sorted {
            chosen.entry(plan.dockerfile.clone()).or_insert_with(|| plan.clone());
        }
        Self { settings, plans: chosen }
    }
}

impl Detector for DockerfileDetector {
    fn family(&self) -> Family {
        Family::Dockerfile
    }

    fn wants(&self, source: &Source) -> bool {
        source.kind() == Kind::File
            && source.is_file_start()
            && source.origins().iter().any(|origin| {
                is_dockerfile_name(origin.path().file_name()) || self.settings.named.contains(origin.path())
            })
    }

    fn inspect(&self, source: &Source, sink: &mut Sink<'_>) {
        let file = Arc::new(Dockerfile::parse(source));
        let plan = source.origins().iter().find_map(|origin| self.plans.get(origin.path()));
        let none = BTreeMap::new();
        let model = Model::new(
            &file,
            &self.settings,
            plan.map_or(&none, |plan| &plan.args),
            plan.and_then(|plan| plan.target.as_deref()),
        );
        for run in model.scripts.iter().filter(|run| run.script.truncated) {
            sink.gaps.push(Gap {
                path: source.path().to_string(),
                kind: GapKind::OverBudget,
                detail: format!(
                    "the script of instruction {} has more commands than are read; split it up",
                    run.instruction + 1
                ),
            });
        }
        for rule in rules::RULES {
            if sink.admits(&rule.meta) {
                (rule.check)(&model, &mut sink.reporter(&rule.meta));
            }
        }
        drop(model);
        sink.facts.push(Fact::Dockerfile(file));
    }
}
