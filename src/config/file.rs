//! `plimsoll.toml`: its keys, and what may stand behind them.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeTable;

use crate::config::FailOn;
use crate::config::error::{ConfigError, Problem};
use crate::config::reader::{Key, Reader, Value};
use crate::gate::Ignore;
use crate::parse::build_context::BuildPlan;
use crate::rule::{Family, Persona, Severity};
use crate::source::{RelPath, Source, Span};

/// The generations of the rule set that this version can run: a configuration that names another was written
/// for another version.
pub const RULES_VERSIONS: &[&str] = &["2026.1"];

/// The families that can be asked for.
pub const FAMILIES: &[Family] = &[Family::Dockerfile, Family::Secret, Family::Sbom, Family::Suppression];

/// What a configuration file says, as far as it says it.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) exclude: Vec<String>,
    pub(super) families: Option<Vec<Family>>,
    pub(super) fail_on: Option<FailOn>,
    pub(super) persona: Option<Persona>,
    pub(super) trusted_registries: Vec<String>,
    pub(super) targets: Vec<String>,
    pub(super) builds: Vec<BuildPlan>,
    pub(super) secret_rules: Vec<(RelPath, Span)>,
    pub(super) severities: Vec<(Named, Severity)>,
    pub(super) ignores: Vec<Ignore>,
    pub(super) author: Option<String>,
    /// Every rule name or rule glob of the file, to be checked once the rules are known.
    pub(super) named: Vec<Named>,
}

/// A rule named in the file.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) span: Span,
}

/// Reads a configuration file; paths and globs come out relative to the top of the tree, those of the file
/// being relative to `folder`.
pub(super) fn read(source: &Source, folder: &RelPath) -> Result<File, ConfigError> {
    let mut reader = Reader::new(source, folder);
    let mut file = File::default();
    match std::str::from_utf8(source.bytes()) {
        Err(error) => {
            let at = error.valid_up_to();
            reader.problem(at..at + 1, "this byte is not UTF-8", "save the file as UTF-8");
        }
        Ok(text) => {
            let (table, errors) = DeTable::parse_recoverable(text);
            for error in &errors {
                let range = error.span().unwrap_or_default();
                reader.problem(
                    range,
                    format!("not valid TOML: {}", one_line(error.message())),
                    "see https://toml.io",
                );
            }
            // What follows a syntax error is read as far as it could be understood; keys that were torn apart
            // would only add noise.
            if errors.is_empty() {
                reader.keys(table.get_ref(), ROOT, &mut file);
            }
        }
    }
    let problems: Vec<Problem> = reader.finish();
    if problems.is_empty() { Ok(file) } else { Err(ConfigError::Invalid { problems }) }
}

const ROOT: &[Key<File>] = &[
    Key { name: "rules-version", read: |reader, _, value| rules_version(reader, value) },
    Key { name: "exclude", read: |reader, file, value| file.exclude = reader.list(value, Reader::path_glob) },
    Key { name: "families", read: |reader, file, value| file.families = families(reader, value) },
    Key { name: "fail-on", read: |reader, file, value| file.fail_on = reader.word(value) },
    Key { name: "persona", read: |reader, file, value| file.persona = reader.word(value) },
    Key { name: "dockerfile", read: |reader, file, value| section(reader, value, DOCKERFILE, file) },
    Key { name: "build", read: builds },
    Key { name: "secrets", read: |reader, file, value| section(reader, value, SECRETS, file) },
    Key { name: "rule", read: rules },
    Key { name: "ignore", read: ignores },
    Key { name: "sbom", read: |reader, file, value| section(reader, value, SBOM, file) },
];

const DOCKERFILE: &[Key<File>] = &[
    Key {
        name: "trusted-registries",
        read: |reader, file, value| file.trusted_registries = reader.list(value, Reader::string),
    },
    Key { name: "targets", read: |reader, file, value| file.targets = reader.list(value, Reader::string) },
];

const SECRETS: &[Key<File>] = &[Key {
    name: "rules",
    read: |reader, file, value| {
        for element in reader.array(value, "an array") {
            if let Some(path) = reader.path(element) {
                let span = reader.span(element.span());
                file.secret_rules.push((path, span));
            }
        }
    },
}];

const SBOM: &[Key<File>] =
    &[Key { name: "author", read: |reader, file, value| file.author = reader.string(value) }];

fn section(reader: &mut Reader<'_>, value: &Value<'_>, keys: &[Key<File>], file: &mut File) {
    if let Some(table) = reader.table(value) {
        reader.keys(table, keys, file);
    }
}

fn rules_version(reader: &mut Reader<'_>, value: &Value<'_>) {
    if let Some(version) = reader.string(value)
        && !RULES_VERSIONS.contains(&version.as_str())
    {
        reader.unknown("rules-version", value.span(), &version, RULES_VERSIONS.iter().copied());
    }
}

