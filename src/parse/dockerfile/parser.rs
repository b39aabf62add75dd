//! The loop over the lines of a file: directives, comments, instructions, here-documents.

use std::collections::HashMap;

use super::ast::{Comment, Heredoc, Instruction, InstructionKind, ParserDirective, Quote, Word};
use super::lexer::{Line, Lines, continued, leading_space};
use super::problem::{Problem, ProblemKind};
use super::{Logical, instruction, keyword};
use crate::source::Source;

/// The parser directives that exist.
const DIRECTIVES: [&str; 3] = ["syntax", "escape", "check"];

/// What there is in a file.
pub(super) struct Parsed {
    pub(super) escape: char,
    pub(super) directives: Vec<ParserDirective>,
    pub(super) comments: Vec<Comment>,
    pub(super) instructions: Vec<Instruction>,
    pub(super) problems: Vec<Problem>,
}

/// Reads a file.
pub(super) fn parse(source: &Source) -> Parsed {
    let mut parser = Parser {
        source,
        lines: Lines::new(source),
        directives_over: !source.is_file_start(),
        detached: 0,
        last_lines: None,
        parsed: Parsed {
            escape: '\\',
            directives: Vec::new(),
            comments: Vec::new(),
            instructions: Vec::new(),
            problems: Vec::new(),
        },
    };
    parser.run();
    let mut parsed = parser.parsed;
    if let Err(error) = std::str::from_utf8(source.bytes()) {
        let at = error.valid_up_to() as u32;
        let len = error.error_len().map_or(source.len() - at, |len| len as u32);
        parsed.problems.push(Problem { span: source.span(at..at + len), kind: ProblemKind::NotUtf8 });
    }
    parsed.problems.sort_by_key(|problem| problem.span.range().start);
    parsed
}

struct Parser<'a> {
    source: &'a Source,
    lines: Lines<'a>,
    directives_over: bool,
    /// Comments before this one do not stand right above the next instruction.
    detached: usize,
    /// Where each line of the file stands last, as it is and with its leading tabs stripped: made when a
    /// here-document turns out to have no end, so that no other one searches the whole file in vain.
    last_lines: Option<[HashMap<&'a [u8], u32>; 2]>,
    parsed: Parsed,
}

impl<'a> Parser<'a> {
    fn run(&mut self) {
        while let Some(line) = self.lines.next() {
            let bytes = self.lines.bytes(line);
            let skip = leading_space(bytes);
            match bytes.get(skip) {
                None => {
                    self.directives_over = true;
                    self.detached = self.parsed.comments.len();
                }
                Some(b'#') => {
                    self.comment(line, skip, None);
                    self.directive();
                }
                Some(_) => {
                    self.directives_over = true;
                    self.instruction(line, skip);
                }
            }
        }
    }

    fn comment(&mut self, line: Line, skip: usize, inside: Option<usize>) {
        let range = line.start + skip as u32..line.end;
        let bytes = &self.lines.bytes(line)[skip + 1..];
        self.parsed.comments.push(Comment {
            span: self.source.span(range),
            line: line.number,
            text: String::from_utf8_lossy(bytes).trim().to_owned(),
            belongs_to: inside,
            inside: inside.is_some(),
        });
    }

    /// Looks at the newest comment as `# name = value`.
    fn directive(&mut self) {
        if self.directives_over {
            return;
        }
        let Some(comment) = self.parsed.comments.last() else { return };
        let Some((name, value)) = split_directive(&comment.text) else {
            self.directives_over = true;
            return;
        };
        let span = comment.span.clone();
        let value = value.to_owned();
        let problem = |kind| Problem { span: span.clone(), kind };
        if !DIRECTIVES.contains(&name.as_str()) {
            let suggestion = keyword::among(&name, DIRECTIVES.into_iter());
            if suggestion.is_some() {
                self.parsed.problems.push(problem(ProblemKind::UnknownDirective { suggestion }));
            }
            return;
        }
        if self.parsed.directives.iter().any(|other| other.name == name) {
            self.parsed.problems.push(problem(ProblemKind::DuplicateDirective));
            return;
        }
        if name == "escape" {
            match value.as_str() {
                "\\" => self.parsed.escape = '\\',
                "`" => self.parsed.escape = '`',
                _ => self.parsed.problems.push(problem(ProblemKind::EscapeDirective)),
            }
        }
        let value = directive_value(self.source, &span, value);
        self.parsed.directives.push(ParserDirective { span, name, value });
    }

