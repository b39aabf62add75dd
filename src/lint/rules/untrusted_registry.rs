//! `untrusted-registry`: images from where the configuration does not allow.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds images that come from none of the registries and repositories that `trusted-registries` lists in
        /// the configuration. Without that list the rule is silent. An entry allows what it names and all below
        /// it: `ghcr.io/acme` allows `ghcr.io/acme/app`.
        ///
        /// ## Why it matters
        /// Whoever owns the base image owns what runs in it.
        ///
        /// ## Bad
        /// With `trusted-registries = ["docker.io/library", "ghcr.io/acme"]`:
        /// ```dockerfile,bad
        /// FROM evil.example/debian:13
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// ```
        /// ```dockerfile,good
        /// FROM ghcr.io/acme/base:1
        /// ```
        ///
        /// ## How to fix
        /// Take the image from a trusted registry, or mirror it into one.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image>
        id: "untrusted-registry",
        family: Dockerfile,
        summary: "an image comes from a registry that is not trusted",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL3026", "DF065"],
        controls: ["CIS-Docker:4.2"],
        references: ["https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    let trusted = &model.settings.trusted_registries;
    if trusted.is_empty() {
        return;
    }
    for external in model.externals() {
        let (name, familiar) = (external.image.name(), external.image.familiar());
        let allows = |entry: &String| {
            let entry = entry.trim_end_matches('/');
            [&name, &familiar].into_iter().any(|name| {
                name.strip_prefix(entry).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        if trusted.iter().any(allows) {
            continue;
        }
        let draft = reporter
            .draft(external.name_span(), format!("{familiar} is not from a trusted registry"))
            .label("not in `trusted-registries`")
            .help("take the image from a trusted registry, or add its source to `trusted-registries`")
            .anchor(model.anchor(external.stage.index, "FROM", &familiar));
        reporter.report(draft);
    }
}
