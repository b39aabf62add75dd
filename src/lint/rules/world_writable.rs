//! `world-writable`: files that every user may change.

use crate::card;
use crate::detect::Reporter;
use crate::lint::arguments;
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::InstructionKind;
use crate::parse::shell::{Word, base_name};
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
            let (name, arguments) = executed(name, arguments);
            let mode = match name {
                "chmod" => arguments.iter().find(|word| {
                    let text = word.text();
                    let option = text.starts_with('-') && text.chars().skip(1).all(|c| "Rvfc".contains(c));
                    !option && !text.starts_with("--")
                }),
                "mkdir" | "install" => {
                    let cluster = arguments.windows(2).find_map(|two| match two {
                        [flags, mode] if matches!(flags.text(), "-pm" | "-dm" | "-Dm" | "-pvm" | "-vpm") => {
                            Some(mode)
                        }
                        _ => None,
                    });
                    cluster.or_else(|| arguments::value(arguments, &["-m", "--mode"]).map(|(word, _)| word))
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
    for (stage, index, instruction) in model.instructions() {
        let (InstructionKind::Copy(copy) | InstructionKind::Add(copy)) = &instruction.kind else { continue };
        let Some(word) = &copy.chmod else { continue };
        if !model.expand(word, index).is_some_and(|mode| everybody_writes(&mode)) {
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

/// The command that `find -exec` runs, else the command itself.
fn executed<'w>(name: &'w str, arguments: &'w [Word]) -> (&'w str, &'w [Word]) {
    let exec = |word: &Word| matches!(word.text(), "-exec" | "-execdir" | "-ok");
    let at = if name == "find" { arguments.iter().position(exec) } else { None };
    let inner = at.and_then(|at| arguments.get(at + 1..)).and_then(<[Word]>::split_first);
    inner.map_or((name, arguments), |(name, arguments)| (base_name(name.text()), arguments))
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
        for run in [
            "chmod a+rwX /a",
            "chmod -R u=rwx,go=rwx /a",
            "chmod 777 -R /a",
            "install -d -m 0777 /a",
            "mkdir -pm 777 /a",
            "mkdir --mode=777 /a",
            "find /a -type d -exec chmod 777 {} \\;",
            "find /a | xargs chmod 666",
            "sudo chmod 777 /a",
            "umask 000 && x",
            "if x; then chmod go+w /a; fi",
            "bash -c 'chmod 777 /a'",
        ] {
            assert_eq!(found("world-writable", &format!("FROM a:1\nRUN {run}\n")).len(), 1, "{run}");
        }
        for run in [
            "chmod --reference=777 /a",
            "chmod 700 777",
            "echo chmod 777 /a",
            "mkdir 777",
            "umask 0002",
            "chmod o-rwx /a",
            "find /a -exec chmod 755 {} +",
            "find / -perm 777",
            "install -m 755 a b",
            "chmod a+rw /dev/null",
        ] {
            assert_eq!(found("world-writable", &format!("FROM a:1\nRUN {run}\n")), [""; 0], "{run}");
        }
        assert_eq!(found("world-writable", "FROM a:1\nARG M=777\nCOPY --chmod=$M a /b\n"), ["$M"]);
        assert_eq!(found("world-writable", "FROM a:1\nRUN mkdir -m 777 /x && mkdir -p /y\n"), ["777"]);
    }
}
