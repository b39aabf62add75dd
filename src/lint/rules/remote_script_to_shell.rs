//! `remote-script-to-shell`: code from the network that runs unread.

use crate::card;
use crate::detect::Reporter;
use crate::lint::arguments::{self, CURL_VALUED};
use crate::lint::{Model, Rule, RunScript};
use crate::parse::shell::{Command, Nesting, Part, Script, Word, base_name, is_shell};
use crate::rule::Severity;
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds what is fetched and run at once: `curl … | sh`, `sh -c "$(curl …)"`, `bash <(curl …)`, and a script or
        /// program that is downloaded and run in the same RUN, without a checksum or a signature checked there.
        ///
        /// ## Why it matters
        /// Whoever controls the server, or the way to it, runs code as root in the build. A connection that breaks
        /// half-way runs half a script.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN curl -fsSL https://get.example/install.sh | sh
        /// ```
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN curl -fsSLo i.sh https://get.example/install.sh && sh i.sh
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// RUN curl -fsSLo i.sh https://get.example/install.sh && echo "$SUM  i.sh" | sha256sum -c && sh i.sh
        /// ```
        ///
        /// ## How to fix
        /// Take the program from a package or an image; or download it, check its checksum, then run it.
        /// `ADD --checksum=` does the first two.
        ///
        /// ## References
        /// - <https://docs.docker.com/reference/dockerfile/#add---checksum>
        id: "remote-script-to-shell",
        family: Dockerfile,
        summary: "code from the network runs unchecked",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DF021"],
        controls: ["CIS-Docker:4.11"],
        references: ["https://docs.docker.com/reference/dockerfile/#add---checksum"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for run in &model.scripts {
        let script = &run.script;
        let checked = verifies(script);
        let downloads = downloads(script);
        for (index, command) in script.commands.iter().enumerate() {
            if let Some(fetch) = fed_by(script, index, command) {
                let span = spanning(run, fetch, command);
                report(model, run, span, fetch, "code from the network runs unread", true, reporter);
            } else if !checked && let Some(fetch) = downloaded(script, &downloads, index, command) {
                let span = run.span(command.range.clone());
                report(
                    model,
                    run,
                    span,
                    fetch,
                    "a download runs without a check of what it is",
                    false,
                    reporter,
                );
            }
        }
    }
}

fn report(
    model: &Model<'_>,
    run: &RunScript<'_>,
    span: Span,
    fetch: &Command,
    message: &str,
    at_once: bool,
    reporter: &mut Reporter<'_, '_>,
) {
    let arguments = fetch.program().map(|(_, arguments)| arguments).unwrap_or_default();
    let url = arguments::url(arguments);
    // The host tells one finding from another and holds no credential.
    let host = url.map(|word| word.text().split('/').nth(2).unwrap_or_default()).unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let severity = match (at_once, run.ships) {
        (true, true) => Severity::High,
        (true, false) | (false, true) => Severity::Medium,
        (false, false) => Severity::Low,
    };
    let mut draft = reporter
        .draft(span, message)
        .severity(severity)
        .label("runs whatever the server sends")
        .help("take it from a package or an image, or check its checksum before it runs (`ADD --checksum=sha256:…`)")
        .anchor(model.anchor(run.stage, "RUN", host));
    if !at_once {
        draft = draft.context(run.span(fetch.range.clone()), "downloaded here");
    }
    reporter.report(draft);
}

/// From the start of the one to the end of the other.
fn spanning(run: &RunScript<'_>, first: &Command, second: &Command) -> Span {
    let start = first.range.start.min(second.range.start);
    run.span(start..first.range.end.max(second.range.end))
}

/// A command that fetches from another machine.
fn fetches(command: &Command) -> bool {
    let Some((name, arguments)) = command.program() else { return false };
    if !matches!(name, "curl" | "wget" | "aria2c" | "lwp-request" | "fetch" | "http" | "https")
        || arguments.is_empty()
    {
        return false;
    }
    // The machine itself and files are no network.
    !arguments.iter().any(|word| {
        let text = word.text();
        ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|host| text.split_once("://").map_or(text, |(_, rest)| rest).starts_with(host))
            || text.starts_with("file://")
    })
}

