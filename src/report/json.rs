//! The report as JSON, in the shape and key order that users rely on: `plimsoll/report/1`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::{Format, Summary, text};
use crate::finding::{Finding, Gap};
use crate::outcome::{Judged, Verdict};
use crate::rule::{RuleId, RuleMeta, Severity};
use crate::source::{Origin, Place, Position, Region, printable_str};

/// One object.
#[derive(Debug)]
pub(super) struct Json;

/// One finding a line, then the summary.
#[derive(Debug)]
pub(super) struct Jsonl;

impl Format for Json {
    fn write(&self, verdict: &Verdict, rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
        let metas = by_id(rules);
        let report = ReportJson {
            schema: "plimsoll/report/1",
            tool: ToolJson { name: "plimsoll", version: env!("CARGO_PKG_VERSION") },
            findings: verdict.findings.iter().map(|judged| FindingJson::new(judged, &metas)).collect(),
            gaps: verdict.gaps.iter().map(GapJson::new).collect(),
            summary: SummaryJson::new(&Summary::of(verdict)),
        };
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)
    }
}

impl Format for Jsonl {
    fn write(&self, verdict: &Verdict, rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
        let metas = by_id(rules);
        for judged in &verdict.findings {
            serde_json::to_writer(&mut *out, &FindingJson::new(judged, &metas))?;
            writeln!(out)?;
        }
        let last = LastLine {
            schema: "plimsoll/report/1",
            gaps: verdict.gaps.iter().map(GapJson::new).collect(),
            summary: SummaryJson::new(&Summary::of(verdict)),
        };
        serde_json::to_writer(&mut *out, &last)?;
        writeln!(out)
    }
}

type Metas<'a> = BTreeMap<&'a RuleId, &'a RuleMeta>;

fn by_id<'a>(rules: &[&'a RuleMeta]) -> Metas<'a> {
    rules.iter().map(|meta| (&meta.id, *meta)).collect()
}

#[derive(Serialize)]
struct ReportJson<'a> {
    schema: &'static str,
    tool: ToolJson,
    findings: Vec<FindingJson<'a>>,
    gaps: Vec<GapJson>,
    summary: SummaryJson,
}

#[derive(Serialize)]
struct LastLine {
    schema: &'static str,
    gaps: Vec<GapJson>,
    summary: SummaryJson,
}

#[derive(Serialize)]
struct ToolJson {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    family: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: String,
    location: LocationJson,
    also: Vec<LocationJson>,
    related: Vec<RelatedJson>,
    excerpt: String,
    aliases: Vec<&'a str>,
    controls: Vec<&'a str>,
    help: Option<String>,
    fix: Option<FixJson<'a>>,
    fingerprint: String,
    suppressed: Option<SuppressedJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<SecretJson<'a>>,
}

#[derive(Serialize)]
struct LocationJson {
    path: String,
    origin: &'static str,
    commit: Option<String>,
    author: Option<String>,
    date: Option<String>,
    layer: Option<String>,
    start: PositionJson,
    end: PositionJson,
}

#[derive(Serialize)]
struct PositionJson {
    line: u64,
    column: u64,
    byte: u64,
}

#[derive(Serialize)]
struct RelatedJson {
    location: LocationJson,
    message: String,
}

#[derive(Serialize)]
struct FixJson<'a> {
    title: String,
    safe: bool,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct EditJson<'a> {
    start_byte: u64,
    end_byte: u64,
    text: &'a str,
}

#[derive(Serialize)]
struct SuppressedJson {
    by: &'static str,
    reason: String,
    until: Option<NaiveDate>,
}

#[derive(Serialize)]
struct SecretJson<'a> {
    kind: &'a str,
    provider: &'a str,
    verified_format: bool,
    digest: Option<&'a str>,
}

