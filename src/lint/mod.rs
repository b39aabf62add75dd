//! The Dockerfile detector: one rule, one file.

use std::collections::BTreeSet;

use crate::source::RelPath;

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
