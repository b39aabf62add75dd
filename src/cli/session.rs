//! One run of the program: its streams, its global flags, and what every command asks of them.

use std::fmt::Display;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::cli::clock::Clock;
use crate::cli::io::{Io, Stream};
use crate::cli::tree::Tree;
use crate::config::{Choice, Config, ConfigError, FILE_VARIABLE, Overrides, Place, env};
use crate::rule::UnknownWord;
use crate::source::printable_str;

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Read this configuration file [env: PLIMSOLL_CONFIG] [default: the nearest plimsoll.toml]
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, global = true)]
    no_config: bool,
    /// When to use colour [env: PLIMSOLL_COLOR] [default: auto]
    #[arg(long, global = true, value_name = "WHEN", value_parser = super::args::words::<When>(When::WORDS))]
    color: Option<When>,
    /// Say nothing but findings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say what was read
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Work with this many threads [env: PLIMSOLL_THREADS] [default: one for each core]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    threads: Option<u16>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// On a terminal, unless the environment says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl When {
    const WORDS: &'static [&'static str] = &["auto", "always", "never"];
}

impl std::str::FromStr for When {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err(UnknownWord { text: text.to_owned(), known: Self::WORDS.to_vec() }),
        }
    }
}

/// One run of the program.
pub(super) struct Session<'io> {
    pub(super) io: &'io mut Io,
    global: Global,
    color: When,
}

impl<'io> Session<'io> {
    pub(super) fn new(io: &'io mut Io, global: Global) -> Result<Self, ConfigError> {
        let color = match global.color {
            Some(when) => when,
            None => env::word(&io.env, "PLIMSOLL_COLOR")?.unwrap_or(When::Auto),
        };
        let mut session = Self { io, global, color };
        for slip in env::slips(&session.io.env) {
            session.note(slip);
        }
        Ok(session)
    }

    /// True when this stream takes colour: a flag, else `NO_COLOR`, else `FORCE_COLOR` and `CLICOLOR_FORCE`, else
    /// whether it is a terminal that knows colour (<https://no-color.org>, <https://bixense.com/clicolors>).
    fn colors(&self, stream: &Stream) -> bool {
        match self.color {
            When::Always => true,
            When::Never => false,
            When::Auto if self.io.has("NO_COLOR") => false,
            When::Auto if self.io.has("FORCE_COLOR") || self.io.has("CLICOLOR_FORCE") => true,
            When::Auto => {
                let dumb = self.io.env.get(std::ffi::OsStr::new("TERM")).is_some_and(|term| term == "dumb");
                stream.is_terminal() && !dumb
            }
        }
    }

    /// True when standard output takes colour.
    pub(super) fn colors_out(&self) -> bool {
        self.colors(&self.io.stdout)
    }

    /// True when standard error takes colour.
    pub(super) fn colors_err(&self) -> bool {
        self.colors(&self.io.stderr)
    }

    /// True when only findings and errors are wanted.
    pub(super) fn is_quiet(&self) -> bool {
        self.global.quiet
    }

    /// A remark for people, on standard error.
    pub(super) fn note(&mut self, text: impl Display) {
        if !self.global.quiet {
            self.tell("note", text);
        }
    }

    /// Something is amiss that does not end the run.
    pub(super) fn warn(&mut self, text: impl Display) {
        if !self.global.quiet {
            self.tell("warning", text);
        }
    }

    /// What was read, for people who ask.
    pub(super) fn read(&mut self, text: impl Display) {
        if self.global.verbose {
            self.tell("read", text);
        }
    }

    /// An error that leaves the run unable to do all of its job.
    pub(super) fn error(&mut self, text: impl Display) {
        self.tell("error", text);
    }

    fn tell(&mut self, word: &str, text: impl Display) {
        let text = printable_str(&text.to_string());
        // Nobody is left to tell when standard error itself fails.
        let _ = writeln!(self.io.stderr, "{word}: {text}");
    }

    /// The configuration for a tree under flags.
    pub(super) fn config(
        &mut self,
        tree: &Tree,
        flags: Overrides,
        clock: Clock,
    ) -> Result<Config, ConfigError> {
        let given = match (&self.global.config, self.io.env.get(std::ffi::OsStr::new(FILE_VARIABLE))) {
            (Some(flag), _) => Some(self.io.cwd.join(flag)),
            (None, Some(variable)) if !variable.is_empty() => Some(self.io.cwd.join(variable)),
            _ => None,
        };
        let choice = match given {
            _ if self.global.no_config => Choice::Nothing,
            Some(file) => Choice::Given(file),
            None => Choice::Nearest(tree.start().to_owned()),
        };
        let place = Place { choice, top: tree.top().to_owned(), in_repository: tree.in_repository() };
        let config = Config::load(&place, &self.io.env, flags, clock.today())?;
        match config.source() {
            Some(source) => self.read(format_args!("configuration {}", source.path())),
            None => self.read("no configuration file"),
        }
        Ok(config)
    }

    /// Does something on as many threads as were asked for.
    pub(super) fn in_parallel<T: Send>(&self, job: impl FnOnce() -> T + Send) -> anyhow::Result<T> {
        let threads = match self.global.threads {
            Some(threads) => Some(threads),
            None => threads_of(&self.io.env)?,
        };
        let Some(threads) = threads else { return Ok(job()) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build()?;
        Ok(pool.install(job))
    }
}

fn threads_of(env: &env::Env) -> Result<Option<u16>, ConfigError> {
    let Some(text) = env::text(env, "PLIMSOLL_THREADS")? else { return Ok(None) };
    match text.parse() {
        Ok(threads @ 1..=512) => Ok(Some(threads)),
        _ => Err(ConfigError::Environment {
            variable: "PLIMSOLL_THREADS",
            problem: "is not a number from 1 to 512".to_owned(),
        }),
    }
}
