//! `signature-check-off`: packages from nobody knows whom.

use crate::card;
use crate::detect::Reporter;
use crate::lint::arguments;
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::InstructionKind;
use crate::parse::shell::{Command, Word};
use crate::rule::Severity;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds switches that turn off the signature check of package managers: `--allow-unauthenticated`,
        /// `--force-yes`, `--nogpgcheck`, `--no-gpg-checks`, `--allow-untrusted`, `[trusted=yes]`, `rpm --nosignature`,
        /// `gpgcheck=0`.
        ///
        /// ## Why it matters
        /// The signature is what tells a package of the distribution from one that a mirror made up.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN apt-get install -y --allow-unauthenticated tool
        /// ```
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN echo "deb [trusted=yes] https://apt.example/ /" > /etc/apt/sources.list.d/x.list
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// COPY example.gpg /etc/apt/keyrings/
        /// RUN echo "deb [signed-by=/etc/apt/keyrings/example.gpg] https://apt.example/ /" > /etc/apt/sources.list.d/x.list
        /// ```
        ///
        /// ## How to fix
        /// Install the key of the repository, and name it with `signed-by`, `gpgkey` or `/etc/apk/keys`.
        ///
        /// ## References
        /// - <https://wiki.debian.org/SecureApt>
        id: "signature-check-off",
        family: Dockerfile,
        summary: "the signature check of packages is turned off",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_9", "CKV2_DOCKER_10", "CKV2_DOCKER_11"],
        controls: ["CIS-Docker:4.11"],
        references: ["https://wiki.debian.org/SecureApt"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for run in &model.scripts {
        // Where a checksum or a signature is checked by hand, the switch is how one installs the file.
        let checked = super::remote_script_to_shell::verifies(&run.script);
        for command in &run.script.commands {
            let Some((word, what)) = switch(command) else { continue };
            let severity = match (checked, run.ships) {
                (true, _) => Severity::Low,
                (false, true) => Severity::High,
                (false, false) => Severity::Medium,
            };
            let draft = reporter
                .draft(run.span(word.range.clone()), format!("{what} without the check of signatures"))
                .severity(severity)
                .label("takes packages that nobody signed")
                .help("install the key of the repository and leave the check on")
                .anchor(model.anchor(run.stage, "RUN", what));
            reporter.report(draft);
        }
    }
    here_documents(model, reporter);
}

/// Files that are written out in the Dockerfile itself.
fn here_documents(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for (stage, _, instruction) in model.instructions() {
        let (heredocs, keyword) = match &instruction.kind {
            InstructionKind::Copy(copy) | InstructionKind::Add(copy) => (&copy.heredocs, "COPY"),
            InstructionKind::Run(run) => (&run.heredocs, "RUN"),
            _ => continue,
        };
        // A script of its own is read as commands.
        if matches!(&instruction.kind, InstructionKind::Run(run) if run.sole_heredoc().is_some()) {
            continue;
        }
        for heredoc in heredocs {
            let Some(range) = unsigned_line(heredoc.body.text()) else { continue };
            let ships = model.ships_layers(stage.index);
            let draft = reporter
                .draft(heredoc.body.span(range), "a package source is added without the check of signatures")
                .severity(if ships { Severity::High } else { Severity::Medium })
                .label("takes packages that nobody signed")
                .help("install the key of the repository and leave the check on")
                .anchor(model.anchor(stage.index, keyword, "here-document"));
            reporter.report(draft);
        }
    }
}

fn switch(command: &Command) -> Option<(&Word, &'static str)> {
    let (name, arguments) = command.program()?;
    let find = |test: &dyn Fn(&str) -> bool| {
        arguments.iter().find(|word| {
            let text: String =
                word.text().to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
            test(&text)
        })
    };
    match name {
        "apt" | "apt-get" | "aptitude" => arguments::long(
            arguments,
            &["--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"],
        )
        .or_else(|| {
            find(&|text| {
                [
                    "allowunauthenticated=",
                    "allowinsecurerepositories=",
                    "allowdowngradetoinsecurerepositories=",
                ]
                .iter()
                .any(|key| text.contains(key))
                    && (text.ends_with("=true") || text.ends_with("=1") || text.ends_with("=yes"))
            })
        })
        .map(|word| (word, "apt installs")),
        "yum" | "dnf" | "dnf5" | "microdnf" | "tdnf" | "yum-config-manager" | "zypper" | "yumdownloader" => {
            arguments::long(
                arguments,
                &[
                    "--nogpgcheck",
                    "--no-gpgcheck",
                    "--no-gpgchecks",
                    "--no-gpg-checks",
                    "--no-gpg-check",
                    "--allow-unsigned-rpm",
                ],
            )
            .or_else(|| find(&|text| off(text, "gpgcheck")))
            .or_else(|| {
                let adds = arguments.iter().any(|word| matches!(word.text(), "addrepo" | "ar"));
                arguments::short(arguments, 'G', "").filter(|_| name == "zypper" && adds)
            })
            .map(|word| (word, "the package manager installs"))
        }
        "apk" if !arguments.iter().any(|word| word.text() == "index") => {
            arguments::long(arguments, &["--allow-untrusted"]).map(|word| (word, "apk installs"))
        }
        "rpm" => arguments::long(arguments, &["--nosignature", "--nogpg"]).map(|word| (word, "rpm installs")),
        "echo" | "printf" | "sed" | "tee" | "add-apt-repository" | "crudini" => {
            // `sed` that looks for the switch in order to take it away says `gpgcheck=0` before the last slash.
            let text_of = |text: &str| {
                if name == "sed" {
                    text.rsplit(['/', '|', '#', ',', '@']).nth(1).unwrap_or_default().to_owned()
                } else {
                    text.to_owned()
                }
            };
            find(&|text| adds_unsigned_source(&text_of(text))).map(|word| (word, "a package source is added"))
        }
        _ => None,
    }
}