fn families(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Vec<Family>> {
    let mut families = Vec::new();
    for element in reader.array(value, "an array") {
        let Some(text) = reader.string(element) else { continue };
        match FAMILIES.iter().find(|family| family.word() == text) {
            Some(family) => families.push(*family),
            None => {
                reader.unknown("family", element.span(), &text, FAMILIES.iter().map(|family| family.word()));
            }
        }
    }
    if value.get_ref().as_array().is_some_and(|array| array.is_empty()) {
        reader.problem(value.span(), "no family is left to check", "name at least one, or leave the key out");
    }
    families.sort();
    families.dedup();
    Some(families)
}

/// A `[[build]]` while it is read.
#[derive(Default)]
struct Build {
    dockerfile: Option<RelPath>,
    context: Option<RelPath>,
    args: BTreeMap<String, String>,
    target: Option<String>,
}

const BUILD: &[Key<Build>] = &[
    Key { name: "dockerfile", read: |reader, build, value| build.dockerfile = reader.path(value) },
    Key { name: "context", read: |reader, build, value| build.context = reader.path(value) },
    Key {
        name: "args",
        read: |reader, build, value| {
            let Some(table) = reader.table(value) else { return };
            for (name, value) in table {
                match value.get_ref().as_str() {
                    Some(text) => {
                        build.args.insert(name.get_ref().to_string(), text.to_owned());
                    }
                    None => reader.wrong_type(value, "a string"),
                }
            }
        },
    },
    Key { name: "target", read: |reader, build, value| build.target = reader.string(value) },
];

fn builds(reader: &mut Reader<'_>, file: &mut File, value: &Value<'_>) {
    for element in reader.array(value, "an array of tables ([[build]])") {
        let mut build = Build::default();
        let Some(table) = reader.table(element) else { continue };
        reader.keys(table, BUILD, &mut build);
        if !table.contains_key("dockerfile") {
            reader.problem(
                element.span(),
                "this [[build]] names no dockerfile",
                "add dockerfile = \"Dockerfile\"",
            );
        }
        let Some(dockerfile) = build.dockerfile else { continue };
        let context = build.context.unwrap_or_else(|| reader.folder().clone());
        file.builds.push(BuildPlan { dockerfile, context, args: build.args, target: build.target });
    }
}

const RULE: &[Key<Option<Severity>>] =
    &[Key { name: "severity", read: |reader, severity, value| *severity = reader.word(value) }];

fn rules(reader: &mut Reader<'_>, file: &mut File, value: &Value<'_>) {
    let Some(table) = reader.table(value) else { return };
    for (name, value) in table {
        let named = Named { name: name.get_ref().to_string(), span: reader.span(name.span()) };
        file.named.push(named.clone());
        let mut severity = None;
        if let Some(table) = reader.table(value) {
            reader.keys(table, RULE, &mut severity);
        }
        file.severities.extend(severity.map(|severity| (named, severity)));
    }
}

/// An `[[ignore]]` while it is read.
#[derive(Default)]
struct Wire {
    rule: Option<Spanned<String>>,
    path: Option<String>,
    fingerprint: Option<String>,
    until: Option<chrono::NaiveDate>,
    reason: Option<String>,
}

const IGNORE: &[Key<Wire>] = &[
    Key { name: "rule", read: |reader, ignore, value| ignore.rule = reader.rule_glob(value) },
    Key { name: "path", read: |reader, ignore, value| ignore.path = reader.path_glob(value) },
    Key {
        name: "fingerprint",
        read: |reader, ignore, value| ignore.fingerprint = fingerprint(reader, value),
    },
    Key { name: "until", read: |reader, ignore, value| ignore.until = reader.date(value) },
    Key { name: "reason", read: |reader, ignore, value| ignore.reason = reader.string(value) },
];

fn fingerprint(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<String> {
    let text = reader.string(value)?;
    if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Some(text);
    }
    reader.problem(
        value.span(),
        "this is not a fingerprint",
        "copy the 64 hexadecimal digits of `fingerprint` from a JSON report",
    );
    None
}

fn ignores(reader: &mut Reader<'_>, file: &mut File, value: &Value<'_>) {
    for element in reader.array(value, "an array of tables ([[ignore]])") {
        let Some(table) = reader.table(element) else { continue };
        let mut ignore = Wire::default();
        reader.keys(table, IGNORE, &mut ignore);
        if !table.contains_key("reason") {
            reader.problem(
                element.span(),
                "this [[ignore]] gives no reason",
                "add reason = \"why this is fine\"",
            );
        }
        if !["rule", "path", "fingerprint"].iter().any(|key| table.contains_key(*key)) {
            reader.problem(
                element.span(),
                "this [[ignore]] would ignore everything",
                "name a rule, a path or a fingerprint",
            );
        }
        if let Some(rule) = &ignore.rule {
            file.named.push(Named { name: rule.get_ref().clone(), span: reader.span(rule.span()) });
        }
        file.ignores.push(Ignore {
            rule: ignore.rule.map(Spanned::into_inner),
            path: ignore.path,
            fingerprint: ignore.fingerprint,
            until: ignore.until,
            reason: ignore.reason.unwrap_or_default(),
            span: reader.span(element.span()),
        });
    }
}

fn one_line(message: &str) -> String {
    crate::source::printable_str(&message.replace('\n', ", "))
}
