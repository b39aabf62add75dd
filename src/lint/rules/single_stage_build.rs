//! `single-stage-build`: what was only needed to build is shipped.

use std::collections::BTreeSet;

use crate::card;
use crate::detect::Reporter;
use crate::images::Tools;
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::{Base, Command as Form, InstructionKind, Stage};
use crate::parse::shell::{Script, Word, base_name, is_shell};
use crate::rule::{Confidence, Severity};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds shipped stages that start a program and carry what was needed to build it: a base image that is a
        /// tool-chain (`golang`, `rust`, `maven`, a .NET SDK), or compilers and headers that a RUN installs and does not
        /// remove again. Images that start a shell or nothing are taken for work benches and left alone.
        ///
        /// ## Why it matters
        /// Compilers and headers are most of the size and of the known vulnerabilities of such an image, and tools for
        /// whoever gets in.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM golang:1.26
        /// COPY . .
        /// RUN go build -o /app
        /// CMD ["/app"]
        /// ```
        /// ```dockerfile,bad
        /// FROM python:3.14-slim
        /// RUN apt-get update && apt-get install -y build-essential
        /// CMD ["app"]
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM golang:1.26 AS build
        /// COPY . .
        /// RUN go build -o /app
        /// FROM gcr.io/distroless/static-debian12:nonroot
        /// COPY --from=build /app /app
        /// CMD ["/app"]
        /// ```
        ///
        /// ## How to fix
        /// Build in a stage of its own and copy the result into a small image.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/multi-stage/>
        id: "single-stage-build",
        family: Dockerfile,
        summary: "build tools are shipped with the program",
        severity: Low,
        confidence: Medium,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DF011"],
        controls: ["CIS-Docker:4.3"],
        references: ["https://docs.docker.com/build/building/multi-stage/"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for stage in model.shipped() {
        if model.windows || !starts_program(model, stage) {
            continue;
        }
        if !base(model, stage, reporter) {
            packages(model, stage, reporter);
        }
    }
}

/// True when the stage starts something other than a shell for people.
fn starts_program(model: &Model<'_>, stage: &Stage) -> bool {
    let is_program = |index: usize| {
        let Some(instruction) = model.file.instructions.get(index) else { return false };
        let (InstructionKind::Cmd(form) | InstructionKind::Entrypoint(form)) = &instruction.kind else {
            return false;
        };
        let words: Vec<&str> = match form {
            Form::Exec(exec) => exec.words.iter().map(|word| word.value.as_str()).collect(),
            Form::Shell(text) => text.text().split_whitespace().collect(),
        };
        words.first().is_some_and(|first| {
            let bench = is_shell(base_name(first)) && words.len() < 3;
            !bench && !matches!(*first, "sleep" | "tail" | "true")
        })
    };
    stage.entrypoint.into_iter().chain(stage.cmd).any(is_program)
}

fn base(model: &Model<'_>, stage: &Stage, reporter: &mut Reporter<'_, '_>) -> bool {
    let Some(Base::Image(image)) = model.root_base(stage.index) else { return false };
    let familiar = image.familiar();
    let tools = match model.images.tools(&familiar, image.effective_tag()) {
        Some(Tools::Dedicated) => "is a tool-chain",
        // The full variant of a run-time is only worth a word where the build could be moved out.
        Some(Tools::General) if builds(model, stage) => "carries compilers and headers",
        _ => return false,
    };
    let Some(word) = model.base_word(stage) else { return false };
    let draft = reporter
        .draft(word.span.clone(), format!("the shipped image is built on {familiar}, which {tools}"))
        .label("shipped with all its tools")
        .help("build in a stage of its own and copy the result into a small image")
        .severity(if tools == "is a tool-chain" { Severity::Low } else { Severity::Info })
        .anchor(model.anchor(stage.index, "FROM", &familiar));
    reporter.report(draft);
    true
}

