//! SARIF 2.1.0 for code scanning, within the limits of GitHub's upload: one run for each family, so that each has
//! alerts of its own. <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>

mod log;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::{Format, text};
use crate::finding::{Finding, Mark};
use crate::outcome::{Judged, Status, SuppressedBy, Verdict};
use crate::rule::{Family, RuleId, RuleMeta, Severity};
use crate::source::{Origin, Region, printable_str};
use log::{
    ArtifactChange, ArtifactContent, ArtifactLocation, AutomationDetails, DeletedRegion, Driver, Invocation,
    Location, Log, Message, Notification, PartialFingerprints, PhysicalLocation, RegionOut, Replacement,
    ResultOut, ResultProperties, RunOut, SarifFix, Suppression, Tool,
};

/// One run for each family.
#[derive(Debug)]
pub(super) struct Sarif {
    /// The most results in a run.
    pub(super) most_results: usize,
}

/// GitHub refuses a run of more results.
pub(super) const MOST_RESULTS: usize = 25_000;

/// GitHub looks at no more locations of a result.
const MOST_LOCATIONS: usize = 100;

impl Format for Sarif {
    fn write(&self, verdict: &Verdict, rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
        let families: BTreeSet<Family> = rules
            .iter()
            .map(|meta| meta.family)
            .chain(verdict.findings.iter().map(|judged| judged.finding.family))
            .collect();
        // A log needs a run even when no rule was asked: it is where gaps are told.
        let mut runs: Vec<RunOut> =
            families.iter().map(|family| self.run(Some(*family), verdict, rules)).collect();
        if runs.is_empty() {
            runs.push(self.run(None, verdict, rules));
        }
        serde_json::to_writer_pretty(&mut *out, &Log::new(runs))?;
        writeln!(out)
    }
}

impl Sarif {
    fn run(&self, family: Option<Family>, verdict: &Verdict, rules: &[&RuleMeta]) -> RunOut {
        let of_family: Vec<&Judged> =
            verdict.findings.iter().filter(|judged| Some(judged.finding.family) == family).collect();
        let (kept, left_out) = most_severe(of_family, self.most_results);
        let table = rules::table(family, &kept, rules);
        let index: BTreeMap<&RuleId, usize> =
            table.ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let results =
            kept.iter().map(|judged| result(judged, index.get(&judged.finding.rule).copied())).collect();
        RunOut {
            tool: Tool {
                driver: Driver {
                    name: "plimsoll",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: table.descriptors,
                },
            },
            automation_details: AutomationDetails {
                // GitHub makes a category of it only when it holds a slash at its end.
                id: format!("plimsoll/{}/", family.map_or("check", Family::word)),
            },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: verdict.gaps.is_empty() || verdict.status == Status::Pass,
                tool_execution_notifications: notifications(verdict, left_out),
            }],
            results,
        }
    }
}

/// The worst `most` findings in their own order, those that count before those that do not; and how many were left
/// out.
fn most_severe(findings: Vec<&Judged>, most: usize) -> (Vec<&Judged>, usize) {
    if findings.len() <= most {
        return (findings, 0);
    }
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|at| {
        let judged = findings[*at];
        (judged.suppressed.is_some(), std::cmp::Reverse(judged.finding.severity), *at)
    });
    let left_out = order.len() - most;
    order.truncate(most);
    order.sort_unstable();
    (order.into_iter().map(|at| findings[at]).collect(), left_out)
}

fn notifications(verdict: &Verdict, left_out: usize) -> Vec<Notification> {
    let mut notifications: Vec<Notification> = verdict
        .gaps
        .iter()
        .map(|gap| {
            Notification::new(
                "error",
                format!("not looked at: {}: {}: {}", gap.path, gap.kind.word(), gap.detail),
            )
        })
        .collect();
    if left_out > 0 {
        let text = format!("{left_out} findings of lower severity were left out: a run holds no more");
        notifications.push(Notification::new("warning", text));
    }
    notifications.extend(verdict.notes.iter().map(|note| Notification::new("note", note.clone())));
    notifications
}

fn result(judged: &Judged, rule_index: Option<usize>) -> ResultOut {
    let finding = &judged.finding;
    let place = &finding.primary.place;
    let mut paths = BTreeSet::new();
    let locations = place
        .origins
        .iter()
        .filter(|origin| paths.insert(origin.path().clone()))
        .take(MOST_LOCATIONS)
        .map(|origin| Location {
            id: None,
            physical_location: physical(origin, place.region, snippet(&finding.primary)),
            message: None,
        })
        .collect();
    let commit = match finding.origin() {
        Origin::History { commit, .. } => Some(printable_str(commit)),
        _ => None,
    };
    ResultOut {
        rule_id: finding.rule.as_str().to_owned(),
        rule_index,
        level: level(finding.severity),
        message: Message::new(message(finding)),
        locations,
        related_locations: finding
            .context
            .iter()
            .take(MOST_LOCATIONS)
            .enumerate()
            .map(|(at, mark)| Location {
                id: Some(at + 1),
                physical_location: physical(mark.place.origins.first(), mark.place.region, snippet(mark)),
                message: Some(Message::new(printable_str(&mark.text))),
            })
            .collect(),
        partial_fingerprints: PartialFingerprints { plimsoll: finding.fingerprint().to_string() },
        fixes: fix(finding),
        suppressions: judged
            .suppressed
            .iter()
            .map(|suppressed| Suppression {
                kind: if suppressed.by == SuppressedBy::Inline { "inSource" } else { "external" },
                status: "accepted",
                justification: printable_str(&suppressed.reason),
            })
            .collect(),
        properties: ResultProperties {
            severity: finding.severity.word(),
            confidence: finding.confidence.word(),
            origin: finding.origin().word(),
            commit,
        },
    }
}

fn message(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}\n{}", printable_str(&finding.message), text::lines(help)),
        None => printable_str(&finding.message),
    }
}

fn physical(origin: &Origin, region: Region, snippet: Option<ArtifactContent>) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri: text::percent_encoded(origin.path()) },
        region: RegionOut {
            start_line: region.start.line,
            start_column: region.start.column,
            end_line: region.end.line,
            end_column: region.end.column,
            byte_offset: region.start.byte,
            byte_length: region.end.byte.saturating_sub(region.start.byte),
            snippet,
        },
    }
}

/// The marked stretch as the masked excerpt shows it.
fn snippet(mark: &Mark) -> Option<ArtifactContent> {
    let text = mark.excerpt.text.get(mark.excerpt.marked.clone())?;
    (!text.is_empty()).then(|| ArtifactContent { text: text::lines(text) })
}

fn fix(finding: &Finding) -> Vec<SarifFix> {
    let Some(fix) = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty()) else { return Vec::new() };
    let replacements = fix
        .edits
        .iter()
        .map(|edit| Replacement {
            deleted_region: DeletedRegion {
                byte_offset: edit.start_byte,
                byte_length: edit.end_byte.saturating_sub(edit.start_byte),
            },
            inserted_content: ArtifactContent { text: edit.text.clone() },
        })
        .collect();
    vec![SarifFix {
        description: Message::new(printable_str(&fix.title)),
        artifact_changes: [ArtifactChange {
            artifact_location: ArtifactLocation { uri: text::percent_encoded(finding.origin().path()) },
            replacements,
        }],
    }]
}

/// GitHub shows three levels.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

#[cfg(test)]
mod tests;
