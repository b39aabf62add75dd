//! `undefined-stage`: `--from` names a stage that is not there.

use crate::card;
use crate::detect::Reporter;
use crate::finding::{Draft, Edit, Fix};
use crate::images::{Images, StartsAs};
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::{Base, Reference, Stage, Via, Word};
use crate::parse::image_ref::{DEFAULT_REGISTRY, ImageRef};
use crate::rule::{Confidence, Severity};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds `COPY --from` and `RUN --mount=from=` that name no stage of the file: a number that no stage has, or
        /// a plain word that is neither a stage nor a well-known image; a stage that takes from itself; and a `FROM`
        /// that is nearly the name of a stage. Names with a registry, a slash, a tag or a digest are images.
        ///
        /// ## Why it matters
        /// The builder looks for an image of that name in the default registry: the build fails, or takes files from
        /// an image that a stranger pushed.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM golang:1.26 AS build
        /// FROM debian:13
        /// COPY --from=biuld /out/app /app
        /// ```
        /// ```dockerfile,bad
        /// FROM debian:13
        /// COPY --from=1 /out/app /app
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM golang:1.26 AS build
        /// FROM debian:13
        /// COPY --from=build /out/app /app
        /// COPY --from=ghcr.io/acme/tool:1.2 /tool /usr/bin/
        /// ```
        ///
        /// ## How to fix
        /// Correct the name. If it is an image or a named build context, write an image with its tag, or ignore the
        /// rule for that line with the reason.
        ///
        /// ## References
        /// - <https://docs.docker.com/reference/dockerfile/#copy---from>
        id: "undefined-stage",
        family: Dockerfile,
        summary: "`--from` names a stage that does not exist",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL3022", "DF049"],
        controls: [],
        references: ["https://docs.docker.com/reference/dockerfile/#copy---from"],
    },
    check,
};

/// True when a word in `--from` reads like the name of a stage: one plain word that is no well-known image.
pub(super) fn looks_like_a_stage(model: &Model<'_>, image: &ImageRef) -> bool {
    image.tag.is_none()
        && image.digest.is_none()
        && image.registry == DEFAULT_REGISTRY
        && image.registry_range.is_none()
        && image.repository.starts_with("library/")
        && is_unknown(model.images, &image.familiar())
}

fn is_unknown(images: &Images, name: &str) -> bool {
    images.starts_as(name, None) == StartsAs::Unknown
}

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for stage in model.stages.iter() {
        for reference in &stage.references {
            let image = match &reference.to {
                Base::NoSuchStage if reference.via != Via::From => None,
                // The builder refuses a stage that takes from itself.
                Base::Stage(itself) if reference.via != Via::From && *itself == stage.index => {
                    reporter.report(takes_from_itself(model, stage, reference, reporter));
                    continue;
                }
                // FROM speaks of images; only what is nearly the name of a stage is worth a word.
                Base::Image(image)
                    if reference.via == Via::From
                        && looks_like_a_stage(model, image)
                        && nearest(model, stage, &image.familiar()).is_some() =>
                {
                    Some(image)
                }
                Base::Image(image) if reference.via != Via::From && looks_like_a_stage(model, image) => {
                    Some(image)
                }
                _ => continue,
            };
            let name = image.map_or_else(|| reference.word.value.clone(), ImageRef::familiar);
            let near = nearest(model, stage, &name);
            let later =
                model.stages.iter().skip(stage.index).take(100).filter_map(|stage| stage.name.as_ref());
            let later = later.into_iter().find(|known| known.value.eq_ignore_ascii_case(&name));
            let mut draft = reporter
                .draft(reference.word.span.clone(), "no stage before this one has this name")
                .label("no such stage")
                .anchor(model.anchor(stage.index, "from", &name));
            if let Some(known) = near {
                let range = reference.word.span.range();
                draft = draft
                    .help(format!("did you mean `{}`?", known.value))
                    .context(known.span.clone(), "this stage has a similar name")
                    .fix(Fix {
                        title: format!("Take it from `{}`", known.value),
                        safe: false,
                        edits: vec![Edit {
                            start_byte: u64::from(range.start),
                            end_byte: u64::from(range.end),
                            text: known.value.clone(),
                        }],
                    });
            } else if let Some(known) = later {
                draft = draft
                    .help("a stage can only take from those before it")
                    .context(known.span.clone(), "this stage comes too late");
            } else if image.is_some() {
                // It may be a named build context, which the file cannot tell.
                draft = draft.severity(Severity::Medium).confidence(Confidence::Low).help(
                    "if it is an image, write its registry and tag; if it is a named build context, ignore this rule here",
                );
            } else {
                draft = draft.help("stages are counted from 0; give the stage a name and use that");
            }
            reporter.report(draft);
        }
    }
}

