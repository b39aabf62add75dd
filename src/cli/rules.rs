//! `plimsoll rules`: every rule.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use crate::cli::args::words;
use crate::cli::clock::Clock;
use crate::cli::io::Exit;
use crate::cli::output::{self, Target};
use crate::cli::session::Session;
use crate::cli::tree::Tree;
use crate::config::{Config, Overrides};
use crate::registry::Registry;
use crate::rule::{Confidence, Family, Persona, RuleId, RuleMeta, Severity, UnknownWord};

/// Arguments of `rules`.
#[derive(Args, Debug)]
pub(super) struct RulesArgs {
    /// How to write the list [default: human]
    #[arg(long, value_name = "FORMAT", value_parser = words::<Form>(Form::WORDS))]
    format: Option<Form>,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Human,
    Json,
}

impl Form {
    const WORDS: &'static [&'static str] = &["human", "json"];
}

impl std::str::FromStr for Form {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err(UnknownWord { text: text.to_owned(), known: Self::WORDS.to_vec() }),
        }
    }
}

/// Lists every rule, those of the configuration's rule files among them.
pub(super) fn run(session: &mut Session<'_>, args: &RulesArgs) -> anyhow::Result<Exit> {
    let (_, registry) = registry(session)?;
    let metas = registry.metas();
    output::write(session, &Target::Stdout, |out| match args.format {
        Some(Form::Json) => json(&metas, out),
        Some(Form::Human) | None => table(&metas, out),
    })?;
    Ok(Exit::Pass)
}

/// The rules as the configuration around the working directory has them.
pub(super) fn registry(session: &mut Session<'_>) -> anyhow::Result<(Config, Registry)> {
    let clock = Clock::read(&session.io.env)?;
    let tree = Tree::around(None, &session.io.cwd);
    let config = session.config(&tree, Overrides::default(), clock)?;
    let registry = Registry::new(config.lint.clone(), &config.secrets)?;
    Ok((config, registry))
}

fn table(metas: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
    let id_width = metas.iter().map(|meta| meta.id.as_str().len()).max().unwrap_or(0);
    let family_width = metas.iter().map(|meta| meta.family.word().len()).max().unwrap_or(0);
    for meta in metas {
        let RuleMeta { id, family, severity, persona, summary, .. } = meta;
        let id = id.as_str();
        let persona = if *persona == Persona::Regular { String::new() } else { format!(" ({persona})") };
        writeln!(out, "{id:id_width$}  {family:family_width$}  {severity:8}  {summary}{persona}")?;
    }
    Ok(())
}

/// A rule as `--format json` shows it; the order of the keys is part of the promise.
#[derive(Serialize)]
struct Row<'a> {
    rule: &'a RuleId,
    family: Family,
    summary: &'a str,
    severity: Severity,
    confidence: Confidence,
    persona: Persona,
    since: &'a str,
    aliases: &'a [std::borrow::Cow<'static, str>],
    controls: &'a [std::borrow::Cow<'static, str>],
    references: &'a [std::borrow::Cow<'static, str>],
}

#[derive(Serialize)]
struct List<'a> {
    schema: &'static str,
    rules: Vec<Row<'a>>,
}

fn json(metas: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
    let rules = metas
        .iter()
        .map(|meta| Row {
            rule: &meta.id,
            family: meta.family,
            summary: &meta.summary,
            severity: meta.severity,
            confidence: meta.confidence,
            persona: meta.persona,
            since: meta.since,
            aliases: &meta.aliases,
            controls: &meta.controls,
            references: &meta.references,
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &List { schema: "plimsoll/rules/1", rules })?;
    writeln!(out)
}