#[derive(Serialize)]
struct GapJson {
    path: String,
    kind: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct SummaryJson {
    verdict: &'static str,
    fail_on: &'static str,
    by_severity: BySeverityJson,
    suppressed: u64,
    gaps: u64,
    scanned: ScannedJson,
}

#[derive(Serialize)]
struct BySeverityJson {
    info: u64,
    low: u64,
    medium: u64,
    high: u64,
    critical: u64,
}

#[derive(Serialize)]
struct ScannedJson {
    files: u64,
    bytes: u64,
    commits: u64,
}

impl<'a> FindingJson<'a> {
    fn new(judged: &'a Judged, metas: &Metas<'a>) -> Self {
        let finding: &Finding = &judged.finding;
        let meta = metas.get(&finding.rule);
        let place = &finding.primary.place;
        Self {
            rule: finding.rule.as_str(),
            family: finding.family.word(),
            severity: finding.severity.word(),
            confidence: finding.confidence.word(),
            message: printable_str(&finding.message),
            location: LocationJson::new(place.origins.first(), place.region),
            also: place.origins.more().iter().map(|origin| LocationJson::new(origin, place.region)).collect(),
            related: finding
                .context
                .iter()
                .map(|mark| RelatedJson {
                    location: LocationJson::of(&mark.place),
                    message: printable_str(&mark.text),
                })
                .collect(),
            excerpt: text::marked_lines(finding),
            aliases: meta.map(|meta| meta.aliases.iter().map(AsRef::as_ref).collect()).unwrap_or_default(),
            controls: meta.map(|meta| meta.controls.iter().map(AsRef::as_ref).collect()).unwrap_or_default(),
            help: finding.help.as_deref().map(text::lines),
            fix: finding.fix.as_ref().map(|fix| FixJson {
                title: printable_str(&fix.title),
                safe: fix.safe,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| EditJson {
                        start_byte: edit.start_byte,
                        end_byte: edit.end_byte,
                        text: &edit.text,
                    })
                    .collect(),
            }),
            fingerprint: finding.fingerprint().to_string(),
            suppressed: judged.suppressed.as_ref().map(|suppressed| SuppressedJson {
                by: suppressed.by.word(),
                reason: printable_str(&suppressed.reason),
                until: suppressed.until,
            }),
            secret: finding.secret.as_ref().map(|secret| SecretJson {
                kind: &secret.kind,
                provider: &secret.provider,
                verified_format: secret.verified_format,
                digest: secret.digest.as_deref(),
            }),
        }
    }
}

impl LocationJson {
    fn of(place: &Place) -> Self {
        Self::new(place.origins.first(), place.region)
    }

    fn new(origin: &Origin, region: Region) -> Self {
        let (commit, layer) = match origin {
            Origin::History { commit, .. } => (Some(printable_str(commit)), None),
            Origin::Image { layer, .. } => (None, Some(printable_str(layer))),
            _ => (None, None),
        };
        Self {
            path: origin.path().to_string(),
            origin: origin.word(),
            commit,
            // Nothing that walks history tells who wrote a commit, and when, yet.
            author: None,
            date: None,
            layer,
            start: PositionJson::new(region.start),
            end: PositionJson::new(region.end),
        }
    }
}

impl PositionJson {
    fn new(position: Position) -> Self {
        Self { line: position.line, column: position.column, byte: position.byte }
    }
}

impl GapJson {
    fn new(gap: &Gap) -> Self {
        Self { path: printable_str(&gap.path), kind: gap.kind.word(), detail: printable_str(&gap.detail) }
    }
}

impl SummaryJson {
    fn new(summary: &Summary) -> Self {
        let of = |severity| summary.by_severity.get(&severity).copied().unwrap_or_default();
        Self {
            verdict: summary.status.word(),
            fail_on: summary.fail_on.map_or("none", Severity::word),
            by_severity: BySeverityJson {
                info: of(Severity::Info),
                low: of(Severity::Low),
                medium: of(Severity::Medium),
                high: of(Severity::High),
                critical: of(Severity::Critical),
            },
            suppressed: summary.suppressed,
            gaps: summary.gaps,
            scanned: ScannedJson {
                files: summary.coverage.files,
                bytes: summary.coverage.bytes,
                commits: summary.coverage.commits,
            },
        }
    }
}
