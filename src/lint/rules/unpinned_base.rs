//! `unpinned-base`: images without tag and digest.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};
use crate::rule::Confidence;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds images named without tag and without digest, in `FROM`, `COPY --from` and `RUN --mount=from=`.
        ///
        /// ## Why it matters
        /// The build takes whatever `latest` is on that day: it cannot be repeated, and a new major version
        /// arrives unasked.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian
        /// ```
        /// ```dockerfile,bad
        /// FROM debian:13
        /// COPY --from=ghcr.io/acme/tool /tool /usr/bin/
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13.1-slim
        /// ```
        /// ```dockerfile,good
        /// FROM debian:13 AS build
        /// FROM build
        /// ```
        ///
        /// ## How to fix
        /// Name a version. A digest beside it makes the build repeatable: `debian:13.1-slim@sha256:…`.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/best-practices/#pin-base-image-versions>
        id: "unpinned-base",
        family: Dockerfile,
        summary: "an image is named without a version",
        severity: Medium,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL3006", "CKV_DOCKER_7", "AVD-DS-0001", "DS-0001", "DS001", "DF001"],
        controls: ["CIS-Docker:4.2"],
        references: ["https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for external in model.externals() {
        let image = external.image;
        if image.tag.is_some() || image.digest.is_some() {
            continue;
        }
        // A plain word in `--from` may be a misspelt stage: `undefined-stage` speaks of it.
        if !external.is_base && super::undefined_stage::looks_like_a_stage(model, image) {
            continue;
        }
        let familiar = image.familiar();
        let sure = if external.word.has_variables() { Confidence::Medium } else { Confidence::High };
        let draft = reporter
            .draft(
                external.name_span(),
                format!("{familiar} is named without a version, so the build takes `latest`"),
            )
            .label("no tag, no digest")
            .confidence(sure)
            .help(format!("name a version, such as `{familiar}:1.2`, and pin its digest"))
            .anchor(model.anchor(external.stage.index, "FROM", &familiar));
        reporter.report(draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::found;

    #[test]
    fn names_the_image_alone() {
        assert_eq!(
            found("unpinned-base", "FROM --platform=linux/amd64 docker.io/a/b AS x\n"),
            ["docker.io/a/b"]
        );
        assert_eq!(found("unpinned-base", "ARG V=13\nFROM debian:${V}\n"), [""; 0]);
        assert_eq!(found("unpinned-base", "ARG V\nFROM debian:${V}\n"), [""; 0]);
        assert_eq!(found("unpinned-base", "ARG B=debian\nFROM ${B}\n"), ["${B}"]);
        assert_eq!(found("unpinned-base", "FROM scratch\n"), [""; 0]);
        assert_eq!(found("unpinned-base", "FROM host:5000/a\n"), ["host:5000/a"]);
    }
}
