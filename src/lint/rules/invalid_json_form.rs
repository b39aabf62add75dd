//! `invalid-json-form`: brackets that are not JSON.

use crate::card;
use crate::detect::Reporter;
use crate::finding::{Edit, Fix};
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::{Dockerfile, ProblemKind};
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds arguments that look like the JSON form and are not valid JSON.
        ///
        /// ## Why it matters
        /// The builder does not complain: it takes the text, brackets and all, as a shell command or as paths, and
        /// the container fails when it starts.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// ENTRYPOINT ['/usr/bin/app', '--serve']
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// ENTRYPOINT ["/usr/bin/app", "--serve"]
        /// ```
        ///
        /// ## How to fix
        /// Use double quotes, put commas between the words and none after the last.
        ///
        /// ## References
        /// - <https://docs.docker.com/reference/dockerfile/#exec-form>
        id: "invalid-json-form",
        family: Dockerfile,
        summary: "looks like the JSON form and is not valid JSON",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DF071"],
        controls: [],
        references: ["https://docs.docker.com/reference/dockerfile/#exec-form"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for problem in &model.file.problems {
        if problem.kind != ProblemKind::InvalidJson
            || !tries_json(&String::from_utf8_lossy(problem.span.bytes()))
        {
            continue;
        }
        let keyword = keyword_at(model.file, &problem.span);
        let mut draft = reporter
            .draft(
                problem.span.clone(),
                format!("{keyword} looks like the JSON form and is not valid JSON: it is taken literally"),
            )
            .label("not valid JSON")
            .help("use double quotes, put commas between the words and none after the last")
            .anchor(format!("{keyword} json"));
        if let Some(json) = mended(&String::from_utf8_lossy(problem.span.bytes())) {
            let range = problem.span.range();
            draft = draft.fix(Fix {
                title: "Write valid JSON".to_owned(),
                safe: false,
                edits: vec![Edit { start_byte: range.start.into(), end_byte: range.end.into(), text: json }],
            });
        }
        reporter.report(draft);
    }
}

/// The keyword of the instruction around a span.
pub(super) fn keyword_at(file: &Dockerfile, span: &Span) -> String {
    let at = span.range().start;
    let after = file.instructions.partition_point(|instruction| instruction.span.range().start <= at);
    let around = after.checked_sub(1).and_then(|index| file.instructions.get(index));
    around.map_or_else(|| "the file".to_owned(), |instruction| instruction.inner().name())
}

/// True when the author meant JSON: `[ -e file ] && …`, `[[ … ]]` and `[Net.Type]::Member` are commands.
fn tries_json(text: &str) -> bool {
    let text = text.trim();
    let Some(inside) = text.strip_prefix('[') else { return false };
    let quoted = inside.trim_start().starts_with(['"', '\'', '\u{201c}', '\u{201d}']);
    let closed = text.ends_with(']');
    // `[ a ] && b [c]` is the `test` command.
    if ["] &&", "] ||", "];", "] ;"].iter().any(|end| inside.contains(end)) {
        return false;
    }
    match inside.bytes().next() {
        Some(b' ' | b'\t') => {
            quoted && closed && (inside.contains(',') || !inside.contains(" = ") && !inside.contains(" == "))
        }
        Some(b'[') | None => false,
        Some(_) => quoted || closed,
    }
}

/// The text with single quotes made double and a comma too many taken out, when that is JSON.
fn mended(text: &str) -> Option<String> {
    if text.contains(['"', '\\', '\n', '$']) {
        return None;
    }
    let mut candidate = text.trim().replace('\'', "\"");
    if let Some(body) = candidate.strip_suffix(']') {
        candidate = format!("{}]", body.trim_end().trim_end_matches(','));
    }
    serde_json::from_str::<Vec<String>>(&candidate).ok().map(|_| candidate)
}

#[cfg(test)]
mod tests {
    use super::{mended, tries_json};

    #[test]
    fn commands_are_no_json() {
        for text in [
            "[ -e /x ] && y",
            "[[ a ]] && b",
            "[Net.X]::Y = 1",
            "[ \"$A\" = b ]",
            "[",
            "[ \"$a\" == \"x\" ] && echo [1, 2]",
        ] {
            assert!(!tries_json(text), "{text}");
        }
        for text in
            ["['a']", "[\"a\", \"b]", "[a, b]", "[ 'a', 'b' ]", "[\"a\" \"b\"]", "[ 'x' ]", "[\"a\", 'b']"]
        {
            assert!(tries_json(text), "{text}");
        }
    }

    #[test]
    fn mends_quotes_and_commas() {
        assert_eq!(mended("['a', 'b']").as_deref(), Some(r#"["a", "b"]"#));
        assert_eq!(mended("['a',]").as_deref(), Some(r#"["a"]"#));
        assert_eq!(mended("[a, b]"), None);
    }
}
