//! Redirections and here-documents.

use super::{MAX_DEPTH, Reader};
use crate::parse::shell::{Command, Nesting, Parent, Redirect, Word, is_shell};

impl Reader<'_, '_> {
    /// Reads one redirection, if there is one here.
    pub(super) fn redirect(&mut self, command: &mut Command, index: Option<usize>) -> bool {
        let digits = self
            .text
            .get(self.at..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let start = self.at;
        self.at += digits;
        const OPERATORS: [&str; 12] =
            ["<<<", "<<-", "&>>", "<<", ">>", "<&", ">&", "&>", ">|", "<>", "<", ">"];
        let Some(operator) = OPERATORS.into_iter().find(|operator| self.looking_at(operator.as_bytes()))
        else {
            self.at = start;
            return false;
        };
        if matches!(operator, "<" | ">") && self.text.get(self.at + 1) == Some(&b'(') {
            self.at = start;
            return false;
        }
        self.at += operator.len();
        self.blanks();
        let mut target = Word::new(self.place(self.at));
        self.word(&mut target, index);
        let strip = operator == "<<-";
        let here = strip || operator == "<<";
        command.range.end = command.range.end.max(target.range.end);
        command.redirects.push(Redirect {
            operator: if strip { "<<" } else { operator },
            target,
            body: None,
        });
        if here && let Some(index) = index {
            self.pending.push((index, command.redirects.len() - 1, strip));
        }
        true
    }

    pub(super) fn here_document(&mut self, command: usize, redirect: usize, strip: bool) {
        let Some(delimiter) = self
            .script
            .commands
            .get(command)
            .and_then(|command| command.redirects.get(redirect))
            .map(|redirect| redirect.target.text().to_owned())
        else {
            return;
        };
        let start = self.at;
        let mut end = self.text.len();
        while self.at < self.text.len() {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let mut line = rest.get(..length).unwrap_or_default();
            while strip && line.first() == Some(&b'\t') {
                line = line.get(1..).unwrap_or_default();
            }
            let line_start = self.at;
            self.at = (self.at + length + 1).min(self.text.len());
            if line.strip_suffix(b"\r").unwrap_or(line) == delimiter.as_bytes() {
                end = line_start;
                break;
            }
        }
        let body = self.place(start)..self.place(end).max(self.place(start));
        let Some(outer) = self.script.commands.get_mut(command) else { return };
        if let Some(redirect) = outer.redirects.get_mut(redirect) {
            redirect.body = Some(body);
        }
        let runs_input = outer.program().is_some_and(|(name, arguments)| {
            is_shell(name) && arguments.iter().all(|word| word.text().starts_with('-'))
        });
        if runs_input && self.depth < MAX_DEPTH {
            let text = self.text.get(..end).unwrap_or_default();
            let parent = Some(Parent { command, kind: Nesting::Code });
            Reader {
                text,
                at: start,
                map: self.map,
                depth: self.depth + 1,
                parent,
                opaque: self.opaque,
                pending: Vec::new(),
                script: self.script,
            }
            .top();
        }
    }
}
