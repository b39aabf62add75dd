//! Lock files, base images and actions → packages: one file per format.

mod cargo_lock;
#[cfg(test)]
mod fixture;
mod go_mod;
mod harvest;
mod hash;
mod json;
mod npm;
mod package_lock;
mod pnpm_lock;
mod poetry_lock;
mod python;
mod requirements;
mod scope;
mod text;
mod toml;
mod url;
mod uv_lock;
mod yarn_lock;

pub use harvest::{Broken, Cataloger, Harvest, Hashless, Unpinned};

/// Every format that is read.
pub fn catalogers() -> Vec<Box<dyn Cataloger>> {
    vec![
        Box::new(cargo_lock::CargoLock),
        Box::new(go_mod::GoMod),
        Box::new(package_lock::PackageLock),
        Box::new(pnpm_lock::PnpmLock),
        Box::new(poetry_lock::PoetryLock),
        Box::new(requirements::Requirements),
        Box::new(uv_lock::UvLock),
        Box::new(yarn_lock::YarnLock),
    ]
}
