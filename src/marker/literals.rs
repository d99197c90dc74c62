//! One pass over a text for the literals of many markers.
//!
//! Every textual marker names literals of which one must be there before its grammar or
//! its expression is tried; so the cost of a text without any does not grow with the
//! catalogue. Case is ignored for ASCII letters; a literal counts as whole words only.
//!
//! Where a word begins, a bit tells whether any literal begins with the next four bytes, and
//! only there literals are compared. The bits stay in the processor's nearest cache, eight
//! bytes are looked at together, and there is nothing to build: an Aho-Corasick automaton
//! takes a start of its own for being built.

use std::sync::OnceLock;

/// Literals, each with the markers that ask for it, by their index.
#[derive(Debug, Default)]
pub(super) struct Literals {
    owned: Vec<(Box<str>, usize)>,
    sorted: OnceLock<Sorted>,
}

/// A literal with its owners.
type Owned = (Box<[u8]>, Vec<usize>);

/// All literals in their order, and the bits that say how they begin.
#[derive(Debug, Default)]
struct Sorted {
    /// Those of at least four bytes, and the first four of each.
    long: Vec<Owned>,
    beginnings: Vec<u32>,
    short: Vec<Owned>,
    /// A bit for the hash of each beginning.
    hashes: Bits,
    /// A bit for each pair of bytes that a short literal begins with, in any case.
    pairs: Bits,
    /// What a literal begins with, if that is no letter.
    others: Vec<u8>,
}

impl Literals {
    /// Adds a literal of a marker; an empty one is left out, for it would be everywhere.
    pub(super) fn add(&mut self, literal: &str, owner: usize) {
        if literal.is_empty() {
            return;
        }
        self.owned.push((literal.to_ascii_lowercase().into(), owner));
    }

    /// Calls `hit` with an offset inside the text and an owner, for each occurrence of
    /// each literal, in order of where they begin.
    pub(super) fn find(&self, text: &[u8], mut hit: impl FnMut(usize, usize)) {
        let sorted = self.sorted.get_or_init(|| self.sort());
        if self.owned.is_empty() {
            return;
        }
        let mut next = 0;
        let mut after_letter = false;
        for (nth, window) in text.windows(WINDOW).step_by(PLACES).enumerate() {
            next = nth * PLACES;
            sorted.places(window, &mut after_letter, |place| {
                sorted.all_at(text, next + place, &mut hit);
            });
            next += PLACES;
        }
        for start in (next..text.len()).filter(|&start| !is_inside(text, start)) {
            sorted.all_at(text, start, &mut hit);
        }
    }

    fn sort(&self) -> Sorted {
        let mut owned: Vec<(&[u8], usize)> =
            self.owned.iter().map(|(literal, owner)| (literal.as_bytes(), *owner)).collect();
        owned.sort_unstable();
        owned.dedup();
        let mut sorted = Sorted::default();
        for (literal, owner) in owned {
            sorted.add(literal, owner);
        }
        sorted
    }
}

impl Sorted {
    /// Adds the next literal in their order.
    fn add(&mut self, literal: &[u8], owner: usize) {
        let other = literal.first().filter(|first| !first.is_ascii_alphabetic());
        if let Some(&other) = other.filter(|other| !self.others.contains(other)) {
            self.others.push(other);
        }
        let beginning = beginning(literal);
        let all = if beginning.is_some() { &mut self.long } else { &mut self.short };
        if let Some((_, owners)) = all.last_mut().filter(|(known, _)| **known == *literal) {
            owners.push(owner);
            return;
        }
        all.push((literal.into(), vec![owner]));
        if let Some(beginning) = beginning {
            let beginning = u32::from_be_bytes(beginning);
            self.beginnings.push(beginning);
            self.hashes.set(hash(beginning));
            return;
        }
        let cases = |byte: u8| [byte, byte.to_ascii_uppercase()];
        let seconds = match *literal {
            [_, second, ..] => second..=second,
            _ => 0..=u8::MAX,
        };
        for first in literal.first().copied().into_iter().flat_map(cases) {
            for second in seconds.clone().flat_map(cases) {
                self.pairs.set(u16::from_be_bytes([first, second]));
            }
        }
    }

    /// Calls `place` for those of the first [`PLACES`] bytes of a window at which a literal may
    /// begin. Keeps whether the last of them is a letter.
    fn places(&self, window: &[u8], after_letter: &mut bool, mut place: impl FnMut(usize)) {
        let (Some(front), Some(back)) = (window.first_chunk(), window.last_chunk::<4>()) else {
            return;
        };
        let front = u64::from_be_bytes(*front);
        let letters = letters(front);
        let before = letters >> 8 | u64::from(*after_letter) << 63;
        *after_letter = letters & 0x80 != 0;
        // A literal that begins with a letter begins a word.
        let mut begins = letters & !before | self.others_in(front) & !letters;
        let all = u128::from(front) << 24 | u128::from(u32::from_be_bytes(*back) & 0x00ff_ffff);
        while begins != 0 {
            let nth = begins.leading_zeros() / 8;
            begins &= !(1 << (63 - 8 * nth));
            let four = ((all >> (56 - 8 * nth)) & u128::from(u32::MAX)) as u32;
            if self.hashes.has(hash(four)) || self.pairs.has((four >> 16) as u16) {
                place(nth as usize);
            }
        }
    }

    /// The bytes of eight that begin a literal without being letters: their highest bits.
    fn others_in(&self, eight: u64) -> u64 {
        if self.others.len() > FEW_OTHERS {
            return HIGHEST;
        }
        let same = |all: u64, &other: &u8| {
            let unlike = eight ^ (LOWEST * u64::from(other));
            // Zero only where they are alike; a bit next to one of these may be wrong, which
            // costs a look.
            all | unlike.wrapping_sub(LOWEST) & !unlike & HIGHEST
        };
        self.others.iter().fold(0, same)
    }

