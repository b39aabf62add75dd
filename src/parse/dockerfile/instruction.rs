//! From the joined text of an instruction to its tree.

use std::ops::Range;

use super::ast::{
    Command, Copy, Exec, Flag, From, Healthcheck, Heredoc, Instruction, InstructionKind, Mount, MountKind,
    MountOption, Pair, Quote, Run, Variable, Word,
};
use super::problem::{Problem, ProblemKind};
use super::template::{Part, Reference, Template};
use super::words::{self, Json};
use super::{Logical, keyword};
use crate::source::Span;

/// So many variables of one word are listed: a hostile word may hold millions.
const MAX_VARIABLES: usize = 4096;

/// Reads one instruction. Here-documents come later: their bodies are not in its text.
pub(super) fn read(text: Logical, escape: char, problems: &mut Vec<Problem>) -> Instruction {
    let mut reader = Reader { text: &text, escape, problems };
    let all = words::trim(text.text(), 0..text.text().len());
    let parts = reader.instruction(all, false);
    parts.finish(text)
}

struct Reader<'a> {
    text: &'a Logical,
    escape: char,
    problems: &'a mut Vec<Problem>,
}

struct Parts {
    keyword: Word,
    flags: Vec<Flag>,
    kind: InstructionKind,
    arguments: Range<usize>,
    span: Span,
}

impl Parts {
    fn finish(self, text: Logical) -> Instruction {
        let Self { keyword, flags, kind, arguments, span } = self;
        Instruction { keyword, flags, kind, text, arguments, span, lines: (0, 0) }
    }
}

