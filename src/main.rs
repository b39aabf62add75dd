//! The `plimsoll` binary: hands the arguments to the library, and makes the exit code.

use std::process::ExitCode;

use plimsoll::cli::{self, Exit, Io};

fn main() -> ExitCode {
    cli::hide_panic_payloads();
    let exit = match Io::of_process() {
        Ok(mut io) => cli::run(std::env::args_os(), &mut io),
        // Without a working directory there is nobody to tell and nothing to judge.
        Err(_) => Exit::Unable,
    };
    ExitCode::from(exit.code())
}
