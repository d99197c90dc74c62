//! Where a text names people by its form: in front of an address, and behind keys such as
//! `Reviewed-by`.
//!
//! There everything is taken for a name that is no word of the catalogue. To recognise names by
//! how they look was not chosen: it misses those that look otherwise.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use super::people::{People, expression};

/// Brackets around an address, and what is written for them.
const OPENING: [char; 7] = ['<', '‹', '«', '〈', '《', '⟨', '❮'];
const CLOSING: [char; 7] = ['>', '›', '»', '〉', '》', '⟩', '❯'];

/// What separates names, and names from remarks, besides brackets around an address.
const SEPARATORS: &str = "()[]{},;:|/&\"`\\•·+=*【】「」、。";

/// A part of a text that names people.
pub(super) struct Named {
    /// Each stands for a person, or for several that nothing separates.
    pub(super) people: Vec<Range<usize>>,
    /// What stands in brackets behind them, if that may be an address.
    pub(super) address: Option<Range<usize>>,
    /// Whether this is certain enough to look for a name of one word in other texts.
    pub(super) is_certain: bool,
}

/// The parts of a text that name people.
pub(super) fn named(text: &str, known: &People) -> Vec<Named> {
    let mut all = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let end = start + line.len();
        if let Some(key) = key().find(line) {
            let people = people(text, start + key.end()..end, known);
            all.push(Named { people, address: None, is_certain: true });
        }
        identities(text, start..end, known, &mut all);
        start = end;
    }
    all
}

/// Those in front of addresses in a line.
fn identities(text: &str, line: Range<usize>, known: &People, all: &mut Vec<Named>) {
    let own = text.get(line.clone()).unwrap_or_default();
    // A key of one word is none of the names.
    let mut start = own.find(':').map_or(0, |colon| {
        let key = own.get(..colon).unwrap_or_default().trim();
        if key.contains(char::is_whitespace) { 0 } else { colon + 1 }
    });
    for (opening, bracket) in own.char_indices().filter(|(_, it)| OPENING.contains(it)) {
        if opening < start {
            continue;
        }
        let inside = opening + bracket.len_utf8();
        let rest = own.get(inside..).unwrap_or_default();
        let length = rest.find(|it| OPENING.contains(&it) || CLOSING.contains(&it));
        let content = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        let has_at = content.contains('@');
        // A comparison or a tag of HTML.
        if !has_at && content.contains(char::is_whitespace) && !content.trim().is_empty() {
            continue;
        }
        let from = line.start + inside;
        all.push(Named {
            people: people(text, line.start + start..line.start + opening, known),
            address: (!content.trim().is_empty()).then(|| from..from + content.len()),
            is_certain: has_at || content.trim().is_empty(),
        });
        start = inside + content.len();
    }
}

/// The names in a part of a text; what holds words of the catalogue alone is none.
fn people(text: &str, part: Range<usize>, known: &People) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut start = part.start;
    let is_separator =
        |it: char| SEPARATORS.contains(it) || OPENING.contains(&it) || CLOSING.contains(&it);
    for piece in text.get(part).unwrap_or_default().split_inclusive(is_separator) {
        let name = trimmed(piece);
        if !name.is_empty() && !known.is_tool(name) {
            let before = piece.len() - piece.trim_start_matches(is_outside).len();
            all.push(start + before..start + before + name.len());
        }
        start += piece.len();
    }
    all
}

fn trimmed(piece: &str) -> &str {
    piece.trim_matches(is_outside)
}

fn is_outside(character: char) -> bool {
    character.is_whitespace()
        || (character.is_ascii() && !character.is_ascii_alphanumeric())
        || SEPARATORS.contains(character)
        || OPENING.contains(&character)
        || CLOSING.contains(&character)
}

/// A key whose value is people.
fn key() -> &'static Regex {
    static KEY: OnceLock<Regex> = OnceLock::new();
    KEY.get_or_init(|| {
        expression(concat!(
            r"(?i)(?:\b(?:[\p{L}\p{N}]+[-_]+by|\p{L}+ed\s+by|(?:co[-_ ]?)?(?:approver|author",
            r"|committer|maintainer|owner|pair|reporter|reviewer|submitter|tagger|tester)s?)",
            r"|^\s*(?:[-\w]*[-_])?(?:cc|from|to|sender|contact|thanks|on-behalf-of)",
            r"|\p{Han}*[人者])\s*[:=]+",
        ))
    })
}
