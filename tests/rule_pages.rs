//! Every rule has a card that holds what a card must hold, and its page in `docs/rules` is up to date.
//! `UPDATE=1 cargo test` rewrites the pages.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests too"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use plimsoll::registry::Registry;
use plimsoll::rule::RuleMeta;
use plimsoll::{lint, secrets};

fn registry() -> Registry {
    Registry::new(lint::Settings::default(), &secrets::Settings::default()).unwrap()
}

#[test]
fn names_are_unique_and_in_kebab_case() {
    let registry = registry();
    let mut seen = BTreeSet::new();
    for meta in registry.metas() {
        let name = meta.id.as_str();
        assert!(seen.insert(name.to_owned()), "{name} is there twice");
        assert!(
            name.split('-').all(|word| !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())),
            "{name} is not kebab case"
        );
        assert!(!meta.summary.ends_with('.') && !meta.summary.contains('\n'), "{name}: {}", meta.summary);
    }
    assert!(seen.len() > 80, "{} rules", seen.len());
}

#[test]
fn pages_tell_the_whole_story() {
    for meta in registry().metas() {
        let page = meta.markdown();
        for heading in ["## What it does", "## Why it matters", "## How to fix"] {
            assert!(page.contains(heading), "{}: no `{heading}`", meta.id);
        }
    }
}

#[test]
fn pages_in_docs_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let registry = registry();
    let wanted: Vec<(String, String)> =
        registry.metas().into_iter().map(|meta| (format!("{}.md", meta.id), page(meta))).collect();
    if std::env::var_os("UPDATE").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in &wanted {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    for (name, text) in &wanted {
        let there = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(there == *text, "docs/rules/{name} is stale: run `UPDATE=1 cargo test`");
    }
    let there = fs::read_dir(&folder).unwrap().count();
    assert_eq!(
        there,
        wanted.len(),
        "docs/rules holds pages of rules that are gone: run `UPDATE=1 cargo test`"
    );
}

fn page(meta: &RuleMeta) -> String {
    let list = |items: &[std::borrow::Cow<'static, str>]| items.join(", ");
    let mut text = format!("# {}\n\n{}.\n\n| | |\n|---|---|\n", meta.id, meta.summary);
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("| {name} | {value} |\n"));
        }
    };
    row("family", meta.family.word());
    row("severity", meta.severity.word());
    row("confidence", meta.confidence.word());
    row("persona", meta.persona.word());
    row("since", meta.since);
    row("in other tools", &list(&meta.aliases));
    row("controls", &list(&meta.controls));
    text.push('\n');
    text.push_str(meta.markdown().trim_end());
    text.push('\n');
    text
}
