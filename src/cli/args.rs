//! The command line as clap sees it.

use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};

use crate::cli::session::Global;
use crate::cli::{generate, keygen, sign, verify};
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
    /// Sign an SBOM, or any file
    Sign(sign::SignArgs),
    /// Verify what `sign` made
    Verify(verify::VerifyArgs),
    /// Make a key pair for `sign`
    Keygen(keygen::KeygenArgs),
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
