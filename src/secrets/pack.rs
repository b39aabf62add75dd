//! Rule files: the wire form, and rules ready to run.

use std::borrow::Cow;

use serde::Deserialize;

use super::anchors::{Anchors, Literal};
use super::checks::Check;
use super::pattern::{Class, Pattern, PatternError};
use super::structure::Structure;
use crate::rule::{Confidence, Family, Persona, RuleId, RuleMeta, Severity};

/// The rules that come with the program, as `build.rs` gathered them from `rules/secrets/*.toml`.
static BUILT_IN: &str = include_str!(concat!(env!("OUT_DIR"), "/secrets.json"));

/// A rule file that cannot be used. Each message ends with what to do.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The file is no TOML of the right form.
    #[error(
        "{file}: {detail}\nmend the rule file; docs: `plimsoll explain generic-secret` shows what a rule holds"
    )]
    File {
        /// Its name.
        file: String,
        /// What is wrong and where.
        detail: String,
    },
    /// A rule of the file makes no sense.
    #[error("{file}: rule `{rule}`: {detail}")]
    Rule {
        /// The file's name.
        file: String,
        /// The rule's name.
        rule: String,
        /// What is wrong, and the remedy.
        detail: String,
    },
    /// The anchors of all rules make no automaton.
    #[error("the rules' keywords cannot be compiled: {0}; use fewer or shorter keywords")]
    Keywords(String),
}

/// One rule file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Added by `build.rs`.
    #[serde(default)]
    file: String,
    provider: String,
    /// What to do when it leaked, for rules that do not say.
    #[serde(default)]
    rotate: Option<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(rename = "rule", default)]
    rules: Vec<Entry>,
}

/// One `[[rule]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    id: String,
    summary: String,
    #[serde(default)]
    provider: Option<String>,
    /// In the language of `pattern`; any of them.
    #[serde(default)]
    patterns: Vec<String>,
    /// Names of checks; each must hold.
    #[serde(default)]
    checks: Vec<String>,
    /// A matcher by name, started at each keyword.
    #[serde(default)]
    structure: Option<String>,
    /// For odd shapes; searched in the lines around each keyword. Its group `secret`, or else all of it, is the secret.
    #[serde(default)]
    regex: Option<String>,
    #[serde(default)]
    keywords: Vec<String>,
    /// Only in files of these names.
    #[serde(default)]
    files: Vec<String>,
    /// Bits a character that the secret must have at least.
    #[serde(default)]
    entropy: Option<f32>,
    severity: Severity,
    #[serde(default = "high")]
    confidence: Confidence,
    /// Takes the severity of this rule when a secret of it lies within ten lines.
    #[serde(default)]
    pair: Option<String>,
    /// How many bytes at the front are public.
    #[serde(default)]
    shown: Option<u32>,
    #[serde(default)]
    rotate: Option<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    counter_examples: Vec<String>,
}

fn high() -> Confidence {
    Confidence::High
}

/// A rule ready to run.
pub(super) struct Rule {
    pub(super) meta: RuleMeta,
    pub(super) provider: String,
    pub(super) rotate: String,
    pub(super) form: Form,
    pub(super) checks: Vec<Check>,
    pub(super) entropy: f32,
    pub(super) shown: Option<u32>,
    pub(super) pair: Option<String>,
    pub(super) files: Vec<String>,
    pub(super) keywords: Vec<String>,
    pub(super) examples: Vec<String>,
    pub(super) counter_examples: Vec<String>,
    pub(super) pattern_texts: Vec<String>,
    pub(super) check_names: Vec<String>,
}

/// How a rule recognises its secret.
pub(super) enum Form {
    Patterns(Vec<Pattern>),
    Structure(Structure),
    Regex(Box<regex::bytes::Regex>),
}

/// What an anchor starts: a rule, and which of its patterns.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) rule: usize,
    pub(super) pattern: usize,
}

/// All rules with their anchors.
pub(super) struct Pack {
    pub(super) rules: Vec<Rule>,
    pub(super) anchors: Anchors,
    /// For each literal of `anchors`, what it starts.
    pub(super) starts: Vec<Start>,
    /// For each literal, its length.
    pub(super) lengths: Vec<usize>,
    /// Rules that run on whole files of a name, not on keywords.
    pub(super) by_file: Vec<usize>,
}

impl Pack {
    pub(super) fn new(user_files: &[(String, String)]) -> Result<Self, SecretsError> {
        let built_in: Vec<File> = serde_json::from_str(BUILT_IN).map_err(|error| SecretsError::File {
            file: "built-in rules".to_owned(),
            detail: error.to_string(),
        })?;
        let mut rules: Vec<Rule> = Vec::new();
        for file in built_in {
            let name = file.file.clone();
            compile_file(&name, file, &mut rules)?;
        }
        for (name, text) in user_files {
            let file: File = toml::from_str(text)
                .map_err(|error| SecretsError::File { file: name.clone(), detail: error.to_string() })?;
            compile_file(name, file, &mut rules)?;
        }
        let (mut literals, mut starts, mut by_file) = (Vec::new(), Vec::new(), Vec::new());
        for (index, rule) in rules.iter().enumerate() {
            match &rule.form {
                Form::Patterns(patterns) => {
                    for (pattern, compiled) in patterns.iter().enumerate() {
                        literals.push(Literal {
                            bytes: compiled.anchor().to_vec(),
                            before: compiled.before_anchor(),
                            next: compiled.after_anchor(),
                        });
                        starts.push(Start { rule: index, pattern });
                    }
                }
                Form::Structure(_) | Form::Regex(_) if rule.keywords.is_empty() => by_file.push(index),
                Form::Structure(_) | Form::Regex(_) => {
                    for keyword in &rule.keywords {
                        literals.push(Literal {
                            bytes: keyword.clone().into_bytes(),
                            before: Class::EVERY,
                            next: [Class::ANY; 2],
                        });
                        starts.push(Start { rule: index, pattern: 0 });
                    }
                }
            }
        }
        let anchors = Anchors::new(&literals).map_err(|error| SecretsError::Keywords(error.to_string()))?;
        let lengths = literals.iter().map(|literal| literal.bytes.len()).collect();
        Ok(Self { rules, anchors, starts, lengths, by_file })
    }
}