/// True when the stage turns sources into something else.
fn builds(model: &Model<'_>, stage: &Stage) -> bool {
    model.scripts.iter().filter(|run| run.stage == stage.index).flat_map(|run| &run.script.commands).any(
        |command| {
            let Some((name, arguments)) = command.program() else { return false };
            matches!(
                name,
                "npm"
                    | "yarn"
                    | "pnpm"
                    | "npx"
                    | "make"
                    | "tsc"
                    | "webpack"
                    | "ng"
                    | "vite"
                    | "gcc"
                    | "g++"
                    | "mvn"
                    | "mvnw"
                    | "gradle"
                    | "gradlew"
                    | "javac"
            ) && (arguments.iter().any(|word| {
                word.text().starts_with("build")
                    || matches!(word.text(), "package" | "install" | "assemble" | "bootJar")
                        && matches!(name, "mvn" | "mvnw" | "gradle" | "gradlew")
                    || matches!(word.text(), "tsc" | "webpack") && name == "npx"
            }) || matches!(name, "tsc" | "webpack" | "gcc" | "g++" | "javac"))
        },
    )
}

/// Packages that are compilers, build systems or headers.
fn is_build_package(name: &str) -> bool {
    let name = name.split(['=', '~', '<', '>', ':']).next().unwrap_or_default();
    matches!(
        name,
        "build-essential"
            | "build-base"
            | "gcc"
            | "g++"
            | "gcc-c++"
            | "clang"
            | "cmake"
            | "automake"
            | "autoconf"
            | "libtool"
            | "musl-dev"
            | "alpine-sdk"
            | "golang"
            | "golang-go"
            | "rustc"
            | "cargo"
            | "maven"
            | "gradle"
            | "kernel-devel"
            | "linux-headers"
            | "python3-dev"
            | "python-dev"
            | "ninja-build"
            | "base-devel"
            | "nasm"
            | "bison"
            | "flex"
            | "Development Tools"
            | "@development-tools"
            | "@development"
            | "gfortran"
            | "default-jdk"
            | "make"
            | "llvm"
            | "pkg-config"
            | "meson"
    ) || (name.starts_with("lib") && name.ends_with("-dev"))
        || name.ends_with("-devel")
        || (name.starts_with("gcc-") || name.starts_with("g++-"))
            && name.ends_with(|last: char| last.is_ascii_digit())
}

fn packages(model: &Model<'_>, stage: &Stage, reporter: &mut Reporter<'_, '_>) {
    let lineage: BTreeSet<usize> = model.ancestry(stage.index).iter().map(|stage| stage.index).collect();
    let mut found = Vec::new();
    for run in model.scripts.iter().filter(|run| lineage.contains(&run.stage)) {
        if removes(&run.script) {
            continue;
        }
        for command in &run.script.commands {
            for word in installed(command.program()) {
                if word.is_fixed() && is_build_package(word.text()) {
                    found.push((run, word));
                }
            }
        }
    }
    // Headers alone may be there for a library's sake: a compiler must be among them.
    let compiler = found.iter().find(|(_, word)| {
        let text = word.text();
        !matches!(text, "make" | "pkg-config" | "default-jdk")
            && !text.starts_with("lib")
            && !text.ends_with("-dev")
            && (!text.ends_with("-devel") || text == "base-devel")
            && !text.starts_with("linux-headers")
    });
    let Some((run, word)) = compiler else { return };
    let draft = reporter
        .draft(
            run.span(word.range.clone()),
            match found.len() {
                1 => "a build tool is shipped with the program".to_owned(),
                count => format!("{count} packages for building are shipped with the program"),
            },
        )
        .confidence(Confidence::Medium)
        .label("only needed to build")
        .help(
            "install and use them in a stage of its own, and copy the result; or remove them in the same RUN",
        )
        .anchor(model.anchor(run.stage, "RUN", word.text()));
    reporter.report(draft);
}

