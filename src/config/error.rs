//! What can be wrong with a configuration: facts, with the words to tell them.

use std::fmt;

use crate::source::Span;

/// The configuration cannot be used. Every problem of a file is told at once.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was asked for, or found, cannot be read.
    #[error(
        "cannot read the configuration file {path}: {reason}; check the name, or leave it out with --no-config"
    )]
    Unreadable {
        /// As given or found.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Larger than any configuration.
    #[error("the configuration file {path} is larger than {limit} bytes; is this the right file?")]
    TooLarge {
        /// As given or found.
        path: String,
        /// The most that is read.
        limit: u64,
    },
    /// The file has mistakes.
    #[error("{}", told(problems))]
    Invalid {
        /// Never empty; by place.
        problems: Vec<Problem>,
    },
    /// An environment variable has a value that does not fit.
    #[error("the environment variable {variable} {problem}; unset it or set it to one of the values named")]
    Environment {
        /// Its name.
        variable: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A rule named by a flag does not exist.
    #[error("{flag} {name}: no rule has this name{}; `plimsoll rules` lists them all", meant(suggestion.as_deref()))]
    UnknownRule {
        /// The flag.
        flag: &'static str,
        /// As given.
        name: String,
        /// The nearest name.
        suggestion: Option<String>,
    },
    /// A rule pattern given by a flag is no glob.
    #[error("{flag} {name}: not a valid pattern ({reason}); write a rule name or a glob such as `base-*`")]
    BadPattern {
        /// The flag.
        flag: &'static str,
        /// As given.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// One mistake in the configuration file.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Where. The bytes of a configuration may hold a secret (a build argument): show them through `redact`.
    pub span: Span,
    /// What is wrong, with no value longer or stranger than a name.
    pub message: String,
    /// What to do next.
    pub help: String,
}

/// `file:line:column: message; help`, without the text of the line.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.span.region().start;
        let path = self.span.source().path();
        write!(f, "{path}:{}:{}: {}; {}", start.line, start.column, self.message, self.help)
    }
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn meant(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!(", did you mean `{name}`?")).unwrap_or_default()
}
