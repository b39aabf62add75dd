//! What the lock files of Python's tools have in common: names, and packages by name.

use std::collections::HashMap;
use std::ops::Range;

use crate::inventory::{Package, Purl};

use super::harvest::Harvest;

/// The normal form of a name (PEP 503): lower case, runs of `-`, `_` and `.` become one dash.
pub(super) fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&part.to_lowercase());
    }
    out
}

/// A package of the Python ecosystem; a name that cannot be one is noted as broken.
pub(super) fn package(
    name: &str,
    version: Option<&str>,
    qualifiers: &[(&str, &str)],
    place: &Range<u32>,
    harvest: &mut Harvest,
) -> Option<Package> {
    match Purl::new("pypi", None, &normal(name), version, qualifiers) {
        Ok(purl) => Some(Package::new(purl, name, version.map(str::to_owned))),
        Err(error) => {
            harvest.broken(place.clone(), error.to_string());
            None
        }
    }
}

/// Packages of one file by their normal name; several versions where markers split.
#[derive(Default)]
pub(super) struct ByName(HashMap<String, Vec<(String, Purl)>>);

impl ByName {
    pub(super) fn add(&mut self, name: &str, version: &str, purl: Purl) {
        self.0.entry(normal(name)).or_default().push((version.to_owned(), purl));
    }

    /// All that the name and, where given, the version may mean.
    pub(super) fn find(&self, name: &str, version: Option<&str>) -> impl Iterator<Item = &Purl> {
        let found = self.0.get(&normal(name)).map(Vec::as_slice).unwrap_or_default();
        found.iter().filter(move |(at, _)| version.is_none_or(|version| at == version)).map(|(_, purl)| purl)
    }
}
