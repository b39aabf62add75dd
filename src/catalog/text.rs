//! A file as text, and line by line.

use std::ops::Range;

use crate::source::Source;

use super::harvest::Harvest;

/// The longest beginning of the file that is UTF-8; what is not is noted as broken.
pub(super) fn utf8<'s>(source: &'s Source, harvest: &mut Harvest) -> &'s str {
    match std::str::from_utf8(source.bytes()) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let start = u32::try_from(at).unwrap_or(u32::MAX);
            harvest.broken(start..start.saturating_add(1), "the file is not UTF-8");
            std::str::from_utf8(&source.bytes()[..at]).unwrap_or_default()
        }
    }
}

/// Lines without their ends, with the offset of each.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text_start = if text.starts_with('\u{FEFF}') { 3 } else { 0 };
    let mut at = text_start;
    text[text_start..].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches('\n').trim_end_matches('\r'))
    })
}

/// The place of `part`, which must be a piece of `line`, which starts at `offset`.
pub(super) fn place(offset: usize, line: &str, part: &str) -> Range<u32> {
    let within = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize).min(line.len());
    range(offset + within..offset + within + part.len())
}

/// Byte offsets as spans have them.
pub(super) fn range(range: Range<usize>) -> Range<u32> {
    let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    clamp(range.start)..clamp(range.end)
}
