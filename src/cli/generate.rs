//! `plimsoll generate`: shell completions and man pages, made from the command line itself.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, CommandFactory as _, Subcommand};
use clap_complete::Shell;

use crate::cli::args::Cli;
use crate::cli::io::Exit;
use crate::cli::output::{self, Target};
use crate::cli::session::Session;

/// Arguments of `generate`.
#[derive(Args, Debug)]
pub(super) struct GenerateArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Completions for a shell, to standard output
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Man pages, into a folder
    Man {
        /// The folder; made when it is not there
        dir: PathBuf,
    },
}

/// Writes completions or man pages.
pub(super) fn run(session: &mut Session<'_>, args: &GenerateArgs) -> anyhow::Result<Exit> {
    let mut command = Cli::command();
    match &args.what {
        What::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut command, "plimsoll", &mut script);
            output::write(session, &Target::Stdout, |out| out.write_all(&script))?;
        }
        What::Man { dir } => {
            let folder = session.io.cwd.join(dir);
            let shown = crate::source::printable(dir.as_os_str().as_encoded_bytes());
            fs::create_dir_all(&folder)
                .and_then(|()| clap_mangen::generate_to(command, &folder))
                .with_context(|| {
                    format!("man pages cannot be written to {shown}; check that it is a folder with room")
                })?;
        }
    }
    Ok(Exit::Pass)
}