fn installed<'c>(program: Option<(&str, &'c [Word])>) -> impl Iterator<Item = &'c Word> {
    let arguments = match program {
        Some((
            "apt" | "apt-get" | "aptitude" | "yum" | "dnf" | "microdnf" | "tdnf" | "zypper" | "apk"
            | "pacman",
            arguments,
        )) => arguments,
        _ => &[],
    };
    let verb = arguments.iter().position(|word| {
        matches!(word.text(), "install" | "add" | "in" | "groupinstall" | "--sync")
            || word.text().starts_with("-S")
    });
    let packages = verb.map_or(&[][..], |at| arguments.get(at + 1..).unwrap_or_default());
    packages.iter().filter(|word| !word.text().starts_with('-'))
}

/// True when the script removes packages again.
fn removes(script: &Script) -> bool {
    script.commands.iter().any(|command| match command.program() {
        Some(("apt" | "apt-get" | "aptitude" | "yum" | "dnf" | "microdnf" | "zypper", arguments)) => {
            arguments
                .iter()
                .any(|word| matches!(word.text(), "remove" | "purge" | "erase" | "autoremove" | "history"))
        }
        Some(("apk", arguments)) => arguments.iter().any(|word| word.text() == "del"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::found;

    #[test]
    fn removed_again_or_not_a_service() {
        let of = |text: &str| found("single-stage-build", text);
        assert_eq!(
            of("FROM alpine:3.22\nRUN apk add --virtual .b build-base && make && apk del .b\nCMD [\"a\"]\n"),
            [""; 0]
        );
        assert_eq!(
            of("FROM debian:13\nRUN apt-get install -y gcc && make && apt-get purge -y gcc\nCMD [\"a\"]\n"),
            [""; 0]
        );
        assert_eq!(of("FROM golang:1.26\n"), [""; 0]);
        assert_eq!(of("FROM golang:1.26\nCMD [\"bash\"]\n"), [""; 0]);
        assert_eq!(of("FROM debian:13\nRUN apt-get install -y libssl-dev\nCMD [\"a\"]\n"), [""; 0]);
        assert_eq!(of("FROM debian:13\nRUN apt-get install -y libssl-dev gcc make\nCMD [\"a\"]\n"), ["gcc"]);
        for run in [
            "apt-get update && apt-get install -y --no-install-recommends build-essential",
            "apk add --no-cache gcc musl-dev",
            "dnf install -y gcc-c++",
            "yum groupinstall -y 'Development Tools'",
            "pacman -Sy --noconfirm base-devel",
            "apt-get install -y golang-go",
            "zypper install -y gcc13 cmake",
            "microdnf install gcc",
        ] {
            assert_eq!(of(&format!("FROM debian:13\nRUN {run}\nCMD [\"a\"]\n")).len(), 1, "{run}");
        }
        for run in [
            "apt-get install -y curl ca-certificates",
            "apt-get install -y make",
            "echo gcc",
            "apt-get install -y libpq-dev",
            "apk add --no-cache --virtual .b build-base && make && apk del .b",
            "apt-get remove -y gcc",
            "pip install cmake",
            "apk add gcompat",
        ] {
            assert_eq!(of(&format!("FROM debian:13\nRUN {run}\nCMD [\"a\"]\n")), [""; 0], "{run}");
        }
        let jdk = "FROM eclipse-temurin:21-jdk\nRUN ./mvnw package\nCMD [\"java\", \"-jar\", \"a.jar\"]\n";
        assert_eq!(of(jdk), ["eclipse-temurin:21-jdk"]);
        assert_eq!(of(&jdk.replace("RUN ./mvnw package\n", "")), [""; 0]);
        assert_eq!(of(&jdk.replace("-jdk", "-jre")), [""; 0]);
        assert_eq!(of("FROM node:24\nRUN npm ci && npx tsc\nCMD [\"node\", \"a\"]\n"), ["node:24"]);
        assert_eq!(of("FROM node:24\nRUN npm run build\nCMD [\"node\", \"a\"]\n"), ["node:24"]);
    }
}
