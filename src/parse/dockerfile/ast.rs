//! The tree: every instruction typed, every word with its place.

use std::ops::{Range, RangeInclusive};

use super::{Logical, expand};
use crate::source::Span;

/// `# syntax=`, `# escape=` or `# check=` in the first lines.
#[derive(Clone, Debug)]
pub struct ParserDirective {
    /// The comment.
    pub span: Span,
    /// The name in lower case.
    pub name: String,
    /// The value.
    pub value: Word,
}

/// A comment line, without its line feed.
#[derive(Clone, Debug)]
pub struct Comment {
    /// From `#` to the end of the line.
    pub span: Span,
    /// 1-based line.
    pub line: u64,
    /// What follows `#`, trimmed.
    pub text: String,
    /// The index of the instruction that it stands inside of (between its lines), or else right above of (with
    /// nothing but comments between).
    pub belongs_to: Option<usize>,
    /// True when it stands between the lines of that instruction.
    pub inside: bool,
}

/// One instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// The keyword as written.
    pub keyword: Word,
    /// The `--name[=value]` words, as written, known or not.
    pub flags: Vec<Flag>,
    /// What it says.
    pub kind: InstructionKind,
    /// The whole instruction with its continuations joined, without the bodies of its here-documents.
    pub text: Logical,
    /// Everything after the keyword and the flags.
    pub arguments: Range<usize>,
    /// From the keyword to the last byte of its last line; here-documents belong to it.
    pub span: Span,
    /// 1-based lines of all that, first to last.
    pub(super) lines: (u64, u64),
}

impl Instruction {
    /// The 1-based lines that it covers, here-documents included.
    pub fn lines(&self) -> RangeInclusive<u64> {
        self.lines.0..=self.lines.1
    }

    /// Everything after the keyword and the flags, joined, as written.
    pub fn arguments(&self) -> &str {
        self.text.text().get(self.arguments.clone()).unwrap_or_default()
    }

    /// The span of [`Self::arguments`].
    pub fn arguments_span(&self) -> Span {
        self.text.span(self.arguments.clone())
    }

    /// The keyword in upper case; a misspelt one as it is.
    pub fn name(&self) -> String {
        self.keyword.text.to_ascii_uppercase()
    }

    /// The first flag of this name (without dashes).
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }

    /// The instruction itself or, for ONBUILD, the one that it delays.
    pub fn inner(&self) -> &Self {
        match &self.kind {
            InstructionKind::Onbuild(Some(inner)) => inner,
            _ => self,
        }
    }

    /// The here-documents of this instruction or of the one that ONBUILD delays.
    pub fn heredocs(&self) -> &[Heredoc] {
        match &self.inner().kind {
            InstructionKind::Run(run) => &run.heredocs,
            InstructionKind::Copy(copy) | InstructionKind::Add(copy) => &copy.heredocs,
            _ => &[],
        }
    }
}

/// What an instruction says. Where the grammar was broken, as much as could be made out.
#[derive(Clone, Debug)]
pub enum InstructionKind {
    /// `FROM`
    From(From),
    /// `RUN`
    Run(Run),
    /// `CMD`
    Cmd(Command),
    /// `LABEL`
    Label(Vec<Pair>),
    /// `MAINTAINER`
    Maintainer(Option<Word>),
    /// `EXPOSE`
    Expose(Vec<Word>),
    /// `ENV`
    Env(Vec<Pair>),
    /// `ADD`
    Add(Copy),
    /// `COPY`
    Copy(Copy),
    /// `ENTRYPOINT`
    Entrypoint(Command),
    /// `VOLUME`
    Volume(Vec<Word>),
    /// `USER`
    User(Option<Word>),
    /// `WORKDIR`
    Workdir(Option<Word>),
    /// `ARG`
    Arg(Vec<Pair>),
    /// `ONBUILD` and the instruction that it delays.
    Onbuild(Option<Box<Instruction>>),
    /// `STOPSIGNAL`
    Stopsignal(Option<Word>),
    /// `HEALTHCHECK`
    Healthcheck(Healthcheck),
    /// `SHELL`
    Shell(Vec<Word>),
    /// Anything else.
    Unknown,
}

