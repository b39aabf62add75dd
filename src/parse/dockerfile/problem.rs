//! What a Dockerfile gets wrong, as data: the parser never fails.

use crate::source::Span;

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What it is about.
    pub span: Span,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// What is wrong. The words never repeat what the file says: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A line starts with a word that is no instruction.
    #[error("unknown instruction{}", did_you_mean(*.suggestion))]
    UnknownInstruction {
        /// The instruction whose name is nearest.
        suggestion: Option<&'static str>,
    },
    /// An instruction has no arguments, or too few.
    #[error("{instruction} has too few arguments")]
    MissingArguments {
        /// The instruction.
        instruction: &'static str,
    },
    /// An instruction takes fewer arguments.
    #[error("{instruction} has too many arguments")]
    TooManyArguments {
        /// The instruction.
        instruction: &'static str,
    },
    /// `FROM` is neither `FROM image` nor `FROM image AS name`.
    #[error("FROM takes an image, or an image, AS and a name")]
    FromForm,
    /// The name of a stage has characters that it must not have.
    #[error("a stage name starts with a letter and goes on with letters, digits, `_`, `-` and `.`")]
    StageName,
    /// `ENV` or `LABEL`: a word among `name=value` words has no `=`.
    #[error("expected name=value")]
    MissingEquals,
    /// `ENV`, `LABEL` or `ARG`: the name is empty.
    #[error("the name is empty")]
    EmptyName,
    /// The instruction does not know this flag.
    #[error("unknown flag{}", .suggestion.map_or_else(String::new, |name| format!("; did you mean --{name}?")))]
    UnknownFlag {
        /// The flag whose name is nearest.
        suggestion: Option<&'static str>,
    },
    /// The flag was given before.
    #[error("this flag was given before")]
    DuplicateFlag,
    /// The flag needs a value.
    #[error("this flag needs a value")]
    FlagValueMissing,
    /// The value of a flag is not one that it takes.
    #[error("this flag takes no such value")]
    FlagValue,
    /// An option of `--mount` is unknown or has no such value.
    #[error("bad mount option")]
    MountOption,
    /// A here-document is never closed.
    #[error("this here-document is never closed")]
    UnterminatedHeredoc,
    /// Looks like the JSON form and is not valid JSON, so that it is taken as a shell command or as plain words.
    #[error("not valid JSON, so it is taken literally")]
    InvalidJson,
    /// A JSON array that holds something else than strings.
    #[error("the JSON form takes strings only")]
    JsonNotStrings,
    /// `SHELL` takes the JSON form only.
    #[error("{instruction} takes the JSON form only")]
    JsonRequired {
        /// The instruction.
        instruction: &'static str,
    },
    /// `ONBUILD` does not take this instruction.
    #[error("ONBUILD does not take {instruction}")]
    ForbiddenInOnbuild {
        /// The instruction.
        instruction: &'static str,
    },
    /// `HEALTHCHECK` takes `NONE` or `CMD`.
    #[error("HEALTHCHECK takes NONE or CMD")]
    HealthcheckForm,
    /// A blank line inside a continued instruction; it will be an error one day.
    #[error("blank line inside a continued instruction")]
    EmptyContinuation,
    /// Bytes that are not UTF-8.
    #[error("not valid UTF-8")]
    NotUtf8,
    /// A parser directive whose name is nearly one that exists.
    #[error("unknown parser directive{}", did_you_mean(*.suggestion))]
    UnknownDirective {
        /// The directive whose name is nearest.
        suggestion: Option<&'static str>,
    },
    /// A parser directive that was given before.
    #[error("this parser directive was given before")]
    DuplicateDirective,
    /// The escape character can be a backslash or a backtick.
    #[error("the escape character is a backslash or a backtick")]
    EscapeDirective,
}

impl ProblemKind {
    /// True when a build would stop here; false for what BuildKit lets pass, with a warning or without.
    pub fn breaks_build(&self) -> bool {
        !matches!(
            self,
            Self::InvalidJson | Self::EmptyContinuation | Self::NotUtf8 | Self::UnknownDirective { .. }
        )
    }
}

fn did_you_mean(suggestion: Option<&'static str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}