impl Reader<'_> {
    fn problem(&mut self, range: Range<usize>, kind: ProblemKind) {
        self.problems.push(Problem { span: self.text.span(range), kind });
    }

    fn str(&self, range: Range<usize>) -> &str {
        &self.text.text()[range]
    }

    fn instruction(&mut self, all: Range<usize>, in_onbuild: bool) -> Parts {
        let (name, rest) = words::first(self.text.text(), all.clone());
        let keyword = self.bare(name.clone());
        let known = keyword::find(&keyword.text);
        let (flag_ranges, rest) = words::flags(self.text.text(), rest);
        let arguments = words::trim(self.text.text(), rest);
        let flags: Vec<Flag> = flag_ranges.into_iter().map(|range| self.flag(range)).collect();
        let kind = match known {
            None => {
                let suggestion = keyword::nearest(&keyword.text);
                self.problem(name, ProblemKind::UnknownInstruction { suggestion });
                InstructionKind::Unknown
            }
            Some(instruction @ ("FROM" | "ONBUILD" | "MAINTAINER")) if in_onbuild => {
                self.problem(name.clone(), ProblemKind::ForbiddenInOnbuild { instruction });
                match instruction {
                    "ONBUILD" => InstructionKind::Onbuild(None),
                    _ => self.kind(instruction, name, arguments.clone(), &flags),
                }
            }
            Some(instruction) => {
                self.check_flags(instruction, &flags);
                self.kind(instruction, name, arguments.clone(), &flags)
            }
        };
        Parts { keyword, flags, kind, arguments, span: self.text.span(all) }
    }

    fn kind(
        &mut self,
        name: &'static str,
        at: Range<usize>,
        rest: Range<usize>,
        flags: &[Flag],
    ) -> InstructionKind {
        let value = |flag: &str| flags.iter().find(|it| it.name == flag).and_then(|it| it.value.clone());
        let all_values = |flag: &str| -> Vec<Word> {
            flags.iter().filter(|it| it.name == flag).filter_map(|it| it.value.clone()).collect()
        };
        if rest.is_empty() && !matches!(name, "CMD" | "ENTRYPOINT") {
            self.problem(at, ProblemKind::MissingArguments { instruction: name });
        }
        match name {
            "FROM" => self.from(rest, value("platform")),
            "RUN" => InstructionKind::Run(Run {
                mounts: flags
                    .iter()
                    .filter(|flag| flag.name == "mount")
                    .map(|flag| self.mount(flag))
                    .collect(),
                network: value("network"),
                security: value("security"),
                devices: all_values("device"),
                command: self.command(rest),
                heredocs: Vec::new(),
            }),
            "CMD" => InstructionKind::Cmd(self.command(rest)),
            "ENTRYPOINT" => InstructionKind::Entrypoint(self.command(rest)),
            "SHELL" => InstructionKind::Shell(self.shell(rest)),
            "LABEL" => InstructionKind::Label(self.pairs(name, rest)),
            "ENV" => InstructionKind::Env(self.pairs(name, rest)),
            "ARG" => InstructionKind::Arg(self.arguments(rest)),
            "EXPOSE" => InstructionKind::Expose(self.words(rest)),
            "VOLUME" => InstructionKind::Volume(self.list(rest).0),
            "MAINTAINER" => InstructionKind::Maintainer(self.rest(rest)),
            "USER" => InstructionKind::User(self.rest(rest)),
            "WORKDIR" => InstructionKind::Workdir(self.rest(rest)),
            "STOPSIGNAL" => InstructionKind::Stopsignal(self.rest(rest)),
            "HEALTHCHECK" => InstructionKind::Healthcheck(self.healthcheck(rest)),
            "ONBUILD" if rest.is_empty() => InstructionKind::Onbuild(None),
            "ONBUILD" => {
                let text = self.text.slice(rest.clone());
                let inner = self.instruction(rest.clone(), true);
                let arguments = inner.arguments.start - rest.start..inner.arguments.end - rest.start;
                InstructionKind::Onbuild(Some(Box::new(Parts { arguments, ..inner }.finish(text))))
            }
            _ => self.copy(name, rest, flags),
        }
    }

    fn from(&mut self, rest: Range<usize>, platform: Option<Word>) -> InstructionKind {
        let ranges = words::plain(self.text.text(), rest.clone());
        let is_as = |range: &Range<usize>| self.str(range.clone()).eq_ignore_ascii_case("as");
        let well_formed = match ranges.as_slice() {
            [] | [_] => true,
            [_, second, _] => is_as(second),
            _ => false,
        };
        let alias = match ranges.as_slice() {
            [_, second, alias, ..] if is_as(second) => Some(alias.clone()),
            _ => None,
        };
        if !well_formed {
            self.problem(rest, ProblemKind::FromForm);
        }
        if let Some(range) = alias.clone().filter(|range| !is_stage_name(self.str(range.clone()))) {
            self.problem(range, ProblemKind::StageName);
        }
        let image = ranges.first().map(|range| self.word(range.clone()));
        InstructionKind::From(From { image, platform, alias: alias.map(|range| self.bare(range)) })
    }

    fn command(&mut self, rest: Range<usize>) -> Command {
        match self.json(rest.clone()) {
            Some(words) => Command::Exec(Exec { span: self.text.span(rest), words }),
            None => Command::Shell(self.text.slice(rest)),
        }
    }

    fn shell(&mut self, rest: Range<usize>) -> Vec<Word> {
        match words::json(self.text.text(), rest.clone()) {
            Json::Strings(strings) => self.json_words(strings),
            _ if rest.is_empty() => Vec::new(),
            Json::NotStrings => {
                self.problem(rest, ProblemKind::JsonNotStrings);
                Vec::new()
            }
            Json::Invalid | Json::No => {
                self.problem(rest, ProblemKind::JsonRequired { instruction: "SHELL" });
                Vec::new()
            }
        }
    }

    /// The words of the JSON form; `None` when it is none, with a problem when it was meant to be.
    fn json(&mut self, rest: Range<usize>) -> Option<Vec<Word>> {
        match words::json(self.text.text(), rest.clone()) {
            Json::Strings(strings) => return Some(self.json_words(strings)),
            Json::NotStrings => self.problem(rest, ProblemKind::JsonNotStrings),
            Json::Invalid => self.problem(rest, ProblemKind::InvalidJson),
            Json::No => {}
        }
        None
    }

    fn json_words(&self, strings: Vec<(Range<usize>, String)>) -> Vec<Word> {
        strings
            .into_iter()
            .map(|(range, value)| {
                let span = self.text.span(range.clone());
                let variables = match Template::parse(&value, self.escape) {
                    Ok(template) => variables(&template, |_| span.clone()),
                    Err(_) => Vec::new(),
                };
                Word { text: self.str(range).to_owned(), value, span, quote: Quote::Json, variables }
            })
            .collect()
    }

    /// Words between blanks, or the JSON form.
    fn list(&mut self, rest: Range<usize>) -> (Vec<Word>, bool) {
        match self.json(rest.clone()) {
            Some(words) => (words, true),
            None => (self.words(rest), false),
        }
    }

    fn words(&self, rest: Range<usize>) -> Vec<Word> {
        words::plain(self.text.text(), rest).into_iter().map(|range| self.word(range)).collect()
    }

    fn rest(&self, rest: Range<usize>) -> Option<Word> {
        (!rest.is_empty()).then(|| self.word(rest))
    }

    fn copy(&mut self, name: &'static str, rest: Range<usize>, flags: &[Flag]) -> InstructionKind {
        let value = |flag: &str| flags.iter().find(|it| it.name == flag).and_then(|it| it.value.clone());
        let on = |flag: &str| {
            let found = flags.iter().find(|it| it.name == flag);
            found.is_some_and(|flag| flag.value.as_ref().is_none_or(|value| value.value != "false"))
        };
        let (mut sources, json) = self.list(rest.clone());
        if sources.len() == 1 {
            self.problem(rest, ProblemKind::MissingArguments { instruction: name });
        }
        let destination = if sources.len() > 1 { sources.pop() } else { None };
        let copy = Copy {
            from: value("from"),
            chown: value("chown"),
            chmod: value("chmod"),
            checksum: value("checksum"),
            excludes: flags
                .iter()
                .filter(|it| it.name == "exclude")
                .filter_map(|it| it.value.clone())
                .collect(),
            link: on("link"),
            parents: on("parents"),
            keep_git_dir: on("keep-git-dir"),
            json,
            sources,
            destination,
            heredocs: Vec::new(),
        };
        if name == "ADD" { InstructionKind::Add(copy) } else { InstructionKind::Copy(copy) }
    }

    /// `name=value` words, or `name value`.
    fn pairs(&mut self, instruction: &'static str, rest: Range<usize>) -> Vec<Pair> {
        let ranges = words::quoted(self.text.text(), rest.clone(), self.escape);
        let Some(first) = ranges.first() else { return Vec::new() };
        if !self.str(first.clone()).contains('=') {
            let (name, value) = words::first(self.text.text(), rest.clone());
            if value.is_empty() {
                self.problem(rest.clone(), ProblemKind::MissingArguments { instruction });
            }
            let value = self.rest(value);
            return vec![Pair { span: self.text.span(rest), name: self.word(name), value, legacy: true }];
        }
        ranges.into_iter().filter_map(|range| self.pair(range, false)).collect()
    }

    /// `name` or `name=value` words.
    fn arguments(&mut self, rest: Range<usize>) -> Vec<Pair> {
        let ranges = words::quoted(self.text.text(), rest, self.escape);
        ranges.into_iter().filter_map(|range| self.pair(range, true)).collect()
    }

    fn pair(&mut self, range: Range<usize>, bare_name: bool) -> Option<Pair> {
        let Some(equals) = self.str(range.clone()).find('=') else {
            if !bare_name {
                self.problem(range, ProblemKind::MissingEquals);
                return None;
            }
            let name = self.word(range.clone());
            return Some(Pair { span: self.text.span(range), name, value: None, legacy: false });
        };
        let name = range.start..range.start + equals;
        if name.is_empty() {
            self.problem(range, ProblemKind::EmptyName);
            return None;
        }
        let value = self.word(name.end + 1..range.end);
        Some(Pair { span: self.text.span(range), name: self.word(name), value: Some(value), legacy: false })
    }

    fn healthcheck(&mut self, rest: Range<usize>) -> Healthcheck {
        if rest.is_empty() {
            return Healthcheck::Broken;
        }
        let text = self.str(rest.clone());
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let kind = text[..end].to_ascii_uppercase();
        let command = words::trim(self.text.text(), rest.start + end..rest.end);
        match (kind.as_str(), command.is_empty()) {
            ("NONE", true) => Healthcheck::None,
            ("NONE", false) => {
                self.problem(command, ProblemKind::TooManyArguments { instruction: "HEALTHCHECK NONE" });
                Healthcheck::None
            }
            ("CMD", true) => {
                self.problem(rest, ProblemKind::MissingArguments { instruction: "HEALTHCHECK CMD" });
                Healthcheck::Broken
            }
            ("CMD", false) => Healthcheck::Cmd(self.command(command)),
            _ => {
                self.problem(rest, ProblemKind::HealthcheckForm);
                Healthcheck::Broken
            }
        }
    }

    fn flag(&mut self, range: Range<usize>) -> Flag {
        let text = self.str(range.clone());
        let equals = text.find('=');
        let name = range.start..equals.map_or(range.end, |at| range.start + at);
        let value = equals.map(|at| self.flag_word(range.start + at + 1..range.end));
        Flag {
            span: self.text.span(range),
            name: words::flag_text(self.str(name.start + 2..name.end.max(name.start + 2))),
            name_span: self.text.span(name),
            value,
        }
    }

    fn flag_word(&self, range: Range<usize>) -> Word {
        let value = words::flag_text(self.str(range.clone()));
        Word { value, ..self.word(range) }
    }

    fn check_flags(&mut self, instruction: &'static str, flags: &[Flag]) {
        for (index, flag) in flags.iter().enumerate() {
            let kind = match keyword::flag(instruction, &flag.name) {
                None => {
                    let suggestion = keyword::nearest_flag(instruction, &flag.name);
                    Some(ProblemKind::UnknownFlag { suggestion })
                }
                Some(shape) => flag_problem(shape, flag, &flags[..index]),
            };
            self.problems.extend(kind.map(|kind| Problem { span: flag.span.clone(), kind }));
        }
    }

    fn mount(&mut self, flag: &Flag) -> Mount {
        let mut mount = Mount {
            span: flag.span.clone(),
            kind: MountKind::Bind,
            target: None,
            source: None,
            from: None,
            id: None,
            env: None,
            options: Vec::new(),
        };
        let Some(value) = &flag.value else { return mount };
        for option in self.mount_options(value) {
            let word = option.value.clone();
            match option.key.as_str() {
                "type" => {
                    let name = word.as_ref().map(|word| word.value.to_ascii_lowercase()).unwrap_or_default();
                    mount.kind = mount_kind(&name);
                    if mount.kind == MountKind::Unknown && !name.contains('$') {
                        self.problems
                            .push(Problem { span: option.span.clone(), kind: ProblemKind::MountOption });
                    }
                }
                "target" | "dst" | "destination" => mount.target = word,
                "source" | "src" => mount.source = word,
                "from" => mount.from = word,
                "id" => mount.id = word,
                "env" => mount.env = word,
                _ => {}
            }
            mount.options.push(option);
        }
        mount
    }

    /// `key=value` fields between commas; a field in double quotes may hold commas.
    fn mount_options(&self, value: &Word) -> Vec<MountOption> {
        let start = value.span.range().start;
        let mut options = Vec::new();
        let mut from = 0;
        let mut quote = None;
        let ends = value.text.char_indices().filter(|(_, character)| match (quote, character) {
            (None, '"' | '\'') => {
                quote = Some(*character);
                false
            }
            (Some(open), character) if open == *character => {
                quote = None;
                false
            }
            (None, ',') => true,
            _ => false,
        });
        let ends: Vec<usize> = ends.map(|(at, _)| at).chain([value.text.len()]).collect();
        for end in ends {
            let range = from..end;
            from = end + 1;
            if range.is_empty() {
                continue;
            }
            let field = &value.text[range.clone()];
            // One quote before the key belongs to the whole field.
            let outer = usize::from(field.starts_with(['"', '\'']));
            let inner = if outer == 1 && field.len() > 1 && field.ends_with(['"', '\'']) {
                range.start + 1..range.end - 1
            } else {
                range.start + outer..range.end
            };
            let field = &value.text[inner.clone()];
            let key_len = field.find('=').unwrap_or(field.len());
            let word = (key_len < field.len())
                .then(|| self.part_of(value, start, inner.start + key_len + 1..inner.end));
            options.push(MountOption {
                span: self.part_of(value, start, range).span,
                key: field[..key_len].trim().to_ascii_lowercase(),
                value: word,
            });
        }
        options
    }

    /// A stretch of a word as a word of its own.
    fn part_of(&self, word: &Word, start: u32, range: Range<usize>) -> Word {
        let text = word.text[range.clone()].to_owned();
        let source = word.span.source();
        // A word that goes over a continuation is longer in the file than its text: point at all of it.
        let whole = word.span.range();
        let one_to_one = whole.len() == word.text.len();
        let place = |range: Range<usize>| {
            let exact = start + range.start as u32..start + range.end as u32;
            source.span(if one_to_one { exact } else { whole.clone() })
        };
        let (value, quote, variables) = match Template::parse(&text, self.escape) {
            Ok(template) => {
                let shift = |inner: Range<usize>| place(range.start + inner.start..range.start + inner.end);
                (template.value(&text), template.quote, variables(&template, shift))
            }
            Err(_) => (text.clone(), Quote::None, Vec::new()),
        };
        Word { value, quote, variables, span: place(range), text }
    }

    /// A word in which quotes, escapes and variables count.
    fn word(&self, range: Range<usize>) -> Word {
        let text = self.str(range.clone()).to_owned();
        let span = self.text.span(range.clone());
        match Template::parse(&text, self.escape) {
            Ok(template) => {
                let place =
                    |inner: Range<usize>| self.text.span(range.start + inner.start..range.start + inner.end);
                let variables = variables(&template, place);
                Word { value: template.value(&text), quote: template.quote, variables, span, text }
            }
            Err(_) => Word { value: text.clone(), quote: Quote::None, variables: Vec::new(), span, text },
        }
    }

    /// A word that stands for itself.
    fn bare(&self, range: Range<usize>) -> Word {
        let text = self.str(range.clone()).to_owned();
        Word {
            value: text.clone(),
            span: self.text.span(range),
            quote: Quote::None,
            variables: Vec::new(),
            text,
        }
    }
}

