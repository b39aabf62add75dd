//! Compound commands: groups, `if`, loops, `case`, functions and arithmetic.

use super::{MAX_COMMANDS, MAX_DEPTH, Reader};
use crate::parse::shell::{Command, Connector, Word};

impl Reader<'_, '_> {
    pub(super) fn command(&mut self, after: Connector) {
        self.blanks();
        if self.depth >= MAX_DEPTH {
            return self.simple(after);
        }
        if self.byte() == Some(b'(') {
            if self.looking_at(b"((") && self.arithmetic() {
                return;
            }
            self.at += 1;
            self.inner(&[]);
            self.step(b')');
            return self.redirects_of_compound();
        }
        if self.at_word("{") {
            self.at += 1;
            self.inner(&["}"]);
            self.close("}");
            self.redirects_of_compound();
        } else if self.at_word("!") || self.at_word("time") {
            self.at += if self.at_word("!") { 1 } else { 4 };
            self.depth += 1;
            self.command(after);
            self.depth -= 1;
        } else if self.at_word("if") {
            self.at += 2;
            for _ in 0..MAX_COMMANDS {
                self.inner(&["then", "elif", "else", "fi"]);
                let done = self.at_word("fi");
                match self.peek_reserved() {
                    Some(word @ ("then" | "elif" | "else" | "fi")) => self.at += word.len(),
                    _ => break,
                }
                if done {
                    break;
                }
            }
            self.redirects_of_compound();
        } else if self.at_word("while") || self.at_word("until") {
            self.at += 5;
            self.inner(&["do"]);
            self.close("do");
            self.inner(&["done"]);
            self.close("done");
            self.redirects_of_compound();
        } else if self.at_word("for") || self.at_word("select") {
            self.at += if self.at_word("for") { 3 } else { 6 };
            self.blanks();
            if !(self.looking_at(b"((") && self.arithmetic()) {
                self.words_to_separator();
            }
            self.inner(&["do"]);
            self.close("do");
            self.inner(&["done"]);
            self.close("done");
            self.redirects_of_compound();
        } else if self.at_word("case") {
            self.at += 4;
            self.case();
            self.redirects_of_compound();
        } else if self.at_word("function") {
            self.at += 8;
            self.blanks();
            let mut name = Word::new(self.place(self.at));
            self.word(&mut name, None);
            self.blanks();
            if self.looking_at(b"()") {
                self.at += 2;
            }
            self.skip_line_breaks();
            self.depth += 1;
            self.command(after);
            self.depth -= 1;
        } else {
            self.simple(after);
        }
    }

    pub(super) fn case(&mut self) {
        self.blanks();
        let mut subject = Word::new(self.place(self.at));
        self.word(&mut subject, None);
        self.skip_line_breaks();
        self.close("in");
        loop {
            self.skip_line_breaks();
            if self.byte().is_none() {
                return;
            }
            if self.at_word("esac") {
                self.at += 4;
                return;
            }
            self.step(b'(');
            // Patterns up to the parenthesis.
            loop {
                self.blanks();
                match self.byte() {
                    None | Some(b')' | b'\n' | b';') => break,
                    Some(b'|' | b'&' | b'<' | b'>' | b'(') => self.at += 1,
                    Some(_) => {
                        let before = self.at;
                        let mut word = Word::new(self.place(self.at));
                        self.word(&mut word, None);
                        if self.at == before {
                            self.at += 1;
                        }
                    }
                }
            }
            let before = self.at;
            self.step(b')');
            self.inner(&["esac"]);
            if self.looking_at(b";;&") {
                self.at += 3;
            } else if self.looking_at(b";;") || self.looking_at(b";&") {
                self.at += 2;
            }
            if self.at == before {
                self.at += 1;
            }
        }
    }

    pub(super) fn words_to_separator(&mut self) {
        loop {
            self.blanks();
            match self.byte() {
                None | Some(b';' | b'\n' | b')' | b'&' | b'|') => return,
                Some(_) => {
                    let before = self.at;
                    let mut word = Word::new(self.place(self.at));
                    self.word(&mut word, None);
                    if self.at == before {
                        self.at += 1;
                    }
                }
            }
        }
    }

    pub(super) fn redirects_of_compound(&mut self) {
        loop {
            self.blanks();
            let mut holder = Command::default();
            if !self.redirect(&mut holder, None) {
                return;
            }
        }
    }

    /// Steps over `((…))`; stays put when it is not closed.
    pub(super) fn arithmetic(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut open = 0_i32;
        for (offset, byte) in rest.iter().enumerate() {
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        let closed = offset >= 3 && rest.get(offset - 1) == Some(&b')');
                        if closed {
                            self.at += offset + 1;
                        }
                        return closed;
                    }
                }
                b'\'' | b'"' | b'\n' | b';' if open < 2 => return false,
                _ => {}
            }
        }
        false
    }
}
