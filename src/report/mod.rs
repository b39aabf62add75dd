//! Formats: a verdict becomes bytes. No format filters, counts or decides: counts come from [`Summary`], which
//! reads them off the verdict in one place.

mod concise;
mod github;
mod human;
mod json;
mod markdown;
mod sarif;
mod summary;
mod text;

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::outcome::Verdict;
use crate::rule::RuleMeta;

pub use summary::Summary;

/// Writes a verdict. A pure function of its arguments: same verdict, same bytes.
pub trait Format {
    /// Writes the whole report. `rules` are the rules that were asked in this run: formats take pages, aliases and
    /// controls from them, and SARIF states one run for each of their families.
    fn write(&self, verdict: &Verdict, rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()>;
}

/// The formats by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormatName {
    /// For people: marked excerpts and a summary.
    Human,
    /// One line each.
    Concise,
    /// One JSON object.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// SARIF 2.1.0 for code scanning.
    Sarif,
    /// Workflow commands for annotations.
    Github,
    /// A job summary or comment.
    Markdown,
}

impl FormatName {
    /// Every format, in the order in which help names them.
    pub const ALL: &'static [Self] =
        &[Self::Human, Self::Concise, Self::Json, Self::Jsonl, Self::Sarif, Self::Github, Self::Markdown];

    /// The word used in flags and configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
        }
    }
}

/// What a format may be told about where its bytes go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Use colour (human only).
    pub color: bool,
    /// Columns of the terminal (human only).
    pub width: Option<usize>,
    /// What to put before `path#Lline` to make a link (markdown only), such as `https://host/owner/repo/blob/REV/`.
    pub link_base: Option<String>,
}

/// The writer of a format.
pub fn format(name: FormatName, options: Options) -> Box<dyn Format> {
    match name {
        FormatName::Human => Box::new(human::Human { color: options.color, width: options.width }),
        FormatName::Concise => Box::new(concise::Concise),
        FormatName::Json => Box::new(json::Json),
        FormatName::Jsonl => Box::new(json::Jsonl),
        FormatName::Sarif => Box::new(sarif::Sarif { most_results: sarif::MOST_RESULTS }),
        FormatName::Github => Box::new(github::Github),
        FormatName::Markdown => {
            Box::new(markdown::Markdown { link_base: options.link_base, budget: markdown::BUDGET })
        }
    }
}