fn flag_problem(shape: keyword::FlagShape, flag: &Flag, before: &[Flag]) -> Option<ProblemKind> {
    if shape != keyword::FlagShape::Several && before.iter().any(|other| other.name == flag.name) {
        return Some(ProblemKind::DuplicateFlag);
    }
    match (shape, &flag.value) {
        (keyword::FlagShape::Switch, Some(value)) => (!matches!(value.value.as_str(), "true" | "false")
            && !value.has_variables())
        .then_some(ProblemKind::FlagValue),
        (keyword::FlagShape::Switch, None) => None,
        (_, None) => Some(ProblemKind::FlagValueMissing),
        (keyword::FlagShape::OneOf(values), Some(value)) => (!values.contains(&value.value.as_str())
            && !value.has_variables())
        .then_some(ProblemKind::FlagValue),
        (_, Some(_)) => None,
    }
}

fn mount_kind(name: &str) -> MountKind {
    match name {
        "bind" => MountKind::Bind,
        "cache" => MountKind::Cache,
        "tmpfs" => MountKind::Tmpfs,
        "secret" => MountKind::Secret,
        "ssh" => MountKind::Ssh,
        _ => MountKind::Unknown,
    }
}

fn is_stage_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn variables(template: &Template, place: impl Fn(Range<usize>) -> Span) -> Vec<Variable> {
    let references = template.parts.iter().filter_map(|part| match part {
        Part::Variable(reference) => Some(reference),
        Part::Text(_) => None,
    });
    let variable = |reference: &Reference| Variable {
        span: place(reference.range.clone()),
        name: reference.name.clone(),
        operator: reference.operator.clone(),
    };
    references.take(MAX_VARIABLES).map(variable).collect()
}

