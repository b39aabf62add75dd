//! `uv.lock` (<https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile>).

use std::collections::BTreeSet;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::inventory::{Purl, Scope};
use crate::source::{RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::python::{self, ByName};
use super::{hash, scope, toml, url};

/// See the module.
pub(super) struct UvLock;

impl Cataloger for UvLock {
    fn format(&self) -> &'static str {
        "uv.lock"
    }

    fn wants(&self, path: &RelPath) -> bool {
        path.file_name() == b"uv.lock" || path.file_name().ends_with(b".py.lock")
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        toml::read(source, harvest, packages);
    }
}

fn packages(document: &DeTable<'_>, harvest: &mut Harvest) {
    let mut by_name = ByName::default();
    let mut added: Vec<(Option<Purl>, &DeTable<'_>)> = Vec::new();
    for (entry, place) in toml::entries(document, "package") {
        let Some(name) = toml::string(entry, "name") else {
            harvest.broken(place, "the entry has no name");
            continue;
        };
        let from = toml::table(entry, "source");
        let has = |key: &str| from.is_some_and(|from| from.contains_key(key));
        if has("editable") || has("virtual") || has("directory") {
            added.push((None, entry));
            continue;
        }
        let Some(version) = toml::string(entry, "version") else {
            harvest.broken(place, "the entry has no version");
            continue;
        };
        let text = |key: &str| from.and_then(|from| toml::string(from, key));
        let vcs = text("git").and_then(|address| url::vcs(address, None));
        let qualifiers: Vec<(&str, &str)> = vcs.iter().map(|vcs| ("vcs_url", vcs.as_str())).collect();
        let Some(mut package) = python::package(name, Some(version), &qualifiers, &place, harvest) else {
            continue;
        };
        let sdist = toml::table(entry, "sdist");
        package.download_url = sdist
            .and_then(|sdist| toml::string(sdist, "url"))
            .or_else(|| text("url"))
            .and_then(url::download);
        let wheels = toml::array(entry, "wheels").filter_map(|wheel| wheel.get_ref().as_table());
        let hashes = sdist.into_iter().chain(wheels).filter_map(|file| toml::string(file, "hash"));
        package.checksums.extend(hashes.filter_map(hash::named_hex));
        harvest.hash_seen(!package.checksums.is_empty());
        if package.checksums.is_empty() && has("registry") {
            harvest.hashless(place.clone(), &package, "hash");
        }
        by_name.add(name, version, package.purl.clone());
        added.push((Some(package.purl.clone()), entry));
        harvest.package(package, place);
    }
    let mut seeds = Vec::new();
    for (purl, entry) in &added {
        let needs = found(toml::array(entry, "dependencies"), &by_name);
        let extras = grouped(entry, "optional-dependencies", &by_name);
        match purl {
            Some(from) => harvest.needs(from, needs.iter().chain(&extras)),
            None => {
                let development = grouped(entry, "dev-dependencies", &by_name);
                let all = needs.iter().chain(&extras).chain(&development).cloned().collect();
                harvest.root(toml::string(entry, "name"), toml::string(entry, "version"), all);
                seeds.push((Scope::Runtime, needs));
                seeds.push((Scope::Optional, extras));
                seeds.push((Scope::Development, development));
            }
        }
    }
    if seeds.is_empty() {
        // The lock of a script: it has no entry for the script itself.
        let needs = scope::unwanted(&harvest.inventory);
        harvest.root(None, None, needs);
    }
    scope::spread(&mut harvest.inventory, &seeds);
}

/// `{ name = "a", version = "1" }`, the version only where there are several.
fn found<'v, 't: 'v>(
    items: impl Iterator<Item = &'v Spanned<DeValue<'t>>>,
    by_name: &ByName,
) -> BTreeSet<Purl> {
    items
        .filter_map(|item| item.get_ref().as_table())
        .filter_map(|item| Some((toml::string(item, "name")?, toml::string(item, "version"))))
        .flat_map(|(name, version)| by_name.find(name, version))
        .cloned()
        .collect()
}

/// The dependencies of every extra or group.
fn grouped(entry: &DeTable<'_>, key: &str, by_name: &ByName) -> BTreeSet<Purl> {
    let groups = toml::table(entry, key).into_iter().flatten();
    groups
        .filter_map(|(_, group)| group.get_ref().as_array())
        .flat_map(|group| found(group.iter(), by_name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn workspace_groups_and_twins() {
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let text = format!(
            r#"version = 1
[[package]]
name = "app"
version = "0.1.0"
source = {{ virtual = "." }}
dependencies = [{{ name = "num", version = "1.0", marker = "x" }}, {{ name = "web" }}]

[package.optional-dependencies]
fast = [{{ name = "cy" }}]

[package.dev-dependencies]
dev = [{{ name = "lint" }}, {{ name = "web" }}]

[[package]]
name = "num"
version = "1.0"
source = {{ registry = "https://r.example/simple" }}
sdist = {{ url = "https://u:p@r.example/num.tar.gz?k=v", hash = "sha256:{digest}", size = 1 }}

[[package]]
name = "num"
version = "2.0"
source = {{ registry = "https://r.example/simple" }}
wheels = [{{ url = "https://r.example/num.whl", hash = "sha256:{digest}" }}]

[[package]]
name = "web"
version = "3.0"
source = {{ git = "https://h.example/o/web?rev=main#0af1" }}

[[package]]
name = "cy"
version = "4.0"
source = {{ registry = "https://r.example/simple" }}

[[package]]
name = "lint"
version = "5.0"
source = {{ registry = "https://r.example/simple" }}
dependencies = [{{ name = "num", version = "2.0" }}]
sdist = {{ url = "https://r.example/lint.tar.gz", hash = "sha256:{digest}" }}
"#
        );
        let harvest = fixture::read(&UvLock, "uv.lock", &text);
        assert!(harvest.broken.is_empty());
        assert_eq!(
            fixture::packages(&harvest),
            [
                "32 pkg:pypi/cy@4.0 Optional",
                "37 pkg:pypi/lint@5.0 Development",
                "15 pkg:pypi/num@1.0 Runtime",
                "21 pkg:pypi/num@2.0 Development",
                "27 pkg:pypi/web@3.0?vcs_url=git%2Bhttps:%2F%2Fh.example%2Fo%2Fweb%400af1 Runtime",
            ]
        );
        assert_eq!(fixture::edges(&harvest), ["pkg:pypi/lint@5.0 > pkg:pypi/num@2.0"]);
        assert_eq!(harvest.inventory.roots[0].needs.len(), 4);
        assert_eq!((harvest.hashless.len(), harvest.hashless[0].name.as_str()), (1, "cy"));
        let num = harvest
            .inventory
            .packages
            .values()
            .find(|package| package.version.as_deref() == Some("1.0"))
            .unwrap();
        assert_eq!(num.download_url.as_deref(), Some("https://r.example/num.tar.gz"));
    }
}
