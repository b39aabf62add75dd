//! Base images: typed, dated entries of `rules/images.toml`.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::Deserialize;

/// What is known of base images.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Images {
    stamp: NaiveDate,
    minimal: Vec<String>,
    non_root: Vec<String>,
    toolchain: Vec<Toolchain>,
    family: Vec<Family>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Toolchain {
    repositories: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    general: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    name: String,
    repositories: Vec<String>,
    root: bool,
    successor: Option<String>,
    source: Option<String>,
    ended: Option<NaiveDate>,
    #[serde(default)]
    cycles: Vec<Cycle>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cycle {
    names: Vec<String>,
    eol: Option<NaiveDate>,
}

/// A release cycle that a tag belongs to, and the day on which its support ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndOfLife<'t> {
    /// The product: `debian`, `node`.
    pub family: &'t str,
    /// The cycle: `10`, `3.7`; `None` when the product is over as a whole.
    pub cycle: Option<&'t str>,
    /// The last day of support.
    pub date: NaiveDate,
    /// What replaces the product, where it is over as a whole.
    pub successor: Option<&'t str>,
    /// The page that says so.
    pub source: Option<&'t str>,
}

/// The user that an image starts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartsAs {
    /// Known to start as root.
    Root,
    /// Known to start as somebody else.
    NonRoot,
    /// Not known.
    Unknown,
}

/// What an image brings for building.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tools {
    /// It exists to build with: a compiler, a build system.
    Dedicated,
    /// A language run-time whose full variant also carries compilers and headers.
    General,
}

impl Images {
    /// The table that is built in.
    pub fn table() -> &'static Self {
        static TABLE: OnceLock<Images> = OnceLock::new();
        TABLE.get_or_init(|| {
            // build.rs has parsed it, and a test below reads every entry.
            serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/images.json"))).unwrap_or_default()
        })
    }

    /// The day on which the dates were last looked through. What is past then and not in the table is not known.
    pub fn stamp(&self) -> NaiveDate {
        self.stamp
    }

    /// The support that ends first among what the name tells: the product's own cycle (`node:14`), that of the system
    /// below it (`-buster`, `-alpine3.12`, `distroless/base-debian10`), and that of the repository as a whole (`centos`
    /// whatever the tag). `None` when nothing in the name is in the table.
    pub fn end_of_life<'t>(&'t self, repository: &str, tag: &str) -> Option<EndOfLife<'t>> {
        let repository = normal(repository);
        let own = self.family_of(repository);
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        let main = own.and_then(|family| {
            let named = || tag.split(['-', '_']).find_map(|part| by_name(family, part));
            cycle_of(family, first).or_else(named).map(|cycle| (family, cycle))
        });
        let last = repository.rsplit('/').next().unwrap_or_default();
        let below = tag.split(['-', '_']).chain(last.split('-').skip(1)).find_map(|part| self.system(part));
        let cycles = [main, below]
            .into_iter()
            .flatten()
            .filter_map(|(family, cycle)| Some(end(family, Some(cycle.names.first()?.as_str()), cycle.eol?)));
        let whole = || own.and_then(|family| Some(end(family, None, family.ended?)));
        cycles.min_by_key(|end| end.date).or_else(whole)
    }

    /// A part of a tag that names a system release: `buster`, `alpine3.12`, `ubuntu18.04`.
    fn system(&self, part: &str) -> Option<(&Family, &Cycle)> {
        const CODENAMES: [&str; 2] = ["debian", "ubuntu"];
        const NUMBERED: [&str; 6] = ["alpine", "ubuntu", "debian", "centos", "rockylinux", "amazonlinux"];
        for family in &self.family {
            if CODENAMES.contains(&family.name.as_str())
                && let Some(cycle) = by_name(family, part)
            {
                return Some((family, cycle));
            }
            if NUMBERED.contains(&family.name.as_str())
                && let Some(version) = part.strip_prefix(family.name.as_str())
                && version.starts_with(|first: char| first.is_ascii_digit())
                && let Some(cycle) = cycle_of(family, version)
            {
                return Some((family, cycle));
            }
        }
        None
    }

    /// The user that an image starts as.
    pub fn starts_as(&self, repository: &str, tag: Option<&str>) -> StartsAs {
        let repository = normal(repository);
        let matches = |entry: &String, with_tag: bool| match entry.split_once(':') {
            Some((name, part)) => {
                with_tag && glob(name, repository) && tag.is_some_and(|tag| tag.contains(part))
            }
            None => !with_tag && glob(entry, repository),
        };
        if self.non_root.iter().any(|entry| matches(entry, true)) {
            return StartsAs::NonRoot;
        }
        if self.family_of(repository).is_some_and(|family| family.root) {
            return StartsAs::Root;
        }
        if self.non_root.iter().any(|entry| matches(entry, false)) {
            return StartsAs::NonRoot;
        }
        if glob("gcr.io/distroless/*", repository) { StartsAs::Root } else { StartsAs::Unknown }
    }

    /// What the image brings for building.
    pub fn tools(&self, repository: &str, tag: Option<&str>) -> Option<Tools> {
        let repository = normal(repository);
        let tag = tag.unwrap_or("latest");
        let has = |words: &[String]| words.iter().any(|word| tag.contains(word.as_str()));
        self.toolchain
            .iter()
            .find(|entry| {
                entry.repositories.iter().any(|name| name == repository)
                    && (entry.only.is_empty() || has(&entry.only))
                    && !has(&entry.unless)
            })
            .map(|entry| if entry.general { Tools::General } else { Tools::Dedicated })
    }

    /// True for a variant with little in it.
    pub fn is_minimal(&self, repository: &str, tag: Option<&str>) -> bool {
        let repository = normal(repository);
        matches!(repository, "scratch" | "alpine" | "busybox")
            || repository.contains("distroless")
            || repository.starts_with("cgr.dev/")
            || tag.is_some_and(|tag| {
                tag.split(['-', '_', '.'])
                    .any(|part| self.minimal.iter().any(|word| part.starts_with(word.as_str())))
            })
    }

    fn family_of(&self, repository: &str) -> Option<&Family> {
        self.family.iter().find(|family| family.repositories.iter().any(|name| name == repository))
    }
}

