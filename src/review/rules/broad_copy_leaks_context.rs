//! `broad-copy-leaks-context`: COPY takes everything, and with it what should have stayed outside.

use std::collections::BTreeMap;

use crate::card;
use crate::detect::Reporter;
use crate::parse::build_context::{BuildContext, ContextCopy, CopyVia};
use crate::review::{Rule, Scene};
use crate::rule::Severity;
use crate::source::RelPath;

/// So many files are named in the message; the rest is counted.
const NAMED: usize = 5;

/// The rule.
pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        ///
        /// Finds `COPY .` and its kin where the build context really holds files that must not get into an image:
        /// environment files, keys, credential stores, files in which a secret was found, the `.git` folder. The
        /// context is evaluated as BuildKit does it, through `.dockerignore`, and with the files that git ignores:
        /// those are not in the repository, but they are in the build.
        ///
        /// ## Why it matters
        ///
        /// What is copied stays in a layer for good, also when a later instruction removes it. The `.git` folder
        /// holds every version of every file, and often the credentials of the remote.
        ///
        /// ## Bad
        ///
        /// ```dockerfile
        /// FROM node:22-slim
        /// COPY . /app
        /// ```
        ///
        /// with a `.env` beside it and no `.dockerignore`.
        ///
        /// ## Good
        ///
        /// ```dockerfile
        /// FROM node:22-slim
        /// COPY package.json package-lock.json /app/
        /// COPY src/ /app/src/
        /// ```
        ///
        /// ## How to fix
        ///
        /// Copy what the image needs, or list what it must not get in `.dockerignore`.
        ///
        /// ## References
        ///
        /// - <https://docs.docker.com/build/concepts/context/#dockerignore-files>
        id: "broad-copy-leaks-context",
        family: Dockerfile,
        summary: "COPY takes sensitive files of the build context along with everything else",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DF007", "DF026", "DF033"],
        controls: ["CIS-Docker:4.10"],
        references: ["https://docs.docker.com/build/concepts/context/#dockerignore-files"],
    },
    check,
};

fn check(scene: &Scene<'_>, reporter: &mut Reporter<'_, '_>) {
    for context in &scene.listing.contexts {
        for (_, (copy, taken)) in taken(scene, context) {
            let dockerfile = copy.source.source().path();
            let ignore = context.plan.context.join(b".dockerignore");
            let involved = taken.keys().chain([dockerfile, &ignore]);
            if !scene.concerns_change(involved) {
                continue;
            }
            let only_git = taken.keys().all(|path| path.file_name() == b".git");
            let (severity, fate) = match (copy.shipped, only_git) {
                (true, false) => (reporter.meta().severity, "into the image"),
                (true, true) => (Severity::Medium, "into the image"),
                (false, _) => (Severity::Low, "into a stage that does not ship"),
            };
            let mut names: Vec<String> =
                taken.iter().take(NAMED).map(|(path, what)| format!("{path} ({what})")).collect();
            if taken.len() > NAMED {
                names.push(format!("{} more", taken.len() - NAMED));
            }
            reporter.report(
                reporter
                    .draft(copy.source.clone(), format!("this takes {} {fate}", names.join(", ")))
                    .severity(severity)
                    .label("takes everything that the context is sent")
                    .help(format!("list them in {ignore}, or copy only what the image needs"))
                    .anchor(format!("stage {}", copy.stage)),
            );
        }
    }
}

type Taken<'a> = BTreeMap<u32, (&'a ContextCopy, BTreeMap<RelPath, String>)>;

/// What each broad COPY takes that it should not.
fn taken<'a>(scene: &Scene<'_>, context: &'a BuildContext) -> Taken<'a> {
    let mut taken = Taken::new();
    let mut add = |copy: &'a ContextCopy, path: RelPath, what: String| {
        let (_, paths) = taken.entry(copy.source.range().start).or_insert((copy, BTreeMap::new()));
        paths.insert(path, what);
    };
    let broad = |copy: &&ContextCopy| copy.broad && copy.certain && copy.via != CopyVia::Mount;
    for (path, what) in scene.sensitive_below(&context.plan.context) {
        for copy in context.taken_by(path).filter(broad) {
            add(copy, path.clone(), what.to_owned());
        }
    }
    let git = context.plan.context.join(b".git");
    if scene.listing.git_folders.contains(&git) {
        // In a stage that does not ship, the history stays where it was built: most builds stamp a version there.
        for copy in context.taken_by(&git).filter(broad).filter(|copy| copy.shipped) {
            add(copy, git.clone(), "the repository with its whole history".to_owned());
        }
    }
    taken
}
