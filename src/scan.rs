//! A plan becomes an outcome: every source is shown once to every detector that wants it.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;

use crate::detect::{Detector, Selection, Sink};
use crate::finding::{Draft, Finding, Gap, GapKind};
use crate::outcome::{Coverage, Fact, Outcome, number};
use crate::parse::directive::{self, Which};
use crate::parse::dockerfile::Dockerfile;
use crate::redact::Sealer;
use crate::registry::Registry;
use crate::review;
use crate::rule::{Family, Persona};
use crate::source::Source;
use crate::walk::{self, Content, Entry, Listing, Plan, Reader, WalkError, Windows};

/// Looks at everything that the plan covers.
pub fn scan(plan: &Plan, registry: &Registry, selection: &Selection) -> Result<Outcome, WalkError> {
    let listing = walk::list(plan)?;
    let builds: Vec<_> = listing.contexts.iter().map(|context| context.plan.clone()).collect();
    let (dockerfiles, packages) = registry.for_builds(&builds);
    let mut detectors: Vec<&dyn Detector> = Vec::new();
    for detector in [&dockerfiles as &dyn Detector, registry.secrets(), &packages] {
        if selection.families.contains(&detector.family()) {
            detectors.push(detector);
        }
    }
    let blind = Selection::new(Persona::Regular, Vec::new());
    let crew = Crew { detectors, secrets: registry.secrets(), selection, blind: &blind };
    let mut seen = listing
        .entries
        .par_iter()
        .map_init(
            || Reader::new(&listing),
            |reader, entry| {
                let look = || crew.look(reader, entry);
                caught(look).unwrap_or_else(|| Seen::gap(failed(entry.path().to_string(), "the checks")))
            },
        )
        .fold(Seen::default, Seen::and)
        .reduce(Seen::default, Seen::and);
    if caught(|| crew.review(&listing, &mut seen)).is_none() {
        seen.gaps.push(failed(".".to_owned(), "the checks over several files"));
    }
    Ok(finish(listing, seen))
}

fn finish(listing: Listing, seen: Seen) -> Outcome {
    let mut findings = seen.findings;
    number(&mut findings);
    let mut gaps = listing.gaps;
    gaps.extend(seen.gaps);
    gaps.sort();
    gaps.dedup();
    let mut facts = seen.facts;
    facts.extend(listing.contexts.into_iter().map(Fact::Context));
    let mut coverage = seen.coverage;
    coverage.add(listing.coverage);
    Outcome { findings, facts, gaps, coverage, notes: listing.notes }
}

/// What came of looking at one or more entries.
#[derive(Default)]
struct Seen {
    findings: Vec<Finding>,
    facts: Vec<Fact>,
    gaps: Vec<Gap>,
    coverage: Coverage,
}

impl Seen {
    fn and(mut self, mut other: Self) -> Self {
        self.findings.append(&mut other.findings);
        self.facts.append(&mut other.facts);
        self.gaps.append(&mut other.gaps);
        self.coverage.add(other.coverage);
        self
    }

    fn gap(gap: Gap) -> Self {
        Self { gaps: vec![gap], ..Self::default() }
    }
}

/// The detectors of a run.
struct Crew<'a> {
    detectors: Vec<&'a dyn Detector>,
    secrets: &'a dyn Detector,
    selection: &'a Selection,
    /// Admits nothing: for looking at secrets only to mask them.
    blind: &'a Selection,
}

