//! The command line as clap sees it.

use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};

use crate::cli::session::Global;
use crate::cli::{explain, gate, generate, keygen, rules, sbom, sign, verify};
use crate::rule::UnknownWord;

/// The load line for container builds: one gate for Dockerfiles, secrets and SBOMs
#[derive(Debug, Parser)]
#[command(
    name = "plimsoll",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Exit codes: 0 pass, 1 fail, 2 the job could not be done or not all of it."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The gate: every check family that the configuration names, one verdict
    Check(gate::GateArgs),
    /// Check Dockerfiles and build contexts only
    #[command(visible_alias = "lint")]
    Dockerfile(gate::GateArgs),
    /// Look for hardcoded secrets only
    Secrets(gate::GateArgs),
    /// Write a software bill of materials, or convert one
    Sbom(sbom::SbomArgs),
    /// Sign an SBOM, or any file
    Sign(sign::SignArgs),
    /// Verify what `sign` made
    Verify(verify::VerifyArgs),
    /// Make a key pair for `sign`
    Keygen(keygen::KeygenArgs),
    /// List every rule
    Rules(rules::RulesArgs),
    /// Show the page of a rule
    Explain(explain::ExplainArgs),
    /// Write shell completions or man pages
    Generate(generate::GenerateArgs),
}

/// A parser for one of a fixed set of words, which help and completions name.
pub(super) fn words<T>(known: &[&'static str]) -> impl TypedValueParser<Value = T> + use<T>
where
    T: FromStr<Err = UnknownWord> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(known.iter().copied()).try_map(|text| text.parse::<T>())
}
