//! `dockerfile-syntax`: what the builder would refuse to read.

use std::collections::BTreeSet;

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::{Base, Instruction, InstructionKind, ProblemKind};
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
    let mut told = BTreeSet::new();
    for problem in &model.file.problems {
        // What the builder lets pass is not for this rule; bytes that are no text still are.
        if !problem.kind.breaks_build() && problem.kind != ProblemKind::NotUtf8 {
            continue;
        }
        // One word an instruction: what comes after it follows from it.
        let at = problem.span.range().start;
        let instruction =
            model.file.instructions.partition_point(|instruction| instruction.span.range().start <= at);
        if instruction > 0 && !told.insert(instruction) {
            continue;
        }
        let keyword = super::invalid_json_form::keyword_at(model.file, &problem.span);
        let breaks = problem.kind.breaks_build();
        let draft = reporter
            .draft(problem.span.clone(), problem.kind.to_string())
            .severity(if breaks { Severity::High } else { Severity::Low })
            .label(if breaks { "the build stops here" } else { "let pass for now" })
            .help(format!("{}; see https://docs.docker.com/reference/dockerfile/", advice(&problem.kind)))
            .anchor(format!("{keyword} {}", problem.kind));
        reporter.report(draft);
    }
    before_the_first_stage(model, reporter);
    image_names(model, reporter);
}

/// What to do about it.
fn advice(kind: &ProblemKind) -> &'static str {
    match kind {
        ProblemKind::UnknownInstruction { suggestion: None } => {
            "if it goes on from the line before, end that line with `\\`; if it is a command, write RUN before it"
        }
        ProblemKind::UnknownInstruction { .. } | ProblemKind::UnknownFlag { .. } => "correct the name",
        ProblemKind::MissingArguments { .. } => "say what it is to work on, or remove the line",
        ProblemKind::FromForm | ProblemKind::StageName => "write `FROM image:tag AS name`",
        ProblemKind::MissingEquals | ProblemKind::EmptyName => {
            "write `name=value`, in quotes where the value has blanks"
        }
        ProblemKind::UnterminatedHeredoc => "close it with a line that holds its name and nothing else",
        ProblemKind::JsonNotStrings | ProblemKind::JsonRequired { .. } => {
            "write a JSON array of strings in double quotes"
        }
        ProblemKind::HealthcheckForm => "write `HEALTHCHECK CMD command` or `HEALTHCHECK NONE`",
        ProblemKind::ForbiddenInOnbuild { .. } => "take away ONBUILD",
        ProblemKind::FlagValueMissing => "write `--flag=value`",
        ProblemKind::DuplicateFlag | ProblemKind::DuplicateDirective => "keep one of them",
        ProblemKind::MountOption => "check the type and the options of the mount",
        ProblemKind::NotUtf8 => "save the file as UTF-8",
        _ => "correct it",
    }
}

/// Instructions before the first FROM. A file without any FROM is taken for a part of one.
fn before_the_first_stage(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    let is_from = |instruction: &Instruction| matches!(instruction.kind, InstructionKind::From(_));
    let Some(first) = model.file.instructions.iter().position(is_from) else { return };
    let early =
        model.file.instructions.iter().take(first).find(|instruction| {
            !matches!(instruction.kind, InstructionKind::Arg(_) | InstructionKind::Unknown)
        });
    let Some(instruction) = early else { return };
    let keyword = instruction.name();
    let draft = reporter
        .draft(instruction.keyword.span.clone(), format!("{keyword} stands before the first FROM"))
        .label("the build stops here")
        .help("move it below FROM; only ARG may stand before it")
        .anchor(format!("{keyword} before FROM"));
    reporter.report(draft);
}

/// Bases that no image can be called.
fn image_names(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for stage in model.stages.iter() {
        let Some(word) = model.base_word(stage) else { continue };
        let named = !word.has_variables() && word.value.bytes().all(|byte| byte.is_ascii_graphic());
        // What a template tool fills in is not the name yet.
        let filled_in = word.value.contains(['{', '}', '<', '>', '%', '@', '#', '(', '*', '['])
            || !word.value.bytes().any(|byte| byte.is_ascii_lowercase());
        if stage.base != Base::Unknown || !named || filled_in || word.value.is_empty() {
            continue;
        }
        let draft = reporter
            .draft(word.span.clone(), "no image can have this name")
            .label("the build stops here")
            .help("write `registry/repository:tag`; repositories are in lower case, and there is one tag at most")
            .anchor(model.anchor(stage.index, "FROM", "image name"));
        reporter.report(draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::found;

    #[test]
    fn one_finding_for_each_slip_and_the_rest_is_still_judged() {
        for (slip, at) in [
            ("RNU x", "RNU"),
            ("CPOY a b", "CPOY"),
            ("ENTRYPONT [\"x\"]", "ENTRYPONT"),
            ("apt-get update", "apt-get"),
            ("COPY --chmd=755 a b", "--chmd=755"),
            ("HEALTHCHECK curl x", "curl x"),
            ("SHELL bash -c", "bash -c"),
        ] {
            let text = format!("FROM debian:13\n{slip}\nUSER root\n");
            assert_eq!(found("dockerfile-syntax", &text), [at], "{slip}");
            assert_eq!(found("root-user", &text), ["root"], "{slip}");
        }
        for slip in [
            "EXPOSE",
            "RUN",
            "ENV A",
            "ENV = b",
            "ONBUILD",
            "ONBUILD FROM x",
            "ONBUILD ONBUILD RUN x",
            "COPY a",
            "WORKDIR",
            "HEALTHCHECK --intervall=5s CMD x",
            "RUN --mount=type=secrt,id=x y",
            "RUN <<EOF\necho hi",
            "LABEL a",
        ] {
            let text = format!("FROM debian:13\n{slip}\n");
            assert_eq!(found("dockerfile-syntax", &text).len(), 1, "{slip}");
        }
    }

    #[test]
    fn stages_come_first_and_have_images() {
        let of = |text: &str| found("dockerfile-syntax", text);
        assert_eq!(of("RUN x\nFROM debian:13\n"), ["RUN"]);
        assert_eq!(of("ARG V=13\nENV A=b\nUSER x\nFROM debian:$V\n"), ["ENV"]);
        assert_eq!(of("# note\n# escape=`\nARG V=13\n\nFROM debian:$V\n"), [""; 0]);
        assert_eq!(of("RUN x\n"), [""; 0]);
        assert_eq!(of("FROM Debian:13\n"), ["Debian:13"]);
        assert_eq!(of("FROM debian:13:1\n"), ["debian:13:1"]);
        assert_eq!(of("FROM debian:13 AS Base\nFROM Base\n"), [""; 0]);
        assert_eq!(of("FROM {{ image }}\n").len(), 1);
        assert_eq!(of("FROM BASEIMAGE\n"), [""; 0]);
        assert_eq!(of("FROM @IMAGE@\n"), [""; 0]);
        assert_eq!(of("FROM $Image\n"), [""; 0]);
    }
}
