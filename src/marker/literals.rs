//! One pass over a text for the literals of many markers.
//!
//! Every textual marker names literals of which one must be there before its grammar or
//! its expression is tried; so the cost of a text without any does not grow with the
//! catalogue. Case is ignored for ASCII letters; a literal counts as whole words only.

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

#[derive(Debug)]
struct Compiled {
    automaton: AhoCorasick,
    faster: OnceLock<Option<AhoCorasick>>,
    owners: Vec<Vec<usize>>,
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
    /// each literal, in order of where the occurrences end.
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
            // A word inside a longer word is another word: `amp` in `example`.
            let (start, end) = (found.start(), found.end());
            if letter(Some(start)) && letter(start.checked_sub(1))
                || letter(end.checked_sub(1)) && letter(Some(end))
            {
                continue;
            }
            for &owner in compiled.owners.get(found.pattern().as_usize()).into_iter().flatten() {
                hit(found.start(), owner);
            }
        }
    }

    fn compile(&self) -> Option<Compiled> {
        Some(Compiled {
            automaton: self.build(AhoCorasickKind::ContiguousNFA)?,
            faster: OnceLock::new(),
            owners: self.owners.values().cloned().collect(),
        })
    }

    /// Building fails only beyond 2^31 states; then nothing could be found.
    fn build(&self, kind: AhoCorasickKind) -> Option<AhoCorasick> {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(kind))
            .build(self.owners.keys())
            .ok()
    }
}
