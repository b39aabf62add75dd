//! The images that a Dockerfile builds on or copies from.

use std::collections::BTreeSet;

use crate::inventory::Scope;
use crate::parse::dockerfile::{Base, Dockerfile, Stages, is_dockerfile_name};
use crate::source::{RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::image;

/// See the module.
pub(super) struct BaseImages {
    /// Files that are Dockerfiles whatever their name.
    pub(super) named: BTreeSet<RelPath>,
}

impl Cataloger for BaseImages {
    fn format(&self) -> &'static str {
        "Dockerfile"
    }

    fn wants(&self, path: &RelPath) -> bool {
        is_dockerfile_name(path.file_name()) || self.named.contains(path)
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        let dockerfile = Dockerfile::parse(source);
        let stages = dockerfile.stages();
        let shipped = shipped(stages);
        let mut needs = BTreeSet::new();
        for stage in stages.iter() {
            let scope = if shipped.contains(&stage.index) { Scope::Runtime } else { Scope::Development };
            for reference in &stage.references {
                let Base::Image(reference_to) = &reference.to else { continue };
                let Ok(mut package) = image::package(reference_to) else { continue };
                package.scope = scope;
                needs.insert(package.purl.clone());
                harvest.package(package, reference.word.span.range());
            }
        }
        if !needs.is_empty() {
            harvest.root(None, None, needs);
        }
    }
}

/// The stage that ships, and the stages it is built FROM; the others only lend files.
fn shipped(stages: &Stages) -> BTreeSet<usize> {
    let mut shipped = BTreeSet::new();
    let mut next = stages.target();
    while let Some(stage) = next {
        if !shipped.insert(stage.index) {
            break;
        }
        next = match stage.base {
            Base::Stage(index) => stages.get(index),
            _ => None,
        };
    }
    shipped
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn stages_copies_and_mounts() {
        let text = "ARG V=3.20\nFROM golang:1.22 AS build\nRUN --mount=type=bind,from=ghcr.example/o/tool:1,target=/t x\nFROM alpine:${V} AS base\nFROM base\nCOPY --from=build /a /a\nCOPY --from=busybox:1.36 /bin/sh /sh\n";
        let cataloger = BaseImages { named: BTreeSet::new() };
        let harvest = fixture::read(&cataloger, "api/Dockerfile", text);
        assert_eq!(
            fixture::packages(&harvest),
            [
                "4 pkg:docker/alpine@3.20 Runtime",
                "7 pkg:docker/busybox@1.36 Runtime",
                "2 pkg:docker/golang@1.22 Development",
                "3 pkg:docker/o/tool@1?repository_url=ghcr.example Development",
            ]
        );
    }
}
