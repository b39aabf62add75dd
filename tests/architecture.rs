//! Holds the code to the plan of the house: modules stand on floors, import only from lower floors, and modules of
//! one floor do not know each other. One crate cannot forbid that by itself, so this test does.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Lowest first.
const FLOORS: &[&[&str]] = &[
    &["source", "rule", "attest"],
    &["finding", "inventory", "images", "parse", "sensitive_files"],
    &["outcome", "redact"],
    &["detect", "walk", "gate", "sbom"],
    &["lint", "secrets", "catalog", "review", "report", "fix"],
    &["registry"],
    &["scan", "config"],
    &["cli"],
    &["main"],
];

/// Imports that the table alone would forbid, and why the code needs them.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// Folders whose children may use what their `mod.rs` keeps to itself, and why.
const ONE_ROOM: &[(&str, &str)] = &[
    ("parse::directive", "its dialects fill one scanner"),
    ("report::sarif", "the rules of a log speak of levels as its results do"),
    ("sbom::read", "its readers fill one document"),
];

/// Modules that may import less than their floor allows.
const CONFINED: &[(&str, &[&str], &str)] = &[
    ("parse", &["source"], "grammars hold no opinions, so they know no rules and no findings"),
    ("attest", &[], "bytes in, signed envelope out: it knows no SBOM"),
    ("main", &["cli"], "it hands over the arguments and returns the exit code"),
];

/// Crates and macros that only some modules may use.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("clap::", &["cli"], "the command line is one door"),
    ("anyhow::", &["cli"], "below the command line errors are types with facts"),
    ("println!", &["cli", "report"], "what is said goes through a writer"),
    ("eprintln!", &["cli", "report"], "what is said goes through a writer"),
    ("print!", &["cli", "report"], "what is said goes through a writer"),
    ("eprint!", &["cli", "report"], "what is said goes through a writer"),
    ("dbg!", &[], "left over from debugging"),
    ("process::exit", &["main"], "one place exits"),
    ("std::net", &[], "the gate makes no network call"),
    ("Command::new", &[], "nothing from the judged repository may be run, and no other program is needed"),
    ("SystemTime::now", &["cli"], "today is an input, read once at the door"),
    ("Utc::now", &["cli"], "today is an input, read once at the door"),
    ("Local::now", &["cli"], "today is an input, read once at the door"),
];

/// One file: its path below `src/` with `/` separators, and its text.
type File = (String, String);

#[test]
fn the_code_keeps_to_the_plan() {
    let mut files = Vec::new();
    read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), "", &mut files);
    assert!(files.len() > 20, "found only {} files", files.len());
    let found = violations(&files);
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_exception_is_needed() {
    let mut files = Vec::new();
    read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), "", &mut files);
    for (from, to, reason) in EXCEPTIONS {
        assert!(!reason.is_empty());
        let used = files.iter().any(|(path, text)| {
            module_of(path) == *from && crate_imports(&code(text)).iter().any(|import| import[0] == *to)
        });
        assert!(used, "nothing needs the exception {from} -> {to} any more");
    }
}

