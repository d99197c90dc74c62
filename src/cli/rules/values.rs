//! Values of options that are words of the rules.

use crate::finding::{Confidence, Kind};

pub(super) fn kind(text: &str) -> Result<Kind, String> {
    word(text, &Kind::WORDS)
}

pub(super) fn confidence(text: &str) -> Result<Confidence, String> {
    word(text, &Confidence::WORDS)
}

fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    found.ok_or_else(|| format!("it is one of {}", known.join(", ")))
}
