//! `package-lock.json` and `npm-shrinkwrap.json`, lock-file versions 1 to 3
//! (<https://docs.npmjs.com/cli/configuring-npm/package-lock-json>).

use std::collections::{BTreeSet, HashMap};

use crate::inventory::{Purl, Scope};
use crate::source::{RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::json::{Json, Node};
use super::{hash, npm, text, url};

/// How far up a look-up climbs through nested `node_modules` folders.
const MAX_CLIMB: usize = 128;
/// The longest path that is climbed: PATH_MAX of Linux.
const MAX_PATH: usize = 4096;

/// See the module.
pub(super) struct PackageLock;

impl Cataloger for PackageLock {
    fn format(&self) -> &'static str {
        "package-lock.json"
    }

    fn wants(&self, path: &RelPath) -> bool {
        matches!(path.file_name(), b"package-lock.json" | b"npm-shrinkwrap.json")
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        let text = text::utf8(source, harvest);
        let json = Json::parse(text);
        if let Some((range, reason)) = json.error.clone() {
            harvest.broken(range, reason);
        }
        let Some(root) = json.root() else { return };
        if !root.is_object() {
            harvest.broken(root.range(), "the document is not an object");
        } else if let Some(packages) = root.get("packages") {
            by_folder(root, packages, harvest);
        } else if let Some(dependencies) = root.get("dependencies") {
            by_nesting(root, dependencies, harvest);
        } else {
            harvest.root(root.text("name"), root.text("version"), BTreeSet::new());
        }
    }
}

/// Versions 2 and 3: one flat object, keyed by the folder that the package lies in.
fn by_folder(root: Node<'_, '_>, packages: Node<'_, '_>, harvest: &mut Harvest) {
    let mut places: HashMap<&str, Option<Purl>> = HashMap::new();
    for (folder, range, entry) in packages.entries() {
        let Some(at) = folder.rfind("node_modules/").filter(|_| !entry.flag("link")) else { continue };
        let name = entry.text("name").unwrap_or(&folder[at + "node_modules/".len()..]);
        let resolved = entry.text("resolved");
        let version = match entry.text("version") {
            Some(version) => version,
            // A git source needs no version: its commit says more.
            None if resolved.is_some_and(url::is_git) => "",
            None => {
                // npm leaves stubs of optional packages that it did not install; an archive has a version.
                if resolved.is_some() && harvest.broken.is_empty() {
                    harvest.broken(range, "the entry has no version");
                }
                continue;
            }
        };
        places.insert(folder, add(name, version, entry, range, harvest));
    }
    for (folder, _, entry) in packages.entries() {
        if entry.flag("link") {
            continue;
        }
        let project = !folder.contains("node_modules/");
        let kinds: &[&str] = if project {
            &["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]
        } else {
            &["dependencies", "optionalDependencies", "peerDependencies"]
        };
        let needs: BTreeSet<Purl> = kinds
            .iter()
            .filter_map(|kind| entry.get(kind))
            .flat_map(Node::entries)
            .filter_map(|(name, ..)| climb(folder, name, &places))
            .cloned()
            .collect();
        if project {
            let (name, version) = match folder {
                "" => {
                    (entry.text("name").or(root.text("name")), entry.text("version").or(root.text("version")))
                }
                _ => (entry.text("name").or(folder.rsplit('/').next()), entry.text("version")),
            };
            harvest.root(name, version, needs);
        } else if let Some(Some(from)) = places.get(folder) {
            harvest.needs(from, &needs);
        }
    }
}

/// Node's way to find a module: here, then in every folder above.
fn climb<'p>(folder: &str, name: &str, places: &'p HashMap<&str, Option<Purl>>) -> Option<&'p Purl> {
    let mut base = if folder.len() <= MAX_PATH { folder } else { return None };
    let mut candidate = String::new();
    for _ in 0..MAX_CLIMB {
        if base != "node_modules" && !base.ends_with("/node_modules") {
            candidate.clear();
            if !base.is_empty() {
                candidate.push_str(base);
                candidate.push('/');
            }
            candidate.push_str("node_modules/");
            candidate.push_str(name);
            if let Some(found) = places.get(candidate.as_str()) {
                return found.as_ref();
            }
        }
        if base.is_empty() {
            return None;
        }
        base = base.rfind('/').map_or("", |at| &base[..at]);
    }
    None
}

