//! SPDX 2.2 and 2.3 in their JSON form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::SbomError;
use super::{Element, Gathered, Read, Scope, items, shortened, text};

pub(super) fn read(spdx: &Value, encoding: &str) -> Result<Read, SbomError> {
    let version = text(spdx, "spdxVersion").unwrap_or_default();
    if !matches!(version.as_str(), "SPDX-2.1" | "SPDX-2.2" | "SPDX-2.3") {
        return Err(SbomError::ReadVersion(shortened(&version)));
    }
    if spdx.get("packages").is_some_and(|packages| !packages.is_array()) {
        return Err(SbomError::Shape("packages"));
    }
    let mut gathered = Gathered::default();
    let known = [
        "spdxVersion",
        "SPDXID",
        "dataLicense",
        "name",
        "documentNamespace",
        "creationInfo",
        "documentDescribes",
        "packages",
        "relationships",
        "hasExtractedLicensingInfos",
    ];
    gathered.lost.members_but(spdx, "document", &known);
    if let Some(creation) = spdx.get("creationInfo") {
        gathered.timestamp = text(creation, "created");
        gathered.author = items(creation, "creators").iter().filter_map(Value::as_str).find_map(author);
    }
    let names: BTreeMap<String, String> = items(spdx, "hasExtractedLicensingInfos")
        .iter()
        .filter_map(|licence| {
            let id = text(licence, "licenseId")?;
            let said = |member| text(licence, member).filter(|text| text != "NOASSERTION");
            Some((id, said("name").or_else(|| said("extractedText"))?))
        })
        .collect();
    let document = text(spdx, "SPDXID").unwrap_or_else(|| "SPDXRef-DOCUMENT".to_owned());
    let relations: Vec<(String, String, String)> =
        items(spdx, "relationships").iter().filter_map(relation).collect();
    let mut described: BTreeSet<&str> =
        items(spdx, "documentDescribes").iter().filter_map(Value::as_str).collect();
    for (from, kind, to) in &relations {
        match kind.as_str() {
            "DESCRIBES" if *from == document => described.insert(to),
            "DESCRIBED_BY" if *to == document => described.insert(from),
            _ => false,
        };
    }
    let mut elements: Vec<Element> =
        items(spdx, "packages").iter().map(|package| element(&mut gathered, package, &names)).collect();
    let the_one = match described.iter().collect::<Vec<_>>().as_slice() {
        [one] => elements.iter().position(|element| element.reference.as_deref() == Some(**one)),
        _ => None,
    };
    match the_one {
        Some(at) => {
            let mut subject = elements.remove(at);
            (subject.vcs_url, subject.commit) = subject.download_url.as_deref().map_or((None, None), source);
            gathered.subject = subject;
        }
        None => {
            gathered.subject.name = text(spdx, "name").unwrap_or_default();
            gathered.subject.reference = Some(document.clone());
            gathered.needs.extend(described.iter().map(|to| (document.clone(), (*to).to_owned())));
        }
    }
    relate(&mut gathered, &mut elements, &relations, &document);
    gathered.elements = elements;
    Ok(gathered.finish(format!("{} {encoding}", version.replace('-', " "))))
}

fn relation(relation: &Value) -> Option<(String, String, String)> {
    Some((
        text(relation, "spdxElementId")?,
        text(relation, "relationshipType")?.to_ascii_uppercase(),
        text(relation, "relatedSpdxElement")?,
    ))
}

/// Turns relationships into needs, scopes and projects.
fn relate(
    gathered: &mut Gathered,
    elements: &mut Vec<Element>,
    relations: &[(String, String, String)],
    document: &str,
) {
    let mut scopes: BTreeMap<&str, Scope> = BTreeMap::new();
    let mut contained = BTreeSet::new();
    for (from, kind, to) in relations {
        let (owner, target, scope) = match kind.as_str() {
            "DEPENDS_ON" | "HAS_PREREQUISITE" | "DYNAMIC_LINK" | "STATIC_LINK" => (from, to, Scope::Runtime),
            "DEPENDENCY_OF" | "RUNTIME_DEPENDENCY_OF" | "PROVIDED_DEPENDENCY_OF" | "PREREQUISITE_FOR" => {
                (to, from, Scope::Runtime)
            }
            "OPTIONAL_DEPENDENCY_OF" => (to, from, Scope::Optional),
            "DEV_DEPENDENCY_OF"
            | "BUILD_DEPENDENCY_OF"
            | "TEST_DEPENDENCY_OF"
            | "DEV_TOOL_OF"
            | "TEST_TOOL_OF" => (to, from, Scope::Development),
            "CONTAINS" if Some(from) == gathered.subject.reference.as_ref() => {
                contained.insert(to.as_str());
                continue;
            }
            "DESCRIBES" | "DESCRIBED_BY" if from == document || to == document => continue,
            other => {
                gathered.lost.add(&format!("relationship of type `{}`", shortened(other)));
                continue;
            }
        };
        if !matches!(target.as_str(), "NONE" | "NOASSERTION") {
            gathered.needs.push((owner.clone(), target.clone()));
            let known = scopes.entry(target).or_insert(scope);
            *known = scope.min(*known);
        }
    }
    // What the subject contains and has no package URL is a project of it; that it contains a package says no more
    // than that the package is listed.
    let (mut projects, mut rest) = (Vec::new(), Vec::new());
    for mut element in elements.drain(..) {
        let reference = element.reference.as_deref().unwrap_or_default();
        let stated = element.scope.or_else(|| scopes.get(reference).copied());
        let is_project = element.purl.is_none() && contained.contains(reference);
        element.scope = stated;
        if is_project { projects.push(element) } else { rest.push(element) }
    }
    *elements = rest;
    gathered.projects = projects;
}

