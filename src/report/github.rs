//! Workflow commands: GitHub turns each into an annotation beside the changed line.
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::io::{self, Write};

use super::{Format, Summary, text};
use crate::outcome::{Judged, Verdict};
use crate::rule::{RuleMeta, Severity};

/// Annotations, the worst first, and a plain summary.
#[derive(Debug)]
pub(super) struct Github;

/// GitHub keeps ten annotations of a level per step and drops the rest without a word.
const PER_LEVEL: usize = 10;

impl Format for Github {
    fn write(&self, verdict: &Verdict, _rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
        let worst_first = text::worst_first(verdict);
        for level in ["error", "warning", "notice"] {
            let mut commands: Vec<String> = worst_first
                .iter()
                .filter(|judged| self::level(judged.finding.severity) == level)
                .map(|judged| annotation(level, judged))
                .collect();
            // What was not looked at must be seen even where findings fill the page.
            let gaps = verdict.gaps.iter().map(|gap| {
                let detail = format!("{}: {}: {}", gap.path, gap.kind.word(), gap.detail);
                format!("::warning title=plimsoll%3A not looked at::{}", data(&detail))
            });
            if level == "warning" {
                commands.splice(0..0, gaps);
            }
            let shown = if commands.len() > PER_LEVEL { PER_LEVEL - 1 } else { commands.len() };
            for command in commands.iter().take(shown) {
                writeln!(out, "{command}")?;
            }
            if commands.len() > shown {
                writeln!(
                    out,
                    "::{level} title=plimsoll::{} more, see the full report",
                    commands.len() - shown
                )?;
            }
        }
        let summary = Summary::of(verdict);
        writeln!(out, "plimsoll: {}", text::verdict_line(&summary))?;
        writeln!(out, "plimsoll: {}", text::counts_line(&summary))
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

fn annotation(level: &str, judged: &Judged) -> String {
    let finding = &judged.finding;
    let place = &finding.primary.place;
    let (start, last_line) = (place.region.start, text::last_line(place));
    let mut properties = format!(
        "file={},line={},endLine={last_line},col={}",
        property(&place.origins.first().path().to_string()),
        start.line,
        start.column,
    );
    // GitHub takes an end column only within one line.
    if place.region.end.line == start.line && place.region.end.column > start.column {
        properties.push_str(&format!(",endColumn={}", place.region.end.column));
    }
    let title = format!("{}[{}]", finding.severity, finding.rule);
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    format!("::{level} {properties},title={}::{}", property(&title), data(&message))
}

/// A message: lines stay lines in the annotation, everything else that steers is shown as it is.
fn data(text: &str) -> String {
    text::lines(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property ends at `,` or `:`.
fn property(text: &str) -> String {
    data(&text::line(text)).replace(':', "%3A").replace(',', "%2C")
}
