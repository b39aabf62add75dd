//! Text from outside, made harmless where it is printed as plain lines.

use std::fmt::Write as _;

use crate::finding::Finding;
use crate::outcome::{Judged, Status, Verdict};
use crate::rule::Severity;
use crate::source::{Place, RelPath, printable_str};

use super::Summary;

/// One line of text that steers neither a terminal nor a CI service.
pub(super) fn line(text: &str) -> String {
    defuse(printable_str(text))
}

/// [`line`] for each line of a text that may have several.
pub(super) fn lines(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// CI services obey `##[command]` (GitHub, Azure), `##vso[…]` (Azure) and `##teamcity[…]` wherever they stand on a
/// line. The bracket is turned, which keeps every length, so that marks in an excerpt stay where they are.
pub(super) fn defuse(mut text: String) -> String {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("##")) {
        let start = from + at + 2;
        let rest = text.get(start..).unwrap_or_default();
        let word = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
        if rest.as_bytes().get(word) == Some(&b'[') {
            text.replace_range(start + word..start + word + 1, "(");
        }
        from = start + word;
    }
    text
}

/// A path as people read it; the top of the tree is `.`.
pub(super) fn path(path: &RelPath) -> String {
    if path.is_top() { ".".to_owned() } else { defuse(path.to_string()) }
}

/// A path as part of a URL: relative, every byte that is not plain percent-encoded (RFC 3986), so that a colon in
/// its first part is no scheme and bytes that are no UTF-8 come through.
pub(super) fn percent_encoded(path: &RelPath) -> String {
    let mut out = String::new();
    for &byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The first place of a mark as `path:line:column`.
pub(super) fn place(place: &Place) -> String {
    let start = place.region.start;
    format!("{}:{}:{}", path(place.origins.first().path()), start.line, start.column)
}

/// The last line that a place covers: a stretch that ends at the start of a line does not reach into it.
pub(super) fn last_line(place: &Place) -> u64 {
    let (start, end) = (place.region.start, place.region.end);
    if end.column == 1 && end.line > start.line { end.line - 1 } else { end.line }
}

/// A count with its noun.
pub(super) fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The verdict in plain words, one line.
pub(super) fn verdict_line(summary: &Summary) -> String {
    let threshold = summary.fail_on.map_or("none", Severity::word);
    match summary.status {
        Status::Fail => {
            let noun = if summary.failing == 1 { "finding" } else { "findings" };
            let more = if summary.gaps > 0 { ", and not everything could be looked at" } else { "" };
            format!("fail: {} {noun} at or above {threshold}{more}", summary.failing)
        }
        Status::Incomplete => {
            format!("incomplete: {} could not be looked at, so this is no pass", count(summary.gaps, "place"))
        }
        Status::Pass if summary.open == 0 => "pass: no findings".to_owned(),
        Status::Pass if summary.fail_on.is_none() => "pass: no threshold is set, so nothing fails".to_owned(),
        Status::Pass => format!("pass: none of the findings fails the gate (threshold: {threshold})"),
    }
}

/// The counts in one line.
pub(super) fn counts_line(summary: &Summary) -> String {
    let severities: Vec<String> = summary
        .by_severity
        .iter()
        .rev()
        .filter(|(_, number)| **number > 0)
        .map(|(severity, number)| format!("{number} {severity}"))
        .collect();
    let mut parts = vec![if severities.is_empty() {
        count(summary.open, "finding")
    } else {
        format!("{} ({})", count(summary.open, "finding"), severities.join(", "))
    }];
    parts.push(format!("{} suppressed", summary.suppressed));
    parts.push(format!("{} scanned", count(summary.coverage.files, "file")));
    if summary.coverage.commits > 0 {
        parts.push(format!("{} walked", count(summary.coverage.commits, "commit")));
    }
    if summary.coverage.by_name_only > 0 {
        parts.push(format!("{} judged by name only", summary.coverage.by_name_only));
    }
    if summary.coverage.binary > 0 {
        parts.push(format!("{} binary, not searched for secrets", summary.coverage.binary));
    }
    parts.push(count(summary.gaps, "gap"));
    parts.join(", ")
}

/// The findings that count, worst first, otherwise in the order of the verdict.
pub(super) fn worst_first(verdict: &Verdict) -> Vec<&Judged> {
    let mut open: Vec<&Judged> = verdict.open().collect();
    open.sort_by_key(|judged| std::cmp::Reverse(judged.finding.severity));
    open
}

/// The part of the excerpt that the mark touches, as whole lines.
pub(super) fn marked_lines(finding: &Finding) -> String {
    let excerpt = &finding.primary.excerpt;
    let text = excerpt.text.as_str();
    let end = excerpt.marked.end.min(text.len());
    let start = excerpt.marked.start.min(end);
    // A mark that ends with a line feed does not reach into the next line.
    let reach = if end > start && text.as_bytes().get(end - 1) == Some(&b'\n') { end - 1 } else { end };
    let first = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |feed| feed + 1);
    let last = text.get(reach..).and_then(|after| after.find('\n')).map_or(text.len(), |feed| reach + feed);
    lines(text.get(first..last).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_ci_services_are_defused_without_moving_anything() {
        for (text, expected) in [
            ("a ##[add-mask]x", "a ##[add-mask]x"),
            ("##vso[task.setvariable]", "##vso(task.setvariable]"),
            ("##teamcity[x]", "##teamcity(x]"),
            ("###[error]x ##[b", "###(error]x ##(b"),
            ("## heading [link]", "## heading [link]"),
            ("é##[x", "é##(x"),
        ] {
            let defused = defuse(text.to_owned());
            assert_eq!(defused, expected.replace("##[", "##("), "{text}");
            assert_eq!(defused.len(), text.len());
        }
    }

    #[test]
    fn paths_in_urls() {
        assert_eq!(
            percent_encoded(&RelPath::from_bytes(b"a b/c:d/\xFF#?%.txt")),
            "a%20b/c%3Ad/%FF%23%3F%25.txt"
        );
        assert_eq!(percent_encoded(&RelPath::from("é")), "%C3%A9");
    }

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(line("a\r\n::error::b\u{1b}[2J\u{202e}"), "a\\x0D\\x0A::error::b\\x1B[2J\\xE2\\x80\\xAE");
    }
}
