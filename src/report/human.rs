//! For people: what is wrong, where, and what to do, in the look of rustc; the verdict last.

use std::collections::BTreeMap;
use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Format, Summary, text};
use crate::finding::{Finding, Mark};
use crate::outcome::{Status, Verdict};
use crate::rule::{RuleId, RuleMeta, Severity};

/// Marked excerpts and a summary.
#[derive(Debug)]
pub(super) struct Human {
    pub(super) color: bool,
    pub(super) width: Option<usize>,
}

/// How many further places of a finding are named.
const MOST_PLACES: usize = 5;

const RESET: &str = "\u{1b}[0m";
const DIM: &str = "\u{1b}[2m";
const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const GREEN: &str = "\u{1b}[1;32m";

impl Format for Human {
    fn write(&self, verdict: &Verdict, rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
        let metas: BTreeMap<&RuleId, &RuleMeta> = rules.iter().map(|meta| (&meta.id, *meta)).collect();
        let mut renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        if let Some(width) = self.width {
            renderer = renderer.term_width(width.max(40));
        }
        for judged in verdict.open() {
            self.write_finding(&judged.finding, metas.get(&judged.finding.rule).copied(), &renderer, out)?;
        }
        self.write_summary(verdict, out)
    }
}

impl Human {
    fn write_finding(
        &self,
        finding: &Finding,
        meta: Option<&RuleMeta>,
        renderer: &Renderer,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let level = match finding.severity {
            Severity::Critical | Severity::High => Level::ERROR,
            Severity::Medium => Level::WARNING,
            Severity::Low => Level::NOTE,
            Severity::Info => Level::INFO,
        };
        let title = level
            .with_name(finding.severity.word())
            .primary_title(text::line(&finding.message))
            .id(text::line(finding.rule.as_str()));
        let sheets = sheets(finding);
        let mut places = Vec::new();
        let mut group = Group::with_title(title);
        for sheet in &sheets {
            places.push(text::place(&sheet.lead().place));
            group = sheet.draw(group);
        }
        let more = finding.primary.place.origins.more();
        for place in more.iter().take(MOST_PLACES) {
            group = group.element(Level::NOTE.with_name("also in").message(format!(
                "{} ({})",
                text::path(place.path()),
                place.word()
            )));
        }
        if let Some(rest) = more.len().checked_sub(MOST_PLACES).filter(|rest| *rest > 0) {
            group = group.element(Level::NOTE.with_name("also in").message(format!("{rest} more places")));
        }
        if let Some(help) = &finding.help {
            group = group.element(Level::HELP.message(advice(help)));
        }
        if let Some(fix) = &finding.fix {
            let kind = if fix.safe { "fix" } else { "unsafe fix" };
            group = group.element(Level::HELP.with_name(kind).message(text::line(&fix.title)));
        }
        if let Some(meta) = meta.filter(|meta| !meta.aliases.is_empty()) {
            let aliases = text::line(&meta.aliases.join(", "));
            group = group.element(Level::NOTE.with_name("also known as").message(self.paint(DIM, &aliases)));
        }
        let rendered = renderer.render(&[group]);
        writeln!(out, "{}\n", with_exact_places(&rendered, &places))
    }

    fn write_summary(&self, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
        let summary = Summary::of(verdict);
        if !verdict.gaps.is_empty() {
            writeln!(out, "{}", self.paint(BOLD, "not looked at:"))?;
            for gap in &verdict.gaps {
                writeln!(
                    out,
                    "  {}: {}: {}",
                    text::line(&gap.path),
                    gap.kind.word(),
                    text::line(&gap.detail)
                )?;
            }
            writeln!(out)?;
        }
        let color = match summary.status {
            Status::Pass => GREEN,
            Status::Fail => RED,
            Status::Incomplete => YELLOW,
        };
        writeln!(out, "{}", self.paint(color, &text::verdict_line(&summary)))?;
        writeln!(out, "{}", text::counts_line(&summary))
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.color { format!("{style}{text}{RESET}") } else { text.to_owned() }
    }
}

