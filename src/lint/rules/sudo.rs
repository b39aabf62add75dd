//! `sudo`: asking for root where one is root, or should not be.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};
use crate::rule::Severity;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds commands run through `sudo` in `RUN`. Installing the package alone is not reported.
        ///
        /// ## Why it matters
        /// RUN is root unless a USER came before. `sudo` swallows signals and variables, and an image that ships it
        /// with a rule without password has no unprivileged user.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN sudo apt-get update
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// RUN apt-get update
        /// ```
        ///
        /// ## How to fix
        /// Do what needs root before `USER`, or between `USER root` and `USER app`. To step down, use `gosu` or
        /// `setpriv`.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/best-practices/#user>
        id: "sudo",
        family: Dockerfile,
        summary: "a command of the build runs through sudo",
        severity: Medium,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL3004", "CKV2_DOCKER_1", "AVD-DS-0010", "DS-0010", "DS010", "DF010"],
        controls: ["CIS-Docker:4.1"],
        references: ["https://docs.docker.com/build/building/best-practices/#user"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for run in &model.scripts {
        // One finding an instruction, with the first place: a script that uses sudo uses it everywhere.
        let hits = run.script.commands.iter().filter_map(|command| {
            let word = command
                .words
                .iter()
                .take(4)
                .find(|word| word.text() == "sudo" || word.text().ends_with("/sudo"))?;
            let (name, arguments) = command.program()?;
            let runs = command.word_of("sudo").is_some() && !(name == "sudo" && arguments.is_empty());
            runs.then_some((word, name))
        });
        let hits: Vec<_> = hits.collect();
        let Some((word, name)) = hits.first() else { continue };
        let more = hits.len() - 1;
        let message = match more {
            0 => "a command of the build runs through sudo".to_owned(),
            _ => format!("{} commands of this instruction run through sudo", more + 1),
        };
        let draft = reporter
            .draft(run.span(word.range.clone()), message)
            .severity(if run.ships { Severity::Medium } else { Severity::Low })
            .label("take it away, or change USER")
            .help("do what needs root before USER, or between `USER root` and the unprivileged user")
            .anchor(model.anchor(run.stage, "RUN sudo", name));
        reporter.report(draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::found;

    #[test]
    fn only_where_it_runs() {
        for run in [
            "apt-get install -y sudo",
            "echo 'app ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/app",
            "usermod -aG sudo app",
            "which sudo",
        ] {
            assert_eq!(found("sudo", &format!("FROM a:1\nRUN {run}\n")), [""; 0], "{run}");
        }
        assert_eq!(found("sudo", "FROM a:1\nRUN a && \\\n  sudo -E b && sudo c\n"), ["sudo"]);
        assert_eq!(found("sudo", "FROM a:1\nRUN bash -c 'sudo b'\n"), ["sudo"]);
        assert_eq!(found("sudo", "FROM a:1\nRUN <<EOF\nset -e\nsudo b\nEOF\n"), ["sudo"]);
    }
}
