//! `unpinned-action`: actions and workflows whose code can change under the same name.

use crate::card;
use crate::catalog::harvest::Unpinned;
use crate::detect::Reporter;
use crate::rule::{Persona, Severity};

use super::{Rule, Subject};

/// Owners that GitHub itself stands behind: whoever could move their tags could as well change the runner.
const FIRST_PARTY: [&str; 3] = ["actions", "dependabot", "github"];

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds `uses:` of workflows and composite actions that name an action or a reusable workflow by tag or branch,
        /// and `docker://` steps without a digest. Actions in the same repository (`./…`) need no pin. Actions of
        /// `actions/*`, `github/*` and `dependabot/*` are told at low severity, and only to the personas `pedantic` and
        /// `auditor`.
        ///
        /// ## Why it matters
        /// A tag can be moved. In March 2025 the tags of a widely used action were pointed at code that printed the
        /// secrets of every workflow that ran it; workflows with a full commit id were safe.
        ///
        /// ## Bad
        /// ```bad .github/workflows/ci.yml
        /// on: push
        /// jobs:
        ///   build:
        ///     runs-on: ubuntu-latest
        ///     steps:
        ///       - uses: acme/deploy@v3
        /// ```
        ///
        /// ## Good
        /// ```good .github/workflows/ci.yml
        /// on: push
        /// jobs:
        ///   build:
        ///     runs-on: ubuntu-latest
        ///     steps:
        ///       - uses: acme/deploy@0123456789abcdef0123456789abcdef01234567 # v3.1.4
        ///       - uses: ./.github/actions/setup
        /// ```
        ///
        /// ## How to fix
        /// Write the full commit id of the release, with its tag in a comment behind it; update bots understand this form
        /// and move both. For an image, add the digest: `docker://alpine:3.20@sha256:…`.
        ///
        /// ## References
        /// - <https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions>
        /// - <https://github.com/advisories/GHSA-mrrh-fwg8-r2c3>
        id: "unpinned-action",
        family: Sbom,
        summary: "a workflow runs code that is not pinned to a commit or digest",
        severity: Medium,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["unpinned-uses", "CKV_GHA_1"],
        controls: [],
        references: [
            "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions",
            "https://github.com/advisories/GHSA-mrrh-fwg8-r2c3",
        ],
    },
    check,
};

fn check(subject: &Subject<'_>, reporter: &mut Reporter<'_, '_>) {
    for unpinned in &subject.harvest.unpinned {
        let first_party = is_first_party(unpinned);
        if first_party && subject.persona < Persona::Pedantic {
            continue;
        }
        let (message, help) = words(unpinned);
        let mut draft = reporter
            .draft(unpinned.span.clone(), message)
            .label(if unpinned.image { "no digest" } else { "not a commit" })
            .help(help)
            .anchor(unpinned.name.clone());
        if first_party {
            draft = draft.severity(Severity::Low);
        }
        reporter.report(draft);
    }
}

fn is_first_party(unpinned: &Unpinned) -> bool {
    let owner = unpinned.name.split('/').next().unwrap_or_default();
    !unpinned.image && FIRST_PARTY.iter().any(|known| owner.eq_ignore_ascii_case(known))
}

fn words(unpinned: &Unpinned) -> (String, &'static str) {
    let (name, at) =
        (crate::source::printable_str(&unpinned.name), crate::source::printable_str(&unpinned.at));
    match (unpinned.image, at.is_empty()) {
        (true, _) => (
            format!("`{name}` is not pinned by digest, so its content can change"),
            "add the digest: `@sha256:…`",
        ),
        (false, true) => {
            (format!("`{name}` names no version at all"), "add the full commit id of a release: `@<commit>`")
        }
        (false, false) => (
            format!("`{name}` is pinned to `{at}`, which can be moved to other code"),
            "write the full commit id of the release, with its tag in a comment behind it",
        ),
    }
}
