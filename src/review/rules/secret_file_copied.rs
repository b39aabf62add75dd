//! `secret-file-copied`: COPY names a file that holds credentials.

use std::collections::BTreeMap;

use crate::card;
use crate::detect::Reporter;
use crate::parse::build_context::{BuildContext, ContextCopy, CopyVia};
use crate::review::{Rule, Scene};
use crate::rule::Severity;
use crate::sensitive_files::sensitive_name;
use crate::source::{RelPath, printable};

/// The rule.
pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        ///
        /// Finds `COPY` and `ADD` instructions that name a file which is known to hold credentials: by its name
        /// (`.env`, `.npmrc`, `id_rsa`, `credentials.json` …) or because a secret was found in it.
        ///
        /// ## Why it matters
        ///
        /// A file that was copied stays in its layer for good. Removing it in a later instruction hides it from the
        /// running container, not from whoever pulls the image. In a stage that does not ship it still lies in the
        /// build cache.
        ///
        /// ## Bad
        ///
        /// ```dockerfile
        /// FROM node:22-slim
        /// COPY .npmrc /app/.npmrc
        /// ```
        ///
        /// ## Good
        ///
        /// ```dockerfile
        /// FROM node:22-slim
        /// RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
        /// ```
        ///
        /// ## How to fix
        ///
        /// Give the file to the one instruction that needs it with `RUN --mount=type=secret`, or to the container
        /// when it starts. If it was ever pushed, replace the credentials in it.
        ///
        /// ## References
        ///
        /// - <https://docs.docker.com/build/building/secrets/>
        id: "secret-file-copied",
        family: Dockerfile,
        summary: "a file that holds credentials is copied into the image",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["AVD-DS-0031"],
        controls: ["CIS-Docker:4.10"],
        references: ["https://docs.docker.com/build/building/secrets/"],
    },
    check,
};

fn check(scene: &Scene<'_>, reporter: &mut Reporter<'_, '_>) {
    for context in &scene.listing.contexts {
        for (_, (copy, path, what)) in named_files(scene, context) {
            let dockerfile = copy.source.source().path();
            if !scene.concerns_change([&path, dockerfile].into_iter()) {
                continue;
            }
            let (severity, fate) = if copy.shipped {
                (reporter.meta().severity, "stays in a layer of the image")
            } else {
                (Severity::Medium, "stays in the build cache of a stage that does not ship")
            };
            let word = printable(copy.source.bytes());
            reporter.report(
                reporter
                    .draft(copy.source.clone(), format!("{path} ({what}) is copied and {fate}"))
                    .severity(severity)
                    .label("holds credentials")
                    .help("mount it for the one RUN that needs it: `RUN --mount=type=secret,id=…`")
                    .anchor(format!("stage {} {word} {path}", copy.stage)),
            );
        }
    }
}

type Named<'a> = BTreeMap<(u32, RelPath), (&'a ContextCopy, RelPath, String)>;

/// Sensitive files that a COPY takes by naming them, not along with everything else. A name counts even where the
/// file is not there: it will be where the image is built.
fn named_files<'a>(scene: &Scene<'_>, context: &'a BuildContext) -> Named<'a> {
    let mut named = Named::new();
    let mut add = |copy: &'a ContextCopy, path: RelPath, what: String| {
        named.entry((copy.source.range().start, path.clone())).or_insert((copy, path, what));
    };
    for (path, what) in scene.sensitive_below(&context.plan.context) {
        for copy in
            context.taken_by(path).filter(|copy| !copy.broad && copy.certain && copy.via != CopyVia::Mount)
        {
            add(copy, path.clone(), what.to_owned());
        }
    }
    for copy in context.copies.iter().filter(|copy| !copy.broad && copy.certain && copy.via != CopyVia::Mount)
    {
        let word = copy.source.bytes().strip_prefix(b"./").unwrap_or(copy.source.bytes());
        let plain = !word.iter().any(|byte| b"*?[$`\"'\\{".contains(byte)) && !word.contains(&b':');
        let path = context.plan.context.join(word);
        if let (true, Some(what)) = (plain && context.sends(&path), sensitive_name(word)) {
            add(copy, path, what.to_owned());
        }
    }
    named
}
