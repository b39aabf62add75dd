//! The commands of a shell script in a RUN instruction: every simple command, what it is joined to and what feeds it.
//!
//! The reader never fails: what is no valid shell is read as words as far as possible, so that rules still see the
//! commands (XCU 2, "Shell Command Language", plus the bash forms that occur in Dockerfiles). It knows no opinions
//! and runs nothing.

mod reader;
mod word;

use std::ops::Range;

pub use word::{Part, Word};

/// A script, read.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Every simple command, outer before inner, in the order of the text.
    pub commands: Vec<Command>,
    /// Every pipeline of more than one stage.
    pub pipelines: Vec<Pipeline>,
    /// True when the script was longer than the reader's budget and the rest was left unread.
    pub truncated: bool,
}

/// One simple command.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// `NAME=value` before the command name, or standing alone.
    pub assignments: Vec<Assignment>,
    /// The command name and its arguments.
    pub words: Vec<Word>,
    /// Redirections.
    pub redirects: Vec<Redirect>,
    /// Byte range in the script, from the first word to the last.
    pub range: Range<u32>,
    /// How it is joined to what comes before it in its list.
    pub after: Connector,
    /// The command that holds this one in a word, a string or a here-document.
    pub parent: Option<Parent>,
}

/// `NAME=value`
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The name.
    pub name: String,
    /// The value; its range covers the value only.
    pub value: Word,
}

/// A redirection.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// The operator as written, without a file descriptor: `>`, `>>`, `<`, `<<`, `<<<`, `>&`, `&>`.
    pub operator: &'static str,
    /// The target; for a here-document its delimiter.
    pub target: Word,
    /// The body of a here-document.
    pub body: Option<Range<u32>>,
}

/// How a command is joined to the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connector {
    /// It is the first of its list, or follows `;`, `&` or a line break.
    #[default]
    Sequence,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Pipe,
}

/// Where an inner command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Index of the outer command.
    pub command: usize,
    /// In which form.
    pub kind: Nesting,
}

/// How one command stands within another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// `$(…)` or backquotes: its output becomes text of the outer command.
    Substitution,
    /// `<(…)`: its output is a file to the outer command.
    Process,
    /// It is code that the outer command runs: `sh -c '…'`, `eval '…'`, a here-document fed to a shell.
    Code,
}

/// A pipeline of several stages.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// For each stage the indices of the commands in it.
    pub stages: Vec<Range<usize>>,
}

impl Script {
    /// Reads a script.
    pub fn read(text: &[u8]) -> Self {
        reader::read(text)
    }

    /// The commands whose output flows into the standard input of the command at `index`.
    pub fn feeders(&self, index: usize) -> impl Iterator<Item = &Command> {
        self.pipelines
            .iter()
            .filter_map(move |pipeline| {
                let stage = pipeline.stages.iter().position(|stage| stage.contains(&index))?;
                let first = pipeline.stages.first()?.start;
                Some(first..pipeline.stages.get(stage)?.start)
            })
            .flatten()
            .filter_map(|at| self.commands.get(at))
    }

    /// The commands that stand directly within the words of the command at `index`.
    pub fn children(&self, index: usize) -> impl Iterator<Item = (Nesting, &Command)> {
        // They follow it without a gap, each with a parent that is this command or within it.
        let within = self.commands.iter().skip(index + 1);
        within
            .take_while(move |command| command.parent.is_some_and(|parent| parent.command >= index))
            .filter_map(move |command| {
                let parent = command.parent?;
                (parent.command == index).then_some((parent.kind, command))
            })
    }
}

/// Words that run the command that follows them.
const WRAPPERS: &[&str] = &[
    "sudo",
    "doas",
    "env",
    "exec",
    "command",
    "builtin",
    "time",
    "nohup",
    "nice",
    "ionice",
    "stdbuf",
    "xargs",
    "timeout",
    "setarch",
    "linux32",
    "linux64",
    "catchsegv",
    "eatmydata",
    "fakeroot",
    "gosu",
    "su-exec",
    "chroot",
    "then",
];

/// Options of wrappers that take a value of their own.
const WRAPPER_VALUES: &[&str] = &[
    "-u", "-g", "-n", "-p", "-C", "-h", "-I", "-L", "-P", "-s", "-d", "-c", "-o", "-e", "-i", "--user",
    "--chdir",
];

