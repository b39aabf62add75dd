//! `base-without-digest`: images that a tag alone names.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds images with a tag and no digest. For the persona `pedantic`.
        ///
        /// ## Why it matters
        /// A tag can be moved to another image, by its owner or by a thief. A digest cannot.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13.1-slim
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13.1-slim@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        /// ```
        ///
        /// ## How to fix
        /// Add the digest behind the tag, and let an update bot move both.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/best-practices/#pin-base-image-versions>
        id: "base-without-digest",
        family: Dockerfile,
        summary: "an image is not pinned by digest",
        severity: Low,
        confidence: High,
        persona: Pedantic,
        since: "0.1.0",
        aliases: ["CKV_DOCKER_7"],
        controls: ["CIS-Docker:4.2"],
        references: ["https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for external in model.externals() {
        let image = external.image;
        // Without a tag, or with `latest`, other rules say more.
        if image.digest.is_some() || image.tag.as_deref().is_none_or(|tag| tag == "latest") {
            continue;
        }
        let familiar = image.familiar();
        let draft = reporter
            .draft(
                external.word.span.clone(),
                format!("{familiar} is pinned by a tag only, which can be moved"),
            )
            .label("no digest")
            .help("add the digest behind the tag: `@sha256:…`")
            .anchor(model.anchor(external.stage.index, "FROM", &familiar));
        reporter.report(draft);
    }
}
