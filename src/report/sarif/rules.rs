//! The rules of a run, each once.

use std::collections::BTreeMap;

use super::level;
use super::log::{DefaultConfiguration, Descriptor, DescriptorProperties, Help, Message};
use crate::outcome::Judged;
use crate::rule::{Confidence, Family, RuleId, RuleMeta, Severity};

/// GitHub shows no more tags of a rule.
const MOST_TAGS: usize = 10;

/// The rules in the order of their ids.
pub(super) struct Table<'a> {
    pub(super) ids: Vec<&'a RuleId>,
    pub(super) descriptors: Vec<Descriptor>,
}

/// Every rule of the family that was asked, and any other that a finding names.
pub(super) fn table<'a>(
    family: Option<Family>,
    findings: &[&'a Judged],
    rules: &[&'a RuleMeta],
) -> Table<'a> {
    let mut known: BTreeMap<&RuleId, Descriptor> = BTreeMap::new();
    for meta in rules.iter().filter(|meta| Some(meta.family) == family) {
        known.entry(&meta.id).or_insert_with(|| descriptor(meta));
    }
    for judged in findings {
        known.entry(&judged.finding.rule).or_insert_with(|| nameless(judged));
    }
    let (ids, descriptors) = known.into_iter().unzip();
    Table { ids, descriptors }
}

fn descriptor(meta: &RuleMeta) -> Descriptor {
    let page = meta.markdown();
    let tags = ["security", meta.family.word()].into_iter().chain(meta.controls.iter().map(AsRef::as_ref));
    Descriptor {
        id: meta.id.as_str().to_owned(),
        short_description: Message::new(meta.summary.to_string()),
        full_description: Message::new(meta.summary.to_string()),
        help_uri: meta.references.iter().find(|link| link.starts_with("https://")).map(ToString::to_string),
        // Plain text falls back to the same page: Markdown reads well as it is.
        help: Help { text: page.clone(), markdown: page },
        default_configuration: DefaultConfiguration { level: level(meta.severity) },
        properties: DescriptorProperties {
            tags: tags.take(MOST_TAGS).map(str::to_owned).collect(),
            precision: precision(meta.confidence),
            security_severity: security_severity(meta.severity),
        },
    }
}

/// A rule that nobody handed over: its finding is all that is known.
fn nameless(judged: &Judged) -> Descriptor {
    let finding = &judged.finding;
    let name = finding.rule.as_str().to_owned();
    Descriptor {
        id: name.clone(),
        short_description: Message::new(name.clone()),
        full_description: Message::new(name.clone()),
        help_uri: None,
        help: Help { text: name.clone(), markdown: name },
        default_configuration: DefaultConfiguration { level: level(finding.severity) },
        properties: DescriptorProperties {
            tags: vec!["security".to_owned(), finding.family.word().to_owned()],
            precision: precision(finding.confidence),
            security_severity: security_severity(finding.severity),
        },
    }
}

fn precision(confidence: Confidence) -> &'static str {
    confidence.word()
}

/// GitHub's bands: 9.0 and more is critical, 7.0 high, 4.0 medium, less is low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "1.0",
    }
}
