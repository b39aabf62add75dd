//! CycloneDX 1.2 to 1.7 in its JSON form.

use serde_json::Value;

use super::super::SbomError;
use super::super::document::{DATA_LICENCE, PHASE, TOOL};
use super::{Element, Gathered, Read, Scope, items, shortened, text};

const VERSIONS: [&str; 6] = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];

pub(super) fn read(bom: &Value, encoding: &str) -> Result<Read, SbomError> {
    let version = text(bom, "specVersion").unwrap_or_default();
    if !VERSIONS.contains(&version.as_str()) {
        return Err(SbomError::ReadVersion(format!("CycloneDX {}", shortened(&version))));
    }
    if bom.get("components").is_some_and(|components| !components.is_array()) {
        return Err(SbomError::Shape("components"));
    }
    let mut gathered = Gathered::default();
    let known = [
        "$schema",
        "bomFormat",
        "specVersion",
        "serialNumber",
        "version",
        "metadata",
        "components",
        "dependencies",
        "compositions",
    ];
    gathered.lost.members_but(bom, "document", &known);
    if let Some(metadata) = bom.get("metadata") {
        read_metadata(&mut gathered, metadata);
    }
    components(&mut gathered, items(bom, "components"));
    for dependency in items(bom, "dependencies") {
        gathered.lost.members_but(dependency, "dependency", &["ref", "dependsOn"]);
        let Some(from) = text(dependency, "ref") else { continue };
        for to in items(dependency, "dependsOn").iter().filter_map(Value::as_str) {
            gathered.needs.push((from.clone(), to.to_owned()));
        }
    }
    for composition in items(bom, "compositions") {
        read_composition(&mut gathered, composition);
    }
    Ok(gathered.finish(format!("CycloneDX {version} {encoding}")))
}

/// What is said about who needs whom is kept, and that something is missing; the rest has no place.
fn read_composition(gathered: &mut Gathered, composition: &Value) {
    gathered.lost.members_but(
        composition,
        "composition",
        &["bom-ref", "aggregate", "assemblies", "dependencies"],
    );
    let references = |member| items(composition, member).iter().filter_map(Value::as_str).map(str::to_owned);
    match text(composition, "aggregate").as_deref() {
        Some("complete") => {
            gathered.complete.extend(references("dependencies"));
            if references("assemblies").next().is_some() {
                gathered.lost.add("composition of parts that is complete");
            }
        }
        Some("incomplete") => gathered.incomplete = true,
        None | Some("unknown" | "not_specified") => {}
        Some(other) => gathered.lost.add(&format!("composition that is `{}`", shortened(other))),
    }
}