/// True for a program that runs what it reads: its name, and whether these arguments leave it reading.
fn reads_code(name: &str, arguments: &[Word]) -> bool {
    let mut words = arguments.iter().map(Word::text);
    if is_shell(name) {
        let mut takes_rest = false;
        for text in words.by_ref() {
            match text {
                "-" | "--" | "/dev/stdin" | "-s" => takes_rest = true,
                _ if takes_rest => {}
                "-o" | "+o" => {}
                "pipefail" => {}
                _ if text.starts_with('-') && !text.starts_with("--") => {
                    if text.contains('c') {
                        return false;
                    }
                    takes_rest |= text.contains('s');
                }
                _ if text.starts_with("--") => {}
                _ => return false,
            }
        }
        return true;
    }
    let stem = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.');
    matches!(stem, "python" | "perl" | "ruby" | "node" | "php" | "pypy" | "pwsh")
        && words.next().is_none_or(|first| matches!(first, "-" | "/dev/stdin" | "--"))
}

/// The command that fetches what this command runs at once.
fn fed_by<'s>(script: &'s Script, index: usize, command: &'s Command) -> Option<&'s Command> {
    let (name, arguments) = command.program()?;
    if reads_code(name, arguments) {
        let redirected = command.redirects.iter().any(|redirect| matches!(redirect.operator, "<" | "<<"));
        if !redirected && let Some(fetch) = script.feeders(index).find(|feeder| fetches(feeder)) {
            return Some(fetch);
        }
    }
    let interprets = is_shell(name)
        || ["python", "perl", "ruby", "node", "php"].iter().any(|known| name.starts_with(known));
    let strings = || {
        let fed = command.redirects.iter();
        fed.filter(|redirect| matches!(redirect.operator, "<<<" | "<")).map(|redirect| &redirect.target)
    };
    let code: Vec<&Word> = match name {
        "eval" => arguments.iter().take(1).collect(),
        "source" | "." if arguments.first().is_some_and(|word| word.text() == "/dev/stdin") => {
            strings().collect()
        }
        "source" | "." => arguments.iter().take(1).collect(),
        _ if interprets => {
            let after = arguments.iter().position(|word| {
                let text = word.text();
                text.starts_with('-') && !text.starts_with("--") && text.ends_with(['c', 'e'])
            });
            let inline = after.and_then(|at| arguments.get(at + 1));
            let file = arguments.iter().find(|word| !word.text().starts_with('-'));
            let file = file.filter(|word| word.text().starts_with("<("));
            strings().chain(inline).chain(file).collect()
        }
        _ => return None,
    };
    if let Some(fetch) = code.iter().find_map(|word| kept_in_variable(script, index, word)) {
        return Some(fetch);
    }
    let begins =
        |word: &&&Word| matches!(word.parts().first(), Some(Part::Substitution { at }) if at.start == 0);
    let ranges: Vec<_> = code.iter().filter(begins).map(|word| word.range.clone()).collect();
    script
        .children(index)
        .filter(|(kind, _)| *kind != Nesting::Code)
        .map(|(_, child)| child)
        .find(|child| fetches(child) && ranges.iter().any(|range| range.contains(&child.range.start)))
}

/// The command that fetches what this word, a variable alone, was set to before: `X=$(curl …); eval "$X"`.
fn kept_in_variable<'s>(script: &'s Script, before: usize, word: &Word) -> Option<&'s Command> {
    let [Part::Variable { name, at }] = word.parts() else { return None };
    if at.start != 0 {
        return None;
    }
    let (setter, assignment) =
        script.commands.iter().enumerate().take(before).rev().find_map(|(at, command)| {
            let set = command.assignments.iter().rev().find(|assignment| assignment.name == *name)?;
            Some((at, set))
        })?;
    let starts = matches!(assignment.value.parts().first(), Some(Part::Substitution { at }) if at.start == 0);
    let fetched = script.children(setter).map(|(_, child)| child).find(|child| fetches(child));
    fetched.filter(|_| starts)
}