impl Command {
    /// The base name of the program and its arguments, behind wrappers such as `sudo` and `env`. `None` when the
    /// name is not known before the script runs.
    pub fn program(&self) -> Option<(&str, &[Word])> {
        let mut at = 0;
        for _ in 0..8 {
            let word = self.words.get(at)?;
            if !word.is_fixed() {
                return None;
            }
            let name = base_name(word.text());
            if !WRAPPERS.contains(&name) {
                return Some((name, self.words.get(at + 1..).unwrap_or_default()));
            }
            let wrapper = at;
            at += 1;
            while let Some(word) = self.words.get(at) {
                let text = word.text();
                if text == "--" {
                    at += 1;
                    break;
                }
                if text.starts_with('-') && text.len() > 1 {
                    let takes = match name {
                        "sudo" | "doas" | "nice" | "ionice" | "stdbuf" | "timeout" => {
                            WRAPPER_VALUES.contains(&text)
                        }
                        "env" => matches!(text, "-u" | "-C" | "--chdir" | "--unset"),
                        "xargs" => matches!(text, "-I" | "-n" | "-P" | "-L" | "-d" | "-s" | "-a" | "-E"),
                        _ => false,
                    };
                    at += if takes { 2 } else { 1 };
                } else if name == "env" && assignment_name(text).is_some()
                    || name == "sudo" && assignment_name(text).is_some()
                {
                    at += 1;
                } else {
                    break;
                }
            }
            if matches!(name, "timeout" | "gosu" | "su-exec" | "chroot" | "setarch") {
                at += 1;
            }
            if at >= self.words.len() {
                return Some((name, self.words.get(wrapper + 1..).unwrap_or_default()));
            }
        }
        None
    }

    /// True when the command, or a wrapper before it, has this base name.
    pub fn word_of(&self, name: &str) -> Option<&Word> {
        let (_, arguments) = self.program()?;
        let head = self.words.len().saturating_sub(arguments.len());
        self.words.iter().take(head).find(|word| base_name(word.text()) == name)
    }
}

/// True for programs that read shell code: from an argument of `-c`, a file, or standard input.
pub fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" | "mksh" | "fish")
}

/// True when the words of a SHELL instruction name a shell whose scripts this module can read.
pub fn reads_posix(shell: &[&str]) -> bool {
    shell.first().is_some_and(|word| {
        let name = base_name(word);
        (is_shell(name) && name != "fish")
            || matches!(name, "busybox" | "env" | "tini" | "conda" | "micromamba" | "time")
    }) && !shell.iter().any(|word| {
        let word = word.to_ascii_lowercase();
        word.ends_with("cmd")
            || word.ends_with(".exe")
            || word.contains("powershell")
            || word.contains("pwsh")
    })
}

