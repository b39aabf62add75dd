//! `dockerfile-syntax`: what the builder would refuse to read.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::ProblemKind;
use crate::rule::Severity;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds instructions that the builder refuses: unknown or misspelt keywords and flags, missing arguments,
        /// here-documents that never end. The rest of the file is still judged.
        ///
        /// ## Why it matters
        /// The build stops here.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUNN apt-get update
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// RUN apt-get update
        /// ```
        ///
        /// ## How to fix
        /// Correct the instruction.
        ///
        /// ## References
        /// - <https://docs.docker.com/reference/dockerfile/>
        id: "dockerfile-syntax",
        family: Dockerfile,
        summary: "the builder cannot read this",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL1000", "DF037"],
        controls: [],
        references: ["https://docs.docker.com/reference/dockerfile/"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for problem in &model.file.problems {
        // What the builder lets pass is not for this rule; bytes that are no text still are.
        if !problem.kind.breaks_build() && problem.kind != ProblemKind::NotUtf8 {
            continue;
        }
        let keyword = super::invalid_json_form::keyword_at(model.file, &problem.span);
        let breaks = problem.kind.breaks_build();
        let draft = reporter
            .draft(problem.span.clone(), problem.kind.to_string())
            .severity(if breaks { Severity::High } else { Severity::Low })
            .label(if breaks { "the build stops here" } else { "let pass for now" })
            .help("correct it; the reference of all instructions is at https://docs.docker.com/reference/dockerfile/")
            .anchor(format!("{keyword} {}", problem.kind));
        reporter.report(draft);
    }
}
