//! Text that shows how a credit looks, and is none: quoted, fenced, in backticks.
//!
//! What Git itself reads as a trailer (git-interpret-trailers(1)) is one, wherever else it
//! stands. Indentation is no quotation: `git merge --squash` indents whole messages.

use std::cell::OnceCell;
use std::ops::Range;

use crate::text::folded_key;
use crate::text::lines::Line;

/// Which parts of a text are quoted, worked out when it is asked for.
pub(super) struct Quotation<'t> {
    text: &'t [u8],
    /// The lines between fences: from the start of the one to the end of the other.
    fenced: OnceCell<Vec<Range<usize>>>,
    /// Where the trailers begin that Git reads.
    trailers: OnceCell<usize>,
}

impl<'t> Quotation<'t> {
    pub(super) fn of(text: &'t [u8]) -> Self {
        Self { text, fenced: OnceCell::new(), trailers: OnceCell::new() }
    }

    /// Whether what stands at an offset, on a line, is quoted.
    pub(super) fn holds(&self, line: &Line<'_>, offset: usize) -> bool {
        let is_quoted = line.bytes.trim_ascii_start().starts_with(b">")
            || is_in_backticks(line, offset)
            || self.fenced().iter().any(|fenced| fenced.contains(&line.start));
        is_quoted && line.start < *self.trailers.get_or_init(|| trailers(self.text))
    }

    fn fenced(&self) -> &[Range<usize>] {
        self.fenced.get_or_init(|| fenced(self.text))
    }
}

/// Whether an offset stands between two backticks of a line.
fn is_in_backticks(line: &Line<'_>, offset: usize) -> bool {
    let (before, after) =
        line.bytes.split_at(offset.saturating_sub(line.start).min(line.bytes.len()));
    memchr::memchr_iter(b'`', before).count() % 2 == 1 && memchr::memchr(b'`', after).is_some()
}

/// The parts of a text between lines of three backticks or tildes. What is opened and not closed
/// is none.
fn fenced(text: &[u8]) -> Vec<Range<usize>> {
    let mut fenced = Vec::new();
    let mut open: Option<(usize, u8)> = None;
    let mut start = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let bare = line.trim_ascii();
        let end = start + line.len();
        let mark = bare.first().copied().filter(|mark| b"`~".contains(mark));
        if let Some(mark) = mark.filter(|mark| bare.starts_with(&[*mark; 3])) {
            match open {
                Some((begin, opened)) if opened == mark => {
                    fenced.push(begin..end);
                    open = None;
                }
                None => open = Some((start, mark)),
                Some(_) => {}
            }
        }
        start = end;
    }
    fenced
}

/// Where the last paragraph begins, if all of its lines are trailers and it is not the first;
/// the end of the text otherwise.
fn trailers(text: &[u8]) -> usize {
    let whole = text.trim_ascii_end();
    let mut start = whole.len();
    let mut begin = None;
    for line in whole.rsplit(|&byte| byte == b'\n') {
        start = start.saturating_sub(line.len());
        if line.trim_ascii().is_empty() {
            break;
        }
        begin = Some(start);
        start = start.saturating_sub(1);
    }
    let Some(begin) = begin.filter(|begin| *begin > 0) else { return text.len() };
    let block = whole.get(begin..).unwrap_or_default();
    let mut lines = block.split(|&byte| byte == b'\n');
    let are_all =
        lines.all(|line| line.first().is_some_and(|it| b" \t".contains(it)) || is_trailer(line));
    if are_all && is_trailer(block) { begin } else { text.len() }
}

/// Whether a line begins as a trailer does: a key of letters, digits and hyphens, and a colon.
fn is_trailer(line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', line) else { return false };
    let key = line.get(..colon).unwrap_or_default().trim_ascii_end();
    !folded_key(key).is_empty()
        && key.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::lines::Locator;

    fn is_quoted(text: &str, mark: &str) -> bool {
        let offset = text.find(mark).unwrap();
        let line = Locator::new(text.as_bytes()).piece_at(offset);
        Quotation::of(text.as_bytes()).holds(&line, offset)
    }

    #[test]
    fn quoted_fenced_and_in_backticks() {
        assert!(is_quoted("a\n\n> Key: X\n", "X"));
        assert!(is_quoted("a\n\n```\nKey: X\n```\nb\n", "X"));
        assert!(is_quoted("a\n\n~~~\n```\nKey: X\n~~~\n", "X"));
        assert!(is_quoted("- `Key: X` is refused\n", "X"));
        assert!(!is_quoted("a\n\n    Key: X\n", "X"));
        assert!(!is_quoted("a\n\n```\nb\n```\nKey: X\n\nc", "X"));
        assert!(!is_quoted("a `b` X\n", "X"));
    }

    #[test]
    fn what_git_reads_as_a_trailer_is_not_quoted() {
        assert!(!is_quoted("a\n\n```\nb\n\nKey: X\nOther: `y`\n", "X"));
        assert!(!is_quoted("a\n\n```\nb\n\nKey: `X`\n continued\n", "X"));
        assert!(is_quoted("Key: `X`\n", "X"));
        assert!(is_quoted("a\n\nb\nKey: `X`\n", "X"));
    }
}
