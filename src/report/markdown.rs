//! A job summary or comment: headline, counts, table of findings, details folded away.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Format, Summary, text};
use crate::outcome::{Judged, Status, Verdict};
use crate::rule::{RuleId, RuleMeta};
use crate::source::Place;

/// Markdown as GitHub renders it.
#[derive(Debug)]
pub(super) struct Markdown {
    pub(super) link_base: Option<String>,
    /// The most bytes to write.
    pub(super) budget: usize,
}

/// GitHub drops a job summary of more than 1 MiB altogether.
pub(super) const BUDGET: usize = 900 * 1024;

/// Kept for what follows the table of findings.
const RESERVE: usize = 1024;

impl Format for Markdown {
    fn write(&self, verdict: &Verdict, rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
        let summary = Summary::of(verdict);
        let mut page = Page { text: headline(&summary), budget: self.budget.saturating_sub(RESERVE) };
        let gaps: Vec<String> = verdict
            .gaps
            .iter()
            .map(|gap| format!("| {} | {} | {} |\n", code(&gap.path), gap.kind.word(), prose(&gap.detail)))
            .collect();
        // A third of the page at most, so that gaps cannot crowd out findings.
        page.table(
            "\n### Not looked at\n\n| Where | Why | What to do |\n|---|---|---|\n",
            &gaps,
            "",
            self.budget / 3,
        );

        let worst_first = text::worst_first(verdict);
        let rows: Vec<String> = worst_first.iter().map(|judged| self.row(judged)).collect();
        let budget = page.budget;
        page.table(
            "\n### Findings\n\n| Severity | Rule | Where | What |\n|---|---|---|---|\n",
            &rows,
            "",
            budget,
        );

        let metas: BTreeMap<&RuleId, &RuleMeta> = rules.iter().map(|meta| (&meta.id, *meta)).collect();
        let details: Vec<String> = worst_first
            .iter()
            .map(|judged| self.detail(judged, metas.get(&judged.finding.rule).copied()))
            .collect();
        page.table("\n<details><summary>What to do</summary>\n\n", &details, "\n</details>\n", budget);

        let suppressed: Vec<String> =
            verdict.findings.iter().filter_map(|judged| self.suppressed_row(judged)).collect();
        let head = "\n<details><summary>Suppressed</summary>\n\n| Rule | Where | By | Reason | Until |\n|---|---|---|---|---|\n";
        page.table(head, &suppressed, "\n</details>\n", budget);
        out.write_all(page.text.as_bytes())
    }
}

/// Text that grows up to a budget.
struct Page {
    text: String,
    budget: usize,
}

impl Page {
    /// Rows between a head and a foot, as many as the budget takes; then how many were left out.
    fn table(&mut self, head: &str, rows: &[String], foot: &str, budget: usize) {
        if rows.is_empty() {
            return;
        }
        let room = budget.min(self.budget);
        let mut shown = 0;
        let mut body = String::new();
        for row in rows {
            if self.text.len() + head.len() + body.len() + row.len() + foot.len() > room {
                break;
            }
            body.push_str(row);
            shown += 1;
        }
        if shown > 0 {
            self.text.push_str(head);
            self.text.push_str(&body);
            self.text.push_str(foot);
        }
        if shown < rows.len() {
            let title = head.trim_start().lines().next().unwrap_or_default();
            let title = title.trim_start_matches("### ").trim_start_matches("<details><summary>");
            let title = title.trim_end_matches("</summary>").to_lowercase();
            let _ = write!(
                self.text,
                "\n_{} more under “{title}” left out: the page is full._\n",
                rows.len() - shown
            );
        }
    }
}

impl Markdown {
    fn row(&self, judged: &Judged) -> String {
        let finding = &judged.finding;
        format!(
            "| {} | {} | {} | {} |\n",
            finding.severity,
            code(finding.rule.as_str()),
            self.link(&finding.primary.place),
            prose(&finding.message)
        )
    }

