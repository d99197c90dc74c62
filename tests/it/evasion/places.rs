//! The places in a commit where a line can stand.

use super::marks::{Carrier, Mark, Parts};
use crate::support::Random;

/// Where a line is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the subject.
    Subject,
    /// In a separate paragraph, with text before and behind.
    Middle,
    /// In the last paragraph, where trailers stand.
    Last,
    /// Without a line feed at the end.
    Ending,
    /// Below `---`, where `git am` stops reading.
    BelowDashes,
    /// In the indented message of a squashed commit.
    Squashed,
    /// An item of a list of squashed commits.
    Item,
    /// Behind a control that ends a line for a terminal or an editor.
    BehindLineEnd,
    /// Between two of these.
    BetweenLineEnds,
    /// Behind a NUL, where programs written in C stop.
    BehindNul,
    /// In a message in which every line feed is spelled out as `\n`.
    SpelledOut,
    /// In a message with CRLF.
    Crlf,
    /// In the text of a tag that a merge has merged.
    MergedTag,
    /// Below ten thousand lines.
    FarBelow,
}

use Place::*;

/// All that cost about the same.
pub(super) const PLACES: [Place; 13] = [
    Subject,
    Middle,
    Last,
    Ending,
    BelowDashes,
    Squashed,
    Item,
    BehindLineEnd,
    BetweenLineEnds,
    BehindNul,
    SpelledOut,
    Crlf,
    MergedTag,
];

/// What ends a line: CR, VT, FF, NEL, LS, PS.
pub(super) const LINE_ENDS: [&str; 6] = ["\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}"];

impl Place {
    /// Whether a line there can be in an encoding in which ASCII is not itself, and hold NUL.
    pub(super) fn is_in_message(self) -> bool {
        self != MergedTag
    }

    /// Whether a line that holds these characters still stands there as one.
    pub(super) fn takes(self, line: &str) -> bool {
        // Between quotation marks and backticks, `\n` is a programmer's.
        self != SpelledOut || !line.contains(['`', '"', '\'', '\\'])
    }

    /// A message, or the text of a tag, with the line in its place.
    pub(super) fn text(self, line: &str, random: &mut Random) -> String {
        let end = *random.pick(&LINE_ENDS);
        match self {
            Subject => format!("{line}\n\nWhat changed.\n"),
            Middle => format!("Subject\n\nWhat changed.\n\n{line}\n\nMore on it.\n"),
            Last => format!("Subject\n\nWhat changed.\n\nReviewed-by: B <b@example.com>\n{line}\n"),
            Ending => format!("Subject\n\n{line}"),
            BelowDashes => format!("Subject\n\nWhat changed.\n---\n a.txt | 1 +\n\n{line}\n"),
            Squashed => format!(
                "Squash (#1)\n\ncommit 0123456\nAuthor: B <b@example.com>\n\n    One\n\n    {line}\n"
            ),
            Item => format!("Squash (#1)\n\n* One\n\n* {line}\n\n* Two\n"),
            BehindLineEnd => format!("Subject\n\nharmless{end}{line}\n"),
            BetweenLineEnds => {
                format!("Subject\n\nharmless{end}{line}{}more\n", random.pick(&LINE_ENDS))
            }
            BehindNul => format!("Subject\0\n\n{line}\n"),
            SpelledOut => format!("Subject\\n\\nWhat changed.\\n\\n{line}\\n\n"),
            Crlf => format!("Subject\r\n\r\nWhat changed.\r\n\r\n{line}\r\n"),
            MergedTag => format!(
                "object 1111111111111111111111111111111111111111\ntype commit\ntag v1\n\
                 tagger B <b@example.com> 1767225600 +0000\n\nVersion 1\n\n{line}\n"
            ),
            FarBelow => {
                format!("Subject\n\n{}{line}\n", "A line that says little.\n".repeat(10_000))
            }
        }
    }

    /// A commit with a text in this place.
    pub(super) fn commit(self, mark: &Mark, encoding: Option<&str>, text: &[u8]) -> Vec<u8> {
        let mut parts = Parts::default();
        parts.headers.extend(encoding.map(|label| ("encoding", label.as_bytes().to_vec())));
        match mark.carrier {
            Carrier::Author => parts.author = text,
            Carrier::Committer => parts.committer = text,
            Carrier::Line if self == MergedTag => parts.headers.push(("mergetag", text.to_vec())),
            Carrier::Line => parts.message = text,
        }
        parts.raw()
    }
}
