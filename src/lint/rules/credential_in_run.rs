//! `credential-in-run`: credentials in the commands of RUN.

use std::ops::Range;

use crate::card;
use crate::detect::Reporter;
use crate::lint::arguments;
use crate::lint::credential::{Literal, is_credential_name, literal, url_passwords};
use crate::lint::{Model, Rule, RunScript};
use crate::parse::shell::{Command, Nesting, Script, Word};
use crate::rule::{Confidence, Severity};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds literal credentials in RUN: passwords in URLs, `--password …` and its kin, `curl -u user:password`,
        /// `Authorization` headers, `sshpass -p`, `echo … | docker login --password-stdin`, `chpasswd` and
        /// `useradd -p` with a literal, and assignments to variables with the name of a credential. Variables are
        /// left alone.
        ///
        /// ## Why it matters
        /// Every command of RUN stands in the history of the image. Removing a file later does not remove that.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN git clone https://deploy:correct-horse@git.example/acme/app.git
        /// ```
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN echo 'root:correct-horse' | chpasswd
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// RUN --mount=type=secret,id=netrc,target=/root/.netrc git clone https://git.example/acme/app.git
        /// ```
        ///
        /// ## How to fix
        /// Mount the secret: `RUN --mount=type=secret,id=…`. Replace the credential at its issuer: it has been
        /// written down.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/secrets/>
        id: "credential-in-run",
        family: Dockerfile,
        summary: "a command of the build holds a credential",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DF013", "CKV2_DOCKER_17"],
        controls: ["CIS-Docker:4.10"],
        references: ["https://docs.docker.com/build/building/secrets/"],
    },
    check,
};

/// A credential: its place in the script, and a name for it that gives nothing away.
struct Hit {
    range: Range<u32>,
    what: &'static str,
    kind: Literal,
}

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for run in &model.scripts {
        let mut hits: Vec<Hit> = Vec::new();
        for (index, command) in run.script.commands.iter().enumerate() {
            collect(&run.script, index, command, &mut hits);
        }
        hits.sort_by_key(|hit| (hit.range.start, hit.range.end));
        let mut end = 0;
        for hit in hits {
            if hit.range.start < end || hit.kind == Literal::None {
                continue;
            }
            end = hit.range.end;
            report(model, run, &hit, reporter);
        }
    }
}

fn report(model: &Model<'_>, run: &RunScript<'_>, hit: &Hit, reporter: &mut Reporter<'_, '_>) {
    let span = run.span(hit.range.clone());
    reporter.mark_sensitive(span.range(), 0);
    let sure = hit.kind == Literal::Secret;
    let draft = reporter
        .draft(span, format!("{} holds a credential in clear", hit.what))
        .severity(if sure { Severity::High } else { Severity::Medium })
        .confidence(if sure { Confidence::High } else { Confidence::Medium })
        .label("stays in the history of the image")
        .help("mount it with `RUN --mount=type=secret,id=…`, and replace it at its issuer")
        .anchor(model.anchor(run.stage, "RUN", hit.what));
    reporter.report(draft);
}

