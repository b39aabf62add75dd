//! Our own dialect: `plimsoll: ignore[rule-a,rule-b] until=2027-03-01 -- reason`.

use chrono::NaiveDate;

use super::{Dialect, Flaw, Hit, OURS, Scanner};
use crate::source::printable;

impl Scanner<'_> {
    pub(super) fn ours(&mut self, hit: &Hit<'_>) {
        let Some(position) = self.syntax.position(hit.before) else { return };
        let text = until_closer(hit.after, position.closer);
        let Some(parsed) = Parsed::from_text(&printable(text.get(OURS.len()..).unwrap_or_default())) else {
            return;
        };
        let covers = self.subject(hit, position.own_line);
        let directive = self.push(hit, text.len(), Dialect::Plimsoll, parsed.rules, covers);
        directive.until = parsed.until;
        directive.reason = parsed.reason;
        directive.flaw = parsed.flaw;
    }
}

/// The text of a comment without what ends it and without white space at its end.
fn until_closer<'a>(text: &'a [u8], closer: Option<&[u8]>) -> &'a [u8] {
    let end = closer.and_then(|closer| memchr::memmem::find(text, closer)).unwrap_or(text.len());
    text[..end].trim_ascii_end()
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Parsed {
    rules: Vec<String>,
    until: Option<NaiveDate>,
    reason: Option<String>,
    flaw: Option<Flaw>,
}

impl Parsed {
    /// Reads what follows `plimsoll:`. `None` for prose: neither the word `ignore` nor any word with a list.
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim_start();
        let word_end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
        let (word, rest) = text.split_at(word_end);
        let rest = rest.trim_start();
        if word != "ignore" {
            let is_misspelt = !word.is_empty() && rest.starts_with('[');
            return is_misspelt.then(|| Self { flaw: Some(Flaw::Unreadable), ..Self::default() });
        }
        let mut parsed = Self::default();
        let (list, rest) = match rest.strip_prefix('[').map(|list| list.split_once(']')) {
            Some(Some((list, rest))) => (list, rest),
            Some(None) => return Some(Self { flaw: Some(Flaw::Unreadable), ..parsed }),
            None => ("", rest),
        };
        for rule in list.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
            if !parsed.rules.iter().any(|known| known == rule) {
                parsed.rules.push(rule.to_owned());
            }
        }
        let (options, reason) = match rest.split_once("--") {
            Some((options, reason)) => (options, reason.trim()),
            None => (rest, ""),
        };
        parsed.reason = (!reason.is_empty()).then(|| reason.to_owned());
        let (mut bad_date, mut unreadable) = (false, false);
        for option in options.split_whitespace() {
            match option.strip_prefix("until=") {
                Some(date) => {
                    parsed.until = day(date);
                    bad_date |= parsed.until.is_none();
                }
                None => unreadable = true,
            }
        }
        parsed.flaw = if parsed.rules.is_empty() {
            Some(Flaw::NoRules)
        } else if unreadable {
            Some(Flaw::Unreadable)
        } else if bad_date {
            Some(Flaw::BadDate)
        } else if parsed.reason.is_none() {
            Some(Flaw::NoReason)
        } else {
            None
        };
        Some(parsed)
    }
}

/// `2027-03-01`, and nothing but that form.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(text: &str) -> Option<Option<Flaw>> {
        Parsed::from_text(text).map(|parsed| parsed.flaw)
    }

    #[test]
    fn a_whole_directive() {
        let parsed =
            Parsed::from_text(" ignore[root-user, sudo,root-user] until=2027-03-01 -- new image -- soon");
        assert_eq!(
            parsed,
            Some(Parsed {
                rules: vec!["root-user".into(), "sudo".into()],
                until: NaiveDate::from_ymd_opt(2027, 3, 1),
                reason: Some("new image -- soon".into()),
                flaw: None,
            })
        );
    }

    #[test]
    fn what_is_wrong_is_kept_as_data() {
        assert_eq!(flaw(" ignore[sudo]"), Some(Some(Flaw::NoReason)));
        assert_eq!(flaw(" ignore[sudo] --  "), Some(Some(Flaw::NoReason)));
        assert_eq!(flaw(" ignore[] -- why"), Some(Some(Flaw::NoRules)));
        assert_eq!(flaw(" ignore -- why"), Some(Some(Flaw::NoRules)));
        assert_eq!(flaw(" ignore[ , ] -- why"), Some(Some(Flaw::NoRules)));
        assert_eq!(flaw(" ignore[sudo] until=2027-13-01 -- why"), Some(Some(Flaw::BadDate)));
        assert_eq!(flaw(" ignore[sudo] until=2027-3-1 -- why"), Some(Some(Flaw::BadDate)));
        assert_eq!(flaw(" ignore[sudo] until=tomorrow -- why"), Some(Some(Flaw::BadDate)));
        assert_eq!(flaw(" ignore[sudo -- why"), Some(Some(Flaw::Unreadable)));
        assert_eq!(flaw(" ignore[sudo] because -- why"), Some(Some(Flaw::Unreadable)));
        assert_eq!(flaw(" ingore[sudo] -- why"), Some(Some(Flaw::Unreadable)));
    }

    #[test]
    fn prose_is_no_directive() {
        assert_eq!(flaw(" the load line [of a ship]"), None);
        assert_eq!(flaw(""), None);
        assert_eq!(flaw(" see the docs"), None);
    }
}
