//! Reads a script. Recursive descent with a depth limit; every unclosed form ends with the text, so nothing is read
//! twice and nothing can fail.

mod compound;
mod expansion;
mod redirect;
mod simple;
mod word;

use std::ops::Range;

use super::{Connector, Parent, Pipeline, Script, Word};

/// Deeper nesting is read as plain words.
pub(super) const MAX_DEPTH: u32 = 24;
/// Longer scripts are cut; many times more commands than any RUN instruction has.
pub(super) const MAX_COMMANDS: usize = 10_000;

pub(super) fn read(text: &[u8]) -> Script {
    let mut script = Script::default();
    Reader {
        text,
        at: 0,
        map: None,
        depth: 0,
        parent: None,
        opaque: false,
        pending: Vec::new(),
        script: &mut script,
    }
    .top();
    script
}

pub(super) struct Reader<'t, 's> {
    text: &'t [u8],
    at: usize,
    /// The word whose text this script is, when it is an inner one.
    map: Option<&'t Word>,
    depth: u32,
    parent: Option<Parent>,
    /// True when substitutions were read already as parts of the outer word.
    opaque: bool,
    /// Here-documents whose bodies begin after the next line break: command, redirect, strip tabs.
    pending: Vec<(usize, usize, bool)>,
    script: &'s mut Script,
}

impl<'t> Reader<'t, '_> {
    fn top(&mut self) {
        while self.at < self.text.len() && !self.script.truncated {
            self.list(&[]);
            // A closer that opens nothing: step over it.
            if self.at < self.text.len() && self.peek_reserved().is_none() {
                self.at += 1;
            } else if let Some(word) = self.peek_reserved() {
                self.at += word.len();
            }
        }
    }

    /// The place in the outermost script.
    fn place(&self, at: usize) -> u32 {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.map.map_or(at, |word| word.locate(at))
    }

    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn looking_at(&self, what: &[u8]) -> bool {
        self.text.get(self.at..).is_some_and(|rest| rest.starts_with(what))
    }

    fn blanks(&mut self) {
        loop {
            match self.byte() {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\\') if self.looking_at(b"\\\n") => self.at += 2,
                Some(b'\\') if self.looking_at(b"\\\r\n") => self.at += 3,
                Some(b'#') => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    fn line_break(&mut self) {
        self.at += 1;
        for (command, redirect, strip) in std::mem::take(&mut self.pending) {
            self.here_document(command, redirect, strip);
        }
    }

    /// Reads a list up to a reserved word of `closers`, a closing parenthesis, `;;` or the end. The closer stays.
    fn list(&mut self, closers: &[&str]) {
        let mut after = Connector::Sequence;
        loop {
            if self.script.commands.len() >= MAX_COMMANDS {
                self.script.truncated = true;
                self.at = self.text.len();
            }
            self.blanks();
            match self.byte() {
                None | Some(b')') => return,
                Some(b'\n') => {
                    self.line_break();
                    continue;
                }
                Some(b';') if self.looking_at(b";;") => return,
                Some(b';') => {
                    self.at += 1;
                    after = Connector::Sequence;
                    continue;
                }
                Some(b'&') => {
                    let and = self.looking_at(b"&&");
                    self.at += if and { 2 } else { 1 };
                    after = if and { Connector::And } else { Connector::Sequence };
                    continue;
                }
                Some(b'|') => {
                    let or = self.looking_at(b"||");
                    self.at += if or { 2 } else { 1 };
                    after = if or { Connector::Or } else { Connector::Pipe };
                    continue;
                }
                Some(_) => {}
            }
            if let Some(word) = self.peek_reserved() {
                if closers.contains(&word) || closers.is_empty() || matches!(word, "done" | "fi" | "esac") {
                    return;
                }
                self.at += word.len();
                continue;
            }
            let before = self.at;
            self.pipeline(after);
            after = Connector::Sequence;
            if self.at == before {
                self.at += 1;
            }
        }
    }

    /// A reserved word that closes or divides a compound command.
    fn peek_reserved(&self) -> Option<&'static str> {
        ["then", "elif", "else", "fi", "do", "done", "esac", "}"].into_iter().find(|word| self.at_word(word))
    }

    fn at_word(&self, word: &str) -> bool {
        self.looking_at(word.as_bytes())
            && self.text.get(self.at + word.len()).is_none_or(|byte| is_meta(*byte))
    }

    fn pipeline(&mut self, after: Connector) {
        let mut stages: Vec<Range<usize>> = Vec::new();
        let mut connector = after;
        loop {
            let first = self.script.commands.len();
            self.command(connector);
            stages.push(first..self.script.commands.len());
            self.blanks();
            if self.byte() == Some(b'|') && !self.looking_at(b"||") {
                self.at += if self.looking_at(b"|&") { 2 } else { 1 };
                connector = Connector::Pipe;
                self.blanks();
                while self.byte() == Some(b'\n') {
                    self.line_break();
                    self.blanks();
                }
                if self.script.commands.len() >= MAX_COMMANDS {
                    break;
                }
                continue;
            }
            break;
        }
        if stages.len() > 1 {
            self.script.pipelines.push(Pipeline { stages });
        }
    }

    fn skip_line_breaks(&mut self) {
        self.blanks();
        while self.byte() == Some(b'\n') {
            self.line_break();
            self.blanks();
        }
    }

    fn inner(&mut self, closers: &[&str]) {
        // An empty list of closers means "up to the parenthesis": reserved words there open nothing and are skipped.
        let closers = if closers.is_empty() { &["\u{0}"][..] } else { closers };
        self.depth += 1;
        self.list(closers);
        self.depth -= 1;
    }

    fn step(&mut self, byte: u8) {
        if self.byte() == Some(byte) {
            self.at += 1;
        }
    }

    fn close(&mut self, word: &str) {
        if self.at_word(word) {
            self.at += word.len();
        }
    }
}

pub(super) fn is_meta(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}

pub(super) fn is_special(byte: u8) -> bool {
    is_meta(byte) || matches!(byte, b'\\' | b'\'' | b'"' | b'$' | b'`')
}