impl Crew<'_> {
    fn look(&self, reader: &mut Reader, entry: &Entry) -> Seen {
        match reader.read(entry) {
            Err(gap) => Seen::gap(gap),
            Ok(Content::Whole(source)) => {
                let seen = self.look_at_whole(&source);
                reader.recycle(source);
                seen
            }
            Ok(Content::Large(windows)) => self.look_at_large(windows),
        }
    }

    fn look_at_whole(&self, source: &Source) -> Seen {
        let mut seen = self.inspect(source, None);
        seen.coverage.files += 1;
        seen.coverage.bytes += u64::from(source.len());
        seen
    }

    /// A file that some detector can only judge whole is read whole, within a budget; any other window by window.
    fn look_at_large(&self, mut windows: Windows) -> Seen {
        let mut seen = Seen::default();
        let probe = windows.probe();
        if self.detectors.iter().any(|detector| !detector.takes_windows() && detector.wants(&probe)) {
            if windows.fits_whole() {
                return match windows.whole() {
                    Ok(source) => self.look_at_whole(&source),
                    Err(gap) => Seen::gap(gap),
                };
            }
            seen.gaps.push(windows.over_budget());
        }
        loop {
            match windows.next_window() {
                Ok(Some(window)) => {
                    let own = window.own.end.min(window.source.len()).saturating_sub(window.own.start);
                    seen = seen.and(self.inspect(&window.source, Some(window.own)));
                    seen.coverage.bytes += u64::from(own);
                }
                Ok(None) => break,
                Err(gap) => {
                    seen.gaps.push(gap);
                    break;
                }
            }
        }
        // A large binary is one file, however many windows it has.
        seen.coverage.binary = seen.coverage.binary.min(1);
        seen.coverage.files += 1;
        seen
    }

    /// Shows a source to the detectors that want it. Of a window, which only some can judge, no more counts than
    /// what starts in its `own` range.
    fn inspect(&self, source: &Source, own: Option<Range<u32>>) -> Seen {
        let mut sink = Sink::new(self.selection);
        let mut searched = false;
        for detector in &self.detectors {
            if (own.is_none() || detector.takes_windows()) && detector.wants(source) {
                let done = run(*detector, source, &mut sink);
                searched |= done && detector.family() == Family::Secret;
            }
        }
        if let Some(own) = own {
            sink.drafts.retain(|draft| own.contains(&draft.primary.span.range().start));
        }
        let dockerfile = sink.facts.iter().find_map(|fact| match fact {
            Fact::Dockerfile(dockerfile) => Some(Arc::clone(dockerfile)),
            _ => None,
        });
        // `review` may have something to say about a Dockerfile that has no finding of its own.
        let quiet = sink.drafts.is_empty() && dockerfile.is_none();
        let which = if quiet { Which::Ours } else { Which::All };
        let directives = directives(source, dockerfile.as_deref(), which);
        if !sink.drafts.is_empty() || !sink.facts.is_empty() || !directives.is_empty() {
            if searched {
                source.mark_sensitive(std::mem::take(&mut sink.sensitive));
            } else {
                self.mark(source);
            }
        }
        sink.facts.extend(directives);
        let mut sealer = Sealer::default();
        let findings = fold(sink.drafts).into_iter().map(|draft| sealer.seal(draft)).collect();
        Seen { findings, facts: sink.facts, gaps: sink.gaps, coverage: sink.coverage }
    }

    /// Makes sure that what is shown of a source is masked, whichever families were asked for. Where nobody can
    /// search it, everything stays masked.
    fn mark(&self, source: &Source) {
        if source.sensitive().is_none() && self.secrets.wants(source) {
            let mut sink = Sink::new(self.blind);
            if run(self.secrets, source, &mut sink) {
                source.mark_sensitive(sink.sensitive);
            }
        }
    }

    /// What needs more than one file.
    fn review(&self, listing: &Listing, seen: &mut Seen) {
        if !self.selection.families.contains(&Family::Dockerfile) {
            return;
        }
        let mut sink = Sink::new(self.selection);
        review::review(listing, &seen.findings, &mut sink);
        seen.gaps.append(&mut sink.gaps);
        let mut sealer = Sealer::default();
        for draft in sink.drafts {
            for label in std::iter::once(&draft.primary).chain(&draft.context) {
                self.mark(label.span.source());
            }
            seen.findings.push(sealer.seal(draft));
        }
    }
}

/// Runs a detector and says whether it came through. What one that fails had filed until then stays; what it did
/// not look at is a gap.
fn run(detector: &dyn Detector, source: &Source, sink: &mut Sink<'_>) -> bool {
    let done = caught(|| detector.inspect(source, sink)).is_some();
    if !done {
        sink.gaps.push(failed(source.path().to_string(), &format!("the {} checks", detector.family())));
    }
    done
}

/// What a piece of work came to; `None` when it panicked, which must not cost more than that piece.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn failed(path: String, what: &str) -> Gap {
    Gap { path, kind: GapKind::Internal, detail: format!("{what} failed on this: please report it") }
}

fn directives(source: &Source, dockerfile: Option<&Dockerfile>, which: Which) -> Vec<Fact> {
    if !directive::may_hold(source.bytes(), which) {
        return Vec::new();
    }
    directive::scan(source, dockerfile, which).into_iter().map(Fact::Directive).collect()
}

/// Two rules on one span tell one story: where a finding of another family says that a value is a credential, secret
/// rules that know no issuer need not say it again.
fn fold(mut drafts: Vec<Draft>) -> Vec<Draft> {
    let told: Vec<Range<u32>> = drafts
        .iter()
        .filter(|draft| draft.tells_credential)
        .map(|draft| draft.primary.span.range())
        .collect();
    drafts.retain(|draft| {
        let range = draft.primary.span.range();
        let by_shape = draft.secret.as_ref().is_some_and(|secret| !secret.names_issuer());
        !(by_shape && told.iter().any(|told| told.start < range.end && range.start < told.end))
    });
    drafts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Origin, Origins, RelPath};

    /// Fails on whatever it is shown.
    struct Broken;

    impl Detector for Broken {
        fn family(&self) -> Family {
            Family::Secret
        }

        fn wants(&self, _: &Source) -> bool {
            true
        }

        fn inspect(&self, _: &Source, _: &mut Sink<'_>) {
            panic!("hunter2");
        }
    }

    /// Counts a file as binary.
    struct Sound;

    impl Detector for Sound {
        fn family(&self) -> Family {
            Family::Sbom
        }

        fn wants(&self, _: &Source) -> bool {
            true
        }

        fn inspect(&self, _: &Source, sink: &mut Sink<'_>) {
            sink.coverage.binary += 1;
        }
    }

    #[test]
    fn a_detector_that_fails_is_a_gap_and_stops_no_other() {
        let selection = Selection::new(Persona::Regular, vec![Family::Secret]);
        let crew = Crew {
            detectors: vec![&Broken, &Sound],
            secrets: &Broken,
            selection: &selection,
            blind: &selection,
        };
        let source = Source::new(Origins::new(Origin::Stdin { path: RelPath::from("a.env") }), b"x".to_vec());
        let seen = crew.look_at_whole(&source);
        assert_eq!(
            seen.gaps,
            [Gap {
                path: "a.env".to_owned(),
                kind: GapKind::Internal,
                detail: "the secret checks failed on this: please report it".to_owned(),
            }]
        );
        assert_eq!((seen.coverage.files, seen.coverage.binary), (1, 1));
        assert!(source.sensitive().is_none(), "what nobody could search stays masked");
    }
}
