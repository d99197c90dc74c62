//! Examples that are not one plain line: a note with its ref, and a line in disguise.

use super::proposal::{Proposal, Unclear, list, literal, unclear};
use crate::finding::{Confidence, Kind};
use crate::marker::note_format;
use crate::text::undisguised;

/// A marker for notes of a ref, in the format in which this one says that an AI wrote.
pub(super) fn note(example: &str) -> Result<Proposal, Unclear> {
    let (name, text) = example.split_once('\n').unwrap_or((example, ""));
    let (name, text) = (name.trim(), text.trim_start_matches('\n'));
    let full = name.starts_with("refs/") && !name.contains([' ', '*']);
    if !full || text.trim().is_empty() {
        return unclear("a note is given as the full name of its ref, a line feed, and its text");
    }
    let Some(format) = note_format(text.as_bytes()) else {
        return unclear("in none of the formats of docs/rules.md does this note name an AI");
    };
    Ok(Proposal {
        kind: Kind::Note,
        name: "note".into(),
        keys: vec![("refs", list(&[name])), ("format", literal(format))],
        confidence: Confidence::Strong,
        hits: vec![format!("{text}\n")],
        misses: vec!["Reviewed at the meeting; a person wrote it.\n".into()],
        notes: vec![format!("only `{name}` is looked at; a push of another notes ref is not")],
        notes_ref: name.to_owned(),
    })
}

/// Returns what a disguised line says without its disguise.
pub(super) fn plain(example: &str) -> Result<String, Unclear> {
    let plain = undisguised(example.as_bytes());
    if plain.trim() == example {
        return unclear(
            "nothing in it is disguised in a way that can be undone; give the line as it is meant",
        );
    }
    Ok(plain)
}
