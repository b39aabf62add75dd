//! Tells why a run ended without a verdict, with the place in the configuration where there is one.

use std::io::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::cli::masking;
use crate::cli::session::Session;
use crate::config::{ConfigError, Problem};
use crate::finding::Excerpt;
use crate::redact;
use crate::secrets::{self, SecretDetector};

/// More problems of one file than this are counted and not shown.
const MOST_PROBLEMS: usize = 50;

/// Tells an error on standard error.
pub(super) fn tell(session: &mut Session<'_>, error: &anyhow::Error) {
    if let Some(ConfigError::Invalid { problems }) = error.downcast_ref() {
        point_at(session, problems);
        return;
    }
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    // The outer words say what could not be done and what to do; the inner ones say why.
    let text = match chain.as_slice() {
        [outer, inner @ ..] if !inner.is_empty() => match outer.split_once("; ") {
            Some((what, remedy)) => format!("{what}: {}; {remedy}", inner.join(": ")),
            None => format!("{outer}: {}", inner.join(": ")),
        },
        _ => chain.concat(),
    };
    session.error(text);
}

/// Shows each place in the configuration file, its line masked as everywhere else.
fn point_at(session: &mut Session<'_>, problems: &[Problem]) {
    let renderer = if session.colors_err() { Renderer::styled() } else { Renderer::plain() };
    // All problems are of one file, whose masks stay with it.
    if let (Some(problem), Ok(detector)) =
        (problems.first(), SecretDetector::new(&secrets::Settings::default()))
    {
        masking::mark(problem.span.source(), &detector);
    }
    for problem in problems.iter().take(MOST_PROBLEMS) {
        let source = problem.span.source();
        let Excerpt { text, first_line, marked, .. } = redact::excerpt(&problem.span);
        let path = source.path().to_string();
        let snippet = Snippet::source(text)
            .path(path)
            .line_start(usize::try_from(first_line).unwrap_or(1))
            .annotation(AnnotationKind::Primary.span(marked));
        let report: &[Group<'_>] = &[Level::ERROR
            .primary_title(problem.message.as_str())
            .element(snippet)
            .element(Level::HELP.message(problem.help.as_str()))];
        let _ = writeln!(session.io.stderr, "{}", renderer.render(report));
    }
    if let Some(rest) = problems.len().checked_sub(MOST_PROBLEMS).filter(|rest| *rest > 0) {
        session.error(format_args!("and {rest} more of these; correct the ones above first"));
    }
}
