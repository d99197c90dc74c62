//! A line read as `Key: value`, and the ways in which the lines around it may belong to it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use bstr::ByteSlice;

use super::credit::Forms;
use crate::git::Ident;
use crate::text::escape::lossy;
use crate::text::folded_key;
use crate::text::lines::{Line, Locator};

/// A line read as `Key: value`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Credit<'a> {
    /// The key, in lower case, letters and digits only.
    pub(super) key: Cow<'a, str>,
    /// The value, trimmed.
    pub(super) value: &'a [u8],
}

/// How many bytes of a text that is not ASCII may stand before a key; of quoting, bullets and
/// rules, any number.
const LEAD: usize = 12;
/// The longest key, in letters and digits.
const LONGEST_KEY: usize = 48;

impl<'a> Credit<'a> {
    /// Reads a line as a credit; `None` when it has not that form.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let (key, value) = parts(line)?;
        Some(Self { key: key.into(), value: line.get(value)? })
    }
}

/// The key of a line, and where its value stands.
fn parts(line: &[u8]) -> Option<(String, Range<usize>)> {
    let lead = line.iter().position(u8::is_ascii_alphanumeric)?;
    let (before, rest) = line.split_at(lead);
    let before = before.trim_ascii();
    if before.len() > LEAD && lossy(before).chars().any(char::is_alphanumeric) {
        return None;
    }
    let (length, width) = key_length(rest)?;
    let key = rest.get(..length)?;
    // Markdown: `**Key:** value`.
    let value = rest.get(length + width..)?.trim_ascii_start();
    let bold = value.iter().take_while(|byte| **byte == b'*').count();
    let value = value.get(bold..)?.trim_ascii_start();
    let start = line.len() - value.len();
    Some((folded_key(key), start..start + value.trim_ascii_end().len()))
}

/// The length of a key and of the colon behind it.
fn key_length(text: &[u8]) -> Option<(usize, usize)> {
    let mut letters = 0;
    for (at, character) in text.char_indices().map(|(at, _, character)| (at, character)) {
        match character {
            ':' => return Some((at, 1)),
            // A full-width colon, as Chinese and Japanese keyboards give it.
            '\u{ff1a}' => return Some((at, character.len_utf8())),
            _ if character.is_ascii_alphanumeric() => letters += 1,
            '-' | '_' | '*' => {}
            _ if character.is_whitespace() => {}
            _ => return None,
        }
        if letters > LONGEST_KEY {
            return None;
        }
    }
    None
}

/// The ways to read a line as a credit, for long values wrap. They are worked out once for
/// all markers that are tried on the line.
pub(super) struct Ways {
    number: usize,
    plain: Parsed,
    /// Joined with the line after it.
    folded: Option<Parsed>,
    /// Joined with the lines before it, the number of the first, and whether the value of
    /// that is whole by itself.
    joined: Vec<(Parsed, usize, bool)>,
}

/// A credit line spans at most this many lines before the one that was hit.
const WRAPPED: usize = 2;
/// The longest credit line, in bytes; of a longer one the beginning is read.
const LONGEST: usize = 64 << 10;

impl Ways {
    pub(super) fn of(line: Line<'_>, locator: &Locator<'_>) -> Self {
        let folded = folded(line, locator);
        let mut is_long = line.bytes.len() > LONGEST;
        let line = within(line);
        let plain = Parsed::of(line.bytes.to_vec(), is_long);
        let mut ways = Self { number: line.number, plain, folded, joined: Vec::new() };
        let mut first = line;
        let mut joined = line.bytes.trim_ascii().to_vec();
        for _ in 0..WRAPPED {
            let Some(before) = locator.before(&first) else { break };
            is_long |= before.bytes.len() > LONGEST;
            first = within(before);
            if first.bytes.trim_ascii().is_empty() {
                break;
            }
            joined = [first.bytes.trim_ascii(), b" ", &joined].concat();
            let is_whole =
                Credit::parse(first.bytes).is_some_and(|credit| credit.value.contains(&b'>'));
            ways.joined.push((Parsed::of(joined.clone(), is_long), first.number, is_whole));
        }
        ways
    }

