//! `requirements.txt` and its kin: pinned requirements with their hashes
//! (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>).

use std::collections::BTreeSet;
use std::ops::Range;

use crate::inventory::Scope;
use crate::source::{RelPath, Source};

use super::harvest::{Cataloger, Harvest};
use super::{hash, python, text, url};

/// See the module.
pub(super) struct Requirements;

impl Cataloger for Requirements {
    fn format(&self) -> &'static str {
        "requirements.txt"
    }

    /// `requirements*.txt`, `*-requirements.txt`, and what lies in a folder `requirements`.
    fn wants(&self, path: &RelPath) -> bool {
        let name = path.file_name();
        let Some(stem) = name.strip_suffix(b".txt") else { return false };
        stem.starts_with(b"requirements")
            || [b"-requirements".as_slice(), b"_requirements", b".requirements"]
                .iter()
                .any(|end| stem.ends_with(end))
            || path.parent().is_some_and(|folder| folder.file_name() == b"requirements")
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        let text = text::utf8(source, harvest);
        let scope = scope_of(source.path());
        let mut needs = BTreeSet::new();
        for line in logical_lines(text) {
            // Options (`-r`, `-c`, `-e`, `--index-url`) name no package; a file that `-r` names is read for itself.
            if line.text.starts_with('-') {
                continue;
            }
            let Some(requirement) = Requirement::read(&line.text) else { continue };
            let vcs = requirement.url.filter(|address| url::is_git(address)).and_then(|address| {
                let (address, commit) = at_commit(address);
                url::vcs(address, commit)
            });
            let qualifiers: Vec<(&str, &str)> = vcs.iter().map(|vcs| ("vcs_url", vcs.as_str())).collect();
            let (name, version) = (requirement.name, requirement.version);
            if version.is_some_and(|version| !is_version(version)) {
                harvest.broken(line.place.clone(), "this is no version, such as a template leaves for one");
            }
            let Some(mut package) = python::package(name, version, &qualifiers, &line.place, harvest) else {
                continue;
            };
            package.scope = scope;
            package.download_url = requirement.url.filter(|_| vcs.is_none()).and_then(url::download);
            package.checksums.extend(requirement.hashes.iter().filter_map(|hash| hash::named_hex(hash)));
            harvest.hash_seen(!package.checksums.is_empty());
            if package.checksums.is_empty() && version.is_some() {
                harvest.hashless(line.place.clone(), &package, "--hash");
            }
            needs.insert(package.purl.clone());
            harvest.package(package, line.place);
        }
        harvest.root(None, None, needs);
    }
}

/// A line with its continuations, comments taken off.
struct Logical {
    text: String,
    place: Range<u32>,
}

fn logical_lines(text: &str) -> Vec<Logical> {
    let mut out: Vec<Logical> = Vec::new();
    let mut open = false;
    for (offset, line) in text::lines(text) {
        let content = uncommented(line).trim_end();
        let (content, continued) = match content.strip_suffix('\\') {
            Some(before) => (before, true),
            None => (content, false),
        };
        let trimmed = content.trim();
        if open {
            if let Some(last) = out.last_mut() {
                last.text.push(' ');
                last.text.push_str(trimmed);
            }
        } else if !trimmed.is_empty() {
            out.push(Logical { text: trimmed.to_owned(), place: text::place(offset, line, trimmed) });
        }
        open = continued && !out.is_empty();
    }
    out
}

/// A comment begins at the start of the line or after a blank.
fn uncommented(line: &str) -> &str {
    let mut from = 0;
    while let Some(step) = line.get(from..).and_then(|rest| rest.find('#')) {
        let at = from + step;
        if at == 0 || line[..at].ends_with([' ', '\t']) {
            return &line[..at];
        }
        from = at + 1;
    }
    line
}

#[derive(Debug, PartialEq, Eq)]
struct Requirement<'l> {
    name: &'l str,
    version: Option<&'l str>,
    url: Option<&'l str>,
    hashes: Vec<&'l str>,
}

