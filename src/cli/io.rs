//! What the program is given and what it gives back: streams, environment, working directory, exit.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use crate::config::Env;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The job was done and the verdict is *pass*.
    Pass,
    /// The job was done and the verdict is *fail*.
    Fail,
    /// The job could not be done, or not all of it.
    Unable,
}

impl Exit {
    /// The exit code: 0, 1 or 2.
    pub fn code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Unable => 2,
        }
    }
}

/// An output stream. When its reader has gone (`plimsoll … | head`), what is written is dropped in silence: the
/// verdict, and with it the exit code, is the same whether anybody reads on or not.
pub struct Stream {
    inner: Box<dyn Write>,
    terminal: bool,
    width: Option<usize>,
    gone: bool,
}

impl Stream {
    /// A stream that leads to a terminal or elsewhere.
    pub fn new(inner: impl Write + 'static, terminal: bool) -> Self {
        Self { inner: Box::new(inner), terminal, width: None, gone: false }
    }

    /// The same stream, this many columns wide.
    pub fn with_width(self, width: Option<usize>) -> Self {
        Self { width, ..self }
    }

    /// Columns of the terminal, where it is one that says so.
    pub fn width(&self) -> Option<usize> {
        self.width.filter(|_| self.terminal)
    }

    /// True when people see it as it is written.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    fn forgive<T>(&mut self, result: io::Result<T>, then: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(then)
            }
            other => other,
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Ok(bytes.len());
        }
        let result = self.inner.write(bytes);
        self.forgive(result, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gone {
            return Ok(());
        }
        let result = self.inner.flush();
        self.forgive(result, ())
    }
}

/// What a run is given.
pub struct Io {
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// True when somebody types there.
    pub stdin_terminal: bool,
    /// Standard output: reports and documents.
    pub stdout: Stream,
    /// Standard error: errors and notes.
    pub stderr: Stream,
    /// Environment.
    pub env: Env,
    /// Working directory, absolute.
    pub cwd: PathBuf,
}

impl Io {
    /// The streams, environment and working directory of this process.
    pub fn of_process() -> io::Result<Self> {
        use std::io::IsTerminal as _;
        Ok(Self {
            stdin: Box::new(io::stdin()),
            stdin_terminal: io::stdin().is_terminal(),
            stdout: Stream::new(io::BufWriter::new(io::stdout()), io::stdout().is_terminal())
                .with_width(columns()),
            stderr: Stream::new(io::stderr(), io::stderr().is_terminal()),
            env: std::env::vars_os().collect(),
            cwd: std::env::current_dir()?,
        })
    }

    /// True when a variable is set to something.
    pub(super) fn has(&self, variable: &str) -> bool {
        self.env.get(OsStr::new(variable)).is_some_and(|value| !value.is_empty())
    }
}

fn columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(width.0.into()).filter(|width| *width > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_terminal_has_a_width() {
        assert_eq!(Stream::new(io::sink(), true).with_width(Some(60)).width(), Some(60));
        assert_eq!(Stream::new(io::sink(), false).with_width(Some(60)).width(), None);
    }

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_no_error() {
        let mut stream = Stream::new(Gone, false);
        stream.write_all(b"report").unwrap();
        stream.flush().unwrap();
    }
}
