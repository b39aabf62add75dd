//! Words and their quotes.

use super::{Reader, is_meta, is_special};
use crate::parse::shell::{Nesting, Part, Word};

impl Reader<'_, '_> {
    /// Reads one word into `word`; `owner` is the command that it belongs to.
    pub(super) fn word(&mut self, word: &mut Word, owner: Option<usize>) {
        while let Some(byte) = self.byte() {
            match byte {
                b'\\' if self.looking_at(b"\\\n") => self.at += 2,
                b'\\' => {
                    let escaped = self.text.get(self.at + 1..self.at + 2).unwrap_or(b"\\");
                    let place = self.place(self.at + 1);
                    word.push(escaped, place);
                    self.at = (self.at + 2).min(self.text.len());
                }
                b'\'' => self.single_quoted(word),
                b'"' => {
                    self.at += 1;
                    self.double_quoted(word, owner);
                }
                b'$' | b'`' => self.expansion(word, owner, false),
                b'<' | b'>' if word.len() == 0 && self.text.get(self.at + 1) == Some(&b'(') => {
                    let start = word.len();
                    let place = self.place(self.at);
                    let from = self.at;
                    self.at += 2;
                    self.substitution(owner, Nesting::Process);
                    let raw = self.text.get(from..self.at).unwrap_or_default();
                    word.push(raw, place);
                    let at = start..word.len();
                    word.push_part(Part::Substitution { at });
                }
                b'(' if word.text().ends_with(['@', '?', '*', '+', '!']) => {
                    let place = self.place(self.at);
                    word.push(b"(", place);
                    self.at += 1;
                    while let Some(inner) = self.byte() {
                        let place = self.place(self.at);
                        word.push(&[inner], place);
                        self.at += 1;
                        if inner == b')' {
                            break;
                        }
                    }
                }
                byte if is_meta(byte) => break,
                _ => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    let length = rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len()).max(1);
                    let place = self.place(self.at);
                    word.push(rest.get(..length).unwrap_or_default(), place);
                    self.at += length;
                }
            }
        }
        word.range.end = self.place(self.at.saturating_sub(1)).saturating_add(1).max(word.range.start);
    }

    pub(super) fn single_quoted(&mut self, word: &mut Word) {
        word.quoted = true;
        self.at += 1;
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = memchr::memchr(b'\'', rest).unwrap_or(rest.len());
        self.push_mapped(word, rest.get(..length).unwrap_or_default());
        self.at = (self.at + length + 1).min(self.text.len());
    }

    /// Pushes bytes that stand here; when this script is itself the text of a word, run by run.
    pub(super) fn push_mapped(&mut self, word: &mut Word, bytes: &[u8]) {
        if self.map.is_none() {
            let place = self.place(self.at);
            return word.push(bytes, place);
        }
        let mut from = 0;
        for at in 1..=bytes.len() {
            let breaks = at == bytes.len()
                || self.place(self.at + at) != self.place(self.at + at - 1) + 1 && is_boundary(bytes, at);
            if breaks {
                let place = self.place(self.at + from);
                word.push(bytes.get(from..at).unwrap_or_default(), place);
                from = at;
            }
        }
    }

    pub(super) fn double_quoted(&mut self, word: &mut Word, owner: Option<usize>) {
        word.quoted = true;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => match self.text.get(self.at + 1) {
                    Some(b'\n') => self.at += 2,
                    Some(escaped @ (b'$' | b'`' | b'"' | b'\\')) => {
                        let place = self.place(self.at + 1);
                        word.push(&[*escaped], place);
                        self.at += 2;
                    }
                    _ => {
                        let place = self.place(self.at);
                        word.push(b"\\", place);
                        self.at += 1;
                    }
                },
                b'$' | b'`' => self.expansion(word, owner, true),
                _ => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    let length = rest
                        .iter()
                        .position(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'`'))
                        .unwrap_or(rest.len());
                    self.push_mapped(word, rest.get(..length).unwrap_or_default());
                    self.at += length;
                }
            }
        }
    }

    pub(super) fn ansi_quoted(&mut self, word: &mut Word) {
        word.quoted = true;
        self.at += 1;
        while let Some(byte) = self.byte() {
            let place = self.place(self.at);
            match byte {
                b'\'' => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    let escaped = match self.text.get(self.at + 1) {
                        Some(b'n') => b'\n',
                        Some(b't') => b'\t',
                        Some(other) => *other,
                        None => b'\\',
                    };
                    word.push(&[escaped], place);
                    self.at = (self.at + 2).min(self.text.len());
                }
                _ => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    let length = rest
                        .iter()
                        .position(|byte| matches!(byte, b'\'' | b'\\'))
                        .unwrap_or(rest.len())
                        .max(1);
                    word.push(rest.get(..length).unwrap_or_default(), place);
                    self.at += length;
                }
            }
        }
    }
}

fn is_boundary(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80)
}