impl<'l> Requirement<'l> {
    /// `name[extras] == version ; marker --hash=…` or `name @ url`; `None` for a range, which names no version.
    fn read(text: &'l str) -> Option<Self> {
        let end = text
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_'))
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return None;
        }
        let mut rest = rest.trim_start();
        if let Some(extras) = rest.strip_prefix('[') {
            rest = extras.split_once(']')?.1.trim_start();
        }
        let hashes = rest.match_indices("--hash").filter_map(|(at, word)| {
            let value = rest[at + word.len()..].trim_start_matches(['=', ' ']);
            value.split_ascii_whitespace().next()
        });
        let hashes: Vec<&str> = hashes.collect();
        if let Some(address) = rest.strip_prefix('@') {
            let address =
                address.trim_start().split([' ', '\t', ';']).next().filter(|address| !address.is_empty())?;
            return Some(Self { name, version: None, url: Some(address), hashes });
        }
        let pin = rest.strip_prefix("===").or_else(|| rest.strip_prefix("=="))?.trim_start();
        let end =
            pin.find(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '\\' | '#')).unwrap_or(pin.len());
        // A template's place for a version may hold blanks.
        let place = pin.strip_prefix("{{").and_then(|rest| rest.find("}}")).map_or(0, |at| at + 4);
        let version = &pin[..end.max(place)];
        if version.is_empty() || version.contains('*') {
            return None;
        }
        Some(Self { name, version: Some(version), url: None, hashes })
    }
}

/// True for what may be a version: letters, digits and what joins them (PEP 440, and older ones that `===` takes).
/// What is none is listed as it is written, as every version is: the document then shows what the file says.
fn is_version(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+!".contains(&byte))
}

/// pip writes the commit behind the path: `git+https://host/repo.git@commit#egg=name`.
fn at_commit(address: &str) -> (&str, Option<&str>) {
    let plain = address.split('#').next().unwrap_or(address);
    match plain.rsplit_once('@') {
        Some((before, commit))
            if before.contains("://")
                && before.rsplit("://").next().is_some_and(|path| path.contains('/')) =>
        {
            (before, Some(commit))
        }
        _ => (plain, None),
    }
}

/// A file whose name says so is for development.
fn scope_of(path: &RelPath) -> Scope {
    let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let development = words.any(|word| {
        matches!(word, "dev" | "develop" | "development" | "test" | "tests" | "testing" | "lint" | "docs")
    });
    if development { Scope::Development } else { Scope::Runtime }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn names() {
        let wants = |path: &str| Requirements.wants(&RelPath::from(path));
        for path in
            ["requirements.txt", "a/requirements-dev.txt", "test-requirements.txt", "requirements/base.txt"]
        {
            assert!(wants(path), "{path}");
        }
        for path in ["requirements.in", "notes.txt", "requirements.txt.bak", "myrequirements.txt"] {
            assert!(!wants(path), "{path}");
        }
    }

    #[test]
    fn pins_hashes_extras_markers_and_the_rest() {
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let text = format!(
            "# top\n-r base.txt\n--index-url https://u:p@r.example/simple\nDjango[argon2] == 4.2.1 ; python_version >= '3.8' \\\n    --hash=sha256:{digest} \\\n    --hash=sha512:bad\nflask==2.0.*\nrequests>=2\nzope.interface===5.4#x\nplain\n\npkg @ git+https://t@h.example/o/pkg.git@0af1#egg=pkg\nwheel @ https://t:s@h.example/w.whl?sig=1 ; x\ntemplated=={{{{ v }}}}\n-e .\nlast==1.0+local.2 # why"
        );
        let harvest = fixture::read(&Requirements, "worker/requirements.txt", &text);
        let broken: Vec<u64> = harvest.broken.iter().map(|broken| broken.span.region().start.line).collect();
        assert_eq!(broken, [14]);
        assert_eq!(
            fixture::packages(&harvest),
            [
                "4 pkg:pypi/django@4.2.1 Runtime",
                "16 pkg:pypi/last@1.0%2Blocal.2 Runtime",
                "12 pkg:pypi/pkg?vcs_url=git%2Bhttps:%2F%2Fh.example%2Fo%2Fpkg.git%400af1 Runtime",
                "14 pkg:pypi/templated@%7B%7B%20v%20%7D%7D Runtime",
                "13 pkg:pypi/wheel Runtime",
                "9 pkg:pypi/zope-interface@5.4 Runtime",
            ]
        );
        let django = harvest.inventory.packages.values().next().unwrap();
        assert_eq!((django.checksums.len(), django.checksums.first().unwrap().hex.as_str()), (1, digest));
        assert_eq!(fixture::roots(&harvest).len(), 1);
        assert_eq!(harvest.hashless.len(), 3);
        let dev = fixture::read(&Requirements, "requirements-dev.txt", "a==1");
        assert_eq!(fixture::packages(&dev), ["1 pkg:pypi/a@1 Development"]);
    }
}
