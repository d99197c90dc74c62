//! One pass over a text for the literals of many markers.
//!
//! Every textual marker names literals of which one must be there before its grammar or
//! its expression is tried; so the cost of a text without any does not grow with the
//! catalogue. Case is ignored for ASCII letters; a literal counts as whole words only.
//!
//! The pass looks for how literals begin, and the rest is compared where that is: then the
//! automaton is small enough to stay in the processor's cache, and quick to build. Before it
//! pays to build one, the pairs of bytes that literals begin with are looked for.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Literals, each with the markers that ask for it, by their index.
#[derive(Debug, Default)]
pub(super) struct Literals {
    owned: Vec<(Box<str>, usize)>,
    sorted: OnceLock<Sorted>,
    compiled: OnceLock<Option<Compiled>>,
    searches: AtomicUsize,
    searched: AtomicUsize,
}

/// After so many searches a faster automaton pays for its building.
const MANY_SEARCHES: usize = 2000;
/// After so many bytes an automaton does.
const MANY_BYTES: usize = 1 << 16;

/// How many bytes of a literal the automaton knows.
const BEGINNING: usize = 6;

/// A literal with its owners.
type Owned = (Box<[u8]>, Vec<usize>);

/// All literals in their order, and the pairs of bytes that they begin with: a push of a few
/// commits is searched before an automaton would be built.
#[derive(Debug)]
struct Sorted {
    literals: Vec<Owned>,
    /// A bit for each pair.
    pairs: Vec<u64>,
    /// Whether some literal is a single byte.
    has_single: bool,
}

#[derive(Debug)]
struct Compiled {
    automaton: AhoCorasick,
    faster: OnceLock<Option<AhoCorasick>>,
    /// For each beginning, the literals that have it: from where to where in their order.
    beginnings: Vec<(usize, usize)>,
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
    /// each literal, in order of where their beginnings end.
    pub(super) fn find(&self, text: &[u8], mut hit: impl FnMut(usize, usize)) {
        let sorted = self.sorted.get_or_init(|| self.sort());
        if sorted.literals.is_empty() {
            return;
        }
        let mut all = |start: usize, literals: &[Owned]| {
            for (literal, owners) in literals {
                if stands_at(literal, text, start) {
                    owners.iter().for_each(|&owner| hit(start, owner));
                }
            }
        };
        if self.searched.fetch_add(text.len(), Ordering::Relaxed) < MANY_BYTES {
            for (start, at) in sorted.find(text) {
                all(start, sorted.literals.get(at..=at).unwrap_or_default());
            }
            return;
        }
        let Some(compiled) = self.compiled.get_or_init(|| sorted.compile()) else {
            return;
        };
        let many = self.searches.fetch_add(1, Ordering::Relaxed) > MANY_SEARCHES;
        let faster = || sorted.build(AhoCorasickKind::DFA);
        let faster = many.then(|| compiled.faster.get_or_init(faster).as_ref()).flatten();
        for found in faster.unwrap_or(&compiled.automaton).find_overlapping_iter(text) {
            // Most are words inside of longer words.
            if is_inside(text, found.start()) {
                continue;
            }
            let range = compiled.beginnings.get(found.pattern().as_usize());
            let literals = range.and_then(|&(from, to)| sorted.literals.get(from..to));
            all(found.start(), literals.unwrap_or_default());
        }
    }

    fn sort(&self) -> Sorted {
        let mut owned: Vec<(&[u8], usize)> =
            self.owned.iter().map(|(literal, owner)| (literal.as_bytes(), *owner)).collect();
        owned.sort_unstable();
        owned.dedup();
        let mut sorted =
            Sorted { literals: Vec::new(), pairs: vec![0; PAIRS / 64], has_single: false };
        for (literal, owner) in owned {
            match sorted.literals.last_mut() {
                Some((known, owners)) if **known == *literal => owners.push(owner),
                _ => sorted.add(literal, owner),
            }
        }
        sorted
    }
}

/// So many pairs of bytes there are.
const PAIRS: usize = 1 << 16;