fn off(text: &str, key: &str) -> bool {
    let values = ["=0", "=no", "=false", "=off"];
    text.split(key).skip(1).any(|rest| values.iter().any(|value| rest.starts_with(value)))
}

/// True for text of a package source without the check; lower case, without blanks. A source of local files has
/// nobody to sign it.
fn adds_unsigned_source(text: &str) -> bool {
    !text.contains("file:")
        && (text.contains("trusted=yes]")
            || text.contains("[trusted=yes")
            || text.contains("trusted=yesarch")
            || off(text, "gpgcheck")
            || text.contains("allowunauthenticated\"true")
            || text.contains("siglevel=never"))
}

/// The first line of a here-document that adds an unsigned source: its range in the body.
fn unsigned_line(body: &str) -> Option<std::ops::Range<usize>> {
    let mut start = 0;
    for line in body.split_inclusive('\n') {
        let trimmed = line.trim();
        let text: String = trimmed.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        if !trimmed.starts_with('#') && adds_unsigned_source(&text) {
            let begin = start + (line.len() - line.trim_start().len());
            return Some(begin..begin + trimmed.len());
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::found;

    fn of(run: &str) -> Vec<String> {
        found("signature-check-off", &format!("FROM a:1\nRUN {run}\n"))
    }

    #[test]
    fn switches() {
        for (run, at) in [
            ("apt-get install -y --force-yes x", "--force-yes"),
            ("apk add --allow-untrusted ./x.apk", "--allow-untrusted"),
            ("yum install -y --nogpgcheck x", "--nogpgcheck"),
            ("zypper --no-gpg-checks install x", "--no-gpg-checks"),
            ("rpm -i --nosignature x.rpm", "--nosignature"),
            ("dnf install --setopt=gpgcheck=0 x", "--setopt=gpgcheck=0"),
            ("printf 'gpgcheck = 0\\n' >> /etc/yum.conf", "'gpgcheck = 0\\n'"),
            (
                "apt-get -o APT::Get::AllowUnauthenticated=true install x",
                "APT::Get::AllowUnauthenticated=true",
            ),
            ("sed -i 's/gpgcheck=1/gpgcheck=0/' /etc/yum.conf", "'s/gpgcheck=1/gpgcheck=0/'"),
            ("zypper addrepo -G https://x y", "-G"),
            ("dnf install --no-gpgchecks x", "--no-gpgchecks"),
            (
                "apt-get update -o Acquire::AllowInsecureRepositories=true",
                "Acquire::AllowInsecureRepositories=true",
            ),
            ("cat <<EOF > /etc/yum.repos.d/x.repo\n[x]\ngpgcheck = 0\nEOF", "gpgcheck = 0"),
            ("<<EOF cat > /etc/yum.repos.d/x.repo\n[x]\ngpgcheck=0\nEOF", "gpgcheck=0"),
            (
                "echo 'deb [arch=amd64 trusted=yes] https://x y z' > l",
                "'deb [arch=amd64 trusted=yes] https://x y z'",
            ),
        ] {
            assert_eq!(of(run), [at], "{run}");
        }
    }

    #[test]
    fn silent() {
        for run in [
            "apt-get install -y x",
            "echo 'deb [signed-by=/k] https://x /'",
            "sed -i 's/gpgcheck=0/gpgcheck=1/' f",
            "echo gpgcheck=1 > f",
            "rpm -i x.rpm",
            "apk index --allow-untrusted -o i *.apk",
            "echo 'deb [ trusted=yes ] file://$d ./' > f",
            "grep gpgcheck=0 f",
            "cat <<EOF > /etc/yum.repos.d/x.repo\n[x]\n# gpgcheck=0\ngpgcheck=1\nEOF",
            "zypper --gpg-auto-import-keys ref",
            "apt-get install --allow-downgrades x",
            "npm install --force",
            "rpm --import k",
            "dpkg -i x.deb",
        ] {
            assert_eq!(of(run), [""; 0], "{run}");
        }
    }
}