fn element(gathered: &mut Gathered, package: &Value, names: &BTreeMap<String, String>) -> Element {
    let known = [
        "SPDXID",
        "name",
        "versionInfo",
        "downloadLocation",
        "filesAnalyzed",
        "checksums",
        "sourceInfo",
        "licenseConcluded",
        "licenseDeclared",
        "copyrightText",
        "externalRefs",
        "primaryPackagePurpose",
        "comment",
    ];
    gathered.lost.members_but(package, "package", &known);
    let said = |member: &str| text(package, member).filter(|text| text != "NOASSERTION" && text != "NONE");
    let declared = said("licenseDeclared");
    if said("copyrightText").is_some() {
        gathered.lost.add("copyright text");
    }
    if declared.is_none() && said("licenseConcluded").is_some() {
        gathered.lost.add("concluded licence, taken for the declared one");
    }
    let licence = declared.or_else(|| said("licenseConcluded"));
    let source = text(package, "sourceInfo");
    let mut element = Element {
        reference: text(package, "SPDXID"),
        name: text(package, "name").unwrap_or_default(),
        version: text(package, "versionInfo"),
        container: text(package, "primaryPackagePurpose").is_some_and(|purpose| purpose == "CONTAINER"),
        licence: licence.map(|licence| names.get(&licence).cloned().unwrap_or(licence)),
        download_url: said("downloadLocation"),
        scope: match text(package, "comment").as_deref() {
            Some("scope: development") => Some(Scope::Development),
            Some("scope: optional") => Some(Scope::Optional),
            Some(_) => {
                gathered.lost.add("package comment");
                None
            }
            None => None,
        },
        file: source.as_deref().and_then(|source| source.strip_prefix("named by ")).map(str::to_owned),
        ..Element::default()
    };
    for reference in items(package, "externalRefs") {
        let kind = text(reference, "referenceType").unwrap_or_default();
        if kind == "purl" && element.purl.is_none() {
            element.purl = text(reference, "referenceLocator");
        } else {
            gathered.lost.add(&format!("external reference of type `{}`", shortened(&kind)));
        }
    }
    if source.is_some() && element.purl.is_some() {
        gathered.lost.add("source information of a package");
    }
    for checksum in items(package, "checksums") {
        let algorithm = text(checksum, "algorithm").unwrap_or_default();
        let hex = text(checksum, "checksumValue").unwrap_or_default();
        element.checksums.extend(gathered.checksum(&algorithm, &hex));
    }
    element
}

/// A download location in the form of a version control system: `git+https://host/path@commit`.
fn source(location: &str) -> (Option<String>, Option<String>) {
    let Some(url) = location.strip_prefix("git+") else { return (Some(location.to_owned()), None) };
    match url.rsplit_once('@') {
        Some((url, commit)) if !commit.contains('/') => (Some(url.to_owned()), Some(commit.to_owned())),
        _ => (Some(url.to_owned()), None),
    }
}

/// `Organization: Acme (mail@acme.example)` as `Acme <mail@acme.example>`; tools are no authors.
fn author(creator: &str) -> Option<String> {
    let name = creator.strip_prefix("Organization:").or_else(|| creator.strip_prefix("Person:"))?.trim();
    Some(match name.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((name, email)) if !email.trim().is_empty() => format!("{} <{}>", name.trim(), email.trim()),
        Some((name, _)) => name.trim().to_owned(),
        None => name.to_owned(),
    })
}
