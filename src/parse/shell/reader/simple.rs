//! Simple commands: assignments, words, and the code that a word holds.

use super::{MAX_DEPTH, Reader};
use crate::parse::shell::{
    Assignment, Command, Connector, Nesting, Parent, Part, Word, assignment_name, is_shell,
};

impl Reader<'_, '_> {
    pub(super) fn simple(&mut self, after: Connector) {
        let index = self.script.commands.len();
        let start = self.place(self.at);
        self.script.commands.push(Command {
            after,
            parent: self.parent,
            range: start..start,
            ..Command::default()
        });
        let mut command = Command { after, parent: self.parent, range: start..start, ..Command::default() };
        let mut test = false;
        loop {
            self.blanks();
            let Some(byte) = self.byte() else { break };
            if test && matches!(byte, b'&' | b'|' | b'<' | b'>' | b'(' | b')' | b'\n') {
                self.at += 1;
                continue;
            }
            if matches!(byte, b';' | b'\n' | b')')
                || byte == b'|'
                || (byte == b'&' && !self.looking_at(b"&>"))
            {
                break;
            }
            if self.redirect(&mut command, Some(index)) {
                continue;
            }
            if byte == b'(' {
                let is_function = command.words.len() == 1 && self.looking_at(b"()");
                if is_function {
                    self.at += 2;
                    self.script.commands.truncate(index);
                    self.skip_line_breaks();
                    if self.depth < MAX_DEPTH {
                        self.depth += 1;
                        self.command(after);
                        self.depth -= 1;
                    }
                    return;
                }
                self.at += 1;
                continue;
            }
            let before = self.at;
            let mut word = Word::new(self.place(self.at));
            self.word(&mut word, Some(index));
            if self.at == before {
                self.at += 1;
                continue;
            }
            command.range.end = word.range.end;
            let raw = self.text.get(before..self.at).unwrap_or_default();
            let bare = !matches!(raw.first(), Some(b'"' | b'\'' | b'\\'));
            match assignment_name(word.text()).filter(|_| command.words.is_empty() && bare) {
                Some(name) => {
                    let length = u32::try_from(word.text().find('=').unwrap_or(0) + 1).unwrap_or(0);
                    command.assignments.push(Assignment { name: name.to_owned(), value: word.tail(length) });
                    if word.text().ends_with('=') && self.byte() == Some(b'(') {
                        self.array();
                    }
                }
                None => {
                    if command.words.is_empty() && word.text() == "[[" {
                        test = true;
                    } else if test && word.text() == "]]" {
                        test = false;
                    }
                    command.words.push(word);
                }
            }
        }
        let empty =
            command.words.is_empty() && command.assignments.is_empty() && command.redirects.is_empty();
        if empty && self.script.commands.len() == index + 1 {
            self.script.commands.truncate(index);
            return;
        }
        let code = inline_code(&command);
        if let Some(slot) = self.script.commands.get_mut(index) {
            *slot = command;
        }
        if let Some(word) = code
            && self.depth < MAX_DEPTH
        {
            self.code(&word, index);
        }
    }

    /// `NAME=( … )`
    pub(super) fn array(&mut self) {
        self.at += 1;
        loop {
            self.blanks();
            match self.byte() {
                None => return,
                Some(b')') => {
                    self.at += 1;
                    return;
                }
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

    /// Reads the text of a word as a script of its own.
    pub(super) fn code(&mut self, word: &Word, command: usize) {
        if let [Part::Substitution { at }] = word.parts()
            && *at == (0..word.len())
        {
            return;
        }
        let opaque = self.opaque || word.parts().iter().any(|part| matches!(part, Part::Substitution { .. }));
        Reader {
            text: word.text().as_bytes(),
            at: 0,
            map: Some(word),
            depth: self.depth + 1,
            parent: Some(Parent { command, kind: Nesting::Code }),
            opaque,
            pending: Vec::new(),
            script: self.script,
        }
        .top();
    }
}

/// The word that a command runs as code: behind `-c` of a shell or of `su`, or the argument of `eval`.
fn inline_code(command: &Command) -> Option<Word> {
    let (name, arguments) = command.program()?;
    if name == "eval" {
        return match arguments {
            [only] => Some(only.clone()),
            _ => None,
        };
    }
    if !is_shell(name) && !matches!(name, "su" | "runuser") {
        return None;
    }
    let flag = arguments.iter().position(|word| {
        let text = word.text();
        text == "--command" || (text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
    })?;
    arguments.get(flag + 1).cloned()
}
