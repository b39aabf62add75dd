//! The dialects of other tools. Each is honoured where its own tool honours it, or wider where users asked for it.

use super::{Covers, Dialect, Directive, Hit, Scanner, ours::day};
use crate::parse::dockerfile::Dockerfile;
use crate::source::printable;

impl Scanner<'_> {
    pub(super) fn foreign(&mut self, dialect: Dialect, hit: &Hit<'_>) {
        match dialect {
            Dialect::Hadolint => self.hadolint(hit),
            Dialect::Trivy => self.trivy(hit),
            Dialect::Checkov => self.checkov(hit),
            Dialect::DetectSecrets => self.detect_secrets(hit),
            // Both tools look for the words anywhere on the line, in a comment or not.
            Dialect::Gitleaks => self.whole_line(hit, dialect, b"gitleaks:allow".len()),
            Dialect::Kingfisher => self.whole_line(hit, dialect, b"kingfisher:ignore".len()),
            Dialect::Plimsoll | Dialect::BuildKit => {}
        }
    }

    fn whole_line(&mut self, hit: &Hit<'_>, dialect: Dialect, len: usize) {
        let covers = self.this_line(hit);
        self.push(hit, len, dialect, Vec::new(), covers);
    }

    /// `# hadolint ignore=DL3008,SC2086 # why` above an instruction (also between its lines, which users ask for in
    /// hadolint #461); `# hadolint global ignore=…` for the file.
    fn hadolint(&mut self, hit: &Hit<'_>) {
        if self.instructions.is_none() || self.syntax.position(hit.before).is_none() {
            return;
        }
        let text = printable(hit.after);
        let mut words = text.strip_prefix("hadolint").unwrap_or_default().trim_start();
        let is_global = words.starts_with("global");
        if is_global {
            words = words["global".len()..].trim_start();
        }
        let Some(list) =
            words.strip_prefix("ignore").map(str::trim_start).and_then(|rest| rest.strip_prefix('='))
        else {
            return;
        };
        let (list, reason) =
            list.split_once('#').map_or((list, None), |(list, why)| (list, Some(why.trim())));
        let rules = ids(list, |c| c == ',' || c.is_whitespace());
        let covers = if is_global { Covers::File } else { self.subject(hit, true) };
        if !rules.is_empty() {
            let reason = reason.filter(|reason| !reason.is_empty()).map(str::to_owned);
            self.push(hit, hit.after.trim_ascii_end().len(), Dialect::Hadolint, rules, covers).reason =
                reason;
        }
    }

    /// `#trivy:ignore:DS-0002`, `#trivy:ignore:aws-*:exp:2027-01-01`; several on a line, each with its own prefix.
    fn trivy(&mut self, hit: &Hit<'_>) {
        if !self.syntax.has_marker(hit.before) {
            return;
        }
        let text = printable(hit.after);
        let word = text.split_whitespace().next().unwrap_or_default();
        let mut parts = word.split(':').skip(2);
        let Some(id) = parts.next().filter(|id| !id.is_empty()) else { return };
        let mut until = None;
        while let Some(key) = parts.next() {
            let value = parts.next();
            if key == "exp" {
                // The day of a broken date is unknown: the comment does not hold, as in trivy.
                let Some(day) = value.and_then(day) else { return };
                until = Some(day);
            }
        }
        let own_line = self.syntax.is_comment_line(hit.before);
        let covers = self.subject(hit, own_line);
        self.push(hit, word.len(), Dialect::Trivy, vec![id.to_owned()], covers).until = until;
    }

    /// `# checkov:skip=CKV_DOCKER_2:reason`. For Dockerfiles checkov skips the whole file, wherever the comment
    /// stands (checkov #2139); elsewhere we keep to the line and what comes below it.
    fn checkov(&mut self, hit: &Hit<'_>) {
        if !self.syntax.has_marker(hit.before) {
            return;
        }
        let text = printable(hit.after);
        let value = text.strip_prefix("checkov:skip=").unwrap_or_default();
        let (list, reason) = value.split_once(':').map_or((value, ""), |(list, why)| (list, why.trim()));
        let rules = ids(list, |c| c == ',');
        let rules: Vec<String> =
            rules.into_iter().filter_map(|id| id.split_whitespace().next().map(str::to_owned)).collect();
        let own_line = self.syntax.is_comment_line(hit.before);
        let covers = if self.instructions.is_some() { Covers::File } else { self.subject(hit, own_line) };
        if !rules.is_empty() {
            let reason = (!reason.is_empty()).then(|| reason.to_owned());
            self.push(hit, hit.after.trim_ascii_end().len(), Dialect::Checkov, rules, covers).reason = reason;
        }
    }

    /// `pragma: allowlist secret` on the line, `pragma: allowlist nextline secret` above it; `whitelist` in both.
    fn detect_secrets(&mut self, hit: &Hit<'_>) {
        if !self.syntax.has_marker(hit.before) {
            return;
        }
        let text = printable(hit.after);
        let words = text.strip_prefix("pragma:").unwrap_or_default().trim_start();
        let Some(rest) = words.strip_prefix("allowlist").or_else(|| words.strip_prefix("whitelist")) else {
            return;
        };
        let mut rest = rest.split([' ', '-']).filter(|word| !word.is_empty());
        let (first, second) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
        let line = self.line_of(hit.at);
        let covers = match (first, second) {
            (first, _) if first.starts_with("secret") => Covers::Lines(line..=line),
            ("nextline", second) if second.starts_with("secret") => Covers::Lines(line + 1..=line + 1),
            _ => return,
        };
        self.push(hit, hit.after.trim_ascii_end().len(), Dialect::DetectSecrets, Vec::new(), covers);
    }
}

/// `# check=skip=JSONArgsRecommended,StageNameCasing;error=true` in the first lines of a Dockerfile.
pub(super) fn buildkit(dockerfile: &Dockerfile) -> Vec<Directive> {
    let mut found = Vec::new();
    for directive in dockerfile.directives.iter().filter(|directive| directive.name == "check") {
        let lists = directive.value.text.split(';').filter_map(|part| {
            part.split_once('=').filter(|(key, _)| key.trim() == "skip").map(|(_, list)| list)
        });
        let rules: Vec<String> = lists.flat_map(|list| ids(list, |c| c == ',')).collect();
        if !rules.is_empty() {
            found.push(Directive {
                span: directive.span.clone(),
                dialect: Dialect::BuildKit,
                rules,
                until: None,
                reason: None,
                covers: Covers::File,
                flaw: None,
            });
        }
    }
    found
}

fn ids(list: &str, separates: impl Fn(char) -> bool) -> Vec<String> {
    list.split(separates).map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}
