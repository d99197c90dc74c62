//! What the tests of single tricks share: trying many disguised marks, and saying at the end
//! which were missed.

use std::collections::BTreeMap;

use super::marks::{MARKS, Mark, PERSON};

/// Collects what was missed, and fails at the end.
#[derive(Default)]
pub(super) struct Hunt {
    pub(super) tried: usize,
    missed: BTreeMap<String, Vec<String>>,
}

impl Hunt {
    /// Tries a disguised form of a mark.
    pub(super) fn try_commit(&mut self, name: impl Into<String>, mark: &Mark, raw: &[u8]) {
        self.tried += 1;
        if !mark.is_found_in(raw) {
            let shown = format!("{}: {}", mark.id, shown(raw));
            self.missed.entry(name.into()).or_default().push(shown);
        }
    }

    /// Tries a line or a person in UTF-8 without a label.
    pub(super) fn try_text(&mut self, name: impl Into<String>, mark: &Mark, disguised: &str) {
        self.try_commit(name, mark, &mark.commit(None, disguised.as_bytes()));
    }

    /// Fails unless at least `least` were tried and all were found.
    #[track_caller]
    pub(super) fn end(self, least: usize) {
        assert!(self.tried >= least, "only {} were tried", self.tried);
        let shown: Vec<String> = self
            .missed
            .iter()
            .take(40)
            .map(|(name, cases)| format!("{name}: {} missed, such as {}", cases.len(), cases[0]))
            .collect();
        let count: usize = self.missed.values().map(Vec::len).sum();
        assert!(
            count == 0,
            "{count} of {} missed, by {} tricks\n{}",
            self.tried,
            self.missed.len(),
            shown.join("\n")
        );
    }
}

/// A commit without what all have, cut to a bearable length.
pub(super) fn shown(raw: &[u8]) -> String {
    let text = raw.escape_ascii().to_string();
    let text = text.replace(&format!(" {PERSON} 1767225600 +0000"), "");
    let text = text.trim_start_matches("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\\n");
    match text.get(..1_500) {
        Some(start) => format!("{start}… and {} more", text.len() - 1_500),
        None => text.to_owned(),
    }
}

/// One mark after the other, so that few tricks try them all.
pub(super) struct Round(pub(super) usize);

impl Round {
    pub(super) fn next(&mut self) -> &'static Mark {
        self.0 += 1;
        &MARKS[self.0 % MARKS.len()]
    }

    pub(super) fn next_with(&mut self, holds: impl Fn(&Mark) -> bool) -> Option<&'static Mark> {
        (0..MARKS.len()).map(|_| self.next()).find(|mark| holds(mark))
    }
}

/// A text put between all characters of a mark.
pub(super) fn between(mark: &Mark, what: &str) -> String {
    let characters: Vec<String> = mark.text.chars().map(String::from).collect();
    characters.join(what)
}

/// A text put into the middle of a mark's longest word.
pub(super) fn in_the_middle(mark: &Mark, what: &str) -> String {
    let words = mark.text.split(|c: char| !c.is_ascii_alphanumeric());
    let word = words.max_by_key(|word| word.len()).unwrap();
    let (before, after) = word.split_at(word.len() / 2);
    mark.text.replace(word, &format!("{before}{what}{after}"))
}
