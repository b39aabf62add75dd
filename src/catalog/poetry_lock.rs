//! `poetry.lock`, versions 1 and 2 (<https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock>).

use std::collections::BTreeSet;

use ::toml::de::{DeTable, DeValue};

use crate::inventory::{Purl, Scope};
use crate::source::{RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::python::{self, ByName};
use super::{hash, scope, toml, url};

/// See the module.
pub(super) struct PoetryLock;

impl Cataloger for PoetryLock {
    fn format(&self) -> &'static str {
        "poetry.lock"
    }

    fn wants(&self, path: &RelPath) -> bool {
        path.file_name() == b"poetry.lock"
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        toml::read(source, harvest, packages);
    }
}

fn packages(document: &DeTable<'_>, harvest: &mut Harvest) {
    // Version 1 keeps the files of all packages in a table of their own.
    let files = toml::table(document, "metadata").and_then(|metadata| toml::table(metadata, "files"));
    let mut by_name = ByName::default();
    let mut added: Vec<(Purl, &DeTable<'_>)> = Vec::new();
    for (entry, place) in toml::entries(document, "package") {
        let (Some(name), Some(version)) = (toml::string(entry, "name"), toml::string(entry, "version"))
        else {
            harvest.broken(place, "the entry has no name or no version");
            continue;
        };
        let from = toml::table(entry, "source");
        let text = |key: &str| from.and_then(|from| toml::string(from, key));
        let kind = text("type").unwrap_or_default();
        let vcs = text("url")
            .filter(|_| kind == "git")
            .and_then(|address| url::vcs(address, text("resolved_reference").or_else(|| text("reference"))));
        let qualifiers: Vec<(&str, &str)> = vcs.iter().map(|vcs| ("vcs_url", vcs.as_str())).collect();
        let Some(mut package) = python::package(name, Some(version), &qualifiers, &place, harvest) else {
            continue;
        };
        if kind == "url" {
            package.download_url = text("url").and_then(url::download);
        }
        package.scope = scope_of(entry);
        let own = toml::array(entry, "files");
        let listed = files.into_iter().flat_map(|files| toml::array(files, name));
        let hashes = own.chain(listed).filter_map(|file| toml::string(file.get_ref().as_table()?, "hash"));
        package.checksums.extend(hashes.filter_map(hash::named_hex));
        harvest.hash_seen(!package.checksums.is_empty());
        if package.checksums.is_empty() && matches!(kind, "" | "legacy") {
            harvest.hashless(place.clone(), &package, "files");
        }
        by_name.add(name, version, package.purl.clone());
        added.push((package.purl.clone(), entry));
        harvest.package(package, place);
    }
    for (from, entry) in &added {
        let needs = toml::table(entry, "dependencies").into_iter().flatten().flat_map(|(name, wanted)| {
            // A constraint is a range: only an exact one tells versions apart.
            let exact = constraint(wanted.get_ref()).and_then(|text| text.strip_prefix("=="));
            by_name.find(name.get_ref(), exact)
        });
        harvest.needs(from, needs);
    }
    // The file names neither the project nor what it asks for: what nobody else needs.
    let needs: BTreeSet<Purl> = scope::unwanted(&harvest.inventory);
    harvest.root(None, None, needs);
}

fn constraint<'v>(value: &'v DeValue<'_>) -> Option<&'v str> {
    value.as_str().or_else(|| toml::string(value.as_table()?, "version"))
}

/// `category` until 1.4, `groups` since 2.0; between them the file says only whether it is optional.
fn scope_of(entry: &DeTable<'_>) -> Scope {
    let groups: Vec<&str> =
        toml::array(entry, "groups").filter_map(|group| group.get_ref().as_str()).collect();
    let development = match toml::string(entry, "category") {
        Some(category) => category != "main",
        None => !groups.is_empty() && !groups.contains(&"main"),
    };
    let optional = toml::value(entry, "optional").and_then(|value| value.get_ref().as_bool()) == Some(true);
    match (development, optional) {
        (true, _) => Scope::Development,
        (false, true) => Scope::Optional,
        (false, false) => Scope::Runtime,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn groups_sources_and_files() {
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let text = format!(
            r#"
[[package]]
name = "Zope.Interface"
version = "5.4"
optional = false
groups = ["main", "dev"]
files = [
    {{file = "a.whl", hash = "sha256:{digest}"}},
    {{file = "a.tar.gz", hash = "sha256:{digest}"}},
]

[package.dependencies]
"ruamel_yaml" = [{{version = ">=0.1", markers = "x"}}]
missing = "*"

[[package]]
name = "ruamel.yaml"
version = "0.18"
optional = true
groups = ["main"]
files = []

[[package]]
name = "tool"
version = "1.0"
optional = false
groups = ["dev"]
files = []

[package.source]
type = "git"
url = "https://t:s@h.example/o/tool.git"
reference = "HEAD"
resolved_reference = "0af1"
"#
        );
        let harvest = fixture::read(&PoetryLock, "worker/poetry.lock", &text);
        assert!(harvest.broken.is_empty());
        assert_eq!(
            fixture::packages(&harvest),
            [
                "17 pkg:pypi/ruamel-yaml@0.18 Optional",
                "24 pkg:pypi/tool@1.0?vcs_url=git%2Bhttps:%2F%2Fh.example%2Fo%2Ftool.git%400af1 Development",
                "3 pkg:pypi/zope-interface@5.4 Runtime",
            ]
        );
        assert_eq!(fixture::edges(&harvest), ["pkg:pypi/zope-interface@5.4 > pkg:pypi/ruamel-yaml@0.18"]);
        assert_eq!(harvest.inventory.roots[0].name, "worker");
        assert_eq!(harvest.inventory.roots[0].needs.len(), 2);
        assert_eq!(harvest.hashless.len(), 1);
        assert_eq!(harvest.hashless[0].name, "ruamel.yaml");
    }

    #[test]
    fn version_1_categories_and_file_table() {
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let text = format!(
            "[[package]]\nname = \"a\"\nversion = \"1\"\ncategory = \"dev\"\noptional = false\n\n[metadata.files]\na = [{{file = \"a.whl\", hash = \"sha256:{digest}\"}}]\n"
        );
        let harvest = fixture::read(&PoetryLock, "poetry.lock", &text);
        assert_eq!(fixture::packages(&harvest), ["2 pkg:pypi/a@1 Development"]);
        assert!(harvest.hashless.is_empty());
    }
}