/// `FROM [--platform=…] image [AS name]`
#[derive(Clone, Debug)]
pub struct From {
    /// The image or the stage; `None` when nothing was said.
    pub image: Option<Word>,
    /// The value of `--platform`.
    pub platform: Option<Word>,
    /// The name of the stage.
    pub alias: Option<Word>,
}

/// `RUN`
#[derive(Clone, Debug)]
pub struct Run {
    /// The `--mount` flags.
    pub mounts: Vec<Mount>,
    /// The value of `--network`.
    pub network: Option<Word>,
    /// The value of `--security`.
    pub security: Option<Word>,
    /// The values of `--device`.
    pub devices: Vec<Word>,
    /// The command.
    pub command: Command,
    /// Its here-documents, in the order of their bodies.
    pub heredocs: Vec<Heredoc>,
}

impl Run {
    /// The here-document that is the script, when the command is nothing but `<<NAME`.
    pub fn sole_heredoc(&self) -> Option<&Heredoc> {
        let Command::Shell(command) = &self.command else { return None };
        match self.heredocs.as_slice() {
            [only] if only.opener.text == command.text().trim() => Some(only),
            _ => None,
        }
    }
}

/// A command in shell or exec form.
#[derive(Clone, Debug)]
pub enum Command {
    /// A line for a shell, as written; the openers of here-documents are in it.
    Shell(Logical),
    /// A JSON array.
    Exec(Exec),
}

impl Command {
    /// The span of the command.
    pub fn span(&self) -> Span {
        match self {
            Self::Shell(text) => text.whole(),
            Self::Exec(exec) => exec.span.clone(),
        }
    }

    /// The text for a shell.
    pub fn shell(&self) -> Option<&Logical> {
        match self {
            Self::Shell(text) => Some(text),
            Self::Exec(_) => None,
        }
    }

    /// The words of the JSON form.
    pub fn exec(&self) -> Option<&[Word]> {
        match self {
            Self::Shell(_) => None,
            Self::Exec(exec) => Some(&exec.words),
        }
    }
}

/// A JSON array of strings.
#[derive(Clone, Debug)]
pub struct Exec {
    /// From `[` to `]`.
    pub span: Span,
    /// The strings, decoded in `Word::value`.
    pub words: Vec<Word>,
}

/// `COPY` or `ADD`
#[derive(Clone, Debug)]
pub struct Copy {
    /// The value of `--from`.
    pub from: Option<Word>,
    /// The value of `--chown`.
    pub chown: Option<Word>,
    /// The value of `--chmod`.
    pub chmod: Option<Word>,
    /// The value of `--checksum`.
    pub checksum: Option<Word>,
    /// The values of `--exclude`.
    pub excludes: Vec<Word>,
    /// True with `--link`, unless it says `=false`.
    pub link: bool,
    /// True with `--parents`, unless it says `=false`.
    pub parents: bool,
    /// True with `--keep-git-dir`, unless it says `=false`.
    pub keep_git_dir: bool,
    /// True when the words are a JSON array.
    pub json: bool,
    /// The sources.
    pub sources: Vec<Word>,
    /// The destination; `None` when nothing was said.
    pub destination: Option<Word>,
    /// The here-documents among the sources, in the order of their bodies.
    pub heredocs: Vec<Heredoc>,
}

/// What a source of COPY or ADD is. Judge the expanded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopySource {
    /// A path in the context or, with `--from`, in a stage or an image.
    Path,
    /// `http://` or `https://`
    Remote,
    /// A git repository.
    Git,
    /// A here-document.
    Heredoc,
}

impl Copy {
    /// What kind of source a word is, by its text; only ADD fetches.
    pub fn source_kind(&self, word: &Word) -> CopySource {
        if self.heredocs.iter().any(|heredoc| heredoc.opener.span.range() == word.span.range()) {
            return CopySource::Heredoc;
        }
        remote_kind(&word.value)
    }
}