/// True when the script checks a checksum or a signature.
pub(super) fn verifies(script: &Script) -> bool {
    script.commands.iter().any(|command| {
        let Some((name, arguments)) = command.program() else { return false };
        let has = |text: &str| arguments.iter().any(|word| word.text() == text);
        match name {
            "sha1sum" | "sha224sum" | "sha256sum" | "sha384sum" | "sha512sum" | "md5sum" | "shasum"
            | "b2sum" | "gpgv" | "minisign" | "rhash" | "cksum" => true,
            "gpg" | "gpg2" => {
                has("--verify")
                    || has("--batch") && arguments.iter().any(|word| word.text().starts_with("--verify"))
            }
            "cosign" => arguments.first().is_some_and(|word| word.text().starts_with("verify")),
            "openssl" => has("dgst"),
            _ => false,
        }
    })
}

/// Every download: the index of the command and the base name of the file that it writes.
fn downloads(script: &Script) -> Vec<(usize, String)> {
    let all = script.commands.iter().enumerate().filter(|(_, command)| fetches(command));
    all.filter_map(|(index, command)| Some((index, base_name(&target_of(command)?).to_owned()))).collect()
}

/// The download, earlier in the script, of what this command runs.
fn downloaded<'s>(
    script: &'s Script,
    downloads: &[(usize, String)],
    index: usize,
    command: &Command,
) -> Option<&'s Command> {
    if downloads.is_empty() {
        return None;
    }
    let (name, arguments) = command.program()?;
    let first = command.words.get(command.words.len().checked_sub(arguments.len() + 1)?)?;
    let interprets =
        is_shell(name) || ["python", "perl", "ruby", "php"].iter().any(|known| name.starts_with(known));
    let file = if matches!(name, "source" | ".") {
        arguments.first()?
    } else if interprets {
        arguments.iter().find(|word| !word.text().starts_with('-'))?
    } else if first.text().contains('/') {
        first
    } else {
        return None;
    };
    // Only names that are written out can be followed.
    if !file.is_fixed() || base_name(file.text()).is_empty() {
        return None;
    }
    let name = base_name(file.text());
    let (at, _) = downloads.iter().take_while(|(at, _)| *at < index).find(|(_, target)| target == name)?;
    script.commands.get(*at)
}

