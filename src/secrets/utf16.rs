//! UTF-16 text with a byte order mark, decoded with a way back to the bytes.

use std::ops::Range;

/// Text as UTF-8, with the place of every byte in the original.
pub(super) struct Decoded {
    pub(super) text: Vec<u8>,
    places: Vec<u32>,
}

/// `None` when the bytes do not start with a UTF-16 byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Option<Decoded> {
    let read: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let (units, _) = bytes[2..].as_chunks::<2>();
    let mut decoded =
        Decoded { text: Vec::with_capacity(units.len()), places: Vec::with_capacity(units.len() + 1) };
    let mut at = 2;
    for unit in char::decode_utf16(units.iter().map(|unit| read(*unit))) {
        let c = unit.unwrap_or(char::REPLACEMENT_CHARACTER);
        let mut buffer = [0; 4];
        for byte in c.encode_utf8(&mut buffer).bytes() {
            decoded.text.push(byte);
            decoded.places.push(at);
        }
        // An unpaired surrogate is one unit, like every character of the basic plane.
        at += if c.len_utf16() == 2 { 4 } else { 2 };
    }
    decoded.places.push(at);
    Some(decoded)
}

impl Decoded {
    /// The range of the original that a range of the text came from.
    pub(super) fn original(&self, range: Range<usize>) -> Range<u32> {
        let last = self.places.last().copied().unwrap_or(0);
        let place = |at: usize| self.places.get(at).copied().unwrap_or(last);
        place(range.start)..place(range.end)
    }
}
