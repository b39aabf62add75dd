//! `lockfile-unparsable`: a lock file or workflow that is not what it should be.

use crate::card;
use crate::detect::Reporter;

use super::{Rule, Subject};

/// More findings for one file help nobody: the first ones have to be put right first.
const MAX_PER_FILE: usize = 10;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds lock files, `go.mod` files and workflows that do not parse, and entries in them that make no sense: a
        /// file that breaks off, a merge conflict left behind, an entry without a version. The rest of the file is
        /// still read.
        ///
        /// ## Why it matters
        /// What cannot be read is missing from the bill of materials and is not checked, and the package manager may
        /// quietly resolve everything anew: what is built is then not what was locked and tested.
        ///
        /// ## Bad
        /// ```bad Cargo.lock
        /// <<<<<<< HEAD
        /// [[package]]
        /// name = "itoa"
        /// version = "1.0.0"
        /// ```
        ///
        /// ## Good
        /// ```good Cargo.lock
        /// [[package]]
        /// name = "app"
        /// version = "1.0.0"
        /// ```
        ///
        /// ## How to fix
        /// Take the file of the branch you merge into and let the package manager write it again
        /// (`cargo update --workspace`, `npm install`, `yarn install`, `pnpm install`, `poetry lock`, `uv lock`,
        /// `go mod tidy`).
        ///
        /// ## References
        /// - <https://owasp.org/www-project-top-10-ci-cd-security-risks/CICD-SEC-03-Dependency-Chain-Abuse>
        id: "lockfile-unparsable",
        family: Sbom,
        summary: "a lock file or workflow cannot be read in full",
        severity: Medium,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: [],
        controls: [],
        references: ["https://owasp.org/www-project-top-10-ci-cd-security-risks/CICD-SEC-03-Dependency-Chain-Abuse"],
    },
    check,
};

fn check(subject: &Subject<'_>, reporter: &mut Reporter<'_, '_>) {
    let Subject { format, harvest, .. } = subject;
    for broken in harvest.broken.iter().take(MAX_PER_FILE) {
        let draft = reporter
            .draft(broken.span.clone(), format!("this {format} cannot be read here: {}", broken.reason))
            .label("not understood")
            .help("put this place right, or let the package manager write the file again")
            .anchor(broken.reason.clone());
        reporter.report(draft);
    }
}