/// The stage before this one with the name that is nearest, where one is near. The last hundred will do to guess from.
fn nearest<'m>(model: &'m Model<'_>, stage: &Stage, name: &str) -> Option<&'m Word> {
    let near_by = stage.index.saturating_sub(100)..stage.index;
    let before = near_by.filter_map(|index| model.stages.get(index)?.name.as_ref());
    before
        .map(|known| (strsim::damerau_levenshtein(&known.value.to_lowercase(), &name.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= 1.max(known.value.len() / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

fn takes_from_itself(
    model: &Model<'_>,
    stage: &Stage,
    reference: &Reference,
    reporter: &Reporter<'_, '_>,
) -> Draft {
    reporter
        .draft(reference.word.span.clone(), "a stage cannot take files from itself")
        .label("this is the stage itself")
        .help("name the stage that has the files, or copy them with RUN")
        .anchor(model.anchor(stage.index, "from", "itself"))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{found, severities};

    #[test]
    fn what_is_an_image_is_no_stage() {
        for from in ["nginx", "nginx:1.27", "ghcr.io/a/b", "a/b", "0", "BUILD", "$UNSET"] {
            let text = format!("FROM a:1 AS build\nFROM debian:13\nCOPY --from={from} /a /a\n");
            assert_eq!(found("undefined-stage", &text), [""; 0], "{from}");
        }
    }

    #[test]
    fn misspelt_bases_and_circles() {
        let of = |text: &str| found("undefined-stage", text);
        assert_eq!(of("FROM a:1 AS build\nFROM biuld\nCMD x\n"), ["biuld"]);
        assert_eq!(of("FROM a:1 AS base\nFROM bsae AS dev\n"), ["bsae"]);
        assert_eq!(of("FROM a:1 AS base\nFROM debian AS dev\n"), [""; 0]);
        assert_eq!(of("FROM a:1 AS base\nFROM Base AS dev\n"), [""; 0]);
        assert_eq!(of("FROM a:1 AS base\nFROM bsae:1 AS dev\n"), [""; 0]);
        assert_eq!(of("FROM a:1\nFROM app\n"), [""; 0]);
        assert_eq!(of("FROM a:1\nCOPY --from=0 /a /b\n"), ["0"]);
        assert_eq!(of("FROM a:1 AS x\nFROM b:1 AS y\nCOPY --from=y /a /b\n"), ["y"]);
        assert_eq!(of("FROM a:1 AS x\nFROM b:1\nCOPY --from=2 /a /b\n"), ["2"]);
        for typo in ["biuld", "bulid", "buid", "build1", "builds", "buld"] {
            let text = format!("FROM a:1 AS build\nFROM b:1\nCOPY --from={typo} /a /a\n");
            assert_eq!(severities("undefined-stage", &text), ["high"], "{typo}");
        }
    }

    #[test]
    fn guesses_are_weighed() {
        let text = "FROM a:1 AS build\nFROM debian:13\nCOPY --from=assets /a /a\n";
        assert_eq!(severities("undefined-stage", text), ["medium"]);
        let text = "FROM a:1 AS build\nFROM debian:13\nRUN --mount=type=bind,from=buidl,target=/a true\n";
        assert_eq!(found("undefined-stage", text), ["buidl"]);
        assert_eq!(severities("undefined-stage", text), ["high"]);
    }
}