fn end<'t>(family: &'t Family, cycle: Option<&'t str>, date: NaiveDate) -> EndOfLife<'t> {
    EndOfLife {
        family: &family.name,
        cycle,
        date,
        successor: family.successor.as_deref(),
        source: family.source.as_deref(),
    }
}

/// The name of an official image whatever mirror it comes from and whatever architecture it is for, else the
/// repository as it is.
fn normal(repository: &str) -> &str {
    const ARCHITECTURES: [&str; 8] =
        ["amd64/", "arm32v5/", "arm32v6/", "arm32v7/", "arm64v8/", "i386/", "ppc64le/", "s390x/"];
    const PREFIXES: [&str; 7] = [
        "docker.io/library/",
        "index.docker.io/library/",
        "registry.hub.docker.com/library/",
        "public.ecr.aws/docker/library/",
        "mirror.gcr.io/library/",
        "docker.io/",
        "library/",
    ];
    let name = PREFIXES.iter().find_map(|prefix| repository.strip_prefix(prefix)).unwrap_or(repository);
    ARCHITECTURES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// The cycle of a version: the longest cycle that is the version or its beginning (`3.7` for `3.7.2`). A version
/// that is shorter than a cycle (`php:7`) belongs to the last cycle of that beginning, unless newer ones may come.
fn cycle_of<'t>(family: &'t Family, version: &str) -> Option<&'t Cycle> {
    let version = version.strip_prefix('v').unwrap_or(version);
    let starts = |text: &str, prefix: &str| {
        text.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let exact = family
        .cycles
        .iter()
        .flat_map(|cycle| cycle.names.iter().map(move |name| (name, cycle)))
        .filter(|(name, _)| starts(version, name))
        .max_by_key(|(name, _)| name.len());
    if let Some((_, cycle)) = exact {
        return Some(cycle);
    }
    if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let within = |cycle: &&Cycle| cycle.names.iter().any(|name| starts(name, version));
    if family.cycles.last().as_ref().is_none_or(within) {
        return None;
    }
    family.cycles.iter().rev().find(within)
}

/// The cycle with this code name.
fn by_name<'t>(family: &'t Family, part: &str) -> Option<&'t Cycle> {
    if part.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    family.cycles.iter().find(|cycle| cycle.names.iter().any(|name| name == part))
}