fn compile_file(name: &str, file: File, rules: &mut Vec<Rule>) -> Result<(), SecretsError> {
    for entry in file.rules.clone() {
        let fail =
            |detail: String| SecretsError::Rule { file: name.to_owned(), rule: entry.id.clone(), detail };
        if rules.iter().any(|rule| rule.meta.id.as_str() == entry.id) {
            return Err(fail("this name is taken; give the rule another `id`".to_owned()));
        }
        let rule = compile(&file, entry.clone()).map_err(fail)?;
        rules.push(rule);
    }
    Ok(())
}

fn compile(file: &File, entry: Entry) -> Result<Rule, String> {
    let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if entry.id.is_empty() || !entry.id.bytes().all(kebab) {
        return Err("`id` is in kebab case: small letters, digits and dashes".to_owned());
    }
    let form = match (&entry.patterns[..], &entry.structure, &entry.regex) {
        ([_, ..], None, None) => {
            let keyword = entry.keywords.first().map(String::as_str);
            let patterns: Result<Vec<Pattern>, PatternError> =
                entry.patterns.iter().map(|pattern| Pattern::new(pattern, keyword)).collect();
            Form::Patterns(patterns.map_err(|error| error.to_string())?)
        }
        ([], Some(name), None) => Form::Structure(
            Structure::named(name)
                .ok_or_else(|| format!("`{name}` is no structure; see the built-in rules"))?,
        ),
        ([], None, Some(pattern)) => {
            let mut builder = regex::bytes::RegexBuilder::new(pattern);
            let regex = builder.unicode(false).multi_line(true).size_limit(1 << 20).build();
            Form::Regex(Box::new(regex.map_err(|error| format!("`regex`: {error}; mend the expression"))?))
        }
        _ => return Err("give exactly one of `patterns`, `structure` and `regex`".to_owned()),
    };
    let generic = matches!(form, Form::Structure(Structure::AssignedPassword | Structure::AssignedSecret));
    let needs_keywords = !generic && !matches!(form, Form::Patterns(_));
    if needs_keywords && entry.keywords.is_empty() && entry.files.is_empty() {
        return Err("`keywords` or `files` is missing: name literal text that every secret of this kind has"
            .to_owned());
    }
    if needs_keywords && entry.keywords.iter().any(|keyword| keyword.len() < 3) {
        return Err("a keyword is shorter than 3 bytes; use a longer one".to_owned());
    }
    let checks =
        entry.checks.iter().map(|name| Check::named(name).ok_or_else(|| format!("`{name}` is no check")));
    let checks = checks.collect::<Result<Vec<_>, _>>()?;
    let provider = entry.provider.unwrap_or_else(|| file.provider.clone());
    let rotate = entry.rotate.or_else(|| file.rotate.clone()).unwrap_or_else(|| {
        format!(
            "Revoke it at {provider} and issue a new one; then read it from the environment or a secret store"
        )
    });
    let mut references = file.references.clone();
    references.extend(entry.references);
    let page = page(&entry.summary, &provider, &rotate, &references);
    let owned = |list: Vec<String>| -> Cow<'static, [Cow<'static, str>]> {
        Cow::Owned(list.into_iter().map(Cow::Owned).collect())
    };
    Ok(Rule {
        meta: RuleMeta {
            id: RuleId::owned(entry.id),
            family: Family::Secret,
            summary: Cow::Owned(entry.summary),
            page: Cow::Owned(page),
            severity: entry.severity,
            confidence: entry.confidence,
            persona: Persona::Regular,
            since: "0.1.0",
            aliases: owned(entry.aliases),
            controls: Cow::Borrowed(&[]),
            references: owned(references),
        },
        provider,
        rotate,
        form,
        checks,
        entropy: entry.entropy.unwrap_or(2.3),
        shown: entry.shown,
        pair: entry.pair,
        files: entry.files,
        keywords: if needs_keywords { entry.keywords } else { Vec::new() },
        examples: entry.examples,
        counter_examples: entry.counter_examples,
        pattern_texts: entry.patterns,
        check_names: entry.checks,
    })
}

fn page(summary: &str, provider: &str, rotate: &str, references: &[String]) -> String {
    let mut page = format!(
        "## What it does\nFinds: {summary} ({provider}).\n\n## Why it matters\nWhoever can read the file, its history or \
         an image built from it can use the credential. Deleting the line does not help: the value stays in the history \
         and in every copy.\n\n## How to fix\n{rotate}.\n"
    );
    if !references.is_empty() {
        page.push_str("\n## References\n");
        references.iter().for_each(|reference| page.extend(["- ", reference, "\n"]));
    }
    page
}
