//! `Cargo.lock`, versions 1 to 4 (<https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html>).

use std::collections::{BTreeSet, HashMap};

use ::toml::de::DeTable;

use crate::inventory::{Package, Purl};
use crate::source::{RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::{hash, toml, url};

/// See the module.
pub(super) struct CargoLock;

impl Cataloger for CargoLock {
    fn format(&self) -> &'static str {
        "Cargo.lock"
    }

    fn wants(&self, path: &RelPath) -> bool {
        path.file_name() == b"Cargo.lock"
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        toml::read(source, harvest, packages);
    }
}

fn packages(document: &DeTable<'_>, harvest: &mut Harvest) {
    let mut crates: Vec<Crate<'_>> = Vec::new();
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (entry, place) in toml::entries(document, "package") {
        let (Some(name), Some(version)) = (toml::string(entry, "name"), toml::string(entry, "version"))
        else {
            harvest.broken(place, "the entry has no name or no version");
            continue;
        };
        let from = toml::string(entry, "source");
        let purl = from.and_then(|from| {
            let checksum = toml::string(entry, "checksum").or_else(|| {
                // Version 1 keeps the checksums at the end of the file.
                toml::string(
                    toml::table(document, "metadata")?,
                    &format!("checksum {name} {version} ({from})"),
                )
            });
            add(name, version, from, checksum, place, harvest)
        });
        let needs = toml::array(entry, "dependencies").filter_map(|item| item.get_ref().as_str()).collect();
        by_name.entry(name).or_default().push(crates.len());
        crates.push(Crate { name, version, source: from, purl, needs });
    }
    for krate in &crates {
        let needs: BTreeSet<Purl> = krate
            .needs
            .iter()
            .filter_map(|text| resolve(text, &by_name, &crates))
            .filter_map(|id| crates.get(id)?.purl.clone())
            .collect();
        match (&krate.purl, krate.source) {
            (Some(from), _) => harvest.needs(from, &needs),
            // Without a source it is a member of the workspace or a path dependency: built here.
            (None, None) => harvest.root(Some(krate.name), Some(krate.version), needs),
            (None, Some(_)) => {}
        }
    }
}

struct Crate<'t> {
    name: &'t str,
    version: &'t str,
    source: Option<&'t str>,
    purl: Option<Purl>,
    needs: Vec<&'t str>,
}

/// `name`, `name version` or `name version (source)`: as much as tells it apart.
fn resolve(text: &str, by_name: &HashMap<&str, Vec<usize>>, crates: &[Crate<'_>]) -> Option<usize> {
    let mut parts = text.splitn(3, ' ');
    let ids = by_name.get(parts.next()?)?;
    let version = parts.next();
    let source = parts.next().and_then(|source| source.strip_prefix('(')?.strip_suffix(')'));
    ids.iter().copied().find(|id| {
        crates.get(*id).is_some_and(|krate| {
            version.is_none_or(|version| krate.version == version)
                && source.is_none_or(|source| krate.source == Some(source))
        })
    })
}

fn add(
    name: &str,
    version: &str,
    source: &str,
    checksum: Option<&str>,
    place: std::ops::Range<u32>,
    harvest: &mut Harvest,
) -> Option<Purl> {
    let vcs = source.strip_prefix("git+").and_then(|address| url::vcs(address, None));
    let qualifiers: Vec<(&str, &str)> = vcs.iter().map(|vcs| ("vcs_url", vcs.as_str())).collect();
    let purl = match Purl::new("cargo", None, name, Some(version), &qualifiers) {
        Ok(purl) => purl,
        Err(error) => {
            harvest.broken(place, error.to_string());
            return None;
        }
    };
    let mut package = Package::new(purl.clone(), name, Some(version.to_owned()));
    package.checksums.extend(checksum.and_then(hash::bare_hex));
    harvest.hash_seen(!package.checksums.is_empty());
    let registry = source.starts_with("registry+") || source.starts_with("sparse+");
    if package.checksums.is_empty() && registry {
        harvest.hashless(place.clone(), &package, "checksum");
    }
    harvest.package(package, place);
    Some(purl)
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    /// SHA-256 of nothing: FIPS 180-4 test value.
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn members_registries_git_and_twins() {
        let text = format!(
            r#"# generated
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "dep 1.0.0",
 "forked",
 "helper",
]

[[package]]
name = "dep"
version = "1.0.0"
source = "registry+https://r.example/index"
checksum = "{EMPTY}"
dependencies = ["dep 2.0.0 (registry+https://r.example/index)"]

[[package]]
name = "dep"
version = "2.0.0"
source = "sparse+https://r.example/index/"

[[package]]
name = "dep"
version = "2.0.0"
source = "registry+https://r.example/index"
checksum = "{EMPTY}"

[[package]]
name = "forked"
version = "0.3.0+build"
source = "git+https://user:pass@h.example/o/forked?branch=main#0af1"

[[package]]
name = "helper"
version = "0.2.0"
dependencies = ["dep 2.0.0 (sparse+https://r.example/index/)"]
"#
        );
        let harvest = fixture::read(&CargoLock, "rust/Cargo.lock", &text);
        assert!(harvest.broken.is_empty());
        assert_eq!(
            fixture::packages(&harvest),
            [
                "14 pkg:cargo/dep@1.0.0 Runtime",
                "21 pkg:cargo/dep@2.0.0 Runtime",
                "32 pkg:cargo/forked@0.3.0%2Bbuild?vcs_url=git%2Bhttps:%2F%2Fh.example%2Fo%2Fforked%400af1 Runtime",
            ]
        );
        assert_eq!(fixture::edges(&harvest), ["pkg:cargo/dep@1.0.0 > pkg:cargo/dep@2.0.0"]);
        assert_eq!(
            fixture::roots(&harvest),
            [
                "app 0.1.0 > pkg:cargo/dep@1.0.0 pkg:cargo/forked@0.3.0%2Bbuild?vcs_url=git%2Bhttps:%2F%2Fh.example%2Fo%2Fforked%400af1",
                "helper 0.2.0 > pkg:cargo/dep@2.0.0",
            ]
        );
        assert_eq!(harvest.hashless.len(), 1);
        assert_eq!(harvest.hashless[0].span.region().start.line, 21);
    }

    #[test]
    fn version_1_keeps_checksums_apart() {
        let text = format!(
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://r.example/index\"\n\n[metadata]\n\"checksum a 1.0.0 (registry+https://r.example/index)\" = \"{EMPTY}\"\n"
        );
        let harvest = fixture::read(&CargoLock, "Cargo.lock", &text);
        assert_eq!(harvest.inventory.packages.values().next().unwrap().checksums.first().unwrap().hex, EMPTY);
        assert!(harvest.hashless.is_empty());
    }

    #[test]
    fn a_file_that_breaks_off_or_holds_a_merge_conflict_keeps_the_rest() {
        let head = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"git+https://h.example/a#0\"\n";
        let harvest = fixture::read(&CargoLock, "Cargo.lock", &format!("{head}\n[[package]]\nname = \"b"));
        assert_eq!(harvest.inventory.packages.len(), 1);
        assert!(!harvest.broken.is_empty());
        let harvest =
            fixture::read(&CargoLock, "Cargo.lock", &format!("<<<<<<< HEAD\n{head}=======\n>>>>>>> x\n"));
        assert_eq!(harvest.inventory.packages.len(), 1);
        assert_eq!(harvest.broken[0].span.region().start.line, 1);
    }
}
