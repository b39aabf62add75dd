//! `go.mod` (<https://go.dev/ref/mod#go-mod-file>). Its `require` list is the whole graph flattened, so there are no
//! edges between modules; the hashes of `go.sum` are of file trees, not of archives, and are left alone.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::inventory::{Package, Purl};
use crate::source::{RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::text;

/// See the module.
pub(super) struct GoMod;

impl Cataloger for GoMod {
    fn format(&self) -> &'static str {
        "go.mod"
    }

    fn wants(&self, path: &RelPath) -> bool {
        path.file_name() == b"go.mod"
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        let text = text::utf8(source, harvest);
        let mut module = None;
        let mut required: Vec<(String, String, Range<u32>)> = Vec::new();
        let mut replaced: HashMap<Replaced, Option<(String, String)>> = HashMap::new();
        let mut block: Option<String> = None;
        let mut block_place = 0..0;
        for (offset, line) in text::lines(text) {
            let content = line.split_once("//").map_or(line, |(before, _)| before).trim();
            if content.is_empty() {
                continue;
            }
            let place = text::place(offset, line, content);
            if content == ")" {
                if block.take().is_none() {
                    harvest.broken(place, "this bracket closes nothing");
                }
                continue;
            }
            let words: Vec<String> = words(content);
            let (verb, rest) = match (&block, words.split_first()) {
                (Some(verb), _) => (verb.clone(), words.as_slice()),
                (None, Some((verb, rest))) => (verb.clone(), rest),
                (None, None) => continue,
            };
            if block.is_none() && rest.first().is_some_and(|word| word == "(") {
                (block, block_place) = (Some(verb), place);
                continue;
            }
            let good = match (verb.as_str(), rest) {
                ("module", [path]) => {
                    module = Some(path.clone());
                    true
                }
                ("require", [path, version]) if path.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
                    required.push((path.clone(), version.clone(), place.clone()));
                    true
                }
                ("replace", rest) => replacement(rest).map(|(old, new)| replaced.insert(old, new)).is_some(),
                // What says nothing of which modules are built in, and what future versions of Go may add.
                ("module" | "require", _) => false,
                ("exclude" | "retract" | "go" | "toolchain" | "tool" | "godebug" | "ignore", _) => true,
                _ => false,
            };
            if !good {
                harvest.broken(place, "this is no directive of go.mod");
            }
        }
        if block.is_some() {
            harvest.broken(block_place, "the block is not closed");
        }
        let mut needs = BTreeSet::new();
        for (path, version, place) in required {
            let to = replaced
                .get(&(path.clone(), Some(version.clone())))
                .or_else(|| replaced.get(&(path.clone(), None)));
            let (path, version) = match to {
                Some(Some((path, version))) => (path.clone(), version.clone()),
                // Replaced by a folder: built here.
                Some(None) => continue,
                None => (path, version),
            };
            let (namespace, name) = match path.rsplit_once('/') {
                Some((namespace, name)) => (Some(namespace), name),
                None => (None, path.as_str()),
            };
            match Purl::new("golang", namespace, name, Some(&version), &[]) {
                Ok(purl) => {
                    needs.insert(purl.clone());
                    harvest.package(Package::new(purl, path.clone(), Some(version)), place);
                }
                Err(error) => harvest.broken(place, error.to_string()),
            }
        }
        harvest.root(module.as_deref(), None, needs);
    }
}

/// A module path, perhaps of one version only.
type Replaced = (String, Option<String>);
/// What stands in its place; `None` for a folder.
type Replacement = (Replaced, Option<(String, String)>);

/// `old [version] => new version` or `old [version] => ./folder`.
fn replacement(words: &[String]) -> Option<Replacement> {
    let arrow = words.iter().position(|word| word == "=>")?;
    let (old, new) = (words.get(..arrow)?, words.get(arrow + 1..)?);
    let old = match old {
        [path] => (path.clone(), None),
        [path, version] => (path.clone(), Some(version.clone())),
        _ => return None,
    };
    let new = match new {
        [_folder] => None,
        [path, version] => Some((path.clone(), version.clone())),
        _ => return None,
    };
    Some((old, new))
}

/// Words between blanks; quotes are taken off. A bracket that opens a block may touch its verb.
fn words(content: &str) -> Vec<String> {
    let spaced = match content.strip_suffix('(') {
        Some(before) => format!("{before} ("),
        None => content.to_owned(),
    };
    let unquoted = |word: &str| word.trim_matches(['"', '`']).to_owned();
    spaced.split_whitespace().map(unquoted).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn requirements_and_replacements() {
        let text = "module \"example.com/shop\" // mine\n\ngo 1.22\ntoolchain go1.22.3\ntool example.com/x/cmd\n\nrequire github.com/Masterminds/semver v1.5.0+incompatible\nrequire(\n\tgo.opencensus.io v0.24.0 // indirect\n\texample.com/old v1.0.0\n\texample.com/pinned v1.1.0\n\texample.com/local v0.0.0\n)\nexclude example.com/bad v1.0.0\nreplace (\n\texample.com/old => example.com/fork v2.0.0\n\texample.com/pinned v1.0.0 => example.com/never v9.0.0\n\texample.com/local => ../local\n)\nretract [v0.1.0, v0.2.0]\n";
        let harvest = fixture::read(&GoMod, "go.mod", text);
        assert!(harvest.broken.is_empty(), "{:?}", harvest.broken);
        assert_eq!(
            fixture::packages(&harvest),
            [
                "10 pkg:golang/example.com/fork@v2.0.0 Runtime",
                "11 pkg:golang/example.com/pinned@v1.1.0 Runtime",
                "7 pkg:golang/github.com/Masterminds/semver@v1.5.0%2Bincompatible Runtime",
                "9 pkg:golang/go.opencensus.io@v0.24.0 Runtime",
            ]
        );
        assert_eq!(harvest.inventory.roots[0].name, "example.com/shop");
        assert_eq!(harvest.inventory.roots[0].needs.len(), 4);
    }

    #[test]
    fn a_conflict_and_an_open_block_are_told() {
        let text = "module m\nrequire (\n<<<<<<< HEAD\n\ta.example/x v1.0.0\n";
        let harvest = fixture::read(&GoMod, "go.mod", text);
        assert_eq!(fixture::packages(&harvest).len(), 1);
        let lines: Vec<_> = harvest.broken.iter().map(|broken| broken.span.region().start.line).collect();
        assert_eq!(lines, [3, 2]);
    }
}
