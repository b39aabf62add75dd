//! `add-remote-without-checksum`: downloads that nobody checks.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::{CopySource, InstructionKind, remote_kind};
use crate::rule::Severity;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds `ADD` of a URL without `--checksum`, and `ADD` of a git repository without a commit.
        ///
        /// ## Why it matters
        /// Whoever controls the server, or the way to it, controls what is in the image.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// ADD https://downloads.example/tool /usr/bin/tool
        /// ```
        /// ```dockerfile,bad
        /// FROM debian:13
        /// ADD https://git.example/acme/app.git#main /src
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// ADD --checksum=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef https://downloads.example/tool /usr/bin/tool
        /// ADD https://git.example/acme/app.git#0123456789abcdef0123456789abcdef01234567 /src
        /// ```
        ///
        /// ## How to fix
        /// Give the digest with `--checksum=sha256:…`, or the commit behind `#`.
        ///
        /// ## References
        /// - <https://docs.docker.com/reference/dockerfile/#add---checksum>
        id: "add-remote-without-checksum",
        family: Dockerfile,
        summary: "ADD downloads something that is not checked",
        severity: Medium,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["4b410d24"],
        controls: ["CIS-Docker:4.9"],
        references: ["https://docs.docker.com/reference/dockerfile/#add---checksum"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for (stage, index, instruction) in model.instructions() {
        let InstructionKind::Add(add) = &instruction.kind else { continue };
        if add.checksum.is_some() {
            continue;
        }
        for word in &add.sources {
            // The scheme tells, even where the rest depends on variables.
            let text = model.expand(word, index).unwrap_or_else(|| word.value.clone());
            let (message, help) = match remote_kind(&text) {
                CopySource::Remote => ("this download is not checked", "add `--checksum=sha256:…`"),
                CopySource::Git if !names_commit(&text) => {
                    ("this repository is not pinned to a commit", "put the full commit behind `#`")
                }
                _ => continue,
            };
            let plain = text.starts_with("http://") || text.starts_with("git://");
            let host = text.split("//").nth(1).unwrap_or(&text).split('/').next().unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default();
            let draft = reporter
                .draft(word.span.clone(), message)
                .severity(match (plain, model.ships_layers(stage.index)) {
                    (true, _) => Severity::High,
                    (false, true) => Severity::Medium,
                    (false, false) => Severity::Low,
                })
                .label(if plain { "fetched without encryption" } else { "whatever the server sends" })
                .help(help)
                .anchor(model.anchor(stage.index, "ADD", host));
            reporter.report(draft);
        }
    }
}

/// True when a git URL names a full commit, as a fragment or in the query.
fn names_commit(url: &str) -> bool {
    url.split(['#', '?', '&', '=', ':'])
        .any(|part| matches!(part.len(), 40 | 64) && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || url.contains('$')
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{found, severities};

    #[test]
    fn only_downloads() {
        assert_eq!(found("add-remote-without-checksum", "FROM a:1\nADD a /b\nCOPY c /d\n"), [""; 0]);
        let text = "FROM a:1\nARG V=1\nADD a http://x.example/v$V.tgz /b\n";
        assert_eq!(found("add-remote-without-checksum", text), ["http://x.example/v$V.tgz"]);
        assert_eq!(severities("add-remote-without-checksum", text), ["high"]);
        assert_eq!(
            found("add-remote-without-checksum", "FROM a:1\nADD git@x.example:a/b.git /b\n"),
            ["git@x.example:a/b.git"]
        );
    }
}
