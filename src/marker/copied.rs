//! What a message names as the commits that its commit was taken from.
//!
//! `git cherry-pick -x` copies the whole message of another commit and appends
//! `(cherry picked from commit ID)`. `git revert` copies no trailer: it quotes the subject
//! (`Revert "..."`, `Reapply "..."`) and writes `This reverts commit ID`, so a mark in the
//! message of a revert is the revert's own. Both lines can be typed by anybody; here they are
//! only read, and `scan` holds them against the commits that they name.
//!
//! Source: `do_pick_commit` and `append_conflicts_hint` in sequencer.c, `strbuf_stripspace` in
//! strbuf.c of git.

use crate::finding::{Copied, Finding};
use crate::git::ObjectId;

const PICKED: &[u8] = b"(cherry picked from commit ";
const REVERTED: &[u8] = b"This reverts commit ";

/// Of one message at most this many distinct commits are taken as named: each of them costs
/// reading it, its parents and directories of their trees.
const MOST_NAMED: usize = 64;

/// The commits that a message names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The last line of `git cherry-pick -x`. The message of the commit that it names holds
    /// the earlier ones, where a pick was picked again.
    pub picked: Option<Picked>,
    /// All commits that such a line or one of `git revert` names, each once and in order; at
    /// most `MOST_NAMED`. For `This reverts commit R, reversing changes made to M`, that is
    /// R alone, since M is one of its parents.
    pub commits: Vec<ObjectId>,
}

/// A line `(cherry picked from commit ID)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picked {
    /// The commit.
    pub from: ObjectId,
    /// The number of the line, counted from 1.
    pub line: usize,
    /// Where it begins in the message, in bytes: what stands before was copied.
    pub start: usize,
}

impl Named {
    /// Reads a message as its bytes are, up to a NUL, where it ends for git.
    ///
    /// Only what git writes counts: the id in full and in lower case, and, of a cherry-pick,
    /// a line that holds nothing else. What another view of the message would show is not
    /// looked at, because git copies bytes.
    #[must_use]
    pub fn read(message: &[u8]) -> Self {
        let mut named = Self::default();
        let mut start = 0;
        for (at, line) in up_to_nul(message).split(|&byte| byte == b'\n').enumerate() {
            let text = without_blanks(line);
            let indented = line.iter().position(|byte| !is_blank(byte)).unwrap_or(0);
            let text = text.get(indented..).unwrap_or_default();
            let lead = [PICKED, REVERTED].into_iter().find(|lead| text.starts_with(lead));
            if let Some((id, rest)) = lead.and_then(|lead| full_id(text.get(lead.len()..)?)) {
                if indented == 0 && lead == Some(PICKED) && rest == b")" {
                    named.picked = Some(Picked { from: id, line: at + 1, start });
                }
                if named.commits.len() < MOST_NAMED && !named.commits.contains(&id) {
                    named.commits.push(id);
                }
            }
            start += line.len() + 1;
        }
        named
    }
}

/// A whole object id as git writes it, and what follows.
fn full_id(text: &[u8]) -> Option<(ObjectId, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let (digits, rest) = text.split_at_checked(length)?;
    let lower = digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    Some((ObjectId::from_hex(digits).filter(|_| lower)?, rest))
}

/// Notes of each mark above the last line of a cherry-pick that it may be a copy.
pub(super) fn claim(message: &[u8], findings: &mut [Finding]) {
    let Some(picked) = Named::read(message).picked else { return };
    for finding in findings {
        if finding.line.is_some_and(|at| at < picked.line) {
            finding.copy = Some(Copied { from: Some(picked.from), confirmed: false });
        }
    }
}

/// Whether the part of a message above the line of a cherry-pick is the message of the
/// original, byte for byte, but for what git changes: it ends at a NUL, white space at the
/// ends of lines and further empty lines go, and after a conflict all lines that begin with
/// `#`, since the conflicts are listed in such lines.
#[must_use]
pub fn is_same_text(above: &[u8], original: &[u8]) -> bool {
    let is_original = |with_comments| {
        let above = above.split(|&byte| byte == b'\n');
        cleaned(above, true).eq(cleaned(lines_up_to_nul(original), with_comments))
    };
    is_original(true) || is_original(false)
}

/// The lines of a message up to a NUL. Each is searched for one when it is asked for: one huge
/// message may be named by any number of small ones, which differ from it in the first line.
fn lines_up_to_nul(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut lines = message.split(|&byte| byte == b'\n');
    let mut has_ended = false;
    std::iter::from_fn(move || {
        let line = lines.next().filter(|_| !has_ended)?;
        let end = memchr::memchr(0, line);
        has_ended = end.is_some();
        Some(end.and_then(|end| line.get(..end)).unwrap_or(line))
    })
}

