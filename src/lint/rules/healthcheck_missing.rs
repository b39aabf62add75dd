//! `healthcheck-missing`: nobody asks the container how it is.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds shipped stages that start something and have no `HEALTHCHECK`, their own or that of a stage they
        /// are built from. For the persona `pedantic`: orchestrators such as Kubernetes use probes of their own.
        ///
        /// ## Why it matters
        /// Docker takes a process that hangs for one that works.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// CMD ["app"]
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// HEALTHCHECK CMD ["app", "--ping"]
        /// CMD ["app"]
        /// ```
        ///
        /// ## How to fix
        /// Add a `HEALTHCHECK` that asks the service itself, or `HEALTHCHECK NONE` to say that none is wanted.
        ///
        /// ## References
        /// - <https://docs.docker.com/reference/dockerfile/#healthcheck>
        id: "healthcheck-missing",
        family: Dockerfile,
        summary: "the shipped image has no HEALTHCHECK",
        severity: Low,
        confidence: High,
        persona: Pedantic,
        since: "0.1.0",
        aliases: ["DL3057", "CKV_DOCKER_2", "AVD-DS-0026", "DS-0026", "DS026", "DF012"],
        controls: ["CIS-Docker:4.6"],
        references: ["https://docs.docker.com/reference/dockerfile/#healthcheck"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for stage in model.shipped() {
        let starts = stage.cmd.or(stage.entrypoint);
        let (None, Some(index)) = (stage.healthcheck, starts) else { continue };
        let Some(instruction) = model.file.instructions.get(index) else { continue };
        let draft = reporter
            .draft(
                instruction.keyword.span.clone(),
                "the shipped image starts a process and has no HEALTHCHECK",
            )
            .label("this is never asked how it is")
            .help("add a HEALTHCHECK that asks the service itself, or `HEALTHCHECK NONE`")
            .anchor(model.anchor(stage.index, "HEALTHCHECK", "missing"));
        reporter.report(draft);
    }
}