/// Help, whose lines after the first start a line of the report: none may start a workflow command (`::error::`).
fn advice(help: &str) -> String {
    let guard = |line: &str| match line.trim_start().strip_prefix("::") {
        Some(rest) => format!("\\x3A:{rest}"),
        None => line.to_owned(),
    };
    text::lines(help).lines().map(guard).collect::<Vec<_>>().join("\n")
}

/// One excerpt and the marks on it, the first being the one that its heading names.
struct Sheet<'a> {
    marks: Vec<(AnnotationKind, &'a Mark)>,
    text: String,
}

/// The excerpts of a finding; marks that share an excerpt share a sheet.
fn sheets(finding: &Finding) -> Vec<Sheet<'_>> {
    let mut sheets: Vec<Sheet<'_>> = vec![Sheet::new(AnnotationKind::Primary, &finding.primary)];
    for mark in &finding.context {
        match sheets.iter_mut().find(|sheet| sheet.takes(mark)) {
            Some(sheet) => sheet.marks.push((AnnotationKind::Context, mark)),
            None => sheets.push(Sheet::new(AnnotationKind::Context, mark)),
        }
    }
    sheets
}

impl<'a> Sheet<'a> {
    fn new(kind: AnnotationKind, mark: &'a Mark) -> Self {
        Self { marks: vec![(kind, mark)], text: text::defuse(mark.excerpt.text.clone()) }
    }

    fn lead(&self) -> &'a Mark {
        // `new` puts the first mark in.
        self.marks[0].1
    }

    fn takes(&self, mark: &Mark) -> bool {
        let lead = self.lead();
        lead.place.origins == mark.place.origins
            && lead.excerpt.first_line == mark.excerpt.first_line
            && lead.excerpt.text == mark.excerpt.text
    }

    fn draw<'s>(&'s self, group: Group<'s>) -> Group<'s> {
        let lead = self.lead();
        let path = text::path(lead.place.origins.first().path());
        if self.text.trim().is_empty() {
            return group.element(Origin::path(path).line(lead.place.region.start.line as usize));
        }
        let annotations = self.marks.iter().map(|(kind, mark)| {
            let label = text::line(&mark.text);
            let annotation = kind.span(within(&self.text, &mark.excerpt.marked));
            annotation.label(if label.is_empty() { None } else { Some(label) })
        });
        group.element(
            Snippet::source(self.text.as_str())
                .line_start(lead.excerpt.first_line as usize)
                .path(path)
                .annotations(annotations),
        )
    }
}

/// The range, cut to the text and to character boundaries.
fn within(text: &str, range: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end = text.floor_char_boundary(range.end);
    text.floor_char_boundary(range.start).min(end)..end
}

/// The renderer reckons a place from the masked excerpt, where columns may have moved: put the true one there.
fn with_exact_places(rendered: &str, places: &[String]) -> String {
    let mut places = places.iter();
    let mut out = Vec::new();
    for line in rendered.lines() {
        let arrow = ["--> ", "::: "].iter().find_map(|arrow| line.find(arrow).map(|at| at + arrow.len()));
        let is_heading = |end: usize| plain(&line[..end]).trim().len() == 3;
        match arrow.filter(|end| is_heading(*end)) {
            Some(end) if places.len() > 0 => {
                let reset = if line[end..].starts_with(RESET) { RESET } else { "" };
                let place = places.next().map(String::as_str).unwrap_or_default();
                out.push(format!("{}{reset}{place}", &line[..end]));
            }
            _ => out.push(line.to_owned()),
        }
    }
    out.join("\n")
}

/// A line without its colours.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        rest = rest[at..].find('m').map_or("", |end| &rest[at + end + 1..]);
    }
    out + rest
}
