//! `root-user`: who the shipped image runs as.

use crate::card;
use crate::detect::Reporter;
use crate::images::StartsAs;
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::{Base, InstructionKind, Stage};
use crate::rule::{Confidence, Severity};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds images that run as root: the last `USER` that holds for a shipped stage is root, or there is none
        /// and the base image is not known to start as another user. A `USER` of a stage that this one is built
        /// `FROM` counts. Where the user is a variable without a known value, the rule is silent.
        ///
        /// ## Why it matters
        /// A process that runs as root in a container is root on the host once it breaks out, and inside it may
        /// change every file of the image.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13-slim
        /// USER app
        /// RUN id
        /// USER root
        /// CMD ["app"]
        /// ```
        /// ```dockerfile,bad
        /// FROM debian:13-slim
        /// CMD ["app"]
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13-slim
        /// USER 10001:10001
        /// CMD ["app"]
        /// ```
        /// ```dockerfile,good
        /// FROM gcr.io/distroless/static-debian12:nonroot
        /// COPY app /app
        /// ENTRYPOINT ["/app"]
        /// ```
        ///
        /// ## How to fix
        /// End the shipped stage with `USER` and a numeric id, and give that user the files it must write. Ports
        /// below 1024 need no root in current container run-times.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/best-practices/#user>
        id: "root-user",
        family: Dockerfile,
        summary: "the shipped image runs as root",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL3002", "CKV_DOCKER_3", "CKV_DOCKER_8", "AVD-DS-0002", "DS-0002", "DS002", "DF002", "DF020"],
        controls: ["CIS-Docker:4.1"],
        references: ["https://docs.docker.com/build/building/best-practices/#user"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for stage in model.shipped() {
        match stage.user {
            Some(index) => explicit(model, stage, index, reporter),
            None if !model.windows => implicit(model, stage, reporter),
            None => {}
        }
    }
}

fn explicit(model: &Model<'_>, stage: &Stage, index: usize, reporter: &mut Reporter<'_, '_>) {
    let Some(InstructionKind::User(Some(word))) = model.file.instructions.get(index).map(|i| &i.inner().kind)
    else {
        return;
    };
    let Some(user) = model.expand(word, index).or_else(|| default_of(&word.value)) else { return };
    let name = user.split(':').next().unwrap_or_default().trim();
    let zero = !name.is_empty() && name.bytes().all(|byte| byte == b'0');
    if !zero && name != "root" && !name.eq_ignore_ascii_case("ContainerAdministrator") {
        return;
    }
    let mut draft = reporter
        .draft(word.span.clone(), "the shipped image runs as root: its last USER is root")
        .label("this user is root")
        .anchor(model.anchor(stage.index, "USER", "root"));
    draft = if drops_privileges(model, stage) {
        draft.severity(Severity::Low).confidence(Confidence::Low).help(
            "the entry point seems to change the user itself; if it always does, say so in an ignore comment",
        )
    } else {
        draft.help(
            "go back to an unprivileged user after the steps that need root, such as `USER 10001:10001`",
        )
    };
    reporter.report(draft);
}

/// `root` of `${NAME:-root}`: what holds unless the build or the base image says otherwise.
fn default_of(word: &str) -> Option<String> {
    let (_, rest) = word.strip_prefix("${")?.split_once("-")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_');
    let (default, rest) = rest.split_at(rest.find(|c: char| !plain(c))?);
    (rest == "}").then(|| default.to_owned())
}

