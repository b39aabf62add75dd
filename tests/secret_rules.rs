//! Every secret rule against its own examples: rendered afresh on each run, found whole; what is broken, silent.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests too"
)]

use plimsoll::detect::{Detector, Selection, Sink};
use plimsoll::finding::Draft;
use plimsoll::rule::{Family, Persona};
use plimsoll::secrets::sample::{Breach, Sample, Sampler};
use plimsoll::secrets::{SecretDetector, Settings};
use plimsoll::source::{Origin, Origins, RelPath, Source};

fn seed() -> u64 {
    let seed = std::env::var("PLIMSOLL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        now.as_nanos() as u64
    });
    println!("PLIMSOLL_SEED={seed}");
    seed
}

fn drafts(detector: &SecretDetector, path: &str, text: &[u8]) -> Vec<Draft> {
    let source = Source::new(Origins::new(Origin::Worktree { path: RelPath::from(path) }), text.to_vec());
    let selection = Selection::new(Persona::Regular, vec![Family::Secret]);
    let mut sink = Sink::new(&selection);
    detector.inspect(&source, &mut sink);
    for draft in &sink.drafts {
        let range = draft.primary.span.range();
        let covered =
            sink.sensitive.iter().any(|mark| mark.range.start <= range.start && range.end <= mark.range.end);
        assert!(covered, "{:?} is not masked", draft.rule);
    }
    sink.drafts
}

fn path_for(rule: &str) -> &'static str {
    match rule {
        "pgpass-password" => "home/.pgpass",
        _ => "deploy/settings.env",
    }
}

fn detector() -> SecretDetector {
    SecretDetector::new(&Settings::default()).unwrap()
}

#[test]
fn there_are_enough_rules_and_each_has_an_example() {
    let detector = detector();
    let rules: Vec<String> = detector.metas().map(|meta| meta.id.to_string()).collect();
    assert!(rules.len() >= 150, "{}", rules.len());
    for rule in rules {
        assert!(!detector.templates(&rule).unwrap().examples.is_empty(), "{rule} has no example");
    }
}

/// What was found instead of the secret of a sample; `None` when its rule found it whole.
fn miss(detector: &SecretDetector, rule: &str, sample: &Sample) -> Option<String> {
    let found = drafts(detector, path_for(rule), sample.text.as_bytes());
    let whole = |draft: &Draft| {
        let range = draft.primary.span.range();
        draft.rule.as_str() == rule && (range.start as usize..range.end as usize) == sample.secret
    };
    if found.iter().any(whole) {
        return None;
    }
    let others: Vec<_> =
        found.iter().map(|draft| (draft.rule.to_string(), draft.primary.span.range())).collect();
    Some(format!("at {:?} there is {others:?}", sample.secret))
}

#[test]
fn examples_are_found_by_their_rule_and_whole() {
    let (detector, mut sampler) = (detector(), Sampler::new(seed()));
    let mut failures = Vec::new();
    for meta in detector.metas() {
        let rule = meta.id.as_str();
        for template in detector.templates(rule).unwrap().examples {
            for _ in 0..5 {
                // Noise may hold the word of an example or look like another kind of token, once in many thousand
                // values. Twice in a row is no chance.
                if miss(&detector, rule, &sampler.render(template).unwrap()).is_some()
                    && let Some(again) = miss(&detector, rule, &sampler.render(template).unwrap())
                {
                    failures.push(format!("{rule}: `{template}` {again}"));
                }
            }
        }
    }
    failures.dedup();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn counter_examples_are_silent() {
    let (detector, mut sampler) = (detector(), Sampler::new(seed()));
    for meta in detector.metas() {
        let rule = meta.id.as_str();
        for template in detector.templates(rule).unwrap().counter_examples {
            let sample = sampler.render(template).unwrap();
            let found = drafts(&detector, path_for(rule), sample.text.as_bytes());
            assert!(found.iter().all(|draft| draft.rule.as_str() != rule), "{rule} fires on `{template}`");
        }
    }
}

#[test]
fn what_breaks_one_property_is_silent_for_that_rule() {
    let (detector, mut sampler) = (detector(), Sampler::new(seed()));
    let mut failures = Vec::new();
    for meta in detector.metas() {
        let rule = meta.id.as_str();
        for pattern in detector.templates(rule).unwrap().patterns {
            for breach in Breach::ALL {
                let Some(text) = sampler.broken(pattern, breach).unwrap() else { continue };
                let found = drafts(&detector, "a.env", format!(" {text} ").as_bytes());
                if found.iter().any(|draft| draft.rule.as_str() == rule) {
                    failures.push(format!("{rule}: {breach:?} of `{pattern}`"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_wrong_checksum_is_silent_for_that_rule() {
    let (detector, mut sampler) = (detector(), Sampler::new(seed()));
    let mut count = 0;
    for meta in detector.metas() {
        let rule = meta.id.as_str();
        let templates = detector.templates(rule).unwrap();
        // A JSON object or a number stays one when a letter of it changes: those two are no checksums.
        let sums = templates
            .checks
            .iter()
            .any(|check| check.contains("crc") || check.contains("bech32") || check.contains("routable"));
        for template in templates.examples.iter().filter(|_| sums) {
            let sample = sampler.render(template).unwrap();
            let wrong = sampler.miscounted(&sample.text[sample.secret.clone()]);
            let found = drafts(&detector, "a.env", format!("seed {wrong} ").as_bytes());
            assert!(found.iter().all(|draft| draft.rule.as_str() != rule), "{rule} takes a wrong checksum");
            count += 1;
        }
    }
    assert!(count >= 10, "{count}");
}
