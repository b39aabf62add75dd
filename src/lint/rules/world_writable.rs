//! `world-writable`: files that every user may change.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::InstructionKind;
use crate::rule::Severity;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds modes that let every user write: `chmod 777`, `chmod o+w`, `chmod a+rwx`, `COPY --chmod=0777`, `mkdir -m 777`,
        /// `install -m 777`, `umask 0`. Folders with the sticky bit, such as `1777`, are fine.
        ///
        /// ## Why it matters
        /// Whoever gets to run anything in the container can change those files, the program among them.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN mkdir -p /srv/uploads && chmod -R 777 /srv/uploads
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// RUN install -d -o 10001 -g 10001 -m 750 /srv/uploads
        /// ```
        /// ```dockerfile,good
        /// FROM debian:13
        /// RUN chmod 1777 /tmp
        /// ```
        ///
        /// ## How to fix
        /// Give the files to the user that writes them: `COPY --chown=…`, `chown`, or a group with `chmod g+w`.
        ///
        /// ## References
        /// - <https://man7.org/linux/man-pages/man1/chmod.1.html>
        id: "world-writable",
        family: Dockerfile,
        summary: "files of the image are writable by everybody",
        severity: Medium,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DF034"],
        controls: ["CIS-Docker:4.8"],
        references: ["https://man7.org/linux/man-pages/man1/chmod.1.html"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    let severity = |ships| if ships { Severity::Medium } else { Severity::Low };
    for run in &model.scripts {
        for command in &run.script.commands {
            let Some((name, arguments)) = command.program() else { continue };
            let mode = match name {
                "chmod" => arguments.iter().find(|word| {
                    let text = word.text();
                    let option = text.starts_with('-') && text.chars().skip(1).all(|c| "Rvfc".contains(c));
                    !option && !text.starts_with("--")
                }),
                "mkdir" | "install" => {
                    crate::lint::arguments::value(arguments, &["-m", "--mode"]).map(|(word, _)| word)
                }
                "umask" => {
                    arguments.first().filter(|word| matches!(word.text(), "0" | "00" | "000" | "0000"))
                }
                _ => None,
            };
            let Some(word) = mode else { continue };
            let text = word.text();
            let text = if name == "chmod" || name == "umask" {
                text
            } else {
                text.trim_start_matches("--mode=").trim_start_matches("-m")
            };
            if name != "umask" && !(word.is_fixed() && everybody_writes(text)) {
                continue;
            }
            // A temporary folder that the same command removes again needs no word; /tmp is meant for everybody.
            let targets: Vec<&str> =
                arguments.iter().map(|word| word.text()).filter(|text| text.starts_with('/')).collect();
            if !targets.is_empty()
                && targets.iter().all(|target| {
                    matches!(
                        target.trim_end_matches('/'),
                        "/tmp" | "/var/tmp" | "/dev/null" | "/dev/stdout" | "/dev/stderr" | "/dev/shm"
                    )
                })
            {
                continue;
            }
            let draft = reporter
                .draft(run.span(word.range.clone()), "this lets every user of the container change the files")
                .severity(severity(run.ships))
                .label("writable by everybody")
                .help("give the files to the user that writes them, with `chown` or `COPY --chown`")
                .anchor(model.anchor(
                    run.stage,
                    "RUN",
                    &format!("{name} {text} {}", targets.first().unwrap_or(&"")),
                ));
            reporter.report(draft);
        }
    }
    for (stage, _, instruction) in model.instructions() {
        let (InstructionKind::Copy(copy) | InstructionKind::Add(copy)) = &instruction.kind else { continue };
        let Some(word) = &copy.chmod else { continue };
        if word.has_variables() || !everybody_writes(&word.value) {
            continue;
        }
        let draft = reporter
            .draft(word.span.clone(), "this lets every user of the container change the files")
            .severity(severity(model.ships_layers(stage.index)))
            .label("writable by everybody")
            .help("use `--chmod=755`, or 644 for files that are not run")
            .anchor(model.anchor(stage.index, "COPY", "chmod"));
        reporter.report(draft);
    }
}

/// True for a mode that gives write to others, without the sticky bit.
fn everybody_writes(mode: &str) -> bool {
    if !mode.is_empty() && mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) {
        let Ok(bits) = u32::from_str_radix(mode, 8) else { return false };
        return bits & 0o002 != 0 && bits & 0o1000 == 0;
    }
    let gives = mode.split(',').any(|clause| {
        let Some(at) = clause.find(['+', '=']) else { return false };
        let (who, what) = clause.split_at(at);
        (who.contains(['o', 'a'])) && what.contains('w')
    });
    gives && !mode.contains('t')
}

#[cfg(test)]
mod tests {
    use super::everybody_writes;
    use crate::lint::rules::testing::found;

    #[test]
    fn modes() {
        for mode in ["777", "0777", "666", "a+w", "o+w", "ugo+rwx", "a=rwx", "u+x,o+w", "2777", "757"] {
            assert!(everybody_writes(mode), "{mode}");
        }
        for mode in ["755", "1777", "775", "+x", "a+x", "u+w", "g+w", "a+rX", "o-w", "+w", "a+rwxt", ""] {
            assert!(!everybody_writes(mode), "{mode}");
        }
    }

    #[test]
    fn points_at_the_mode() {
        assert_eq!(
            found("world-writable", "FROM a:1\nRUN chmod -R 777 /a\nCOPY --chmod=777 a /b\n"),
            ["777", "777"]
        );
        assert_eq!(found("world-writable", "FROM a:1\nRUN chmod 777 /tmp && chmod $M /x\n"), [""; 0]);
        assert_eq!(found("world-writable", "FROM a:1\nRUN mkdir -m 777 /x && mkdir -p /y\n"), ["777"]);
    }
}