fn collect(script: &Script, index: usize, command: &Command, hits: &mut Vec<Hit>) {
    // What stands in the text of `sh -c '…'` is read as commands of its own.
    let nests_code = script.children(index).any(|(kind, _)| kind == Nesting::Code);
    for word in command.words.iter().chain(command.redirects.iter().map(|redirect| &redirect.target)) {
        if !nests_code {
            urls(word, hits);
            header(word, hits);
        }
    }
    for assignment in &command.assignments {
        urls(&assignment.value, hits);
        named(&assignment.name, &assignment.value, 0, "an assignment", hits);
    }
    let Some((name, arguments)) = command.program() else { return };
    match name {
        "export" | "declare" | "env" => {
            for word in arguments {
                if let Some((variable, _)) = word.text().split_once('=') {
                    let offset = offset(variable.len() + 1);
                    named(variable, word, offset, "an assignment", hits);
                }
            }
        }
        "curl" => {
            if let Some((word, at)) = arguments::value(arguments, &["-u", "--user", "-U", "--proxy-user"]) {
                after_colon(word, at, "curl --user", hits);
            }
        }
        "wget" => option(
            arguments,
            &["--password", "--http-password", "--ftp-password", "--proxy-password"],
            "wget --password",
            hits,
        ),
        "sshpass" => option(arguments, &["-p"], "sshpass -p", hits),
        "useradd" | "usermod" => option(arguments, &["-p", "--password"], "useradd --password", hits),
        "mysql" | "mysqladmin" | "mysqldump" | "mariadb" => {
            option(arguments, &["--password"], "mysql --password", hits)
        }
        "chpasswd" => {
            for feeder in script.feeders(index) {
                fed_pairs(feeder, hits);
            }
            for redirect in command.redirects.iter().filter(|redirect| redirect.operator == "<<<") {
                after_colon(&redirect.target, 0, "chpasswd", hits);
            }
        }
        "passwd" if arguments::long(arguments, &["--stdin"]).is_some() => {
            for feeder in script.feeders(index) {
                fed_value(feeder, "passwd --stdin", hits);
            }
        }
        "docker" | "podman" | "buildah" | "helm" | "skopeo" | "crane" | "oras" => {
            if arguments.iter().any(|word| word.text() == "login") {
                option(arguments, &["--password", "-p"], "the login to a registry", hits);
            }
            if arguments::long(arguments, &["--password-stdin"]).is_some() {
                for feeder in script.feeders(index) {
                    fed_value(feeder, "the login to a registry", hits);
                }
            }
        }
        _ => {}
    }
    // `--db-password=…` of any program, long options only.
    if !matches!(
        name,
        "echo"
            | "printf"
            | "grep"
            | "sed"
            | "wget"
            | "docker"
            | "podman"
            | "useradd"
            | "usermod"
            | "mysql"
            | "mysqladmin"
            | "mysqldump"
            | "mariadb"
    ) {
        for (at, word) in arguments.iter().enumerate() {
            let Some(rest) = word.text().strip_prefix("--") else { continue };
            match rest.split_once('=') {
                Some((option, _)) if is_credential_name(option) => {
                    value(word, offset(option.len() + 3), "an option", hits);
                }
                None if is_credential_name(rest) => {
                    let next = arguments.get(at + 1).filter(|next| !next.text().starts_with('-'));
                    if let Some(next) = next.filter(|next| literal(next.text()) == Literal::Secret) {
                        value(next, 0, "an option", hits);
                    }
                }
                _ => {}
            }
        }
    }
}

fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The text of a word from `at` on, when all of it is known.
fn fixed(word: &Word, at: u32) -> Option<&str> {
    let known = word.parts().iter().all(|part| part.at().end <= at);
    known.then(|| word.text().get(at as usize..)).flatten()
}

fn value(word: &Word, at: u32, what: &'static str, hits: &mut Vec<Hit>) {
    if let Some(text) = fixed(word, at) {
        hits.push(Hit { range: word.locate_range(at..offset(word.text().len())), what, kind: literal(text) });
    }
}

fn named(name: &str, word: &Word, at: u32, what: &'static str, hits: &mut Vec<Hit>) {
    if is_credential_name(name) {
        value(word, at, what, hits);
    }
}

fn option(arguments: &[Word], names: &[&str], what: &'static str, hits: &mut Vec<Hit>) {
    if let Some((word, at)) = arguments::value(arguments, names) {
        value(word, at, what, hits);
    }
}

fn after_colon(word: &Word, at: u32, what: &'static str, hits: &mut Vec<Hit>) {
    let colon = word.text().get(at as usize..).and_then(|text| text.find(':'));
    if let Some(colon) = colon {
        value(word, at + offset(colon + 1), what, hits);
    }
}

/// `echo user:password`
fn fed_pairs(feeder: &Command, hits: &mut Vec<Hit>) {
    if let Some(("echo" | "printf", arguments)) = feeder.program() {
        for word in arguments {
            after_colon(word, 0, "chpasswd", hits);
        }
    }
}