fn read_metadata(gathered: &mut Gathered, metadata: &Value) {
    let known = ["timestamp", "authors", "component", "manufacturer", "licenses", "lifecycles", "tools"];
    gathered.lost.members_but(metadata, "metadata", &known);
    // These three are written anew and say the same of every document.
    let tools = metadata.get("tools").unwrap_or(&Value::Null);
    let of = |list: &[Value], path: &str, ours: &str| {
        list.iter().all(|item| item.pointer(path).and_then(Value::as_str) == Some(ours))
    };
    for (member, same) in [
        (
            "tools",
            [
                tools.as_array().map_or(&[][..], Vec::as_slice),
                items(tools, "components"),
                items(tools, "services"),
            ]
            .iter()
            .all(|list| of(list, "/name", TOOL)),
        ),
        ("lifecycles", of(items(metadata, "lifecycles"), "/phase", PHASE)),
        ("licenses", of(items(metadata, "licenses"), "/license/id", DATA_LICENCE)),
    ] {
        if !same {
            gathered.lost.add(&format!("metadata member `{member}`"));
        }
    }
    gathered.timestamp = text(metadata, "timestamp");
    let authors = items(metadata, "authors");
    if authors.len() > 1 {
        gathered.lost.add("author after the first");
    }
    let manufacturer = metadata.get("manufacturer");
    gathered.author = authors.first().or(manufacturer).and_then(|author| {
        let email = text(author, "email");
        match (text(author, "name"), email) {
            (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
            (name, email) => name.or(email),
        }
    });
    let Some(component) = metadata.get("component") else { return };
    let (subject, nested) = element(gathered, component);
    gathered.subject = subject;
    for part in nested {
        let (mut project, deeper) = element(gathered, part);
        // Our own references name the file, also where a version of the format has no place for it.
        if project.file.is_none() {
            let file = project.reference.as_deref().and_then(|reference| reference.strip_prefix("subject/"));
            project.file = file.map(str::to_owned);
        }
        if project.purl.is_some() {
            gathered.elements.push(project);
        } else {
            gathered.projects.push(project);
        }
        components(gathered, deeper);
    }
}

/// Components and those inside of them, as one list. The depth of JSON is bounded by its parser.
fn components(gathered: &mut Gathered, list: &[Value]) {
    for component in list {
        let (element, nested) = element(gathered, component);
        gathered.elements.push(element);
        if !nested.is_empty() {
            gathered.lost.add("nesting of components");
            components(gathered, nested);
        }
    }
}

fn element<'a>(gathered: &mut Gathered, component: &'a Value) -> (Element, &'a [Value]) {
    let known = [
        "type",
        "bom-ref",
        "group",
        "name",
        "version",
        "scope",
        "hashes",
        "licenses",
        "purl",
        "externalReferences",
        "properties",
        "components",
        "evidence",
    ];
    gathered.lost.members_but(component, "component", &known);
    let kind = text(component, "type").unwrap_or_default();
    if !matches!(kind.as_str(), "library" | "framework" | "application" | "container") {
        gathered.lost.add(&format!("component type `{}`, read as library", shortened(&kind)));
    }
    let name = text(component, "name").unwrap_or_default();
    let purl = text(component, "purl");
    let mut element = Element {
        reference: text(component, "bom-ref").or_else(|| purl.clone()),
        name: match text(component, "group") {
            Some(group) if !name.starts_with(&group) => {
                let separator = if purl.as_deref().is_some_and(|purl| purl.starts_with("pkg:maven/")) {
                    ':'
                } else {
                    '/'
                };
                format!("{group}{separator}{name}")
            }
            _ => name,
        },
        purl,
        version: text(component, "version"),
        container: kind == "container",
        licence: licences(gathered, items(component, "licenses")),
        scope: match component.get("scope").and_then(Value::as_str) {
            Some("optional") => Some(Scope::Optional),
            Some("excluded") => Some(Scope::Development),
            _ => None,
        },
        ..Element::default()
    };
    let distribution = read_references(gathered, component, &mut element);
    for hash in items(component, "hashes").iter().chain(distribution) {
        let (algorithm, content) =
            (text(hash, "alg").unwrap_or_default(), text(hash, "content").unwrap_or_default());
        element.checksums.extend(gathered.checksum(&algorithm, &content));
    }
    for property in items(component, "properties") {
        match (text(property, "name").as_deref(), text(property, "value").as_deref()) {
            (Some("plimsoll:scope" | "cdx:npm:package:development"), Some("development" | "true")) => {
                element.scope = Some(Scope::Development);
            }
            (Some("plimsoll:commit"), Some(commit)) => element.commit = Some(commit.to_owned()),
            (name, _) => gathered.lost.add(&format!("property `{}`", shortened(name.unwrap_or_default()))),
        }
    }
    if let Some(evidence) = component.get("evidence") {
        element.file = items(evidence, "occurrences").first().and_then(|place| text(place, "location"));
        gathered.lost.members_but(evidence, "evidence", &[]);
    }
    (element, items(component, "components"))
}

/// Takes the place of distribution; its checksums are those of the package.
fn read_references<'a>(gathered: &mut Gathered, component: &'a Value, element: &mut Element) -> &'a [Value] {
    let mut hashes: &[Value] = &[];
    for reference in items(component, "externalReferences") {
        let kind = text(reference, "type").unwrap_or_default();
        if kind == "distribution" && element.download_url.is_none() {
            element.download_url = text(reference, "url");
            hashes = items(reference, "hashes");
        } else if kind == "vcs" && element.vcs_url.is_none() {
            element.vcs_url = text(reference, "url");
        } else {
            gathered.lost.add(&format!("external reference of type `{}`", shortened(&kind)));
        }
    }
    hashes
}

/// Several licences all apply.
fn licences(gathered: &mut Gathered, list: &[Value]) -> Option<String> {
    let mut words = Vec::new();
    for choice in list {
        let licence = choice.get("license");
        if let Some(licence) = licence {
            gathered.lost.members_but(licence, "licence", &["id", "name", "acknowledgement"]);
        }
        let word = text(choice, "expression")
            .or_else(|| licence.and_then(|licence| text(licence, "id").or_else(|| text(licence, "name"))));
        words.extend(word.filter(|word| !words.contains(word)));
    }
    match words.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        several => {
            let group =
                |word: &String| if word.contains(" OR ") { format!("({word})") } else { word.clone() };
            Some(several.iter().map(group).collect::<Vec<_>>().join(" AND "))
        }
    }
}