    /// Calls `hit` for the literals that begin at a place, shorter ones first.
    fn all_at(&self, text: &[u8], start: usize, hit: &mut impl FnMut(usize, usize)) {
        let Some(rest @ &[first, ..]) = text.get(start..) else { return };
        let mut all = |literals: &[Owned]| {
            for (literal, owners) in literals {
                if stands_at(literal, text, start) {
                    owners.iter().for_each(|&owner| hit(start, owner));
                }
            }
        };
        let second = rest.get(1).copied().unwrap_or_default();
        if self.pairs.has(u16::from_be_bytes([first, second])) {
            all(&self.short);
        }
        if let Some(beginning) = beginning(rest) {
            let beginning = u32::from_be_bytes(beginning);
            let from = self.beginnings.partition_point(|&it| it < beginning);
            let same = self.beginnings.get(from..).unwrap_or_default();
            let same = same.iter().take_while(|&&it| it == beginning).count();
            all(self.long.get(from..from + same).unwrap_or_default());
        }
    }
}

/// So many places are looked at together.
const PLACES: usize = 8;
/// The bytes that tell of these places: the last of them is the first of four.
const WINDOW: usize = PLACES + 3;
/// More different bytes are not told apart from each other.
const FEW_OTHERS: usize = 4;
/// The lowest and the highest bit of each of eight bytes.
const LOWEST: u64 = u64::MAX / 0xff;
const HIGHEST: u64 = LOWEST << 7;

/// The letters among eight bytes: their highest bits.
fn letters(eight: u64) -> u64 {
    // In lower case, and so small that no sum carries over to the next byte.
    let lower = (eight | (LOWEST << 5)) & !HIGHEST;
    let from_a = lower + LOWEST * (0x80 - u64::from(b'a'));
    let beyond_z = lower + LOWEST * (0x80 - u64::from(b'z') - 1);
    from_a & !beyond_z & !eight & HIGHEST
}

/// A bit for each number of 16 bits.
#[derive(Debug)]
struct Bits(Box<[u64; 1 << 10]>);

impl Default for Bits {
    fn default() -> Self {
        Self(Box::new([0; 1 << 10]))
    }
}

impl Bits {
    fn set(&mut self, number: u16) {
        if let Some(bits) = self.0.get_mut(usize::from(number >> 6)) {
            *bits |= 1 << (number & 63);
        }
    }

    fn has(&self, number: u16) -> bool {
        self.0.get(usize::from(number >> 6)).is_some_and(|bits| bits >> (number & 63) & 1 == 1)
    }
}

/// The first four bytes of a text in lower case; `None` when it has fewer.
fn beginning(text: &[u8]) -> Option<[u8; 4]> {
    Some(text.first_chunk::<4>()?.map(|byte| byte.to_ascii_lowercase()))
}

/// Sixteen bits of four bytes, the same for a letter in both cases, at the price of some
/// other bytes.
fn hash(beginning: u32) -> u16 {
    // The highest bits depend on all four bytes.
    ((beginning | 0x2020_2020).wrapping_mul(0x9E37_79B1) >> 16) as u16
}

fn is_letter(text: &[u8], at: Option<usize>) -> bool {
    at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphabetic)
}

/// Whether a word that begins here is inside a longer word, and so another word: `amp` in
/// `example`.
fn is_inside(text: &[u8], start: usize) -> bool {
    is_letter(text, Some(start)) && is_letter(text, start.checked_sub(1))
}

/// Whether a literal stands here, and not inside a longer word.
fn stands_at(literal: &[u8], text: &[u8], start: usize) -> bool {
    let end = start + literal.len();
    text.get(start..end).is_some_and(|it| it.eq_ignore_ascii_case(literal))
        && !(is_letter(text, end.checked_sub(1)) && is_letter(text, Some(end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn literals_are_found_whole_and_as_words() {
        let mut literals = Literals::default();
        let words =
            ["amp", "claude", "claude code", "claude.ai/code", "x@users.noreply.github.com"];
        for (owner, word) in words.iter().enumerate() {
            literals.add(word, owner);
        }
        let found = |text: &str| {
            let mut found = Vec::new();
            literals.find(text.as_bytes(), |at, owner| found.push((at, owner)));
            found
        };
        assert_eq!(found("Claude Code, AMP"), [(0, 1), (0, 2), (13, 0)]);
        assert_eq!(found("example claudes amps xclaude claude.ai/codes"), [(29, 1)]);
        assert_eq!(found("<1+X@Users.noreply.GitHub.com>"), [(3, 4)]);
        assert_eq!(found("x@users.noreply.github.co"), []);
    }

    proptest! {
        #[test]
        fn the_same_is_found_as_by_comparing_everywhere(
            words in proptest::collection::vec("[aAb .@é-]{1,9}", 1..12),
            text in "[aAbB .@éÉ-]{0,60}",
        ) {
            let mut literals = Literals::default();
            words.iter().enumerate().for_each(|(owner, word)| literals.add(word, owner));
            let mut found = Vec::new();
            literals.find(text.as_bytes(), |at, owner| found.push((at, owner)));
            let bytes = text.as_bytes();
            let mut expected: Vec<(usize, usize)> = (0..bytes.len())
                .flat_map(|start| (0..words.len()).map(move |owner| (start, owner)))
                .filter(|&(start, owner)| {
                    let word = words[owner].to_ascii_lowercase();
                    !is_inside(bytes, start) && stands_at(word.as_bytes(), bytes, start)
                })
                .collect();
            prop_assert!(found.is_sorted_by_key(|(start, _)| *start));
            found.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
