//! The command line: one file per subcommand. The only place that knows clap and anyhow, reads the clock and
//! touches the streams.

mod args;
mod clock;
mod explain;
mod failure;
mod gate;
mod generate;
mod io;
mod keygen;
mod keys;
mod masking;
mod output;
mod rules;
mod sbom;
mod session;
mod sign;
mod tree;
mod verify;

use std::ffi::OsString;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::Parser as _;

pub use io::{Exit, Io, Stream};

use crate::rule::Family;
use args::{Cli, Command};
use session::Session;

/// Runs the program. The first argument is its name.
pub fn run(args: impl IntoIterator<Item = OsString>, io: &mut Io) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let exit = match catch_unwind(AssertUnwindSafe(|| parse_and_dispatch(args, io))) {
        Ok(exit) => exit,
        Err(_) => {
            // The panic hook has said where; what the panic carries may hold a secret and stays here.
            let _ = writeln!(
                io.stderr,
                "error: plimsoll failed inside; this is a bug, please report the place above"
            );
            Exit::Unable
        }
    };
    // What is still in a buffer and cannot be written was not reported.
    if io.stdout.flush().is_err() { Exit::Unable } else { exit }
}

/// Makes panics tell their place and nothing of what they carry. For `main`; the library leaves hooks alone.
pub fn hide_panic_payloads() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| {
            // The path below the crate's root: what lies above it is the machine that built the program.
            let file = at.file().rsplit_once("/src/").map_or(at.file(), |(_, rest)| rest);
            format!(" at {file}:{}", at.line())
        });
        let _ = writeln!(std::io::stderr(), "internal error{}", place.unwrap_or_default());
    }));
}

fn parse_and_dispatch(args: Vec<OsString>, io: &mut Io) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return refused(&error, io),
    };
    let mut session = match Session::new(io, cli.global) {
        Ok(session) => session,
        Err(error) => {
            let _ = writeln!(io.stderr, "error: {error}");
            return Exit::Unable;
        }
    };
    match dispatch(&mut session, cli.command) {
        Ok(exit) => exit,
        Err(error) => {
            failure::tell(&mut session, &error);
            Exit::Unable
        }
    }
}

fn dispatch(session: &mut Session<'_>, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Check(args) => gate::run(session, args, None),
        Command::Dockerfile(args) => gate::run(session, args, Some(Family::Dockerfile)),
        Command::Secrets(args) => gate::run(session, args, Some(Family::Secret)),
        Command::Sbom(args) => sbom::run(session, args),
        Command::Sign(args) => sign::run(session, args),
        Command::Verify(args) => verify::run(session, &args),
        Command::Keygen(args) => keygen::run(session, &args),
        Command::Rules(args) => rules::run(session, &args),
        Command::Explain(args) => explain::run(session, &args),
        Command::Generate(args) => generate::run(session, &args),
    }
}

/// Help and version are answers; everything else that clap ends with is bad usage.
fn refused(error: &clap::Error, io: &mut Io) -> Exit {
    let text = error.render();
    let stream = if error.use_stderr() { &mut io.stderr } else { &mut io.stdout };
    let written =
        if stream.is_terminal() { write!(stream, "{}", text.ansi()) } else { write!(stream, "{text}") };
    if error.use_stderr() || written.is_err() { Exit::Unable } else { Exit::Pass }
}
