//! Finds every occurrence of some hundred literals at more than a gigabyte a second.
//!
//! Two stages. A bitmap of hashed four-byte grams is asked at every *second* byte: each literal has a gram at an
//! even and one at an odd distance from its start, so one of the two is met. Where it answers yes, an
//! Aho-Corasick automaton walks the text from the place where the literal would start. The automaton alone is
//! bound to one dependent look-up a byte; the bitmap's look-ups are independent of each other.
//!
//! Literals shorter than five bytes have their grams filled up with every byte that may follow. For literals of
//! three bytes the gram at the odd distance would have two known bytes only: the gram that starts one byte early, with
//! every byte that may stand before the literal, takes its place.

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

use super::pattern::Class;

/// Bits of the gram bitmap: 64 kB, so that it stays in the second-level cache and mostly in the first.
const BITS: u32 = 19;
/// Bits of the second bitmap: 8 kB.
const FRONT_BITS: u32 = 16;
const GRAM: usize = 4;

/// A literal to look for, of three bytes at least.
#[derive(Clone)]
pub(super) struct Literal {
    pub(super) bytes: Vec<u8>,
    /// Bytes that can stand right before it in a match.
    pub(super) before: Class,
    /// Bytes that can follow it in a match, first and second: they fill up the grams of short literals.
    pub(super) next: [Class; 2],
}

/// All literals, ready to be found.
pub(super) struct Anchors {
    bitmap: Box<[u64]>,
    /// Hashed first three bytes of the literals: asked before the automaton is started.
    fronts: Box<[u64]>,
    automaton: NFA,
}

/// The literals make no automaton: too many or too long.
pub(super) type BuildError = aho_corasick::BuildError;

impl Anchors {
    pub(super) fn new(literals: &[Literal]) -> Result<Self, BuildError> {
        let mut bitmap = vec![0_u64; 1 << (BITS - 6)].into_boxed_slice();
        let mut fronts = vec![0_u64; 1 << (FRONT_BITS - 6)].into_boxed_slice();
        for literal in literals {
            if let Some(front) = literal.bytes.first_chunk::<3>() {
                let slot = front_slot(front_word(front));
                fronts[slot >> 6] |= 1 << (slot & 63);
            }
            let next = literal.next.map(|class| class.members());
            let mut add = |gram| {
                let slot = slot(u32::from_le_bytes(gram));
                bitmap[slot >> 6] |= 1 << (slot & 63);
            };
            for_each_gram(&literal.bytes, &next, &mut add);
            match literal.bytes.as_slice() {
                [a, b, c] => {
                    literal.before.members().into_iter().for_each(|byte| add([byte, *a, *b, *c]));
                }
                bytes => for_each_gram(bytes.get(1..).unwrap_or_default(), &next, &mut add),
            }
        }
        let bytes = literals.iter().map(|literal| &literal.bytes);
        let automaton = NFA::builder().match_kind(MatchKind::Standard).build(bytes)?;
        Ok(Self { bitmap, fronts, automaton })
    }

    /// Calls `hit` with the index of the literal and its start, for every occurrence, in order of the start.
    pub(super) fn find(&self, text: &[u8], mut hit: impl FnMut(usize, usize)) {
        // Where the next literal may start: what lies before has been walked.
        let (mut at, mut next) = (0, 0);
        // Sixteen bytes a step: eight tests gathered into one mask, so that the common answer costs one branch.
        while let Some(block) = text.get(at..at + 20) {
            let low = u64::from_le_bytes(take(block, 0));
            let high = u64::from_le_bytes(take(block, 8));
            let across = (low >> 48) | (high << 16);
            let last = (high >> 48) | (u64::from(u32::from_le_bytes(take(block, 16))) << 16);
            let mut mask = self.test(low)
                | self.test(low >> 16) << 1
                | self.test(low >> 32) << 2
                | self.test(across) << 3
                | self.test(high) << 4
                | self.test(high >> 16) << 5
                | self.test(high >> 32) << 6
                | self.test(last) << 7;
            while mask != 0 {
                let offset = 2 * mask.trailing_zeros() as usize;
                let position = at + offset;
                // The literal may start at the gram, one byte before it, or one byte after.
                let front = u32::from_le_bytes(take(block, offset));
                let before =
                    position.checked_sub(1).map(|start| (start, front << 8 | u32::from(text[start])));
                let candidates = [before, Some((position, front)), Some((position + 1, front >> 8))];
                for (start, front) in candidates.into_iter().flatten() {
                    if start >= next && self.is_front(front) {
                        self.walk(text, start, &mut hit);
                        next = start + 1;
                    }
                }
                mask &= mask - 1;
            }
            at += 16;
        }
        // The odd start just before was to be met by the gram at `at`.
        for start in next.max(at.saturating_sub(1))..text.len() {
            if let Some(front) = text[start..].first_chunk::<3>()
                && self.is_front(front_word(front))
            {
                self.walk(text, start, &mut hit);
            }
        }
    }