    fn instruction(&mut self, first: Line, skip: usize) {
        let index = self.parsed.instructions.len();
        for comment in &mut self.parsed.comments[self.detached..] {
            comment.belongs_to = Some(index);
        }
        let escape = self.parsed.escape as u8;
        let mut text = Logical::new(self.source);
        let mut piece = first.start + skip as u32..first.end;
        loop {
            let bytes = &self.source.bytes()[piece.start as usize..piece.end as usize];
            let Some(end) = continued(bytes, escape) else {
                text.push(piece);
                break;
            };
            text.push(piece.start..piece.start + end as u32);
            match self.next_piece(index) {
                Some(line) => piece = line.start..line.end,
                None => break,
            }
        }
        let mut instruction = instruction::read(text, self.parsed.escape, &mut self.parsed.problems);
        let mut end = instruction.span.range().end;
        // Comments and blank lines after the last continuation belong to it, too.
        let mut last_number = self.lines.position().1 - 1;
        if let Some(closed) = self.heredocs(&mut instruction) {
            end = closed.end;
            last_number = closed.number;
        }
        let start = instruction.span.range().start;
        instruction.span = self.source.span(start..end.max(start));
        instruction.lines = (first.number, last_number);
        self.parsed.instructions.push(instruction);
        self.detached = self.parsed.comments.len();
    }

    /// The next line of a continued instruction that is neither a comment nor blank.
    fn next_piece(&mut self, index: usize) -> Option<Line> {
        loop {
            let line = self.lines.next()?;
            let bytes = self.lines.bytes(line);
            let skip = leading_space(bytes);
            match bytes.get(skip) {
                None => {
                    let span = self.source.span(line.start..line.end);
                    self.parsed.problems.push(Problem { span, kind: ProblemKind::EmptyContinuation });
                }
                Some(b'#') => self.comment(line, skip, Some(index)),
                Some(_) => return Some(line),
            }
        }
    }

    /// Reads the bodies of the here-documents; the last line read.
    fn heredocs(&mut self, instruction: &mut Instruction) -> Option<Line> {
        let mut heredocs = instruction::heredoc_openers(instruction);
        let mut last = None;
        let mut broken = false;
        for heredoc in &mut heredocs {
            if broken {
                let start = self.lines.position().0;
                heredoc.body_span = self.source.span(start..start);
                continue;
            }
            match self.body(heredoc) {
                Ok(terminator) => last = Some(terminator),
                Err(line) => {
                    broken = true;
                    last = line.or(last);
                    let span = heredoc.opener.span.clone();
                    self.parsed.problems.push(Problem { span, kind: ProblemKind::UnterminatedHeredoc });
                }
            }
        }
        match inner_mut(instruction) {
            InstructionKind::Run(run) => run.heredocs = heredocs,
            InstructionKind::Copy(copy) | InstructionKind::Add(copy) => copy.heredocs = heredocs,
            _ => {}
        }
        last
    }