    fn suppressed_row(&self, judged: &Judged) -> Option<String> {
        let suppressed = judged.suppressed.as_ref()?;
        let finding = &judged.finding;
        let until = suppressed.until.map(|day| day.to_string()).unwrap_or_default();
        Some(format!(
            "| {} | {} | {} | {} | {until} |\n",
            code(finding.rule.as_str()),
            self.link(&finding.primary.place),
            suppressed.by.word(),
            prose(&suppressed.reason)
        ))
    }

    fn detail(&self, judged: &Judged, meta: Option<&RuleMeta>) -> String {
        let finding = &judged.finding;
        let mut item = format!(
            "- {} {}: {}",
            self.link(&finding.primary.place),
            code(finding.rule.as_str()),
            prose(&finding.message)
        );
        for mark in &finding.context {
            let _ = write!(item, "<br>{} {}", self.link(&mark.place), prose(&mark.text));
        }
        if let Some(help) = &finding.help {
            let _ = write!(item, "<br>help: {}", prose(help));
        }
        if let Some(fix) = &finding.fix {
            let _ =
                write!(item, "<br>{}: {}", if fix.safe { "fix" } else { "unsafe fix" }, prose(&fix.title));
        }
        if let Some(meta) = meta.filter(|meta| !meta.aliases.is_empty()) {
            let _ = write!(item, "<br>also known as {}", prose(&meta.aliases.join(", ")));
        }
        item.push('\n');
        item
    }

    fn link(&self, place: &Place) -> String {
        let path = place.origins.first().path();
        let line = place.region.start.line;
        let words = code(&format!("{}:{line}", text::path(path)));
        match &self.link_base {
            Some(base) => format!("[{words}]({base}{}#L{line})", text::percent_encoded(path)),
            None => words,
        }
    }
}

fn headline(summary: &Summary) -> String {
    let sign = match summary.status {
        Status::Pass => "✅",
        Status::Fail => "❌",
        Status::Incomplete => "⚠️",
    };
    let mut text = format!("## {sign} Plimsoll: {}\n\n", text::verdict_line(summary));
    text.push_str("| Severity | Findings |\n|---|---:|\n");
    for (severity, number) in summary.by_severity.iter().rev() {
        let _ = writeln!(text, "| {severity} | {number} |");
    }
    let _ = writeln!(text, "\n{}", text::counts_line(summary));
    text
}

/// Untrusted text in a line of Markdown or a table cell: no mark-up, no HTML, no link, no mention.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let safe = text.lines().map(text::line).collect::<Vec<_>>().join(" ");
    let mut before = ' ';
    for c in safe.chars() {
        match c {
            // An empty comment after it keeps GitHub from making a mention or reference of what follows.
            '@' | '#' => {
                let _ = write!(out, "{c}<!-- -->");
            }
            // … and from making a link of a bare address.
            '.' if before == 'w' || before == 'W' => out.push_str(".<!-- -->"),
            ':' => out.push_str(":<!-- -->"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '|' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')' | '!' | '\\' | '$' => {
                let _ = write!(out, "&#{};", c as u32);
            }
            _ => out.push(c),
        }
        before = c;
    }
    out
}

/// Untrusted text as code. HTML rather than backticks: nothing in it can close it.
fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in text::line(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '-' | '.' | '/' | ',') {
            let _ = write!(out, "&#{};", c as u32);
        } else {
            out.push(c);
        }
    }
    out.push_str("</code>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untrusted_text_is_only_text() {
        let hostile =
            "</details> | `x` [a](javascript:b) @team #1 <script> www.x https://y ![i](j) **b** $$m$$";
        let shown = prose(hostile);
        for mark in ["</details>", "|", "`", "[", "](", "<script>", "@team", "://", "www.x", "**", "$$", "!"]
        {
            let without_comments = shown.replace("<!-- -->", "\u{0}");
            assert!(!without_comments.contains(mark), "{mark} in {shown}");
        }
        assert!(
            !code("`</code>|")
                .trim_start_matches("<code>")
                .trim_end_matches("</code>")
                .contains(['`', '<', '|'])
        );
    }
}
