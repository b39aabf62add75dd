//! `latest-base`: images named by the tag `latest`.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds images named by the tag `latest` without a digest.
        ///
        /// ## Why it matters
        /// `latest` is whatever was pushed last: the build cannot be repeated, and a new major version arrives
        /// unasked.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM node:latest
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM node:24.11-slim
        /// ```
        ///
        /// ## How to fix
        /// Name the version that you test with, and pin its digest.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/best-practices/#pin-base-image-versions>
        id: "latest-base",
        family: Dockerfile,
        summary: "an image is named by the tag `latest`",
        severity: Medium,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL3007", "CKV_DOCKER_7", "AVD-DS-0001", "DS-0001", "DS001", "DF001"],
        controls: ["CIS-Docker:4.2"],
        references: ["https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for external in model.externals() {
        let image = external.image;
        if image.tag.as_deref() != Some("latest") || image.digest.is_some() {
            continue;
        }
        let familiar = image.familiar();
        let draft = reporter
            .draft(external.tag_span(), format!("{familiar}:latest changes under the build without notice"))
            .label("whatever was pushed last")
            .help("name the version that you test with, and pin its digest")
            .anchor(model.anchor(external.stage.index, "FROM", &familiar));
        reporter.report(draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::found;

    #[test]
    fn points_at_the_tag() {
        assert_eq!(found("latest-base", "FROM a/b:latest AS x\n"), ["latest"]);
        assert_eq!(found("latest-base", "FROM a/b:latest-slim\n"), [""; 0]);
        let pinned = format!("FROM a/b:latest@sha256:{}\n", "a1".repeat(32));
        assert_eq!(found("latest-base", &pinned), [""; 0]);
    }
}