/// Whether ADD would fetch this.
pub fn remote_kind(text: &str) -> CopySource {
    let url = ["http://", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    if let Some(rest) = url {
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        return if path.ends_with(".git") { CopySource::Git } else { CopySource::Remote };
    }
    if text.starts_with("git@") || text.starts_with("git://") || text.starts_with("ssh://") {
        return CopySource::Git;
    }
    CopySource::Path
}

/// `HEALTHCHECK`
#[derive(Clone, Debug)]
pub enum Healthcheck {
    /// `NONE`
    None,
    /// `CMD`; the flags are in [`Instruction::flags`].
    Cmd(Command),
    /// Neither.
    Broken,
}

/// `name=value`, `name value` (ENV, LABEL) or `name` (ARG).
#[derive(Clone, Debug)]
pub struct Pair {
    /// All of it.
    pub span: Span,
    /// The name.
    pub name: Word,
    /// The value, quotes and all.
    pub value: Option<Word>,
    /// True for the old form `ENV name value`.
    pub legacy: bool,
}

/// `--name[=value]`
#[derive(Clone, Debug)]
pub struct Flag {
    /// All of it.
    pub span: Span,
    /// The name without dashes.
    pub name: String,
    /// The span of `--name`.
    pub name_span: Span,
    /// The value.
    pub value: Option<Word>,
}

/// `--mount=type=…,…`
#[derive(Clone, Debug)]
pub struct Mount {
    /// The flag.
    pub span: Span,
    /// `type=`; `bind` when nothing is said.
    pub kind: MountKind,
    /// `target=`, `dst=` or `destination=`
    pub target: Option<Word>,
    /// `source=` or `src=`
    pub source: Option<Word>,
    /// `from=`
    pub from: Option<Word>,
    /// `id=`
    pub id: Option<Word>,
    /// `env=` of a secret.
    pub env: Option<Word>,
    /// Every option in order, known or not, keys in lower case.
    pub options: Vec<MountOption>,
}

/// One `key[=value]` of a mount.
#[derive(Clone, Debug)]
pub struct MountOption {
    /// All of it.
    pub span: Span,
    /// The key in lower case.
    pub key: String,
    /// The value.
    pub value: Option<Word>,
}

/// The type of a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MountKind {
    /// `bind`
    Bind,
    /// `cache`
    Cache,
    /// `tmpfs`
    Tmpfs,
    /// `secret`
    Secret,
    /// `ssh`
    Ssh,
    /// Something else, or a variable.
    Unknown,
}

/// A here-document.
#[derive(Clone, Debug)]
pub struct Heredoc {
    /// The word that opens it, `<<NAME`, with its quotes.
    pub opener: Word,
    /// The name that closes it.
    pub name: String,
    /// The file descriptor before `<<`.
    pub descriptor: Option<u32>,
    /// False when the name is quoted: nothing in the body is expanded.
    pub expand: bool,
    /// True for `<<-`: leading tabs are stripped.
    pub chomp: bool,
    /// The body, line feeds included, leading tabs stripped for `<<-`.
    pub body: Logical,
    /// The raw body.
    pub body_span: Span,
    /// The line that closes it; `None` when the file ends first.
    pub terminator: Option<Span>,
}

/// A word.
#[derive(Clone, Debug)]
pub struct Word {
    /// As written, continuations joined, with quotes, escapes and variables.
    pub text: String,
    /// Without quotes and escapes; variables stand as they are.
    pub value: String,
    /// Its place.
    pub span: Span,
    /// How it is quoted.
    pub quote: Quote,
    /// The variables that the build expands in it, up to some thousands.
    pub variables: Vec<Variable>,
}

impl Word {
    /// True when the build expands something in it.
    pub fn has_variables(&self) -> bool {
        !self.variables.is_empty()
    }

    /// The value when nothing has to be expanded.
    pub fn literal(&self) -> Option<&str> {
        self.variables.is_empty().then_some(self.value.as_str())
    }
}

/// How a word is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quote {
    /// Not at all.
    None,
    /// All of it in single quotes.
    Single,
    /// All of it in double quotes.
    Double,
    /// In parts.
    Mixed,
    /// A JSON string.
    Json,
}

/// `$NAME` or `${NAME…}` in a word.
#[derive(Clone, Debug)]
pub struct Variable {
    /// All of it.
    pub span: Span,
    /// The name.
    pub name: String,
    /// The characters after the name that say what to do, such as `:-`; empty for a plain reference.
    pub operator: String,
}

pub use expand::Expanded;
