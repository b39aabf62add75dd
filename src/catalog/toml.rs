//! TOML lock files: tables with places, and what was readable of a broken file.

use std::collections::BTreeSet;
use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::source::Source;

use super::harvest::Harvest;
use super::text;

/// How many broken lines are taken out before the rest is read again.
const MAX_LINES: usize = 1_000;

/// Reads a document. Lines that are no TOML (a merge conflict, a broken end) are noted, and the rest is read.
pub(super) fn read(source: &Source, harvest: &mut Harvest, take: fn(&DeTable<'_>, &mut Harvest)) {
    let text = text::utf8(source, harvest);
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return take(table.get_ref(), harvest);
    }
    let places = errors.iter().map(|error| error.span().unwrap_or(text.len()..text.len()));
    let mut kept = text.as_bytes().to_vec();
    let mut lines = BTreeSet::new();
    let mut last = 0..0;
    for place in places.take(MAX_LINES) {
        if last.contains(&place.start) {
            continue;
        }
        last = text::line_at(text, place.start);
        // Once for each line: one mistake often brings several errors.
        if lines.insert(last.start) {
            kept[last.clone()].fill(b' ');
            // The parser's own words may quote the file.
            harvest.broken(text::range(place), "the file is not valid TOML here");
        }
    }
    let kept = String::from_utf8(kept).unwrap_or_default();
    take(DeTable::parse_recoverable(&kept).0.get_ref(), harvest);
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