    fn test(&self, word: u64) -> u64 {
        let slot = slot(word as u32);
        self.bitmap[slot >> 6] >> (slot & 63) & 1
    }

    /// Whether a literal may start with the lowest three bytes of a word.
    fn is_front(&self, word: u32) -> bool {
        let slot = front_slot(word);
        self.fronts[slot >> 6] >> (slot & 63) & 1 != 0
    }

    /// Literals that start exactly here.
    #[inline(never)]
    fn walk(&self, text: &[u8], start: usize, hit: &mut impl FnMut(usize, usize)) {
        let Ok(mut state) = self.automaton.start_state(Anchored::Yes) else { return };
        for byte in &text[start..] {
            state = self.automaton.next_state(Anchored::Yes, state, *byte);
            if self.automaton.is_special(state) {
                if self.automaton.is_dead(state) {
                    return;
                }
                if self.automaton.is_match(state) {
                    for index in 0..self.automaton.match_len(state) {
                        hit(self.automaton.match_pattern(state, index).as_usize(), start);
                    }
                }
            }
        }
    }
}

/// The four-byte grams at the front of `known`, filled up with what may follow where it is too short.
fn for_each_gram(known: &[u8], next: &[Vec<u8>], gram: &mut impl FnMut([u8; GRAM])) {
    if let Some(full) = known.first_chunk::<GRAM>() {
        return gram(*full);
    }
    let Some((first, later)) = next.split_first() else { return };
    for byte in first {
        let longer = [known, &[*byte]].concat();
        for_each_gram(&longer, later, gram);
    }
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

fn slot(gram: u32) -> usize {
    (gram.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

fn front_word(front: &[u8; 3]) -> u32 {
    u32::from_le_bytes([front[0], front[1], front[2], 0])
}

/// The slot of the lowest three bytes.
fn front_slot(word: u32) -> usize {
    ((word << 8).wrapping_mul(0x9E37_79B1) >> (32 - FRONT_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use aho_corasick::AhoCorasick;
    use proptest::prelude::*;

    use super::*;

    const WORDS: [&str; 8] = ["abc", "abca", "bcab", "cabcab", "aaaa", "SG.", "ghp_", "://user"];

    proptest! {
        /// The two stages find what the automaton alone finds.
        #[test]
        fn agrees_with_plain_aho_corasick(text in "[abcSGhpuser_.:/ ]{0,120}", words in proptest::sample::subsequence(&WORDS[..], 1..8)) {
            let every = Class::named("[!-~]").unwrap();
            let every = words.iter().map(|word| Literal {
                bytes: word.as_bytes().to_vec(),
                before: Class::EVERY,
                next: [every; 2],
            });
            let anchors = Anchors::new(&every.collect::<Vec<_>>()).unwrap();
            // Without a byte that may follow, a short literal at the end of the text or before a blank is no match.
            let text = format!("{text}zzzz").replace(' ', "z");
            let mut ours = Vec::new();
            anchors.find(text.as_bytes(), |word, start| ours.push((start, word)));
            ours.sort_unstable();
            let plain = AhoCorasick::new(&words).unwrap();
            let mut theirs: Vec<_> =
                plain.find_overlapping_iter(&text).map(|hit| (hit.start(), hit.pattern().as_usize())).collect();
            theirs.sort_unstable();
            prop_assert_eq!(ours, theirs);
        }
    }
}