/// The file that a download is written to.
fn target_of(command: &Command) -> Option<String> {
    let (name, arguments) = command.program()?;
    if let Some(redirect) = command.redirects.iter().find(|redirect| matches!(redirect.operator, ">" | ">|"))
    {
        return Some(redirect.target.text().to_owned());
    }
    let (letter, valued): (char, &str) =
        if name == "wget" { ('O', "aAeiBtToOPUQlDIXwR") } else { ('o', CURL_VALUED) };
    for (at, word) in arguments.iter().enumerate() {
        let text = word.text();
        if let Some(file) = text.strip_prefix("--output=").or_else(|| text.strip_prefix("--output-document="))
        {
            return Some(file.to_owned());
        }
        if matches!(text, "--output" | "--output-document") {
            return arguments.get(at + 1).map(|next| next.text().to_owned());
        }
        let Some(cluster) = text.strip_prefix('-').filter(|cluster| !cluster.starts_with('-')) else {
            continue;
        };
        if let Some(found) = cluster.find(letter) {
            let before = cluster.get(..found).unwrap_or_default();
            if !before.contains(|c: char| valued.contains(c)) {
                let rest = cluster.get(found + 1..).unwrap_or_default();
                return if rest.is_empty() {
                    arguments.get(at + 1).map(|next| next.text().to_owned())
                } else {
                    Some(rest.to_owned())
                };
            }
        }
    }
    // The remote name: wget's habit, and `curl -O`.
    let remote = name == "wget"
        || arguments::short(arguments, 'O', CURL_VALUED).is_some()
        || arguments::long(arguments, &["--remote-name"]).is_some();
    let url = arguments::url(arguments).filter(|_| remote)?;
    Some(url.text().split(['?', '#']).next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{found, severities};

    fn of(run: &str) -> usize {
        found("remote-script-to-shell", &format!("FROM debian:13\nRUN {run}\n")).len()
    }

    #[test]
    fn all_shapes() {
        for run in [
            "curl -sSL https://x.example/i | bash",
            "wget -qO- https://x.example/i | sh -s -- --yes",
            "curl https://x.example | sudo -E bash -",
            "curl $URL | tac | tac | sh",
            "sh -c \"$(curl -fsSL https://x.example/i)\"",
            "bash <(curl -s https://x.example/i)",
            "curl -s https://x.example/i | python3 -",
            "curl -sSL https://x.example/i | POETRY_VERSION=1 python3",
            "eval \"$(wget -O - https://x.example)\"",
            "source <(curl -s https://x.example/i)",
            "bash -c 'curl https://x.example | sh'",
            "curl https://x.example/i | (cd /x && sh)",
            "wget https://x.example/i.sh && chmod +x i.sh && ./i.sh",
            "curl -o /tmp/i https://x.example/i && bash /tmp/i -b",
            "curl https://x.example/i > i.sh; sh ./i.sh",
            "curl -O https://x.example/i.py && python3 i.py",
            "wget -q https://x.example/M.sh -O /tmp/m.sh && /bin/bash /tmp/m.sh -b",
            "source /dev/stdin <<< \"$(curl -s https://x.example/i)\"",
            "X=$(curl -s https://x.example/i) && eval \"$X\"",
            "S=\"$(curl -s https://x.example/i)\"; bash -c \"$S\"",
            "curl -o i.sh https://x.example/i && source ./i.sh",
            "wget -qO /tmp/i.sh https://x.example/i && . /tmp/i.sh",
            "set -o pipefail; curl https://x.example/i | bash -o pipefail -s -- -y",
            "curl -sS https://x.example/i | php -- --install-dir=/usr/bin",
            "curl https://x.example/i | sed s/a/b/ | tee log | bash",
            "(curl https://x.example/i || wget -qO- https://x.example/i) | sh",
            "for i in 1 2 3; do curl https://x.example/i | sh && break; done",
            "<<EOF\ncurl https://x.example/i | sh\nEOF",
            "[\"sh\", \"-c\", \"curl https://x.example/i | sh\"]",
        ] {
            assert_eq!(of(run), 1, "{run}");
        }
    }

    #[test]
    fn what_does_not_run_it() {
        for run in [
            "curl https://x.example/k | gpg --dearmor -o /k",
            "curl https://x.example/a.tgz | tar xz",
            "curl https://x.example | python3 -m json.tool",
            "curl https://x.example | python -c 'import sys'",
            "curl https://x.example | perl -ne print",
            "sh install.sh $(curl https://x.example/v)",
            "echo x | sh",
            "curl http://localhost:80/i | sh",
            "curl -o i.sh https://x.example/i && sha256sum -c s && sh i.sh",
            "curl -o a.tgz https://x.example/a.tgz && tar xf a.tgz && ./configure",
            "V=$(curl https://x.example/v) && bash build.sh",
            "V=$(curl https://x.example/v) && bash build.sh \"$V\"",
            "V=$(curl https://x.example/v) && V=1 && eval \"$V\"",
            "X=a-$(curl https://x.example/v) && eval \"$X\"",
            "echo 'curl https://x.example/i | sh'",
            "curl https://x.example/i | docker load",
            "curl https://x.example/i | tee /etc/x",
            "curl -o i.sh https://x.example/i && gpg --verify i.asc i.sh && . ./i.sh",
            "sh -c \"echo $(curl https://x.example/v)\"",
            "curl https://x.example/i && sh -c 'echo hi'",
        ] {
            assert_eq!(of(run), 0, "{run}");
        }
    }

    #[test]
    fn weighed_by_where_it_ends() {
        let text = "FROM a:1 AS b\nRUN curl https://x.example | sh\nFROM c:1\nCOPY --from=b /a /a\n";
        assert_eq!(severities("remote-script-to-shell", text), ["medium"]);
        assert_eq!(
            found("remote-script-to-shell", "FROM a:1\nRUN a && \\\n curl https://x.example | sh && b\n"),
            ["curl https://x.example | sh"]
        );
    }
}
