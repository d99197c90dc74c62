//! The size of a change: the lines and bytes that it adds and removes, in the lines that
//! `git diff` shows as added and removed.
//!
//! Who asks wants to know that a change is small, so a doubt counts as unlimited: a file that
//! is binary, that can't be read, or that is too large to be compared. Git ends a line at LF
//! alone; here every character that some editor ends a line at does, so that a large text is
//! no single line.

use imara_diff::sources::byte_lines;
use imara_diff::{Algorithm, Diff, InternedInput};

use super::{Change, Changes, GitError, Mode, ObjectId, Objects, Side, Visitor};

/// How much a change adds and removes. `usize::MAX` is more than can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeSize {
    /// Lines, by the line ends of every kind.
    pub lines: usize,
    /// Bytes of these lines, line ends included.
    pub bytes: usize,
}

impl ChangeSize {
    /// The size of what can't be counted.
    pub const UNLIMITED: Self = Self { lines: usize::MAX, bytes: usize::MAX };

    /// The size of a text that is added or removed as a whole.
    fn of(text: &[u8]) -> Self {
        Self { lines: lines(text), bytes: text.len() }
    }

    fn add(&mut self, other: Self) {
        self.lines = self.lines.saturating_add(other.lines);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// Larger files are not compared line by line.
const LARGEST: usize = 4 << 20;

/// Measures what a commit's tree adds to and takes from those of its parents; for a merge,
/// only in files that differ from every parent's.
///
/// # Errors
/// When the scan was ended, or the repository as a whole can't be read.
pub fn size_of_change(
    objects: &Objects<'_>,
    tree: ObjectId,
    parents: &[ObjectId],
) -> Result<ChangeSize, GitError> {
    let mut measure = Measure { objects, size: ChangeSize::default() };
    let mut changes = Changes::of_what_can_be_read(objects);
    changes.all(tree, parents, &mut measure)?;
    let is_whole = changes.take_unread().is_empty() && changes.take_lost().is_empty();
    Ok(if is_whole { measure.size } else { ChangeSize::UNLIMITED })
}

struct Measure<'o> {
    objects: &'o Objects<'o>,
    size: ChangeSize,
}

impl Visitor for Measure<'_> {
    fn matters(&self, _: &[u8]) -> bool {
        true
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        // Once it is unlimited, no file can make it less.
        if self.size != ChangeSize::UNLIMITED {
            let (old, new) = (self.text(change.old)?, self.text(change.new)?);
            let size = old.zip(new).and_then(|(old, new)| between(&old, &new));
            self.size.add(size.unwrap_or(ChangeSize::UNLIMITED));
        }
        Ok(true)
    }
}

impl Measure<'_> {
    /// What `git diff` compares of an entry: of a submodule, a line with its commit. `None`
    /// for a file of which not all can be looked at.
    fn text(&self, side: Option<Side>) -> Result<Option<Vec<u8>>, GitError> {
        let Some(Side { mode, id }) = side else { return Ok(Some(Vec::new())) };
        if mode == Mode::Commit {
            return Ok(Some(format!("Subproject commit {id}\n").into_bytes()));
        }
        match self.objects.blob_head(id, LARGEST) {
            Ok(blob) if blob.is_whole() => Ok(Some(blob.data().to_vec())),
            Ok(_) => Ok(None),
            Err(error) if error.object().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The size of the change from one text to another; `None` when it can't be told.
fn between(old: &[u8], new: &[u8]) -> Option<ChangeSize> {
    if is_binary(old) || is_binary(new) {
        return None;
    }
    if old.is_empty() || new.is_empty() {
        return Some(ChangeSize::of(if old.is_empty() { new } else { old }));
    }
    let lines = InternedInput::new(byte_lines(old), byte_lines(new));
    let diff = Diff::compute(Algorithm::Myers, &lines);
    let mut size = ChangeSize::default();
    let removed = (0..).zip(&lines.before).filter(|(at, _)| diff.is_removed(*at));
    let added = (0..).zip(&lines.after).filter(|(at, _)| diff.is_added(*at));
    for (_, &line) in removed.chain(added) {
        size.add(ChangeSize::of(lines.interner[line]));
    }
    Some(size)
}

/// How many lines a text has: those that end, and a last one that does not.
fn lines(text: &[u8]) -> usize {
    let mut count = 0;
    let mut rest = text;
    while !rest.is_empty() {
        rest = after_line(rest);
        count += 1;
    }
    count
}

/// What follows the first line of a text.
fn after_line(text: &[u8]) -> &[u8] {
    let mut rest = text;
    loop {
        rest = match rest {
            [b'\r', b'\n', after @ ..]
            | [b'\n' | 0x0b | 0x0c | b'\r', after @ ..]
            // NEL, LS and PS.
            | [0xc2, 0x85, after @ ..]
            | [0xe2, 0x80, 0xa8 | 0xa9, after @ ..] => return after,
            [_, after @ ..] => after,
            [] => return rest,
        };
    }
}

/// Whether a file is no text whose lines can be counted: it has a control character that no
/// text has, or is in UTF-16 or UTF-32.
fn is_binary(content: &[u8]) -> bool {
    let is_control = |byte: &u8| matches!(byte, 0..=6 | 0x0e..=0x1a | 0x1c..=0x1f);
    [&b"\xff\xfe"[..], b"\xfe\xff"].iter().any(|mark| content.starts_with(mark))
        || content.iter().any(is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(old: &str, new: &str) -> Option<(usize, usize)> {
        between(old.as_bytes(), new.as_bytes()).map(|size| (size.lines, size.bytes))
    }

    #[test]
    fn line_ends_of_every_kind_are_counted() {
        for end in ["\n", "\r", "\r\n", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}"] {
            let text = ["a", "b", "c", ""].join(end);
            assert_eq!(size("", &text), Some((3, text.len())), "added, {end:?}");
            assert_eq!(size(&text, ""), Some((3, text.len())), "removed, {end:?}");
            assert_eq!(size("x\n", &format!("x\n{text}")), Some((3, text.len())), "{end:?}");
            assert_eq!(size("x", &text).map(|(lines, _)| lines), Some(4), "replaced, {end:?}");
        }
        assert_eq!(size("", "\n\r\r\n\n"), Some((4, 5)), "empty lines");
        assert_eq!(size("", "one"), Some((1, 3)));
        assert_eq!(size("a\nb\nc\n", "a\nB\nc\n"), Some((2, 4)));
        assert_eq!(size("a\n", "a\n"), Some((0, 0)));
        assert_eq!(size("a\n", "a"), Some((2, 3)), "a line end that goes");
    }

    #[test]
    fn a_file_on_one_line_has_its_bytes() {
        assert_eq!(size("x", &"y".repeat(100_000)), Some((2, 100_001)));
    }

    #[test]
    fn what_is_no_text_is_unlimited() {
        for content in ["a\0b", "a\u{1}", "\0", &format!("{}\0", "x\n".repeat(9000))] {
            assert_eq!(size("", content), None);
            assert_eq!(size(content, "a"), None);
        }
        assert_eq!(between(b"", b"\xff\xfea"), None);
        // Colours, a tab and other scripts are text.
        assert!(size("", "\u{1b}[1mÄ\t\u{8}中\n").is_some());
        assert!(between(b"", b"Latin \xe9\n").is_some());
    }
}
