//! `shell-form-entrypoint`: the main process runs behind a shell.

use crate::card;
use crate::detect::Reporter;
use crate::finding::{Edit, Fix};
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::{Command, InstructionKind};
use crate::parse::shell::Script;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds `ENTRYPOINT` and `CMD` in shell form in a shipped stage. A command that begins with `exec` is fine.
        ///
        /// ## Why it matters
        /// A shell becomes process 1. It does not hand on the signal that asks to stop, so the container is killed
        /// after the grace period; and an `ENTRYPOINT` in shell form ignores `CMD` and the arguments of the user.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM node:24-slim
        /// CMD npm start
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM node:24-slim
        /// CMD ["npm", "start"]
        /// ```
        /// ```dockerfile,good
        /// FROM node:24-slim
        /// CMD exec node server.js --port "$PORT"
        /// ```
        ///
        /// ## How to fix
        /// Write a JSON array. Where the shell is needed, put `exec` before the last command.
        ///
        /// ## References
        /// - <https://docs.docker.com/reference/build-checks/json-args-recommended/>
        id: "shell-form-entrypoint",
        family: Dockerfile,
        summary: "the main process runs behind a shell",
        severity: Low,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL3025", "JSONArgsRecommended", "DF018", "DF025"],
        controls: [],
        references: ["https://docs.docker.com/reference/build-checks/json-args-recommended/"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    let mut seen = std::collections::BTreeSet::new();
    for stage in model.shipped() {
        // With a SHELL of its own the author has said who reads the line.
        if stage.shell.is_some() {
            continue;
        }
        for index in [stage.entrypoint, stage.cmd].into_iter().flatten() {
            let Some(instruction) = model.file.instructions.get(index) else { continue };
            let (InstructionKind::Cmd(Command::Shell(text))
            | InstructionKind::Entrypoint(Command::Shell(text))) = &instruction.kind
            else {
                continue;
            };
            let line = text.text().trim();
            // What begins like JSON is for `invalid-json-form`.
            let execs = line.split_whitespace().next() == Some("exec")
                || line.contains("&& exec ")
                || line.contains("; exec ");
            if line.is_empty() || line.starts_with('[') || execs || !seen.insert(index) {
                continue;
            }
            let keyword = instruction.name();
            let mut draft = reporter
                .draft(
                    text.whole(),
                    format!("{keyword} in shell form: a shell is process 1 and keeps signals to itself"),
                )
                .label("runs as `/bin/sh -c …`")
                .help("write it as a JSON array, or put `exec` before the command")
                .anchor(model.anchor(stage.index, &keyword, "shell form"));
            if let Some(json) = as_json(line).filter(|_| !model.windows) {
                let range = text.whole().range();
                draft = draft.fix(Fix {
                    title: format!("Write {keyword} as a JSON array"),
                    safe: true,
                    edits: vec![Edit {
                        start_byte: range.start.into(),
                        end_byte: range.end.into(),
                        text: json,
                    }],
                });
            }
            reporter.report(draft);
        }
    }
}

/// The JSON form of a line that needs no shell.
fn as_json(line: &str) -> Option<String> {
    if line.contains(['$', '`', '*', '?', '[', '~', '{', '!', '#', '\\', '\n']) {
        return None;
    }
    let script = Script::read(line.as_bytes());
    let [command] = script.commands.as_slice() else { return None };
    let plain = command.assignments.is_empty()
        && command.redirects.is_empty()
        && !line.contains(['&', ';', '|', '(', '<', '>']);
    let first = command.words.first()?.text();
    if !plain || matches!(first, "cd" | "export" | "source" | "." | "set" | "eval" | "ulimit" | "umask") {
        return None;
    }
    let words: Vec<&str> = command.words.iter().map(|word| word.text()).collect();
    let words: Vec<String> =
        words.iter().map(|word| serde_json::to_string(word).ok()).collect::<Option<_>>()?;
    Some(format!("[{}]", words.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::as_json;
    use crate::lint::rules::testing::found;

    #[test]
    fn the_array_says_the_same() {
        assert_eq!(as_json("npm start").as_deref(), Some(r#"["npm", "start"]"#));
        assert_eq!(as_json("a 'b c' \"d\"").as_deref(), Some(r#"["a", "b c", "d"]"#));
        for line in ["a $B", "a && b", "a | b", "a > b", "X=1 a", "cd /x", "a *.js", "a ~"] {
            assert_eq!(as_json(line), None, "{line}");
        }
    }

    #[test]
    fn only_what_ships_and_holds() {
        assert_eq!(
            found("shell-form-entrypoint", "FROM a:1 AS b\nCMD x y\nFROM c:1\nCMD [\"z\"]\n"),
            [""; 0]
        );
        assert_eq!(found("shell-form-entrypoint", "FROM c:1\nCMD old\nCMD [\"z\"]\n"), [""; 0]);
        assert_eq!(found("shell-form-entrypoint", "FROM c:1\nENTRYPOINT run me\n"), ["run me"]);
        assert_eq!(found("shell-form-entrypoint", "FROM c:1\nSHELL [\"bash\", \"-c\"]\nCMD run\n"), [""; 0]);
    }
}