/// `echo password`
fn fed_value(feeder: &Command, what: &'static str, hits: &mut Vec<Hit>) {
    if let Some(("echo" | "printf", arguments)) = feeder.program()
        && let Some(word) = arguments.iter().rev().find(|word| !word.text().starts_with('-'))
    {
        value(word, 0, what, hits);
    }
}

fn urls(word: &Word, hits: &mut Vec<Hit>) {
    for range in url_passwords(word.text()) {
        let range = offset(range.start)..offset(range.end);
        if word.parts().iter().any(|part| part.at().start < range.end && range.start < part.at().end) {
            continue;
        }
        let text = word.text().get(range.start as usize..range.end as usize).unwrap_or_default();
        hits.push(Hit { range: word.locate_range(range), what: "a URL", kind: literal(text) });
    }
}

/// `Authorization: Bearer …`, `PRIVATE-TOKEN: …`
fn header(word: &Word, hits: &mut Vec<Hit>) {
    let text = word.text();
    let Some((name, rest)) = text.split_once(':') else { return };
    let name = name.trim_start_matches("-H").trim_start_matches("--header=").trim().to_ascii_lowercase();
    let known = matches!(
        name.as_str(),
        "authorization"
            | "proxy-authorization"
            | "private-token"
            | "x-api-key"
            | "x-auth-token"
            | "job-token"
    );
    if !known || rest.is_empty() {
        return;
    }
    let credential = rest.trim_start();
    let credential = ["Bearer ", "bearer ", "token ", "Token ", "Basic ", "basic "]
        .iter()
        .find_map(|scheme| credential.strip_prefix(scheme))
        .unwrap_or(credential);
    value(word, offset(text.len() - credential.len()), "a header", hits);
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{found, severities};

    fn of(run: &str) -> Vec<String> {
        found("credential-in-run", &format!("FROM a:1\nRUN {run}\n"))
    }

    #[test]
    fn points_at_the_credential_alone() {
        assert_eq!(of("curl -u me:s3cr3ts3 https://x.example"), ["s3cr3ts3"]);
        assert_eq!(of("curl -H 'Authorization: Bearer abcdef123456' x"), ["abcdef123456"]);
        assert_eq!(of("sshpass -p s3cr3ts3 ssh x"), ["s3cr3ts3"]);
        assert_eq!(of("echo s3cr3ts3 | docker login -u me --password-stdin"), ["s3cr3ts3"]);
        assert_eq!(of("echo \"root:s3cr3ts3\" | chpasswd"), ["s3cr3ts3"]);
        assert_eq!(of("pip install --index-url https://me:s3cr3ts3@pypi.example/simple x"), ["s3cr3ts3"]);
        assert_eq!(of("export DB_PASSWORD=s3cr3ts3 && x"), ["s3cr3ts3"]);
        assert_eq!(of("bash -c 'git clone https://me:s3cr3ts3@x.example/y'"), ["s3cr3ts3"]);
        assert_eq!(of("app --admin-password=s3cr3ts3"), ["s3cr3ts3"]);
    }

    #[test]
    fn variables_and_others_are_left() {
        for run in [
            "git clone https://me:${TOKEN}@x.example/y",
            "curl -u \"$USER:$PASS\" x",
            "curl -H \"Authorization: token $(cat /run/secrets/t)\" x",
            "sshpass -p \"$P\" ssh x",
            "cat /run/secrets/p | docker login --password-stdin",
            "echo \"root:$P\" | chpasswd",
            "git clone git@x.example:a/b",
            "curl https://x.example:8080/a@b",
            "mkdir -p a && cp -p b c",
            "adduser --disabled-password app",
            "export TOKEN=$(cat /run/secrets/t)",
            "echo a:b",
            "ssh -p 22 x",
            "docker run -p 80:80 x",
        ] {
            assert_eq!(of(run), [""; 0], "{run}");
        }
    }

    #[test]
    fn default_passwords_weigh_less() {
        assert_eq!(severities("credential-in-run", "FROM a:1\nRUN echo root:root | chpasswd\n"), ["medium"]);
    }
}
