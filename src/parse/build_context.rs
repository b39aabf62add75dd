//! How a Dockerfile is built, what its build is sent, and what its COPY and ADD instructions take of it.

use std::collections::BTreeMap;

use crate::source::RelPath;

/// One way in which a Dockerfile is built: from the configuration, a compose file, or by convention.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BuildPlan {
    /// The Dockerfile.
    pub dockerfile: RelPath,
    /// The folder that is sent.
    pub context: RelPath,
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// The stage to build; the last one when `None`.
    pub target: Option<String>,
}

/// A build context.
#[derive(Debug)]
pub struct BuildContext {}
