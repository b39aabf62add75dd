//! TOML lock files: tables with places, and what was readable of a broken file.

use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::source::Source;

use super::harvest::Harvest;
use super::text;

/// How many places are noted.
const MAX_TOLD: usize = 1_000;

/// Reads a document. A table that is no TOML (a merge conflict, a broken end) is noted once, whatever errors its
/// mistake brings; of it the lines that make sense are read, and so is the rest of the file.
pub(super) fn read(source: &Source, harvest: &mut Harvest, take: fn(&DeTable<'_>, &mut Harvest)) {
    let text = text::utf8(source, harvest);
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return take(table.get_ref(), harvest);
    }
    let mut kept = text.as_bytes().to_vec();
    let mut broken: Vec<Range<usize>> = Vec::new();
    let mut in_conflict = false;
    for section in sections(text) {
        let of_conflict = in_conflict;
        in_conflict = conflict_after(&text[section.clone()], in_conflict);
        let Some(place) = first_error(&text[section.clone()]) else { continue };
        // The sides of a merge conflict are one mistake.
        if !of_conflict && broken.len() < MAX_TOLD {
            // The parser's own words may quote the file.
            let place = section.start + place.start..section.start + place.end;
            harvest.broken(text::range(place), "the file is not valid TOML here");
        }
        for (offset, line) in text::lines(&text[section.clone()]) {
            if first_error(line).is_some() {
                kept[section.start + offset..section.start + offset + line.len()].fill(b' ');
            }
        }
        broken.push(section);
    }
    let kept = String::from_utf8(kept).unwrap_or_default();
    let (table, errors) = DeTable::parse_recoverable(&kept);
    let is_broken = |offset: usize| {
        let next = broken.partition_point(|section| section.end <= offset);
        broken.get(next).is_some_and(|section| section.contains(&offset))
    };
    // What is good by itself and still wrong: a key or a table that is there twice.
    for place in errors.iter().filter_map(|error| error.span()).take(MAX_TOLD) {
        if !is_broken(place.start) {
            harvest.broken(text::range(place), "the file is not valid TOML here");
        }
    }
    let told = harvest.broken.len();
    take(table.get_ref(), harvest);
    // An entry without a name, where the line of the name is the mistake that was told already.
    let entries = harvest.broken.split_off(told);
    harvest.broken.extend(entries.into_iter().filter(|entry| !is_broken(entry.span.range().start as usize)));
}

/// The tables of a text, each from its header on, and what stands before the first.
fn sections(text: &str) -> impl Iterator<Item = Range<usize>> {
    let heads = || text::lines(text).filter(|(_, line)| line.starts_with('[')).map(|(offset, _)| offset);
    let ends = heads().chain([text.len()]);
    [0].into_iter().chain(heads()).zip(ends).map(|(start, end)| start..end)
}

/// Where a text ceases to be TOML; within the text even if the mistake is its end.
fn first_error(text: &str) -> Option<Range<usize>> {
    let (_, errors) = DeTable::parse_recoverable(text);
    let end = text.trim_end().len();
    errors.iter().map(|error| error.span().unwrap_or(end..end)).min_by_key(|place| place.start).map(|place| {
        let start = place.start.min(end);
        start..place.end.clamp(start, end)
    })
}

/// Whether a merge conflict is open behind a text.
fn conflict_after(text: &str, before: bool) -> bool {
    text::lines(text)
        .fold(before, |open, (_, line)| line.starts_with("<<<<<<<") || (open && !line.starts_with(">>>>>>>")))
}

/// A value of a table.
pub(super) fn value<'v, 't>(table: &'v DeTable<'t>, key: &str) -> Option<&'v Spanned<DeValue<'t>>> {
    table.get(key)
}

/// A string of a table.
pub(super) fn string<'v>(table: &'v DeTable<'_>, key: &str) -> Option<&'v str> {
    value(table, key)?.get_ref().as_str()
}

/// A table of a table.
pub(super) fn table<'v, 't>(table: &'v DeTable<'t>, key: &str) -> Option<&'v DeTable<'t>> {
    value(table, key)?.get_ref().as_table()
}

/// The items of an array of a table.
pub(super) fn array<'v, 't>(
    table: &'v DeTable<'t>,
    key: &str,
) -> impl Iterator<Item = &'v Spanned<DeValue<'t>>> + use<'v, 't> {
    value(table, key).and_then(|value| value.get_ref().as_array()).into_iter().flat_map(|array| array.iter())
}

/// The tables of an array of tables, each with the place of its name, else of its beginning.
pub(super) fn entries<'v, 't>(
    table: &'v DeTable<'t>,
    key: &str,
) -> impl Iterator<Item = (&'v DeTable<'t>, Range<u32>)> + use<'v, 't> {
    array(table, key).filter_map(|item| {
        let entry = item.get_ref().as_table()?;
        let place = value(entry, "name").map_or_else(|| item.span(), Spanned::span);
        Some((entry, text::range(place)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::cargo_lock::CargoLock;
    use super::super::fixture;

    /// Three entries; the one in the middle has an array of two lines.
    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://r.example/i\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"registry+https://r.example/i\"\ndependencies = [\n \"a\",\n \"c\",\n]\n\n[[package]]\nname = \"c\"\nversion = \"3.0.0\"\nsource = \"registry+https://r.example/i\"\n";

    /// Lines of what is broken, and the names that were read.
    fn read(text: &str) -> (Vec<u64>, Vec<String>) {
        let harvest = fixture::read(&CargoLock, "Cargo.lock", text);
        let lines = harvest.broken.iter().map(|broken| broken.span.region().start.line).collect();
        (lines, harvest.inventory.packages.into_values().map(|package| package.name).collect())
    }

    #[test]
    fn one_mistake_is_told_once() {
        assert_eq!(read(LOCK), (vec![], vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
        for (good, bad, line, names) in [
            // An array that never ends, a string that never ends, a name that is gone with its line.
            ("\n]\n", "\n", 14, "abc"),
            ("\"2.0.0\"", "\"2.0.0", 10, "ac"),
            ("\"b\"", "\"b", 9, "ac"),
            (" \"a\",", " \"a\" \"x\",", 13, "abc"),
            ("version = 4", "<<<<<<< HEAD", 1, "abc"),
        ] {
            let names: Vec<String> = names.chars().map(String::from).collect();
            assert_eq!(read(&LOCK.replacen(good, bad, 1)), (vec![line], names), "{bad}");
        }
    }

    #[test]
    fn a_file_that_breaks_off_is_told_once_wherever() {
        for end in 0..LOCK.len() {
            assert!(read(&LOCK[..end]).0.len() <= 1, "{end}");
        }
    }

    #[test]
    fn a_merge_conflict_is_one_mistake() {
        let conflict = LOCK
            .replacen("\n[[package]]\nname = \"b\"", "\n<<<<<<< HEAD\n[[package]]\nname = \"b\"", 1)
            .replacen("\n[[package]]\nname = \"c\"", "\n=======\n[[package]]\nname = \"c\"", 1)
            + ">>>>>>> other\n";
        let (lines, names) = read(&conflict);
        assert_eq!((lines, names.len()), (vec![8], 3));
    }

    #[test]
    fn a_table_that_is_there_twice_is_told() {
        assert_eq!(read("[metadata]\n\n[metadata]\n").0, [3]);
        assert_eq!(read("a = 1\na = 2\n").0, [2]);
    }
}