impl Sorted {
    fn add(&mut self, literal: &[u8], owner: usize) {
        let seconds = match *literal {
            [_, second, ..] => second..=second,
            _ => 0..=u8::MAX,
        };
        self.has_single |= literal.len() == 1;
        let first = literal.first().copied().unwrap_or_default();
        for second in seconds {
            let pair = pair(first, second);
            if let Some(bits) = self.pairs.get_mut(pair / 64) {
                *bits |= 1 << (pair % 64);
            }
        }
        self.literals.push((literal.into(), vec![owner]));
    }

    /// Where literals may stand, and which, in order of where their beginnings end.
    fn find(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for (start, &first) in text.iter().enumerate() {
            let second = text.get(start + 1).copied().unwrap_or_default();
            let (first, second) = (first.to_ascii_lowercase(), second.to_ascii_lowercase());
            let pair = pair(first, second);
            let bits = self.pairs.get(pair / 64).copied().unwrap_or_default();
            if bits >> (pair % 64) & 1 == 0 || is_inside(text, start) {
                continue;
            }
            let least: &[u8] = if self.has_single { &[first] } else { &[first, second] };
            let from = self.literals.partition_point(|(literal, _)| **literal < *least);
            let literals = self.literals.get(from..).unwrap_or_default().iter();
            let begin = literals.take_while(|(literal, _)| {
                literal.first() == Some(&first) && literal.get(1).is_none_or(|it| *it <= second)
            });
            for (more, (literal, _)) in begin.enumerate() {
                if stands_at(literal, text, start) {
                    found.push((start + beginning(literal).len(), start, from + more));
                }
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, start, at)| (start, at)).collect()
    }

    fn compile(&self) -> Option<Compiled> {
        let mut beginnings: BTreeMap<&[u8], (usize, usize)> = BTreeMap::new();
        for (at, (literal, _)) in self.literals.iter().enumerate() {
            beginnings.entry(beginning(literal)).or_insert((at, at)).1 = at + 1;
        }
        Some(Compiled {
            automaton: self.build(AhoCorasickKind::ContiguousNFA)?,
            faster: OnceLock::new(),
            beginnings: beginnings.into_values().collect(),
        })
    }

    /// Building fails only beyond 2^31 states; then nothing could be found.
    fn build(&self, kind: AhoCorasickKind) -> Option<AhoCorasick> {
        // In the order of a map by them.
        let mut beginnings: Vec<&[u8]> =
            self.literals.iter().map(|(literal, _)| beginning(literal)).collect();
        beginnings.dedup();
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(kind))
            .build(beginnings)
            .ok()
    }
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
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

fn beginning(literal: &[u8]) -> &[u8] {
    literal.get(..BEGINNING).unwrap_or(literal)
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
        for round in 0..3 {
            assert_eq!(found("Claude Code, AMP"), [(0, 1), (0, 2), (13, 0)]);
            assert_eq!(found("example claudes amps xclaude claude.ai/codes"), [(29, 1)]);
            assert_eq!(found("<1+X@Users.noreply.GitHub.com>"), [(3, 4)]);
            assert_eq!(found("x@users.noreply.github.co"), []);
            assert_eq!(literals.compiled.get().is_some(), round > 0);
            // The automata.
            literals.find(&[b' '; MANY_BYTES], |_, _| {});
            if round > 0 {
                (0..=MANY_SEARCHES).for_each(|_| literals.find(b"", |_, _| {}));
            }
        }
    }

    proptest! {
        #[test]
        fn all_ways_to_search_find_the_same(
            words in proptest::collection::vec("[aAb .@-]{1,9}", 1..12),
            text in "[aAbB .@-]{0,60}",
        ) {
            let find = |literals: &Literals| {
                let mut found = Vec::new();
                literals.find(text.as_bytes(), |at, owner| found.push((at, owner)));
                found
            };
            let mut literals = Literals::default();
            words.iter().enumerate().for_each(|(owner, word)| literals.add(word, owner));
            let first = find(&literals);
            literals.searched.store(MANY_BYTES, Ordering::Relaxed);
            prop_assert_eq!(&first, &find(&literals));
            literals.searches.store(MANY_SEARCHES + 1, Ordering::Relaxed);
            prop_assert_eq!(&first, &find(&literals));
        }
    }
}