    /// The first way that is meant: the number of its line, and what it reads. `is` is told
    /// the key, the value, and whether there was more of that than is read.
    pub(super) fn first(
        &self,
        is: &dyn Fn(&str, &Forms, bool) -> bool,
    ) -> Option<(usize, Cow<'_, str>)> {
        let meant = |parsed: &Parsed| parsed.is(is);
        // A person's address may have wrapped to the next line, so that their first name
        // alone looks like a tool's; and a tool's address may have.
        match &self.folded {
            Some(whole) if meant(whole) => return Some((self.number, whole.shown())),
            Some(_) if meant(&self.plain) => return None,
            None if meant(&self.plain) => return Some((self.number, self.plain.shown())),
            _ => {}
        }
        let (joined, number, is_whole) = self.joined.iter().find(|(joined, ..)| meant(joined))?;
        (!is_whole).then(|| (*number, joined.shown()))
    }
}

/// As much of a line as is read as a credit.
fn within(line: Line<'_>) -> Line<'_> {
    Line { bytes: line.bytes.get(..LONGEST).unwrap_or(line.bytes), ..line }
}

/// A text with its parts.
struct Parsed {
    text: Vec<u8>,
    parts: Option<(String, Range<usize>)>,
    /// Whether the lines hold more than is read.
    is_long: bool,
    /// Worked out when a marker asks for it.
    forms: OnceCell<Forms>,
}

impl Parsed {
    fn of(text: Vec<u8>, is_long: bool) -> Self {
        let parts = parts(&text);
        Self { text, parts, is_long, forms: OnceCell::new() }
    }

    fn is(&self, is: &dyn Fn(&str, &Forms, bool) -> bool) -> bool {
        let Some((key, value)) = &self.parts else { return false };
        let forms = || Forms::of(self.text.get(value.clone()).unwrap_or_default());
        is(key, self.forms.get_or_init(forms), self.is_long)
    }

    fn shown(&self) -> Cow<'_, str> {
        lossy(&self.text)
    }
}

/// A credit line without an address, joined with the next line where that goes on with
/// the value: it is indented, holds an address and is no credit line itself.
fn folded(line: Line<'_>, locator: &Locator<'_>) -> Option<Parsed> {
    // Of a line that is too long to be read whole, it is not known how it ends.
    let credit = Credit::parse(line.bytes).filter(|_| line.bytes.len() <= LONGEST)?;
    let next = locator.after(&line)?;
    let is_long = next.bytes.len() > LONGEST;
    let next = within(next).bytes;
    let goes_on = next.first().is_some_and(u8::is_ascii_whitespace)
        && next.contains(&b'@')
        && Credit::parse(next).is_none();
    if !goes_on || !Ident::parse(credit.value).email.is_empty() {
        return None;
    }
    let text = [line.bytes.trim_ascii_end(), b" ", next.trim_ascii()].concat();
    Some(Parsed::of(text, is_long))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn credit(line: &str) -> Option<(String, String)> {
        let credit = Credit::parse(line.as_bytes())?;
        Some((credit.key.into_owned(), String::from_utf8_lossy(credit.value).into_owned()))
    }

    #[test]
    fn credit_lines_are_read_where_git_sees_none() {
        let same = Some(("coauthoredby".to_owned(), "A <a@x>".to_owned()));
        for line in [
            "Co-authored-by: A <a@x>",
            "    Coauthored-By : A <a@x>\r",
            "* co_authored_by:A <a@x>",
            "> - Co-Authored-By： A <a@x>",
            "**Co-authored-by:** A <a@x>",
            "Co-authored-by\t: A <a@x>",
            "Co-authored-by\u{a0}: A <a@x>",
            "-------------------- Co-authored-by: A <a@x>",
            "Co----------------------------------------------------authored-by: A <a@x>",
        ] {
            assert_eq!(credit(line), same, "{line}");
        }
        assert_eq!(credit("see the Co-authored-by (a trailer): yes"), None);
        assert_eq!(credit("no colon"), None);
    }

    proptest! {
        #[test]
        fn any_line_is_read(line: Vec<u8>) {
            let _ = Credit::parse(&line);
        }
    }
}