/// A here-document whose body is still to be read.
pub(super) fn heredoc_openers(instruction: &Instruction) -> Vec<Heredoc> {
    let inner = instruction.inner();
    let takes = match &inner.kind {
        InstructionKind::Run(run) => run.command.shell().is_some(),
        InstructionKind::Copy(copy) | InstructionKind::Add(copy) => !copy.json,
        _ => false,
    };
    let text = instruction.text.text();
    if !takes || !text.contains("<<") {
        return Vec::new();
    }
    let words = super::template::shell_words(text).unwrap_or_default();
    words.into_iter().filter_map(|range| heredoc(&instruction.text, range)).collect()
}

fn heredoc(text: &Logical, range: Range<usize>) -> Option<Heredoc> {
    let word = &text.text()[range.clone()];
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let rest = word[digits..].strip_prefix("<<")?;
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let template = Template::parse(rest, '\\').ok()?;
    let name = template.value(rest);
    if name.is_empty() {
        return None;
    }
    let expand = name == rest;
    let opener = Word {
        text: word.to_owned(),
        value: word.to_owned(),
        span: text.span(range),
        quote: template.quote,
        variables: Vec::new(),
    };
    let nothing = text.source().span(0..0);
    Some(Heredoc {
        opener,
        name,
        descriptor: word[..digits].parse().ok(),
        expand,
        chomp,
        body: Logical::new(text.source()),
        body_span: nothing,
        terminator: None,
    })
}
