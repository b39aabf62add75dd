//! `pnpm-lock.yaml`, lock-file versions 5 to 9 (<https://github.com/pnpm/spec/tree/master/lockfile>).

use std::collections::{BTreeSet, HashMap};

use crate::inventory::{Purl, Scope};
use crate::parse::yaml::{Node, Yaml};
use crate::source::{RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::{hash, npm, scope, url};

/// See the module.
pub(super) struct PnpmLock;

impl Cataloger for PnpmLock {
    fn format(&self) -> &'static str {
        "pnpm-lock.yaml"
    }

    fn wants(&self, path: &RelPath) -> bool {
        path.file_name() == b"pnpm-lock.yaml"
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        let yaml = Yaml::parse(source.bytes());
        for error in yaml.errors() {
            harvest.broken(error.range.clone(), error.reason.clone());
        }
        let mut seeds = Vec::new();
        for document in yaml.documents() {
            if document.is_mapping() {
                one(document, &mut seeds, harvest);
            } else if !document.is_null() {
                harvest.broken(document.range(), "the document is not a mapping");
            }
        }
        scope::spread(&mut harvest.inventory, &seeds);
    }
}

fn one(document: Node<'_>, seeds: &mut Vec<(Scope, BTreeSet<Purl>)>, harvest: &mut Harvest) {
    let mut by_key: HashMap<&str, Purl> = HashMap::new();
    for (key, entry) in document.get("packages").into_iter().flat_map(Node::entries) {
        let Some(id) = key.as_str() else { continue };
        let resolution = entry.get("resolution");
        let field =
            |name: &str| resolution.and_then(|resolution| resolution.get(name)).and_then(Node::as_str);
        if field("type") == Some("directory") || id.starts_with("file:") || id.starts_with("link:") {
            continue;
        }
        let own = |name: &str| entry.get(name).and_then(Node::as_str);
        let split = name_and_version(id);
        let Some(name) = own("name").or(split.map(|(name, _)| name)) else {
            harvest.broken(key.range(), "the key holds no name");
            continue;
        };
        // A key of a git or tarball dependency holds an address; only the entry itself may know the version.
        let version = own("version").or(split.map(|(_, version)| version).filter(|at| !at.contains("://")));
        let Some(version) = version else { continue };
        let git = field("repo").and_then(|repo| url::vcs(repo, field("commit")));
        let mut package = match npm::package(name, version, field("tarball").or(git.as_deref())) {
            Ok(package) => package,
            Err(error) => {
                harvest.broken(key.range(), error.to_string());
                continue;
            }
        };
        let flag = |name: &str| entry.get(name).and_then(Node::as_bool) == Some(true);
        package.scope = match (flag("dev"), flag("optional")) {
            (true, _) => Scope::Development,
            (false, true) => Scope::Optional,
            (false, false) => Scope::Runtime,
        };
        package.checksums.extend(field("integrity").into_iter().flat_map(hash::integrity));
        harvest.hash_seen(!package.checksums.is_empty());
        // Without a tarball of its own an entry comes from a registry.
        if package.checksums.is_empty()
            && git.is_none()
            && field("tarball").is_none_or(|at| at.contains("/-/"))
        {
            harvest.hashless(key.range(), &package, "integrity");
        }
        by_key.insert(id, package.purl.clone());
        by_key.entry(without_peers(id)).or_insert_with(|| package.purl.clone());
        harvest.package(package, key.range());
    }
    // Since version 9 the edges stand apart, one snapshot for every set of peers.
    for part in ["packages", "snapshots"] {
        for (key, entry) in document.get(part).into_iter().flat_map(Node::entries) {
            let from = key.as_str().and_then(|id| by_key.get(id).or_else(|| by_key.get(without_peers(id))));
            let Some(from) = from.cloned() else { continue };
            for kind in ["dependencies", "optionalDependencies"] {
                harvest.needs(&from, &needs(entry.get(kind), &by_key));
            }
        }
    }
    let single = [(None, document)];
    let importers: Vec<_> = document.get("importers").into_iter().flat_map(Node::entries).collect();
    let projects = match importers.is_empty() {
        true => single.to_vec(),
        false => importers.into_iter().map(|(key, project)| (key.as_str(), project)).collect(),
    };
    for (folder, project) in projects {
        let mut all = BTreeSet::new();
        for (kind, scope) in [
            ("dependencies", Scope::Runtime),
            ("optionalDependencies", Scope::Optional),
            ("devDependencies", Scope::Development),
        ] {
            let found = needs(project.get(kind), &by_key);
            all.extend(found.iter().cloned());
            seeds.push((scope, found));
        }
        let name = folder.filter(|folder| *folder != ".").and_then(|folder| folder.rsplit('/').next());
        harvest.root(name, None, all);
    }
}

