//! Lock files, base images and actions → packages: one file per format.

#[cfg(test)]
mod fixture;
mod harvest;
mod hash;
mod json;
mod npm;
mod package_lock;
mod text;
mod url;

pub use harvest::{Broken, Cataloger, Harvest, Hashless, Unpinned};

/// Every format that is read.
pub fn catalogers() -> Vec<Box<dyn Cataloger>> {
    vec![Box::new(package_lock::PackageLock)]
}
