//! Lock files, base images and actions → packages: one file per format.

mod base_images;
mod cargo_lock;
mod detector;
#[cfg(test)]
mod fixture;
mod go_mod;
mod harvest;
mod hash;
mod image;
mod json;
mod npm;
mod package_lock;
mod pnpm_lock;
mod poetry_lock;
mod python;
mod requirements;
pub mod rules;
mod scope;
mod text;
mod toml;
mod url;
mod uv_lock;
mod workflow;
mod yarn_lock;

pub use detector::{CatalogDetector, Settings};
pub use harvest::{Broken, Cataloger, Harvest, Hashless, Unpinned};

/// Every format that is read.
pub fn catalogers(settings: &Settings) -> Vec<Box<dyn Cataloger>> {
    vec![
        Box::new(base_images::BaseImages { named: settings.dockerfiles.clone() }),
        Box::new(cargo_lock::CargoLock),
        Box::new(go_mod::GoMod),
        Box::new(package_lock::PackageLock),
        Box::new(pnpm_lock::PnpmLock),
        Box::new(poetry_lock::PoetryLock),
        Box::new(requirements::Requirements),
        Box::new(uv_lock::UvLock),
        Box::new(workflow::Workflow),
        Box::new(yarn_lock::YarnLock),
    ]
}