    /// Reads up to the line that closes the here-document. When there is none, reads up to the next line that
    /// looks like an instruction, so that the rest of the file is still judged; the last line read then.
    fn body(&mut self, heredoc: &mut Heredoc) -> Result<Line, Option<Line>> {
        let position = self.lines.position();
        let start = position.0;
        let name = heredoc.name.as_bytes().to_vec();
        let chomp = heredoc.chomp;
        let found = if self.is_hopeless(&name, chomp, start) {
            None
        } else {
            let lines = &mut self.lines;
            let mut found = None;
            while let Some(line) = lines.next() {
                if without_tabs(lines.bytes(line), chomp) == name {
                    found = Some(line);
                    break;
                }
            }
            found
        };
        let (end, result) = match found {
            Some(line) => {
                heredoc.terminator = Some(self.source.span(line.start..line.end));
                (line.start, Ok(line))
            }
            None => {
                self.index_lines();
                self.lines.go_to(position);
                let mut last = None;
                while let Some(line) = self.lines.next() {
                    if looks_like_instruction(self.lines.bytes(line)) {
                        self.lines.rewind(line);
                        break;
                    }
                    last = Some(line);
                }
                (last.map_or(start, |line| line.next), Err(last))
            }
        };
        heredoc.body_span = self.source.span(start..end);
        let mut body = Logical::new(self.source);
        if chomp {
            let mut at = start;
            while at < end {
                let rest = &self.source.bytes()[at as usize..end as usize];
                let next = memchr::memchr(b'\n', rest).map_or(end, |found| at + found as u32 + 1);
                let tabs = rest.iter().take_while(|byte| **byte == b'\t').count() as u32;
                body.push(at + tabs..next);
                at = next;
            }
        } else {
            body.push(start..end);
        }
        heredoc.body = body;
        result
    }

    fn is_hopeless(&self, name: &[u8], chomp: bool, from: u32) -> bool {
        let Some(last_lines) = &self.last_lines else { return false };
        last_lines[usize::from(chomp)].get(name).is_none_or(|last| *last < from)
    }

    fn index_lines(&mut self) {
        if self.last_lines.is_some() {
            return;
        }
        let mut plain = HashMap::new();
        let mut stripped = HashMap::new();
        let mut lines = Lines::new(self.source);
        while let Some(line) = lines.next() {
            plain.insert(lines.bytes(line), line.start);
            stripped.insert(without_tabs(lines.bytes(line), true), line.start);
        }
        self.last_lines = Some([plain, stripped]);
    }
}

fn inner_mut(instruction: &mut Instruction) -> &mut InstructionKind {
    match &mut instruction.kind {
        InstructionKind::Onbuild(Some(inner)) => &mut inner.kind,
        kind => kind,
    }
}

fn without_tabs(line: &[u8], chomp: bool) -> &[u8] {
    let tabs = if chomp { line.iter().take_while(|byte| **byte == b'\t').count() } else { 0 };
    &line[tabs..]
}

/// A known keyword in upper case at the start of the line, with a blank after it.
fn looks_like_instruction(line: &[u8]) -> bool {
    let end = line.iter().position(|byte| !byte.is_ascii_uppercase()).unwrap_or(line.len());
    matches!(line.get(end), Some(b' ' | b'\t'))
        && std::str::from_utf8(&line[..end]).is_ok_and(|word| keyword::find(word).is_some())
}

/// `name = value`, the name in lower case.
fn split_directive(comment: &str) -> Option<(String, &str)> {
    let (name, value) = comment.split_once('=')?;
    let (name, value) = (name.trim_end(), value.trim_start());
    let well_formed = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !value.is_empty();
    well_formed.then(|| (name.to_ascii_lowercase(), value))
}

fn directive_value(source: &Source, span: &crate::source::Span, value: String) -> Word {
    let bytes = span.bytes();
    let equals = memchr::memchr(b'=', bytes).map_or(0, |at| at + 1);
    let start = equals + leading_space(&bytes[equals..]);
    let end = (start + value.len()).min(bytes.len());
    let base = span.range().start;
    let span = source.span(base + start as u32..base + end as u32);
    Word { value: value.clone(), text: value, span, quote: Quote::None, variables: Vec::new() }
}