/// Lines as `git stripspace` leaves them.
fn cleaned<'l>(
    lines: impl Iterator<Item = &'l [u8]>,
    with_comments: bool,
) -> impl Iterator<Item = &'l [u8]> {
    let mut lines = lines.filter(move |line| with_comments || !line.starts_with(b"#"));
    let mut next = move || lines.next().map(without_blanks);
    let (mut has_begun, mut held) = (false, None);
    std::iter::from_fn(move || {
        if held.is_some() {
            return held.take();
        }
        let mut line = next()?;
        let is_after_gap = line.is_empty();
        while line.is_empty() {
            line = next()?;
        }
        if is_after_gap && has_begun {
            held = Some(line);
            return Some(&[][..]);
        }
        has_begun = true;
        Some(line)
    })
}

fn up_to_nul(message: &[u8]) -> &[u8] {
    message.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// White space as git's `isspace` has it, in a line.
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

fn without_blanks(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !is_blank(byte)).map_or(0, |at| at + 1);
    line.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";

    fn id(hex: &str) -> ObjectId {
        ObjectId::from_hex(hex.as_bytes()).unwrap()
    }

    fn picked(message: &str) -> Option<(ObjectId, usize)> {
        Named::read(message.as_bytes()).picked.map(|picked| {
            assert!(message.as_bytes()[picked.start..].starts_with(PICKED));
            (picked.from, picked.line)
        })
    }

    #[test]
    fn the_last_line_of_a_cherry_pick_names_the_original() {
        let line = |id: &str| format!("(cherry picked from commit {id})");
        assert_eq!(picked(&line(ONE)), Some((id(ONE), 1)));
        assert_eq!(picked(&format!("a\r\n\r\n{} \r\n", line(ONE))), Some((id(ONE), 3)));
        let twice = format!("a\n\n{}\n{}\nSigned-off-by: b\n", line(ONE), line(TWO));
        assert_eq!(picked(&twice), Some((id(TWO), 4)));
        assert_eq!(Named::read(twice.as_bytes()).commits, [id(ONE), id(TWO)]);
        let long = "a".repeat(64);
        assert_eq!(picked(&line(&long)), Some((id(&long), 1)));
    }

    #[test]
    fn only_what_git_writes_is_such_a_line() {
        let (upper, short) = (TWO.to_uppercase(), "1".repeat(39));
        for id in [&short, &format!("{ONE}1"), &upper, "", "main"] {
            let message =
                format!("a\n\n(cherry picked from commit {id})\nThis reverts commit {id}");
            assert_eq!(Named::read(message.as_bytes()), Named::default(), "{id}");
        }
        for (before, after) in [
            ("> ", ")"),
            ("  ", ")"),
            ("a ", ")"),
            ("a\r", ")"),
            ("\u{feff}", ")"),
            ("\u{200b}", ")"),
            ("a\0\n", ")"),
            ("", ""),
            ("", ") b"),
            ("", ")\rb"),
            ("", "."),
            ("", " )"),
        ] {
            let message = format!("{before}(cherry picked from commit {ONE}{after}\n");
            assert_eq!(picked(&message), None, "{message:?}");
        }
        assert_eq!(picked(&format!("(Cherry picked from commit {ONE})")), None);
        assert_eq!(picked(&format!("(cherry picked from commit\n{ONE})")), None);
    }

    #[test]
    fn a_revert_names_commits_and_copies_no_message() {
        let message = format!(
            "Revert \"a\"\n\nThis reverts commit {ONE}, reversing\nchanges made to {TWO}.\n\
             \x20   This reverts commit {TWO}.\n> This reverts commit {}.\n",
            "2".repeat(40)
        );
        let named = Named::read(message.as_bytes());
        assert_eq!((named.picked, named.commits), (None, vec![id(ONE), id(TWO)]));
    }

    #[test]
    fn a_message_names_each_commit_once_and_not_too_many() {
        let same = format!("This reverts commit {ONE}.\n").repeat(100_000);
        assert_eq!(Named::read(same.as_bytes()).commits, [id(ONE)]);
        let lines = (0..100_000).map(|at| format!("This reverts commit {at:040x}.\n"));
        let many: String = lines.chain([format!("(cherry picked from commit {TWO})\n")]).collect();
        let named = Named::read(many.as_bytes());
        assert_eq!(named.commits.len(), MOST_NAMED);
        assert_eq!(named.picked.map(|picked| picked.from), Some(id(TWO)));
    }

    #[test]
    fn a_text_is_the_same_but_for_what_git_changes() {
        let same =
            |above: &str, original: &str| is_same_text(above.as_bytes(), original.as_bytes());
        assert!(same("a\n\nb\n", "a\n\nb\n"));
        assert!(same("a\n\nb\n\n", "\n\na  \r\n\t\n\nb\r\n\n\n"));
        assert!(same("a\n\nb", "a\n#1 c\n\nb\n\n# Conflicts:\n#\td\n"));
        assert!(same("a\n#1 c", "a\n#1 c\0d\n"));
        assert!(same("", "\n \n"));
        for other in ["a\nb\n", "a\n\nb\nc\n", "A\n\nb\n", "a\n\n b\n", "a\n\nb\n#c\n", "a\n", ""] {
            assert!(!same(other, "a\n\nb\n"), "{other}");
        }
        // What git would not have changed is another text.
        assert!(!same("a\0\n\nb\n", "a\n\nb\n"));
        assert!(!same("a\u{b}\n\nb\n", "a\n\nb\n"));
    }
}