/// `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
        last = Some(part);
    }
    rest.is_empty() || last == Some("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(repository: &str, tag: &str) -> Option<String> {
        let end = Images::table().end_of_life(repository, tag)?;
        Some(format!("{} {} {}", end.family, end.cycle.unwrap_or("*"), end.date))
    }

    #[test]
    fn the_table_is_whole() {
        let table = Images::table();
        assert!(table.family.len() > 50);
        assert!(table.stamp > NaiveDate::MIN);
        for family in &table.family {
            assert!(family.cycles.is_empty() || family.source.is_some(), "{} has no source", family.name);
        }
    }

    #[test]
    fn tags_map_to_cycles() {
        // Dates from the vendors' pages named in the table.
        assert_eq!(end("node", "14-alpine").as_deref(), Some("node 14 2023-04-30"));
        assert_eq!(end("python", "3.7.2-slim-buster").as_deref(), Some("python 3.7 2023-06-27"));
        assert_eq!(end("debian", "stretch-slim").as_deref(), Some("debian 9 2022-06-30"));
        assert_eq!(end("debian", "9.6").as_deref(), Some("debian 9 2022-06-30"));
        assert_eq!(
            end("docker.io/library/ubuntu", "xenial-20210114").as_deref(),
            Some("ubuntu 16.04 2021-04-30")
        );
        assert_eq!(end("centos", "7.6.1810").as_deref(), Some("centos 7 2024-06-30"));
        assert_eq!(end("centos", "centos7").as_deref(), Some("centos 7 2024-06-30"));
        assert_eq!(end("php", "7-fpm").as_deref(), Some("php 7.4 2022-11-28"));
        assert_eq!(end("golang", "1.12-alpine3.9").as_deref(), Some("golang 1.12 2020-02-25"));
        assert_eq!(end("node", "22-bullseye").as_deref(), Some("debian 11 2026-08-31"));
        assert_eq!(end("nvidia/cuda", "10.0-devel-ubuntu18.04").as_deref(), Some("ubuntu 18.04 2023-05-31"));
        assert_eq!(end("node", "carbon").as_deref(), Some("node 8 2019-12-31"));
        assert_eq!(end("arm64v8/alpine", "3.9.2").as_deref(), Some("alpine 3.9 2020-11-01"));
        assert_eq!(end("gcr.io/distroless/base-debian10", "latest").as_deref(), Some("debian 10 2024-06-30"));
        assert_eq!(end("centos", "latest").as_deref(), Some("centos * 2024-06-30"));
        assert_eq!(end("centos", "8").as_deref(), Some("centos 8 2021-12-31"));
        assert_eq!(end("redis", "6.0-alpine").as_deref(), Some("redis 6.0 2022-05-31"));
        assert_eq!(end("haproxy", "1.8").as_deref(), Some("haproxy 1.8 2022-12-09"));
        assert_eq!(end("erlang", "22-slim").as_deref(), Some("erlang 22 2022-05-10"));
        assert_eq!(end("wordpress", "php8.2"), None);
    }

    #[test]
    fn what_floats_or_is_unknown_has_no_end() {
        for (repository, tag) in [
            ("golang", "1"),
            ("python", "3-slim"),
            ("node", "latest"),
            ("alpine", "3"),
            ("acme/app", "7"),
            ("debian", "stable"),
            ("node", "2"),
            ("redis", "7"),
            ("redis", "6"),
            ("mysql", "9"),
            ("rabbitmq", "3"),
        ] {
            assert_eq!(end(repository, tag), None, "{repository}:{tag}");
        }
    }

    #[test]
    fn users_and_tools() {
        let table = Images::table();
        assert_eq!(table.starts_as("gcr.io/distroless/static-debian12", Some("nonroot")), StartsAs::NonRoot);
        assert_eq!(table.starts_as("gcr.io/distroless/static-debian12", Some("latest")), StartsAs::Root);
        assert_eq!(table.starts_as("cgr.dev/chainguard/node", None), StartsAs::NonRoot);
        assert_eq!(table.starts_as("bitnami/minideb", None), StartsAs::Root);
        assert_eq!(table.starts_as("debian", Some("12")), StartsAs::Root);
        assert_eq!(table.starts_as("acme/app", Some("12")), StartsAs::Unknown);
        assert_eq!(table.tools("golang", Some("1.22")), Some(Tools::Dedicated));
        assert_eq!(table.tools("node", Some("22-slim")), None);
        assert_eq!(table.tools("node", Some("22")), Some(Tools::General));
        assert!(table.is_minimal("python", Some("3.12-slim-bookworm")));
        assert!(!table.is_minimal("python", Some("3.12")));
    }
}