/// A check that cannot fail is none: each kind of violation is made once.
#[test]
fn violations_are_seen() {
    let case = |path: &str, text: &str| {
        let parent = (
            "lint/mod.rs".to_owned(),
            "//! x\npub mod rules;\nmod table;\npub struct Settings;\nfn hidden() {}\n".to_owned(),
        );
        let sibling = ("lint/table.rs".to_owned(), "//! x\n".to_owned());
        violations(&[parent, sibling, (path.to_owned(), text.to_owned())])
    };
    for (path, text) in [
        ("source/a.rs", "//! x\nuse crate::finding::Draft;\n"),
        ("lint/a.rs", "//! x\nuse crate::secrets::Settings;\n"),
        ("lint/a.rs", "//! x\nuse crate::{rule::RuleId, scan};\n"),
        ("lint/a.rs", "//! x\nuse crate::{\n    rule::RuleId,\n    cli::{self, Io},\n};\n"),
        ("lint/a.rs", "//! x\nfn f() { crate::scan::run(\"crate::rule\") }\n"),
        ("lint/a.rs", "//! x\nuse super::super::scan;\n"),
        ("lint/a.rs", "//! x\nuse super::hidden;\n"),
        ("lint/a.rs", "//! x\nuse super::*;\n"),
        ("lint/a.rs", "//! x\nuse crate::lint::hidden;\n"),
        ("lint/a.rs", "//! x\nuse anyhow::Result;\n"),
        ("lint/a.rs", "//! x\nfn f() { println!(\"x\") }\n"),
        ("parse/a.rs", "//! x\nuse crate::rule::RuleId;\n"),
        ("lint/a.rs", "use crate::rule::RuleId;\n"),
        ("utils.rs", "//! x\n"),
        ("main.rs", "//! x\nfn main() { plimsoll::scan::run() }\n"),
    ] {
        assert!(!case(path, text).is_empty(), "not seen in {path}: {text}");
    }
    for (path, text) in [
        (
            "lint/a.rs",
            "//! x\nuse crate::{rule::RuleId, detect::{Sink, Reporter}};\nuse super::{table, Settings};\n",
        ),
        ("lint/a.rs", "//! x\n// crate::scan is above\nconst A: &str = \"use crate::scan; println!\";\n"),
        (
            "lint/a.rs",
            "//! x\nconst A: &str = r#\"\"crate::scan\"#;\nfn f<'a>(x: &'a str) -> char { '\"' }\n",
        ),
        ("lint/a.rs", "//! x\n#[cfg(test)]\nmod tests {\n    use super::*;\n    use crate::scan;\n}\n"),
        ("parse/a.rs", "//! x\nuse crate::source::Span;\nuse crate::parse::yaml;\n"),
        ("main.rs", "//! x\nfn main() { plimsoll::cli::run() }\n"),
    ] {
        assert_eq!(case(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

fn read(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            read(&entry.path(), &format!("{prefix}{name}/"), files);
        } else if name.ends_with(".rs") {
            files.push((format!("{prefix}{name}"), fs::read_to_string(entry.path()).unwrap()));
        }
    }
    files.sort();
}

/// Everything that is wrong, one line each.
fn violations(files: &[File]) -> Vec<String> {
    let floors: BTreeMap<&str, usize> = FLOORS
        .iter()
        .enumerate()
        .flat_map(|(floor, names)| names.iter().map(move |name| (*name, floor + 1)))
        .collect();
    let plan = Plan {
        floors,
        visible: files.iter().map(|(path, text)| (module_path(path), visible(&code(text)))).collect(),
    };
    files.iter().flat_map(|file| plan.check(file)).collect()
}

struct Plan<'a> {
    floors: BTreeMap<&'a str, usize>,
    /// By module path: the names of it that are not private.
    visible: BTreeMap<Vec<String>, BTreeSet<String>>,
}

impl Plan<'_> {
    fn check(&self, (path, text): &File) -> Vec<String> {
        let mut found = Vec::new();
        let mut say = |what: String| found.push(format!("src/{path}: {what}"));
        if !text.starts_with("//! ") {
            say("the first line does not say what the file is for (`//! …`)".into());
        }
        if path == "lib.rs" {
            return found;
        }
        let own = module_of(path);
        let Some(&floor) = self.floors.get(own) else {
            say(format!("module `{own}` stands on no floor: give it one in tests/architecture.rs"));
            return found;
        };
        // `tests.rs` is the body of a `#[cfg(test)] mod tests;`.
        let code = if path.ends_with("/tests.rs") { String::new() } else { code(text) };
        for import in crate_imports(&code).into_iter().chain(self.super_imports(path, &code)) {
            let to = import[0].as_str();
            if to == own {
                if let Some(what) = self.innards(path, &import) {
                    say(what);
                }
                continue;
            }
            // A macro or an item of lib.rs itself.
            let Some(&other) = self.floors.get(to) else { continue };
            if EXCEPTIONS.iter().any(|(from, exception, _)| *from == own && *exception == to) {
                continue;
            }
            if other >= floor {
                say(format!("`{own}` (floor {floor}) imports `{to}` (floor {other})"));
            }
            if let Some((_, allowed, why)) = CONFINED.iter().find(|(confined, ..)| *confined == own)
                && !allowed.contains(&to)
            {
                say(format!("`{own}` imports `{to}`: {why}"));
            }
        }
        for (word, allowed, why) in RESERVED {
            if !allowed.contains(&own) && mentions(&code, word) {
                say(format!("uses `{word}`: {why}"));
            }
        }
        found
    }

    /// A child uses its siblings and what its parent shows, never what the parent keeps to itself.
    fn innards(&self, path: &str, import: &[String]) -> Option<String> {
        let own = module_path(path);
        let parent = own.split_last()?.1;
        let name = import.get(parent.len()).filter(|_| import.starts_with(parent))?;
        let sibling = self.visible.contains_key(&import[..=parent.len()]);
        let shown = self.visible.get(parent).is_none_or(|names| names.contains(name.as_str()));
        let parent = parent.join("::");
        let one_room = ONE_ROOM.iter().any(|(folder, _)| *folder == parent);
        (!parent.is_empty() && !sibling && !shown && !one_room)
            .then(|| format!("reaches for `{name}`, which `{parent}` keeps to itself"))
    }

    /// `super::…` as paths from the crate's root.
    fn super_imports(&self, path: &str, code: &str) -> Vec<Vec<String>> {
        let own = module_path(path);
        let mut found = Vec::new();
        for (at, _) in code.match_indices("super::") {
            // The first of a chain of `super::super::`.
            if preceded_by_path(code, at) {
                continue;
            }
            let mut rest = &code[at..];
            let mut depth = 0;
            while let Some(after) = rest.strip_prefix("super::") {
                rest = after;
                depth += 1;
            }
            let base = &own[..own.len().saturating_sub(depth)];
            found.extend(
                tree(rest).into_iter().map(|tail| [base, &tail].concat()).filter(|path| !path.is_empty()),
            );
        }
        found
    }
}

