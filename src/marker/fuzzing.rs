//! Doors to the readers of this room for [`crate::fuzzing`].

use super::note::{Format, evidence};
use super::structure;
use crate::text::WordEnum;

/// The lines that a structure marker sees in a file; `None` when the file is not of the
/// format: `json`, `toml`, `yaml`, `front-matter` or `text`.
#[must_use]
pub fn structure_lines(format: &str, text: &str) -> Option<Vec<String>> {
    structure::lines_of(format, text)
}

/// JSON without the comments and last commas that editors allow.
#[must_use]
pub fn plain_json(text: &str) -> String {
    structure::without_comments(text)
}

/// What a note of a format gives as evidence, by the format's word: the line, and its text.
#[must_use]
pub fn note_evidence(note: &[u8]) -> Vec<(&'static str, usize, String)> {
    let all =
        [Format::GitAi, Format::AgentTrace, Format::AiAttribution, Format::Headers].into_iter();
    all.filter_map(|format| {
        let (line, text) = evidence(format, note)?;
        Some((format.word(), line, text))
    })
    .collect()
}
