//! One pass over a text for the literals of many markers.
//!
//! Every textual marker names literals of which one must be there before its grammar or
//! its expression is tried; so the cost of a text without any does not grow with the
//! catalogue. Case is ignored for ASCII letters; a literal counts as whole words only.
//!
//! The pass looks for how literals begin, and the rest is compared where that is: then the
//! automaton is small enough to stay in the processor's cache, and quick to build.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Literals, each with the markers that ask for it, by their index.
#[derive(Debug, Default)]
pub(super) struct Literals {
    owners: BTreeMap<String, Vec<usize>>,
    compiled: OnceLock<Option<Compiled>>,
    searches: AtomicUsize,
}

/// After so many searches a faster automaton pays for its building.
const MANY_SEARCHES: usize = 2000;

/// How many bytes of a literal the automaton knows.
const BEGINNING: usize = 6;

/// A literal with its owners.
type Owned = (Box<[u8]>, Vec<usize>);

#[derive(Debug)]
struct Compiled {
    automaton: AhoCorasick,
    faster: OnceLock<Option<AhoCorasick>>,
    /// For each beginning, the literals that have it, with their owners.
    literals: Vec<Vec<Owned>>,
}

impl Literals {
    /// Adds a literal of a marker; an empty one is left out, for it would be everywhere.
    pub(super) fn add(&mut self, literal: &str, owner: usize) {
        if literal.is_empty() {
            return;
        }
        let owners = self.owners.entry(literal.to_ascii_lowercase()).or_default();
        if !owners.contains(&owner) {
            owners.push(owner);
        }
    }

    /// Calls `hit` with an offset inside the text and an owner, for each occurrence of
    /// each literal, in order of where their beginnings end.
    pub(super) fn find(&self, text: &[u8], mut hit: impl FnMut(usize, usize)) {
        let Some(compiled) = self.compiled.get_or_init(|| self.compile()) else {
            return;
        };
        let letter =
            |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphabetic);
        let many = self.searches.fetch_add(1, Ordering::Relaxed) > MANY_SEARCHES;
        let faster = || self.build(AhoCorasickKind::DFA);
        let faster = many.then(|| compiled.faster.get_or_init(faster).as_ref()).flatten();
        for found in faster.unwrap_or(&compiled.automaton).find_overlapping_iter(text) {
            let start = found.start();
            // A word inside a longer word is another word: `amp` in `example`.
            if letter(Some(start)) && letter(start.checked_sub(1)) {
                continue;
            }
            let literals = compiled.literals.get(found.pattern().as_usize());
            for (literal, owners) in literals.into_iter().flatten() {
                let end = start + literal.len();
                let is = text.get(start..end).is_some_and(|it| it.eq_ignore_ascii_case(literal));
                if is && !(letter(end.checked_sub(1)) && letter(Some(end))) {
                    owners.iter().for_each(|&owner| hit(start, owner));
                }
            }
        }
    }

    fn compile(&self) -> Option<Compiled> {
        let mut literals: BTreeMap<&[u8], Vec<Owned>> = BTreeMap::new();
        for (literal, owners) in &self.owners {
            let literal = literal.as_bytes();
            literals.entry(beginning(literal)).or_default().push((literal.into(), owners.clone()));
        }
        Some(Compiled {
            automaton: self.build(AhoCorasickKind::ContiguousNFA)?,
            faster: OnceLock::new(),
            literals: literals.into_values().collect(),
        })
    }

    /// Building fails only beyond 2^31 states; then nothing could be found.
    fn build(&self, kind: AhoCorasickKind) -> Option<AhoCorasick> {
        let mut beginnings: Vec<&[u8]> =
            self.owners.keys().map(|literal| beginning(literal.as_bytes())).collect();
        // In the order of a map by them.
        beginnings.sort_unstable();
        beginnings.dedup();
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(kind))
            .build(beginnings)
            .ok()
    }
}

fn beginning(literal: &[u8]) -> &[u8] {
    literal.get(..BEGINNING).unwrap_or(literal)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for _ in 0..2 {
            assert_eq!(found("Claude Code, AMP"), [(0, 1), (0, 2), (13, 0)]);
            assert_eq!(found("example claudes amps xclaude claude.ai/codes"), [(29, 1)]);
            assert_eq!(found("<1+X@Users.noreply.GitHub.com>"), [(3, 4)]);
            assert_eq!(found("x@users.noreply.github.co"), []);
            // The other automaton.
            (0..=MANY_SEARCHES).for_each(|_| literals.find(b"", |_, _| {}));
        }
    }
}
