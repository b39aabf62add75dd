//! `add-instead-of-copy`: ADD where COPY would do.

use crate::card;
use crate::detect::Reporter;
use crate::finding::{Edit, Fix};
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::{CopySource, InstructionKind, remote_kind};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds `ADD` of local files that are no archives.
        ///
        /// ## Why it matters
        /// `ADD` unpacks archives and fetches URLs: what a line does depends on what the file is. `COPY` copies.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// ADD app.py /srv/
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// COPY app.py /srv/
        /// ADD rootfs.tar.xz /
        /// ```
        ///
        /// ## How to fix
        /// Write `COPY`.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/best-practices/#add-or-copy>
        id: "add-instead-of-copy",
        family: Dockerfile,
        summary: "ADD is used where COPY would do",
        severity: Low,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL3020", "CKV_DOCKER_4", "AVD-DS-0005", "DS-0005", "DS005", "DF006"],
        controls: ["CIS-Docker:4.9"],
        references: ["https://docs.docker.com/build/building/best-practices/#add-or-copy"],
    },
    check,
};

/// Endings of files that ADD unpacks, or that people take for such.
const ARCHIVES: [&str; 16] = [
    ".tar", ".tgz", ".gz", ".bz2", ".tbz2", ".tbz", ".xz", ".txz", ".lzma", ".tlz", ".zst", ".tzst", ".z",
    ".lz", ".zip", ".br",
];

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for (stage, index, instruction) in model.instructions() {
        let InstructionKind::Add(add) = &instruction.kind else { continue };
        if add.sources.is_empty() || add.checksum.is_some() || add.keep_git_dir || !add.heredocs.is_empty() {
            continue;
        }
        let plain = add.sources.iter().all(|word| {
            model.expand(word, index).is_some_and(|text| {
                let lower = text.to_ascii_lowercase();
                remote_kind(&text) == CopySource::Path
                    && !ARCHIVES.iter().any(|ending| lower.trim_end_matches('*').ends_with(ending))
                    && !lower.contains(".tar")
                    && !lower.ends_with('*')
            })
        });
        if !plain {
            continue;
        }
        let range = instruction.keyword.span.range();
        let what = add.sources.first().map(|word| word.value.as_str()).unwrap_or_default();
        let draft = reporter
            .draft(
                instruction.keyword.span.clone(),
                "ADD of local files: COPY does the same without surprises",
            )
            .label("COPY would do")
            .help("write COPY")
            .fix(Fix {
                title: "Write COPY".to_owned(),
                safe: true,
                edits: vec![Edit {
                    start_byte: range.start.into(),
                    end_byte: range.end.into(),
                    text: "COPY".to_owned(),
                }],
            })
            .anchor(model.anchor(stage.index, "ADD", what));
        reporter.report(draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::found;

    #[test]
    fn archives_urls_and_unknowns_are_left() {
        for source in [
            "a.tar.gz",
            "https://a.example/b",
            "git@a.example:b.git",
            "$X",
            "a.TGZ",
            "<<EOF",
            "rootfs*.tar*",
            "*",
        ] {
            let text = format!("FROM debian:13\nADD {source} /x\nEOF\n");
            assert_eq!(found("add-instead-of-copy", &text), [""; 0], "{source}");
        }
        assert_eq!(found("add-instead-of-copy", "FROM debian:13\nadd [\"a\", \"b\"]\n"), ["add"]);
        assert_eq!(found("add-instead-of-copy", "FROM debian:13\nADD a b.zip c/\n"), [""; 0]);
    }
}
