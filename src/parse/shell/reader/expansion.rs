//! What stands for text that is only known when the script runs: variables, substitutions, arithmetic.

use super::{MAX_DEPTH, Reader};
use crate::parse::shell::{Nesting, Parent, Part, Word};

impl Reader<'_, '_> {
    /// `$…` or a backquote.
    pub(super) fn expansion(&mut self, word: &mut Word, owner: Option<usize>, quoted: bool) {
        let from = self.at;
        let start = word.len();
        let mut name = None;
        if self.byte() == Some(b'`') {
            self.backquoted(owner);
        } else {
            match self.text.get(self.at + 1).copied() {
                Some(b'(') => {
                    self.at += 1;
                    if !(self.looking_at(b"((") && self.arithmetic()) {
                        self.at += 1;
                        self.substitution(owner, Nesting::Substitution);
                    }
                }
                Some(b'{') => {
                    self.at += 2;
                    name = Some(self.name());
                    self.braced(owner);
                }
                Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                    self.at += 1;
                    name = Some(self.name());
                }
                Some(byte) if byte.is_ascii_digit() || b"@*#?-$!".contains(&byte) => {
                    name = Some(char::from(byte).to_string());
                    self.at += 2;
                }
                Some(b'\'') if !quoted => {
                    self.at += 1;
                    return self.ansi_quoted(word);
                }
                Some(b'"') if !quoted => {
                    self.at += 2;
                    return self.double_quoted(word, owner);
                }
                _ => {
                    let place = self.place(self.at);
                    word.push(b"$", place);
                    self.at += 1;
                    return;
                }
            }
        }
        let to = self.at;
        let place = self.place(from);
        word.push(self.text.get(from..to).unwrap_or_default(), place);
        let at = start..word.len();
        word.push_part(match name {
            Some(name) => Part::Variable { name, at },
            None => Part::Substitution { at },
        });
    }

    pub(super) fn name(&mut self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        self.at += length;
        String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned()
    }

    /// The rest of `${…`, closing brace included.
    pub(super) fn braced(&mut self, owner: Option<usize>) {
        let mut scratch = Word::new(self.place(self.at));
        while let Some(byte) = self.byte() {
            match byte {
                b'}' => {
                    self.at += 1;
                    return;
                }
                b'\\' => self.at = (self.at + 2).min(self.text.len()),
                b'\'' => self.single_quoted(&mut scratch),
                b'"' if self.depth < MAX_DEPTH => {
                    self.at += 1;
                    self.depth += 1;
                    self.double_quoted(&mut scratch, owner);
                    self.depth -= 1;
                }
                b'$' | b'`' if self.depth < MAX_DEPTH => {
                    self.depth += 1;
                    self.expansion(&mut scratch, owner, false);
                    self.depth -= 1;
                }
                _ => self.at += 1,
            }
        }
    }

    /// The commands of a substitution, up to and with the closing parenthesis.
    pub(super) fn substitution(&mut self, owner: Option<usize>, kind: Nesting) {
        if self.depth >= MAX_DEPTH {
            let rest = self.text.get(self.at..).unwrap_or_default();
            self.at += memchr::memchr(b')', rest).map_or(rest.len(), |end| end + 1);
            return;
        }
        let kept = self.script.commands.len();
        let pipelines = self.script.pipelines.len();
        let parent = self.parent;
        self.parent = owner.map(|command| Parent { command, kind }).or(parent);
        self.inner(&[]);
        self.parent = parent;
        self.step(b')');
        if self.opaque {
            self.script.commands.truncate(kept);
            self.script.pipelines.truncate(pipelines);
            self.pending.retain(|(command, ..)| *command < kept);
        }
    }

    pub(super) fn backquoted(&mut self, owner: Option<usize>) {
        self.at += 1;
        let mut inner = Word::new(self.place(self.at));
        while let Some(byte) = self.byte() {
            match byte {
                b'`' => {
                    self.at += 1;
                    break;
                }
                b'\\' => {
                    let skip = usize::from(matches!(self.text.get(self.at + 1), Some(b'`' | b'\\' | b'$')));
                    self.at += skip;
                    let place = self.place(self.at);
                    word_byte(&mut inner, self.text.get(self.at), place);
                    self.at = (self.at + 1).min(self.text.len());
                }
                _ => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    let length = rest
                        .iter()
                        .position(|byte| matches!(byte, b'`' | b'\\'))
                        .unwrap_or(rest.len())
                        .max(1);
                    self.push_mapped(&mut inner, rest.get(..length).unwrap_or_default());
                    self.at += length;
                }
            }
        }
        inner.range.end = self.place(self.at.saturating_sub(1)).saturating_add(1);
        if self.opaque || self.depth >= MAX_DEPTH {
            return;
        }
        let parent = owner.map(|command| Parent { command, kind: Nesting::Substitution }).or(self.parent);
        Reader {
            text: inner.text().as_bytes(),
            at: 0,
            map: Some(&inner),
            depth: self.depth + 1,
            parent,
            opaque: false,
            pending: Vec::new(),
            script: self.script,
        }
        .top();
    }
}

fn word_byte(word: &mut Word, byte: Option<&u8>, place: u32) {
    if let Some(byte) = byte {
        word.push(&[*byte], place);
    }
}
