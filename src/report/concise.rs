//! One line each: `path:line:column: severity[rule] message`, then the verdict.

use std::io::{self, Write};

use super::{Format, Summary, text};
use crate::outcome::Verdict;
use crate::rule::RuleMeta;

/// One line each.
#[derive(Debug)]
pub(super) struct Concise;

impl Format for Concise {
    fn write(&self, verdict: &Verdict, _rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
        for judged in verdict.open() {
            let finding = &judged.finding;
            let place = text::place(&finding.primary.place);
            writeln!(
                out,
                "{}{place}: {}[{}] {}",
                command_guard(&place),
                finding.severity,
                text::line(finding.rule.as_str()),
                text::line(&finding.message)
            )?;
        }
        for gap in &verdict.gaps {
            let path = text::line(&gap.path);
            writeln!(
                out,
                "{}{path}: gap[{}] {}",
                command_guard(&path),
                gap.kind.word(),
                text::line(&gap.detail)
            )?;
        }
        let summary = Summary::of(verdict);
        writeln!(out, "{}; {}", text::verdict_line(&summary), text::counts_line(&summary))
    }
}

/// A path that begins like a workflow command (`::error::`, white space before it does not matter) is written with
/// `./` before it.
fn command_guard(path: &str) -> &'static str {
    if path.trim_start().starts_with("::") { "./" } else { "" }
}
