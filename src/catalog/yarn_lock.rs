//! `yarn.lock`: Yarn's own format (classic) and the YAML of Yarn 2 and later (berry).
//! <https://classic.yarnpkg.com/lang/en/docs/yarn-lock/>, <https://yarnpkg.com/configuration/manifest>

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::inventory::Purl;
use crate::parse::yaml::{Node, Yaml};
use crate::source::{RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::{hash, npm, scope, text};

/// See the module.
pub(super) struct YarnLock;

impl Cataloger for YarnLock {
    fn format(&self) -> &'static str {
        "yarn.lock"
    }

    fn wants(&self, path: &RelPath) -> bool {
        path.file_name() == b"yarn.lock"
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        if memchr::memmem::find(source.bytes(), b"__metadata:").is_some() {
            berry(source, harvest);
        } else {
            classic(text::utf8(source, harvest), harvest);
        }
    }
}

/// One block of the classic format.
struct Block<'t> {
    descriptors: Vec<&'t str>,
    place: Range<u32>,
    version: Option<&'t str>,
    resolved: Option<&'t str>,
    integrity: Option<&'t str>,
    needs: Vec<(&'t str, &'t str)>,
}

fn classic(text: &str, harvest: &mut Harvest) {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut in_needs = false;
    for (offset, line) in text::lines(text) {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = line.len() - content.len();
        if indent == 0 {
            in_needs = false;
            let place = text::place(offset, line, line);
            match line.strip_suffix(':') {
                Some(head) => blocks.push(Block {
                    descriptors: head.split(',').map(|part| unquoted(part.trim())).collect(),
                    place,
                    version: None,
                    resolved: None,
                    integrity: None,
                    needs: Vec::new(),
                }),
                None => harvest.broken(place, "this is neither a comment nor the head of an entry"),
            }
            continue;
        }
        let Some(block) = blocks.last_mut() else {
            harvest.broken(text::place(offset, line, content), "this line belongs to no entry");
            continue;
        };
        if indent <= 2 {
            in_needs = matches!(content, "dependencies:" | "optionalDependencies:");
        }
        let Some((key, value)) = pair(content) else { continue };
        match (indent > 2, key) {
            (true, _) if in_needs => block.needs.push((key, value)),
            (false, "version") => block.version = Some(value),
            (false, "resolved") => block.resolved = Some(value),
            (false, "integrity") => block.integrity = Some(value),
            _ => {}
        }
    }
    let mut by_descriptor: HashMap<&str, Purl> = HashMap::new();
    let mut added: Vec<(Purl, &Block<'_>)> = Vec::new();
    for block in &blocks {
        let first = block.descriptors.first().copied().unwrap_or_default();
        let (name, reference) = npm::descriptor(first).unwrap_or((first, ""));
        if reference.starts_with("file:") || reference.starts_with("link:") {
            continue;
        }
        let Some(version) = block.version else {
            harvest.broken(block.place.clone(), "the entry has no version");
            continue;
        };
        let real = alias(reference).unwrap_or(name);
        if let Some(purl) = add(real, version, block.resolved, block.integrity, &block.place, harvest) {
            by_descriptor.extend(block.descriptors.iter().map(|descriptor| (*descriptor, purl.clone())));
            added.push((purl, block));
        }
    }
    for (from, block) in &added {
        let needs = block.needs.iter();
        let needs =
            needs.filter_map(|(name, reference)| by_descriptor.get(format!("{name}@{reference}").as_str()));
        harvest.needs(from, needs);
    }
    // The file does not name the project: what nobody else needs.
    let needs = scope::unwanted(&harvest.inventory);
    harvest.root(None, None, needs);
}

/// `key value`, either of them quoted.
fn pair(content: &str) -> Option<(&str, &str)> {
    let (key, value) = match content.strip_prefix('"') {
        Some(rest) => rest.split_once('"')?,
        None => content.split_once(' ')?,
    };
    Some((key.trim_end_matches(':'), unquoted(value.trim())))
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// The real name in `npm:<name>@<range>`.
fn alias(reference: &str) -> Option<&str> {
    Some(npm::descriptor(reference.strip_prefix("npm:")?)?.0)
}

fn add(
    name: &str,
    version: &str,
    resolved: Option<&str>,
    integrity: Option<&str>,
    place: &Range<u32>,
    harvest: &mut Harvest,
) -> Option<Purl> {
    match npm::package(name, version, resolved) {
        Ok(mut package) => {
            package.checksums.extend(integrity.into_iter().flat_map(hash::integrity));
            harvest.hash_seen(!package.checksums.is_empty());
            let archive =
                resolved.is_some_and(|resolved| npm::is_archive(resolved) && resolved.contains("/-/"));
            if package.checksums.is_empty() && archive {
                harvest.hashless(place.clone(), &package, "integrity");
            }
            let purl = package.purl.clone();
            harvest.package(package, place.clone());
            Some(purl)
        }
        Err(error) => {
            harvest.broken(place.clone(), error.to_string());
            None
        }
    }
}

/// Berry's `checksum` is of the zip archive in Yarn's own cache, not of what the registry serves: it is no checksum of
/// the package, so none is recorded.
fn berry(source: &Source, harvest: &mut Harvest) {
    let yaml = Yaml::parse(source.bytes());
    for error in yaml.errors() {
        harvest.broken(error.range.clone(), error.reason.clone());
    }
    let mut by_descriptor: HashMap<&str, Purl> = HashMap::new();
    let mut added: Vec<(Option<Purl>, &str, Node<'_>)> = Vec::new();
    for (key, entry) in yaml.documents().flat_map(Node::entries) {
        let Some(head) = key.as_str().filter(|head| *head != "__metadata") else { continue };
        let resolution = entry.get("resolution").and_then(Node::as_str).and_then(npm::descriptor);
        let version = entry.get("version").and_then(Node::as_str);
        let (Some((name, reference)), Some(version)) = (resolution, version) else {
            if yaml.errors().is_empty() {
                harvest.broken(key.range(), "the entry has no resolution or no version");
            }
            continue;
        };
        if reference.starts_with("workspace:") {
            added.push((None, name, entry));
            continue;
        }
        if reference.starts_with("link:") {
            continue;
        }
        let Some(purl) = add(name, version, Some(reference), None, &key.range(), harvest) else { continue };
        by_descriptor.extend(head.split(',').map(|descriptor| (descriptor.trim(), purl.clone())));
        added.push((Some(purl), name, entry));
    }
    for (purl, name, entry) in &added {
        let mut needs = BTreeSet::new();
        for kind in ["dependencies", "optionalDependencies"] {
            for (key, value) in entry.get(kind).into_iter().flat_map(Node::entries) {
                let (Some(name), Some(range)) = (key.as_str(), value.as_str()) else { continue };
                let found = by_descriptor
                    .get(format!("{name}@{range}").as_str())
                    .or_else(|| by_descriptor.get(format!("{name}@npm:{range}").as_str()));
                needs.extend(found.cloned());
            }
        }
        match purl {
            Some(from) => harvest.needs(from, &needs),
            None => {
                let version =
                    entry.get("version").and_then(Node::as_str).filter(|at| *at != "0.0.0-use.local");
                harvest.root(Some(name), version, needs);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn classic_blocks() {
        let text = r#"# THIS IS AN AUTOGENERATED FILE.
# yarn lockfile v1


"@s/a@^1.0.0", "@s/a@^1.1.0":
  version "1.2.0"
  resolved "https://r.example/@s/a/-/a-1.2.0.tgz#da39a3ee5e6b4b0d3255bfef95601890afd80709"
  dependencies:
    b "~2.0.0"
    "c" "npm:real@^3"

b@~2.0.0:
  version "2.0.5"
  resolved "https://u:p@r.example/b/-/b-2.0.5.tgz"
  optionalDependencies:
    "@s/a" "^1.1.0"

"c@npm:real@^3":
  version "3.0.0"
  resolved "https://r.example/real/-/real-3.0.0.tgz"
  integrity sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=

"local@file:../local":
  version "0.0.0"
"#;
        let harvest = fixture::read(&YarnLock, "web/yarn.lock", text);
        assert!(harvest.broken.is_empty());
        assert_eq!(
            fixture::packages(&harvest),
            ["5 pkg:npm/%40s/a@1.2.0 Runtime", "12 pkg:npm/b@2.0.5 Runtime", "18 pkg:npm/real@3.0.0 Runtime",]
        );
        assert_eq!(
            fixture::edges(&harvest),
            [
                "pkg:npm/%40s/a@1.2.0 > pkg:npm/b@2.0.5",
                "pkg:npm/%40s/a@1.2.0 > pkg:npm/real@3.0.0",
                "pkg:npm/b@2.0.5 > pkg:npm/%40s/a@1.2.0",
            ]
        );
        assert_eq!(harvest.hashless.len(), 1);
        assert_eq!(harvest.hashless[0].name, "b");
        for package in harvest.inventory.packages.values().filter(|package| package.name != "b") {
            assert_eq!(package.checksums.first().unwrap().hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        }
    }

    #[test]
    fn classic_with_a_merge_conflict_keeps_the_entries() {
        let text =
            "<<<<<<< HEAD\na@1:\n  version \"1.0.0\"\n=======\na@2:\n  version \"2.0.0\"\n>>>>>>> x\nb@1:\n";
        let harvest = fixture::read(&YarnLock, "yarn.lock", text);
        assert_eq!(harvest.inventory.packages.len(), 2);
        let lines: Vec<_> = harvest.broken.iter().map(|broken| broken.span.region().start.line).collect();
        assert_eq!(lines, [1, 4, 7, 8]);
    }

    #[test]
    fn berry_entries() {
        let text = r#"__metadata:
  version: 8

"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0":
  version: 1.2.0
  resolution: "@s/a@npm:1.2.0"
  dependencies:
    b: "npm:~2.0.0"
  checksum: 10c0/00
  languageName: node
  linkType: hard

"b@npm:~2.0.0":
  version: 2.0.5
  resolution: "b@npm:2.0.5"
  dependencies:
    "@s/a": ^1.1.0
  linkType: hard

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    "@s/a": "npm:^1.0.0"
    t: "patch:t@npm%3A^5#~builtin<compat/t>"
  languageName: unknown
  linkType: soft

"t@patch:t@npm%3A^5#~builtin<compat/t>":
  version: 5.1.0
  resolution: "t@patch:t@npm%3A5.1.0#~builtin<compat/t>::version=5.1.0"
  linkType: hard
"#;
        let harvest = fixture::read(&YarnLock, "yarn.lock", text);
        assert!(harvest.broken.is_empty());
        assert_eq!(
            fixture::packages(&harvest),
            ["4 pkg:npm/%40s/a@1.2.0 Runtime", "13 pkg:npm/b@2.0.5 Runtime", "29 pkg:npm/t@5.1.0 Runtime",]
        );
        assert_eq!(
            fixture::edges(&harvest),
            ["pkg:npm/%40s/a@1.2.0 > pkg:npm/b@2.0.5", "pkg:npm/b@2.0.5 > pkg:npm/%40s/a@1.2.0"]
        );
        assert_eq!(fixture::roots(&harvest), ["shop - > pkg:npm/%40s/a@1.2.0 pkg:npm/t@5.1.0"]);
        assert!(harvest.hashless.is_empty());
    }
}
