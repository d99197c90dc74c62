//! Cutting a message into lines.
//!
//! Lines end at LF; CR, vertical tab, form feed and NUL also end a *piece* (a trailer can
//! hide behind them) but do not advance the line number, so that numbers agree with
//! every editor.

/// One piece of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Line number, counted from 1.
    pub number: usize,
    /// Byte offset of the piece in the message.
    pub start: usize,
    /// The piece without its terminator.
    pub bytes: &'a [u8],
}

fn ends_piece(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0x0b | 0x0c | 0)
}

/// The pieces of a message, in order.
pub fn pieces(message: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut number = 1;
    let mut start = 0;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        let rest = message.get(start..).unwrap_or_default();
        let length = rest.iter().position(|&byte| ends_piece(byte));
        let line = Line {
            number,
            start,
            bytes: rest.get(..length.unwrap_or(rest.len())).unwrap_or_default(),
        };
        match length {
            Some(length) => {
                number += usize::from(rest.get(length) == Some(&b'\n'));
                start += length + 1;
            }
            None => done = true,
        }
        Some(line)
    })
}

/// Finds pieces by offset, for offsets asked in ascending order; the line number is
/// counted once along the way, so the whole costs one pass.
#[derive(Debug)]
pub struct Locator<'a> {
    message: &'a [u8],
    counted_to: usize,
    number: usize,
    last: Option<Line<'a>>,
}

impl<'a> Locator<'a> {
    /// A locator over a message.
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        Self { message, counted_to: 0, number: 1, last: None }
    }

    /// The piece that holds `offset`. Offsets must not descend below an earlier
    /// piece's start.
    pub fn piece_at(&mut self, offset: usize) -> Line<'a> {
        // Many offsets may fall on one huge line: it is measured once.
        if let Some(line) = self.last
            && (line.start..=line.start + line.bytes.len()).contains(&offset)
        {
            return line;
        }
        let offset = offset.min(self.message.len());
        let before = self.message.get(..offset).unwrap_or_default();
        let start = before.iter().rposition(|&byte| ends_piece(byte)).map_or(0, |at| at + 1);
        let rest = self.message.get(start..).unwrap_or_default();
        let length = rest.iter().position(|&byte| ends_piece(byte)).unwrap_or(rest.len());
        let skipped = self.message.get(self.counted_to..start).unwrap_or_default();
        self.number += skipped.iter().filter(|&&byte| byte == b'\n').count();
        self.counted_to = self.counted_to.max(start);
        let bytes = rest.get(..length).unwrap_or_default();
        let line = Line { number: self.number, start, bytes };
        self.last = Some(line);
        line
    }

    /// The piece after `line`, if there is one.
    #[must_use]
    pub fn after(&self, line: &Line<'a>) -> Option<Line<'a>> {
        let end = line.start + line.bytes.len();
        // CRLF is one terminator, not an empty piece between two.
        let terminator = self.message.get(end..)?;
        let length = if terminator.starts_with(b"\r\n") { 2 } else { 1 };
        let start = end + length;
        let rest = self.message.get(start..)?;
        let length = rest.iter().position(|&byte| ends_piece(byte)).unwrap_or(rest.len());
        let number = line.number + usize::from(self.message.get(start - 1) == Some(&b'\n'));
        Some(Line { number, start, bytes: rest.get(..length)? })
    }

    /// The piece before `line`, if there is one.
    #[must_use]
    pub fn before(&self, line: &Line<'a>) -> Option<Line<'a>> {
        let end = line.start.checked_sub(1)?;
        let newline = self.message.get(end) == Some(&b'\n');
        // CRLF is one terminator, not an empty piece between two.
        let crlf = newline && end > 0 && self.message.get(end - 1) == Some(&b'\r');
        let end = end - usize::from(crlf);
        let head = self.message.get(..end)?;
        let start = head.iter().rposition(|&byte| ends_piece(byte)).map_or(0, |at| at + 1);
        let number = line.number - usize::from(newline);
        Some(Line { number, start, bytes: head.get(start..)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_at_cr_but_lines_do_not() {
        let all: Vec<_> = pieces(b"a\r\nb\rc\nd").map(|l| (l.number, l.bytes.to_vec())).collect();
        let expected: Vec<(usize, Vec<u8>)> = vec![
            (1, b"a".to_vec()),
            (1, b"".to_vec()),
            (2, b"b".to_vec()),
            (2, b"c".to_vec()),
            (3, b"d".to_vec()),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_locator_agrees_with_the_pieces() {
        let text = b"one\ntwo\r\n\nthree\rfour\n";
        let mut locator = Locator::new(text);
        for line in pieces(text) {
            assert_eq!(locator.piece_at(line.start), line);
        }
        let mut locator = Locator::new(text);
        let three = locator.piece_at(11);
        assert_eq!((three.number, three.bytes), (4, &b"three"[..]));
        assert_eq!(
            locator.after(&three).map(|line| (line.number, line.bytes)),
            Some((4, &b"four"[..]))
        );
        let empty = locator.before(&three).unwrap();
        assert_eq!((empty.number, empty.bytes), (3, &b""[..]));
        let two = locator.before(&empty).unwrap();
        assert_eq!((two.number, two.bytes), (2, &b"two"[..]));
        assert_eq!(locator.after(&two).map(|line| line.number), Some(3));
    }
}
