//! `end-of-life-base`: base images that get no more fixes.

use crate::card;
use crate::detect::Reporter;
use crate::lint::{Model, Rule};
use crate::rule::{Confidence, Severity};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds base images whose release is past the end of its support, from a dated table that is built in. A
        /// tag may name two releases, as `python:3.8-slim-buster` does: the one that ended first is reported.
        /// Dates are compared with `SOURCE_DATE_EPOCH` where that is set, else with the day of the run.
        ///
        /// ## Why it matters
        /// Nobody mends the holes that are found in such an image.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:stretch-slim
        /// ```
        /// ```dockerfile,bad
        /// FROM node:14-alpine
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13-slim
        /// ```
        ///
        /// ## How to fix
        /// Move to a release that is supported.
        ///
        /// ## References
        /// - <https://endoflife.date/>
        id: "end-of-life-base",
        family: Dockerfile,
        summary: "a base image gets no more security fixes",
        severity: Medium,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: [],
        controls: ["CIS-Docker:4.4"],
        references: ["https://endoflife.date/"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for external in model.externals() {
        let image = external.image;
        let tag = image.effective_tag().unwrap_or_default();
        let Some(end) = model.images.end_of_life(&image.familiar(), tag) else { continue };
        if model.settings.today <= end.date {
            continue;
        }
        let what = end.cycle.map_or_else(|| end.family.to_owned(), |cycle| format!("{} {cycle}", end.family));
        let message = format!("{what} has had no support since {}", end.date);
        let mut help = match end.successor {
            Some(successor) => format!("move to {successor}"),
            None => format!("move to a supported release of {}", end.family),
        };
        if let Some(source) = end.source {
            help.push_str(&format!("; dates: {source}"));
        }
        let mut draft = reporter
            .draft(external.tag_span(), message)
            .label(format!("ended {}", end.date))
            .help(help)
            .anchor(model.anchor(external.stage.index, "FROM", &what));
        // The vendor may have moved a date that lay ahead when the table was made.
        if end.date > model.images.stamp() {
            draft = draft.confidence(Confidence::Medium);
        }
        if !external.is_base || !model.ships_layers(external.stage.index) {
            draft = draft.severity(Severity::Low);
        }
        reporter.report(draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{found, severities};

    #[test]
    fn judged_by_the_day_of_the_run() {
        // The day of these tests is 2026-11-21: php 8.2 has a month left, python 3.10 ended three weeks ago.
        assert_eq!(found("end-of-life-base", "FROM php:8.2-fpm\n"), [""; 0]);
        assert_eq!(found("end-of-life-base", "FROM python:3.10-slim\n"), ["3.10-slim"]);
        assert_eq!(found("end-of-life-base", "ARG V=3.7\nFROM alpine:$V\n"), ["alpine:$V"]);
        assert_eq!(found("end-of-life-base", "FROM centos\n"), ["centos"]);
    }

    #[test]
    fn builders_weigh_less() {
        let text = "FROM golang:1.12 AS b\nFROM debian:13\nCOPY --from=b /a /a\n";
        assert_eq!(severities("end-of-life-base", text), ["low"]);
    }
}