/// Version 1: dependencies within dependencies.
fn by_nesting(root: Node<'_, '_>, dependencies: Node<'_, '_>, harvest: &mut Harvest) {
    struct Found {
        above: Option<usize>,
        purl: Option<Purl>,
    }
    let mut found: Vec<Found> = Vec::new();
    let mut entries: Vec<Node<'_, '_>> = Vec::new();
    let mut index: HashMap<(Option<usize>, &str), usize> = HashMap::new();
    let mut waiting = vec![(None, dependencies)];
    while let Some((above, level)) = waiting.pop() {
        for (name, range, entry) in level.entries() {
            let id = found.len();
            let purl = match entry.text("version") {
                Some(version) if version.starts_with("file:") || version.starts_with("link:") => None,
                // An alias: `npm:<name>@<version>`.
                Some(version) => match version.strip_prefix("npm:").and_then(npm::descriptor) {
                    Some((real, version)) => add(real, version, entry, range, harvest),
                    None => add(name, version, entry, range, harvest),
                },
                None => {
                    if entry.text("resolved").is_some() && harvest.broken.is_empty() {
                        harvest.broken(range, "the entry has no version");
                    }
                    None
                }
            };
            found.push(Found { above, purl });
            entries.push(entry);
            index.insert((above, name), id);
            if let Some(deeper) = entry.get("dependencies") {
                waiting.push((Some(id), deeper));
            }
        }
    }
    let resolve = |from: usize, name: &str| {
        let mut level = Some(from);
        for _ in 0..MAX_CLIMB {
            if let Some(id) = index.get(&(level, name)) {
                return found.get(*id).and_then(|to| to.purl.clone());
            }
            level = found.get(level?)?.above;
        }
        None
    };
    let mut wanted = BTreeSet::new();
    for (id, entry) in entries.iter().enumerate() {
        let Some(from) = found.get(id).and_then(|from| from.purl.as_ref()) else { continue };
        let requires = entry.get("requires").into_iter().flat_map(Node::entries);
        let needs: BTreeSet<Purl> = requires.filter_map(|(name, ..)| resolve(id, name)).collect();
        harvest.needs(from, &needs);
        wanted.extend(needs.into_iter().filter(|to| to != from));
    }
    // Version 1 does not say what the project itself asked for: what nobody else needs.
    let needs =
        found.into_iter().filter_map(|entry| entry.purl).filter(|purl| !wanted.contains(purl)).collect();
    harvest.root(root.text("name"), root.text("version"), needs);
}

fn add(
    name: &str,
    version: &str,
    entry: Node<'_, '_>,
    range: std::ops::Range<u32>,
    harvest: &mut Harvest,
) -> Option<Purl> {
    // Version 1 writes the address of a package that comes from no registry in place of its version.
    let resolved = entry.text("resolved").or_else(|| version.contains("://").then_some(version));
    let mut package = match npm::package(name, version, resolved) {
        Ok(package) => package,
        Err(error) => {
            harvest.broken(range, error.to_string());
            return None;
        }
    };
    package.scope = scope(entry);
    package.licence = licence(entry);
    let integrity = entry.text("integrity");
    package.checksums.extend(integrity.into_iter().flat_map(hash::integrity));
    harvest.hash_seen(!package.checksums.is_empty());
    let bundled = entry.flag("inBundle") || entry.flag("bundled");
    if package.checksums.is_empty() && !bundled && entry.text("resolved").is_some_and(npm::is_archive) {
        harvest.hashless(range.clone(), &package, "integrity");
    }
    let purl = package.purl.clone();
    harvest.package(package, range);
    Some(purl)
}

fn scope(entry: Node<'_, '_>) -> Scope {
    if entry.flag("dev") {
        Scope::Development
    } else if entry.flag("optional") || entry.flag("devOptional") {
        Scope::Optional
    } else {
        Scope::Runtime
    }
}