fn implicit(model: &Model<'_>, stage: &Stage, reporter: &mut Reporter<'_, '_>) {
    // A stage from scratch that starts nothing is a bundle of files, not an image to run.
    let starts = stage.entrypoint.is_some() || stage.cmd.is_some();
    let (confidence, base) = match model.root_base(stage.index) {
        Some(Base::Scratch) if starts => (Confidence::High, "scratch".to_owned()),
        Some(Base::Image(image)) => match model.images.starts_as(&image.familiar(), image.effective_tag()) {
            StartsAs::NonRoot => return,
            StartsAs::Root => (Confidence::High, image.familiar()),
            StartsAs::Unknown => (Confidence::Medium, image.familiar()),
        },
        _ => return,
    };
    let Some(word) = model.base_word(stage) else { return };
    let message = match confidence {
        Confidence::High => {
            format!("the shipped image runs as root: there is no USER, and {base} starts as root")
        }
        _ => format!(
            "the shipped image probably runs as root: there is no USER, and {base} is not known to have one"
        ),
    };
    let mut draft = reporter
        .draft(word.span.clone(), message)
        .severity(Severity::Medium)
        .confidence(confidence)
        .label("no USER in this stage")
        .anchor(model.anchor(stage.index, "FROM", "no user"));
    draft = if drops_privileges(model, stage) {
        draft.severity(Severity::Low).confidence(Confidence::Low).help(
            "the entry point seems to change the user itself; if it always does, say so in an ignore comment",
        )
    } else {
        draft.help("end the stage with an unprivileged user, such as `USER 10001:10001`")
    };
    reporter.report(draft);
}

/// True when the stage brings a program made for dropping root in the entry point.
fn drops_privileges(model: &Model<'_>, stage: &Stage) -> bool {
    const HELPERS: [&str; 4] = ["gosu", "su-exec", "setpriv", "s6-setuidgid"];
    model.ancestry(stage.index).iter().any(|stage| {
        model.file.of_stage(stage).iter().any(|instruction| {
            let text = instruction.text.text();
            HELPERS.iter().any(|helper| {
                text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == *helper)
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{found, severities};

    #[test]
    fn root_by_any_name() {
        for user in ["root", "0", "0:0", "root:root", "root:app", "00", "\"root\""] {
            let text = format!("FROM debian:13\nUSER {user}\n");
            assert_eq!(severities("root-user", &text), ["high"], "{user}");
        }
        assert_eq!(found("root-user", "FROM debian:13\nUSER app:root\n"), [""; 0]);
        assert_eq!(found("root-user", "FROM debian:13\nUSER 1000:0\n"), [""; 0]);
    }

    #[test]
    fn the_user_is_followed_through_stages() {
        let base = "FROM debian:13 AS base\nUSER app\n";
        assert_eq!(found("root-user", &format!("{base}FROM base\nRUN id\n")), [""; 0]);
        assert_eq!(found("root-user", &format!("{base}FROM debian:13\nUSER root\nFROM base\n")), [""; 0]);
        assert_eq!(found("root-user", "FROM debian:13 AS a\nUSER root\nFROM a\n"), ["root"]);
    }

    #[test]
    fn variables_are_resolved_or_left_alone() {
        assert_eq!(found("root-user", "FROM debian:13\nARG U\nUSER $U\n"), [""; 0]);
        assert_eq!(found("root-user", "FROM debian:13\nARG U=root\nUSER ${U}\n"), ["${U}"]);
        assert_eq!(found("root-user", "ARG B\nFROM $B\n"), [""; 0]);
        assert_eq!(found("root-user", "FROM debian:13\nUSER ${U:-root}\n"), ["${U:-root}"]);
        assert_eq!(found("root-user", "FROM debian:13\nUSER ${U:-app}\n"), [""; 0]);
        assert_eq!(found("root-user", "FROM debian:13\nUSER ${U:-${V}}\n"), [""; 0]);
    }

    #[test]
    fn no_user_is_weighed_by_the_base() {
        assert_eq!(severities("root-user", "FROM debian:13\nCMD [\"a\"]\n"), ["medium"]);
        assert_eq!(found("root-user", "FROM cgr.dev/chainguard/node\n"), [""; 0]);
        assert_eq!(found("root-user", "FROM scratch\nCOPY a /\n"), [""; 0]);
        assert_eq!(found("root-user", "FROM scratch\nCOPY a /\nCMD [\"/a\"]\n"), ["scratch"]);
        assert_eq!(severities("root-user", "FROM debian:13\nRUN apt-get install -y gosu\n"), ["low"]);
        assert_eq!(found("root-user", "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n"), [""; 0]);
    }
}
