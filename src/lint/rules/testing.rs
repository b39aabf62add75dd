//! Runs one rule on a text.

use chrono::NaiveDate;

use crate::detect::{Detector, Selection, Sink};
use crate::finding::Draft;
use crate::lint::{DockerfileDetector, Settings};
use crate::rule::{Family, Persona};
use crate::source::{Origin, Origins, RelPath, Source};

fn drafts(rule: &str, text: &str) -> Vec<Draft> {
    let origins = Origins::new(Origin::Worktree { path: RelPath::from("Dockerfile") });
    let source = Source::new(origins, text.as_bytes().to_vec());
    let settings = Settings {
        trusted_registries: vec!["docker.io/library".to_owned(), "ghcr.io/acme".to_owned()],
        today: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        ..Settings::default()
    };
    let selection =
        Selection::new(Persona::Auditor, vec![Family::Dockerfile]).only(&[rule.to_owned()]).unwrap();
    let mut sink = Sink::new(&selection);
    DockerfileDetector::new(settings, &[]).inspect(&source, &mut sink);
    sink.drafts
}

/// What the findings point at.
pub(super) fn found(rule: &str, text: &str) -> Vec<String> {
    drafts(rule, text)
        .iter()
        .map(|draft| String::from_utf8_lossy(draft.primary.span.bytes()).into_owned())
        .collect()
}

/// How much they weigh.
pub(super) fn severities(rule: &str, text: &str) -> Vec<&'static str> {
    drafts(rule, text).iter().map(|draft| draft.severity.word()).collect()
}
