//! Every rule of every family, and the detectors that a run asks for. Ids are unique: a test holds it.

use crate::catalog::CatalogDetector;
use crate::lint::{self, DockerfileDetector};
use crate::parse::build_context::BuildPlan;
use crate::rule::RuleMeta;
use crate::secrets::{self, SecretDetector, SecretsError};
use crate::{catalog, gate, review};

/// Rules and detectors under given settings.
pub struct Registry {
    lint: lint::Settings,
    secrets: SecretDetector,
}

impl Registry {
    /// Compiles the rules.
    pub fn new(lint: lint::Settings, secrets: &secrets::Settings) -> Result<Self, SecretsError> {
        Ok(Self { lint, secrets: SecretDetector::new(secrets)? })
    }

    /// The card of every rule, sorted by id.
    pub fn metas(&self) -> Vec<&RuleMeta> {
        let mut metas: Vec<&RuleMeta> = lint::rules::RULES
            .iter()
            .map(|rule| &rule.meta)
            .chain(review::RULES.iter().map(|rule| &rule.meta))
            .chain(catalog::rules::ALL.iter().map(|rule| &rule.meta))
            .chain(gate::rules::ALL.iter().copied())
            .chain(self.secrets.metas())
            .collect();
        metas.sort_by(|a, b| a.id.cmp(&b.id));
        metas
    }

    /// The detector that finds secrets; `redact` needs its eyes whatever families were asked for.
    pub fn secrets(&self) -> &SecretDetector {
        &self.secrets
    }

    /// The detectors of Dockerfiles and of packages, for Dockerfiles that are built like this.
    pub fn for_builds(&self, builds: &[BuildPlan]) -> (DockerfileDetector, CatalogDetector) {
        let mut settings = self.lint.clone();
        settings.named.extend(builds.iter().map(|build| build.dockerfile.clone()));
        let catalog = CatalogDetector::new(&catalog::Settings { dockerfiles: settings.named.clone() });
        (DockerfileDetector::new(settings, builds), catalog)
    }
}