/// `lint/rules/sudo.rs` → `lint`.
fn module_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

/// `lint/rules/sudo.rs` → `[lint, rules, sudo]`; `lint/mod.rs` → `[lint]`.
fn module_path(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// Every path that starts at the crate's root: `crate::a::b`, `crate::{a, b::c}`, and `plimsoll::a` in main.
fn crate_imports(code: &str) -> Vec<Vec<String>> {
    ["crate::", "plimsoll::"]
        .iter()
        .flat_map(|root| code.match_indices(root).map(move |(at, _)| (at, root.len())))
        .filter(|(at, _)| !preceded_by_path(code, *at))
        .flat_map(|(at, length)| tree(&code[at + length..]))
        .filter(|path| !path.is_empty())
        .collect()
}

fn preceded_by_path(code: &str, at: usize) -> bool {
    code[..at].ends_with("::") || code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// The paths of a use tree: `a::{b, c::d}` → `[a, b]`, `[a, c, d]`. Reads until the tree ends.
fn tree(text: &str) -> Vec<Vec<String>> {
    let mut rest = text.trim_start();
    let mut path = Vec::new();
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            let found = split_group(group).into_iter().flat_map(tree);
            return found.map(|tail| [path.clone(), tail].concat()).collect();
        }
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*')).unwrap_or(rest.len());
        if end > 0 && &rest[..end] != "self" {
            path.push(rest[..end].to_owned());
        }
        match rest[end..].strip_prefix("::") {
            Some(after) => rest = after.trim_start(),
            None => return vec![path],
        }
    }
}

/// The parts of a group, from after its `{` to its `}`, split at the commas of this depth.
fn split_group(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Names that a module shows to others: after `pub` or `pub(…)`, whatever kind of item it is, and macros.
fn visible(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("pub") {
        if preceded_by_path(code, at) {
            continue;
        }
        let mut rest = code[at + 3..].trim_start();
        if let Some(scope) = rest.strip_prefix('(') {
            rest = scope.split_once(')').map_or("", |(_, after)| after).trim_start();
        }
        if let Some(import) = rest.strip_prefix("use ") {
            names.extend(tree(import).into_iter().filter_map(|path| path.last().cloned()));
            continue;
        }
        let mut words =
            rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        let name = words.find(|word| {
            !["const", "async", "unsafe", "fn", "struct", "enum", "trait", "type", "static", "mod"]
                .contains(word)
        });
        names.extend(name.map(str::to_owned));
    }
    names
}

/// True when `word` stands in the code and is not the end of a longer name.
fn mentions(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// The text without comments, without what stands in literals, and without `#[cfg(test)]` items: tests may look
/// wherever they like.
fn code(text: &str) -> String {
    let bare = without_literals(text);
    let mut kept = String::new();
    let mut rest = bare.as_str();
    while let Some(at) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..at]);
        rest = after_item(&rest[at..]);
    }
    kept.push_str(rest);
    kept
}

/// What follows the item at the start: after its `;` or its matching `}`.
fn after_item(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return &text[at + 1..];
                }
            }
            ';' if depth == 0 => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

fn without_literals(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skip = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => string(rest),
            'r' if !kept.ends_with(|c: char| c.is_alphanumeric() || c == '_') => raw_string(rest),
            '\'' => character(rest),
            _ => 0,
        };
        if skip == 0 {
            kept.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            kept.push(' ');
            rest = &rest[skip..];
        }
    }
    kept
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a raw string at the start; 0 when the `r` is just a letter.
fn raw_string(text: &str) -> usize {
    let hashes = text[1..].chars().take_while(|c| *c == '#').count();
    if !text[1 + hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = 2 + hashes;
    text[body..].find(&end).map_or(text.len(), |at| body + at + end.len())
}

/// Length of a character literal at the start; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => {
            text[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 3)
        }
        Some(_) => chars.next().filter(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 1),
        None => 0,
    }
}