/// `"MIT"`, or the long outdated `{"type": "MIT"}`.
fn licence(entry: Node<'_, '_>) -> Option<String> {
    let field = entry.get("license")?;
    let text = field.as_str().or_else(|| field.text("type"))?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn names() {
        let wants = |path: &str| PackageLock.wants(&RelPath::from(path));
        assert!(wants("package-lock.json") && wants("a/npm-shrinkwrap.json"));
        assert!(!wants("a/package-lock.json5") && !wants("my-package-lock.json"));
    }

    #[test]
    fn version_3_with_nesting_links_and_scopes() {
        let text = r#"{
  "name": "shop", "version": "1.2.3", "lockfileVersion": 3,
  "packages": {
    "": {"name": "shop", "version": "1.2.3", "dependencies": {"a": "^1", "ws": "*"}, "devDependencies": {"@s/d": "1"}},
    "packages/ws": {"name": "ws", "version": "0.0.1", "dependencies": {"b": "2"}},
    "node_modules/ws": {"resolved": "packages/ws", "link": true},
    "node_modules/a": {"version": "1.0.0", "resolved": "https://u:p@r.example/a.tgz?t=1", "integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "license": "MIT", "dependencies": {"b": "1"}},
    "node_modules/a/node_modules/b": {"version": "1.5.0", "resolved": "https://r.example/b-1.tgz", "integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "dependencies": {"a": "*"}},
    "node_modules/b": {"version": "2.0.0", "resolved": "https://r.example/b-2.tgz", "optional": true},
    "node_modules/@s/d": {"version": "4.0.0-rc.1", "resolved": "https://r.example/d.tgz", "integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "dev": true, "peerDependencies": {"b": "2", "gone": "1"}}
  }
}"#;
        let harvest = fixture::read(&PackageLock, "web/package-lock.json", text);
        assert!(harvest.broken.is_empty());
        assert_eq!(
            fixture::packages(&harvest),
            [
                "10 pkg:npm/%40s/d@4.0.0-rc.1 Development",
                "7 pkg:npm/a@1.0.0 Runtime",
                "8 pkg:npm/b@1.5.0 Runtime",
                "9 pkg:npm/b@2.0.0 Optional",
            ]
        );
        assert_eq!(
            fixture::edges(&harvest),
            [
                "pkg:npm/%40s/d@4.0.0-rc.1 > pkg:npm/b@2.0.0",
                "pkg:npm/a@1.0.0 > pkg:npm/b@1.5.0",
                "pkg:npm/b@1.5.0 > pkg:npm/a@1.0.0",
            ]
        );
        assert_eq!(
            fixture::roots(&harvest),
            ["shop 1.2.3 > pkg:npm/%40s/d@4.0.0-rc.1 pkg:npm/a@1.0.0", "ws 0.0.1 > pkg:npm/b@2.0.0",]
        );
        let a = &harvest.inventory.packages.values().find(|package| package.name == "a").unwrap();
        assert_eq!(a.licence.as_deref(), Some("MIT"));
        assert_eq!(a.download_url.as_deref(), Some("https://r.example/a.tgz"));
        assert_eq!(a.checksums.first().unwrap().hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(harvest.hashless.len(), 1);
        assert_eq!(harvest.hashless[0].name, "b");
    }

    #[test]
    fn version_1_resolves_upwards() {
        let text = r#"{"name": "old", "version": "0.1.0", "lockfileVersion": 1, "requires": true, "dependencies": {
 "a": {"version": "1.0.0", "requires": {"b": "^1", "c": "*"},
  "dependencies": {"b": {"version": "1.1.0", "dev": true, "requires": {"c": "*"}}}},
 "b": {"version": "2.0.0"},
 "c": {"version": "npm:@s/real@3.0.0"},
 "local": {"version": "file:../local"}
}}"#;
        let harvest = fixture::read(&PackageLock, "package-lock.json", text);
        assert_eq!(
            fixture::packages(&harvest),
            [
                "5 pkg:npm/%40s/real@3.0.0 Runtime",
                "2 pkg:npm/a@1.0.0 Runtime",
                "3 pkg:npm/b@1.1.0 Development",
                "4 pkg:npm/b@2.0.0 Runtime",
            ]
        );
        assert_eq!(
            fixture::edges(&harvest),
            [
                "pkg:npm/a@1.0.0 > pkg:npm/%40s/real@3.0.0",
                "pkg:npm/a@1.0.0 > pkg:npm/b@1.1.0",
                "pkg:npm/b@1.1.0 > pkg:npm/%40s/real@3.0.0",
            ]
        );
        assert_eq!(fixture::roots(&harvest), ["old 0.1.0 > pkg:npm/a@1.0.0 pkg:npm/b@2.0.0"]);
    }

    #[test]
    fn a_file_that_breaks_off_keeps_its_beginning() {
        let text = r#"{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"resol"#;
        let harvest = fixture::read(&PackageLock, "package-lock.json", text);
        assert_eq!(fixture::packages(&harvest), ["1 pkg:npm/a@1.0.0 Runtime"]);
        assert_eq!(harvest.broken.len(), 1);
        let harvest = fixture::read(&PackageLock, "package-lock.json", "[]");
        assert_eq!(harvest.broken.len(), 1);
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_hangs() {
        let text = format!(
            "{{\"dependencies\":{}",
            "{\"a\":{\"version\":\"1\",\"requires\":{\"z\":\"1\"},\"dependencies\":".repeat(100_000)
        );
        let harvest = fixture::read(&PackageLock, "package-lock.json", &text);
        assert_eq!(harvest.broken.len(), 1);
        let text =
            format!("{{\"packages\":{{\"{}a\":{{\"version\":\"1\"}}}}}}", "node_modules/a/".repeat(100_000));
        assert_eq!(fixture::read(&PackageLock, "package-lock.json", &text).inventory.packages.len(), 1);
    }
}