/// The name behind the last slash.
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The name of `NAME=…` or `NAME+=…`, when the text is one.
pub fn assignment_name(text: &str) -> Option<&str> {
    let (name, _) = text.split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    let mut bytes = name.bytes();
    let first = bytes.next()?;
    ((first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    .then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command as `name args`, with its nesting.
    fn commands(text: &str) -> Vec<String> {
        let script = Script::read(text.as_bytes());
        script
            .commands
            .iter()
            .map(|command| {
                let words: Vec<_> = command.words.iter().map(Word::text).collect();
                let nesting = match command.parent {
                    None => "",
                    Some(Parent { kind: Nesting::Substitution, .. }) => "$",
                    Some(Parent { kind: Nesting::Process, .. }) => "<",
                    Some(Parent { kind: Nesting::Code, .. }) => "!",
                };
                format!("{nesting}{}", words.join("|"))
            })
            .collect()
    }

    #[test]
    fn lists_and_quotes() {
        assert_eq!(commands("a 'b c' \"d e\"f && g\\ h; i || j & k"), ["a|b c|d ef", "g h", "i", "j", "k"]);
        assert_eq!(commands("a # not a comment's end\nb"), ["a", "b"]);
        assert_eq!(commands("X=1 Y='2 3' cmd \\\n arg"), ["cmd|arg"]);
    }

    #[test]
    fn compounds_are_looked_into() {
        assert_eq!(
            commands("if [ -f x ]; then a; elif b; then c; else d; fi; e"),
            ["[|-f|x|]", "a", "b", "c", "d", "e"]
        );
        assert_eq!(commands("for i in 1 2; do a $i; done && b"), ["a|$i", "b"]);
        assert_eq!(commands("while read l; do a; done < f; b"), ["read|l", "a", "b"]);
        assert_eq!(
            commands("case \"$(uname -m)\" in x86_64|amd64) a;; *) b ;; esac; c"),
            ["uname|-m", "a", "b", "c"]
        );
        assert_eq!(commands("(cd x && a); { b; c; } && d"), ["cd|x", "a", "b", "c", "d"]);
        assert_eq!(commands("f() { a; }; f"), ["a", "f"]);
        assert_eq!(
            commands("if [ a ]; then x; elif [ b ]; then y; elif [ c ]; then z; fi"),
            ["[|a|]", "x", "[|b|]", "y", "[|c|]", "z"]
        );
        assert_eq!(commands("make -j${N:-$(nproc)} && b"), ["make|-j${N:-$(nproc)}", "$nproc", "b"]);
        assert_eq!(commands("! a; [[ a && b ]] && c"), ["a", "[[|a|b|]]", "c"]);
        assert_eq!(commands("x=$((1 + 2)); a $(( (1+2)*3 ))"), ["", "a|$(( (1+2)*3 ))"]);
    }

    #[test]
    fn inner_commands_know_where_they_stand() {
        assert_eq!(commands("sh -c \"$(curl u)\""), ["sh|-c|$(curl u)", "$curl|u"]);
        assert_eq!(commands("bash <(curl u)"), ["bash|<(curl u)", "<curl|u"]);
        assert_eq!(commands("bash -lc 'a && b'"), ["bash|-lc|a && b", "!a", "!b"]);
        assert_eq!(commands("x=`curl \\`a\\``"), ["", "$curl|`a`", "$a"]);
        assert_eq!(commands("sudo -u me env A=1 sh -c 'a'"), ["sudo|-u|me|env|A=1|sh|-c|a", "!a"]);
        assert_eq!(commands("bash <<EOF\na b\nEOF\nc"), ["bash", "!a|b", "c"]);
        assert_eq!(commands("cat <<'EOF' > f\nrm -rf\nEOF\nc"), ["cat", "c"]);
    }

    #[test]
    fn pipelines_feed() {
        let script = Script::read(b"(a; b) | c | { d; e; }; f");
        let fed = |index| script.feeders(index).map(|c| c.words[0].text().to_owned()).collect::<Vec<_>>();
        assert_eq!(fed(0), [""; 0]);
        assert_eq!(fed(2), ["a", "b"]);
        assert_eq!(fed(4), ["a", "b", "c"]);
        assert_eq!(fed(5), [""; 0]);
    }

    #[test]
    fn places_lead_back_to_the_script() {
        let text = "a && sh -c 'x \"y z\" | w'";
        let script = Script::read(text.as_bytes());
        let at = |range: Range<u32>| &text[range.start as usize..range.end as usize];
        let inner = script.commands.iter().find(|c| c.words[0].text() == "x").unwrap();
        assert_eq!(at(inner.words[0].range.clone()), "x");
        assert_eq!(at(inner.words[1].range.clone()), "\"y z\"");
        let word = &Script::read(b"curl --user='me:pw' x").commands[0].words[1];
        assert_eq!(word.text(), "--user=me:pw");
        assert_eq!(word.locate_range(10..12), 16..18);
        assert_eq!(word.range, 5..19);
    }

    #[test]
    fn assignments_redirects_and_variables() {
        let script = Script::read(b"A=1 B=\"$X y\" cmd ${Y:-z} 2>&1 >> /f");
        let command = &script.commands[0];
        assert_eq!(command.assignments[0].name, "A");
        assert_eq!(command.assignments[1].value.text(), "$X y");
        assert_eq!(command.assignments[1].value.parts(), [Part::Variable { name: "X".into(), at: 0..2 }]);
        assert!(!command.words[1].is_fixed());
        assert_eq!(command.redirects[0].operator, ">&");
        assert_eq!(command.redirects[1].target.text(), "/f");
        assert_eq!(command.words.len(), 2);
    }

    #[test]
    fn nothing_breaks_it() {
        for text in [
            "",
            "(",
            ")",
            "$(",
            "${",
            "`",
            "'",
            "\"",
            "((",
            "$((",
            "if",
            "fi",
            "case x in",
            "case x in (a",
            "<<",
            "<<A\n",
            "a |",
            "| a",
            "}",
            "{",
            "done; a",
            "\\",
            "$",
            "a\\",
            "[[ a",
            "f()",
            "for",
            "x=(",
            ";;",
            "é\\é 'ü",
            "function",
            "! ! !",
        ] {
            let _ = Script::read(text.as_bytes());
        }
        for deep in [
            "$(",
            "(",
            "{ ",
            "\"$(",
            "`\\`",
            "${x:-",
            "if a; then ",
            "sh -c 'sh -c \"",
            "! ",
            "$((",
            "case x in a) ",
        ] {
            let _ = Script::read(deep.repeat(20_000).as_bytes());
        }
        assert!(Script::read(&b"a;".repeat(60_000)).truncated);
    }
}
