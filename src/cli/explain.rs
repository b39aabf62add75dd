//! `plimsoll explain RULE`: one rule's page.

use std::io::{self, Write};

use anyhow::bail;
use clap::Args;

use crate::cli::io::Exit;
use crate::cli::output::{self, Target};
use crate::cli::rules::registry;
use crate::cli::session::Session;
use crate::config::nearest_rule;
use crate::rule::{Persona, RuleMeta};

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// The rule's name, or the id of the same concern in another tool (DL3002)
    #[arg(value_name = "RULE")]
    rule: String,
}

/// Shows a rule's page.
pub(super) fn run(session: &mut Session<'_>, args: &ExplainArgs) -> anyhow::Result<Exit> {
    let (_, registry) = registry(session)?;
    let metas = registry.metas();
    let found: Vec<&RuleMeta> = match metas.iter().find(|meta| meta.id.as_str() == args.rule) {
        Some(meta) => vec![meta],
        None => metas
            .iter()
            .copied()
            .filter(|meta| meta.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(&args.rule)))
            .collect(),
    };
    if found.is_empty() {
        let name = &args.rule;
        match nearest_rule(name, &metas) {
            Some(near) => bail!("no rule is called {name}; did you mean `{near}`?"),
            None => bail!("no rule is called {name}; `plimsoll rules` lists them all"),
        }
    }
    let color = session.colors_out();
    output::write(session, &Target::Stdout, |out| {
        for (at, meta) in found.iter().enumerate() {
            if at > 0 {
                writeln!(out, "\n---\n")?;
            }
            page(meta, color, out)?;
        }
        Ok(())
    })?;
    Ok(Exit::Pass)
}

fn page(meta: &RuleMeta, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let (bold, dim, plain) = if color { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    writeln!(out, "{bold}{}{plain}: {}", meta.id, meta.summary)?;
    write!(out, "{dim}{} rule, severity {}, confidence {}", meta.family, meta.severity, meta.confidence)?;
    if meta.persona != Persona::Regular {
        write!(out, ", heard by --persona {}", meta.persona)?;
    }
    writeln!(out, ", since {}{plain}", meta.since)?;
    for (name, list) in [("Also known as", &meta.aliases), ("Controls", &meta.controls)] {
        if !list.is_empty() {
            writeln!(out, "{dim}{name}: {}{plain}", list.join(", "))?;
        }
    }
    writeln!(out)?;
    markdown(&meta.markdown(), color, out)?;
    let references = meta.references.iter().filter(|reference| !meta.page.contains(reference.as_ref()));
    for (at, reference) in references.enumerate() {
        if at == 0 {
            writeln!(out, "\n{bold}Further reading{plain}")?;
        }
        writeln!(out, "  {reference}")?;
    }
    writeln!(out, "\n{bold}To allow it in one place{plain}")?;
    writeln!(out, "    # plimsoll: ignore[{}] -- why this is fine", meta.id)
}

/// Markdown for a terminal: headings stand out, code is set in.
fn markdown(text: &str, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let (bold, cyan, plain) = if color { ("\x1b[1m", "\x1b[36m", "\x1b[0m") } else { ("", "", "") };
    let mut fence: Option<&str> = None;
    let mut after_code = false;
    for line in text.trim_end().lines() {
        let ticks = line.trim_start();
        // Without their fences, two examples in a row would read as one.
        if fence.is_none() && after_code && ticks.starts_with("```") {
            writeln!(out)?;
        }
        after_code = fence.is_some();
        match fence {
            Some(open) if ticks.trim_end() == open => fence = None,
            Some(_) => writeln!(out, "    {cyan}{line}{plain}")?,
            None if ticks.starts_with("```") => {
                fence = Some(&ticks[..ticks.len() - ticks.trim_start_matches('`').len()])
            }
            None => match line.trim_start_matches('#').strip_prefix(' ') {
                Some(heading) if line.starts_with('#') => writeln!(out, "{bold}{heading}{plain}")?,
                _ => writeln!(out, "{line}")?,
            },
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::markdown;

    fn shown(text: &str, color: bool) -> String {
        let mut out = Vec::new();
        markdown(text, color, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn headings_and_code_stand_out() {
        let text = "## Bad\n```dockerfile bad\n# a comment\nUSER root\n```\nText with # inside\n";
        assert_eq!(shown(text, false), "Bad\n    # a comment\n    USER root\nText with # inside\n");
        assert_eq!(shown("## Bad\n", true), "\x1b[1mBad\x1b[0m\n");
    }

    #[test]
    fn two_examples_in_a_row_stay_apart() {
        assert_eq!(shown("```\na\n```\n```\nb\n```\nc\n", false), "    a\n\n    b\nc\n");
    }

    #[test]
    fn a_longer_fence_holds_a_shorter_one() {
        assert_eq!(shown("````\n```\nx\n````\ny\n", false), "    ```\n    x\ny\n");
    }
}