/// `name: version` until version 5, `name: {specifier, version}` for projects since 6.
fn needs(list: Option<Node<'_>>, by_key: &HashMap<&str, Purl>) -> BTreeSet<Purl> {
    let entries = list.into_iter().flat_map(Node::entries);
    entries
        .filter_map(|(key, value)| {
            let name = key.as_str()?;
            let at = value.as_str().or_else(|| value.get("version")?.as_str())?;
            if at.starts_with("link:") {
                return None;
            }
            let plain = without_peers(at);
            let found = |key: &str| by_key.get(key);
            found(at)
                .or_else(|| found(&format!("{name}@{plain}")))
                .or_else(|| found(&format!("/{name}@{plain}")))
                .or_else(|| found(&format!("/{name}@{at}")))
                .or_else(|| found(&format!("/{name}/{at}")))
                .or_else(|| found(plain))
                .cloned()
        })
        .collect()
}

/// The key without the peers in brackets, as in `a@1.0.0(b@2.0.0)`.
fn without_peers(key: &str) -> &str {
    key.split_once('(').map_or(key, |(before, _)| before)
}

/// `/name/1.0.0_peers`, `/name@1.0.0(peers)`, `name@1.0.0`; a host may stand before the first slash.
fn name_and_version(key: &str) -> Option<(&str, &str)> {
    let key = without_peers(key);
    // Up to version 5, a registry that is not the default one stands before the name.
    let host = key.split_once('/').map(|(host, _)| host);
    let hosted = host.filter(|host| host.contains('.') && !host.contains('@'));
    let key = hosted.and_then(|host| key.get(host.len()..)).unwrap_or(key).trim_start_matches('/');
    let scope_end = if key.starts_with('@') { key.find('/')? + 1 } else { 0 };
    let at = scope_end + key.get(scope_end..)?.find(['/', '@'])?;
    let version = key.get(at + 1..)?;
    let version =
        if version.contains("://") { version } else { version.split('_').next().unwrap_or(version) };
    // Behind the host of a git repository stands no version.
    let known = hosted.is_none() || version.starts_with(|c: char| c.is_ascii_digit());
    (at > 0 && !version.is_empty() && known).then(|| (&key[..at], version))
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    const SRI: &str = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=";

    #[test]
    fn keys() {
        assert_eq!(name_and_version("/@s/a/1.0.0_b@2.0.0"), Some(("@s/a", "1.0.0")));
        assert_eq!(name_and_version("/a@1.0.0(b@2.0.0)(@c/d@1)"), Some(("a", "1.0.0")));
        assert_eq!(name_and_version("@s/a@1.0.0-rc.1"), Some(("@s/a", "1.0.0-rc.1")));
        assert_eq!(name_and_version("a@https://h.example/a.tgz"), Some(("a", "https://h.example/a.tgz")));
        assert_eq!(name_and_version("r.example/@s/a/1.0.0"), Some(("@s/a", "1.0.0")));
        assert_eq!(name_and_version("h.example/owner/repo"), None);
        assert_eq!(name_and_version("/lodash.merge/4.6.2"), Some(("lodash.merge", "4.6.2")));
        assert_eq!(name_and_version("lodash.merge@4.6.2"), Some(("lodash.merge", "4.6.2")));
        for bad in ["", "/", "@s", "@", "a", "a@", "(x)"] {
            assert_eq!(name_and_version(bad), None, "{bad}");
        }
    }

    #[test]
    fn version_9() {
        let text = format!(
            r"lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      a:
        specifier: ^1
        version: 1.0.0(p@3.0.0)
    devDependencies:
      al:
        specifier: npm:d@4
        version: d@4.0.0

  packages/ui:
    dependencies:
      shop:
        specifier: workspace:*
        version: link:../..

packages:

  a@1.0.0:
    resolution: {{integrity: {SRI}}}
    peerDependencies:
      p: '*'

  d@4.0.0:
    resolution: {{tarball: https://u:p@r.example/d.tgz?x=y}}

  p@3.0.0:
    resolution: {{integrity: {SRI}}}

  '@s/e@5.0.0':
    resolution: {{tarball: https://r.example/@s/e/-/e-5.0.0.tgz}}

snapshots:

  a@1.0.0(p@3.0.0):
    dependencies:
      p: 3.0.0

  d@4.0.0:
    dependencies:
      '@s/e': 5.0.0
      p: 3.0.0
"
        );
        let harvest = fixture::read(&PnpmLock, "web/pnpm-lock.yaml", &text);
        assert!(harvest.broken.is_empty());
        assert_eq!(
            fixture::packages(&harvest),
            [
                "34 pkg:npm/%40s/e@5.0.0 Development",
                "23 pkg:npm/a@1.0.0 Runtime",
                "28 pkg:npm/d@4.0.0 Development",
                "31 pkg:npm/p@3.0.0 Runtime",
            ]
        );
        assert_eq!(
            fixture::edges(&harvest),
            [
                "pkg:npm/a@1.0.0 > pkg:npm/p@3.0.0",
                "pkg:npm/d@4.0.0 > pkg:npm/%40s/e@5.0.0",
                "pkg:npm/d@4.0.0 > pkg:npm/p@3.0.0",
            ]
        );
        assert_eq!(fixture::roots(&harvest), ["ui - > ", "web - > pkg:npm/a@1.0.0 pkg:npm/d@4.0.0"]);
        assert_eq!((harvest.hashless.len(), harvest.hashless[0].name.as_str()), (1, "@s/e"));
    }

    #[test]
    fn version_5_and_6() {
        let five = format!(
            "lockfileVersion: 5.4\nspecifiers:\n  a: ^1\ndependencies:\n  a: 1.0.0_b@2.0.0\npackages:\n  /a/1.0.0_b@2.0.0:\n    resolution: {{integrity: {SRI}}}\n    dependencies:\n      '@s/b': 2.0.0\n    dev: false\n  /@s/b/2.0.0:\n    resolution: {{integrity: {SRI}}}\n    dev: false\n    optional: true\n"
        );
        let six = five
            .replace("5.4", "'6.0'")
            .replace("  a: 1.0.0_b@2.0.0", "  a:\n    specifier: ^1\n    version: 1.0.0(b@2.0.0)")
            .replace("/a/1.0.0_b@2.0.0", "/a@1.0.0(b@2.0.0)")
            .replace("/@s/b/2.0.0", "/@s/b@2.0.0");
        for text in [five, six] {
            let harvest = fixture::read(&PnpmLock, "pnpm-lock.yaml", &text);
            assert!(harvest.broken.is_empty());
            assert_eq!(fixture::edges(&harvest), ["pkg:npm/a@1.0.0 > pkg:npm/%40s/b@2.0.0"], "{text}");
            assert_eq!(fixture::roots(&harvest), [" - > pkg:npm/a@1.0.0"]);
        }
    }
}
