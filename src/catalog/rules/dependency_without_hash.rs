//! `dependency-without-hash`: locked packages whose archive is not bound to a hash.

use crate::card;
use crate::detect::Reporter;
use crate::rule::{Persona, Severity};
use crate::source::printable_str;

use super::{Rule, Subject};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds entries of lock files that come from a registry and carry no hash, though their format has a field for
        /// it: `integrity` (npm, Yarn classic, pnpm), `checksum` (Cargo), `files` and `hash` (Poetry, uv), `--hash` (pip).
        /// A file in which no entry has one is told once. A requirements file without any hash is the common case, so
        /// only the personas `pedantic` and `auditor` hear of it. Git, path and bundled dependencies have no hash to
        /// check.
        ///
        /// ## Why it matters
        /// The version alone trusts the registry, and every mirror and proxy before it, to serve the same bytes tomorrow.
        /// With the hash, an exchanged archive stops the build. One entry without it among others that have it may be a
        /// lost field, or a change made by hand.
        ///
        /// ## Bad
        /// ```bad requirements.txt
        /// flask==3.0.3 --hash=sha256:34e815dfaa43340d1d15a5c3a02b8476004037eb4840b34910c6e21679d288f3
        /// requests==2.32.3
        /// ```
        ///
        /// ## Good
        /// ```good requirements.txt
        /// flask==3.0.3 --hash=sha256:34e815dfaa43340d1d15a5c3a02b8476004037eb4840b34910c6e21679d288f3
        /// ```
        ///
        /// ## How to fix
        /// Let the package manager write the entry again: remove it and install, or delete the lock file and lock anew
        /// from the default registry. For pip, `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`.
        ///
        /// ## References
        /// - <https://docs.npmjs.com/cli/configuring-npm/package-lock-json>
        /// - <https://pip.pypa.io/en/stable/topics/secure-installs/>
        id: "dependency-without-hash",
        family: Sbom,
        summary: "a locked dependency has no hash",
        severity: Medium,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: [],
        controls: [],
        references: [
            "https://docs.npmjs.com/cli/configuring-npm/package-lock-json",
            "https://pip.pypa.io/en/stable/topics/secure-installs/",
        ],
    },
    check,
};

fn check(subject: &Subject<'_>, reporter: &mut Reporter<'_, '_>) {
    let Subject { format, harvest, .. } = subject;
    let Some(first) = harvest.hashless.first() else { return };
    if harvest.hashed == 0 {
        // pip checks hashes only for those who ask for it; the others write them of themselves.
        if first.field == "--hash" && subject.persona < Persona::Pedantic {
            return;
        }
        let count = harvest.hashless.len();
        let draft = reporter
            .draft(
                first.span.clone(),
                format!("none of the {count} dependencies in this {format} has a hash (`{}`)", first.field),
            )
            .severity(Severity::Low)
            .label("the first of them")
            .help("let the package manager write the file again, with hashes")
            .anchor(*format);
        reporter.report(draft);
        return;
    }
    for entry in &harvest.hashless {
        let (name, version) = (printable_str(&entry.name), printable_str(&entry.version));
        let draft = reporter
            .draft(
                entry.span.clone(),
                format!(
                    "{name} {version} has no hash (`{}`), unlike other entries of this {format}",
                    entry.field
                ),
            )
            .label("no hash")
            .help("let the package manager write this entry again")
            .anchor(format!("{} {}", entry.name, entry.version));
        reporter.report(draft);
    }
}
