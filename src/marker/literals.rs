//! One pass over a text for the literals of many markers.
//!
//! Every textual marker names literals of which one must be there before its grammar or
//! its expression is tried; so the cost of a text without any does not grow with the
//! catalogue. Case is ignored for ASCII letters; a literal counts as whole words only.
//!
//! At each byte a bit tells whether any literal begins with the next four, and only there
//! literals are compared. The bits stay in the processor's nearest cache, no byte waits for
//! the one before it, and there is nothing to build: an Aho-Corasick automaton takes about
//! as long for a text, and a start of its own for being built.

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
        let mut all = |start: usize| {
            if !is_inside(text, start) {
                sorted.all_at(text, start, &mut hit);
            }
        };
        let mut next = 0;
        for (nth, window) in text.windows(WINDOW).step_by(PLACES).enumerate() {
            next = nth * PLACES;
            let mut places = sorted.places(window);
            while places != 0 {
                all(next + places.trailing_zeros() as usize);
                places &= places - 1;
            }
            next += PLACES;
        }
        (next..text.len()).for_each(all);
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

    /// At which of the first [`PLACES`] bytes of a window a literal may begin, a bit for each.
    fn places(&self, window: &[u8]) -> u32 {
        let (Some(front), Some(back)) = (window.first_chunk(), window.last_chunk()) else {
            return 0;
        };
        let (front, back) = (u64::from_be_bytes(*front), u64::from_be_bytes(*back));
        let mut places = 0;
        for nth in 0..PLACES {
            // The four bytes from this one on are in the front as long as they can be.
            let four = if nth < 5 { front >> (32 - 8 * nth) } else { back >> (56 - 8 * nth) };
            let four = (four & u64::from(u32::MAX)) as u32;
            places |= u32::from(self.hashes.has(hash(four))) << nth;
        }
        if !self.short.is_empty() {
            for nth in 0..PLACES {
                let two = if nth < 7 { front >> (48 - 8 * nth) } else { back >> 16 };
                places |= u32::from(self.pairs.has((two & 0xffff) as u16)) << nth;
            }
        }
        places
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

/// So many places are looked at together, so that none waits for another.
const PLACES: usize = 8;
/// The bytes that tell of these places: the last of them is the first of four.
const WINDOW: usize = PLACES + 3;

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
