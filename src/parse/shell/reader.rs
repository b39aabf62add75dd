//! Reads a script. Recursive descent with a depth limit; every unclosed form ends with the text, so nothing is read
//! twice and nothing can fail.

use std::ops::Range;

use super::word::{Part, Word};
use super::{
    Assignment, Command, Connector, Nesting, Parent, Pipeline, Redirect, Script, assignment_name, is_shell,
};

/// Deeper nesting is read as plain words.
const MAX_DEPTH: u32 = 24;
/// Longer scripts are cut; many times more commands than any RUN instruction has.
const MAX_COMMANDS: usize = 10_000;

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

struct Reader<'t, 's> {
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

    fn here_document(&mut self, command: usize, redirect: usize, strip: bool) {
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

    fn command(&mut self, after: Connector) {
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

    fn redirects_of_compound(&mut self) {
        loop {
            self.blanks();
            let mut holder = Command::default();
            if !self.redirect(&mut holder, None) {
                return;
            }
        }
    }

    fn words_to_separator(&mut self) {
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

    fn case(&mut self) {
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

    /// Steps over `((…))`; stays put when it is not closed.
    fn arithmetic(&mut self) -> bool {
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

    fn simple(&mut self, after: Connector) {
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
    fn array(&mut self) {
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
    fn code(&mut self, word: &Word, command: usize) {
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

    /// Reads one redirection, if there is one here.
    fn redirect(&mut self, command: &mut Command, index: Option<usize>) -> bool {
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

    /// Reads one word into `word`; `owner` is the command that it belongs to.
    fn word(&mut self, word: &mut Word, owner: Option<usize>) {
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

    fn single_quoted(&mut self, word: &mut Word) {
        word.quoted = true;
        self.at += 1;
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = memchr::memchr(b'\'', rest).unwrap_or(rest.len());
        self.push_mapped(word, rest.get(..length).unwrap_or_default());
        self.at = (self.at + length + 1).min(self.text.len());
    }

    /// Pushes bytes that stand here; when this script is itself the text of a word, run by run.
    fn push_mapped(&mut self, word: &mut Word, bytes: &[u8]) {
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

    fn double_quoted(&mut self, word: &mut Word, owner: Option<usize>) {
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

    /// `$…` or a backquote.
    fn expansion(&mut self, word: &mut Word, owner: Option<usize>, quoted: bool) {
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

    fn name(&mut self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        self.at += length;
        String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned()
    }

    /// The rest of `${…`, closing brace included.
    fn braced(&mut self, owner: Option<usize>) {
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

    fn ansi_quoted(&mut self, word: &mut Word) {
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

    /// The commands of a substitution, up to and with the closing parenthesis.
    fn substitution(&mut self, owner: Option<usize>, kind: Nesting) {
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

    fn backquoted(&mut self, owner: Option<usize>) {
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

fn is_boundary(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80)
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

fn is_meta(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}

fn is_special(byte: u8) -> bool {
    is_meta(byte) || matches!(byte, b'\\' | b'\'' | b'"' | b'$' | b'`')
}
