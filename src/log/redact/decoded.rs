//! A text as it reads when an encoding is undone, and where each part of it stands in the
//! original.

use unicode_normalization::UnicodeNormalization;

use crate::text::is_invisible;

/// More encodings over each other are not undone.
const MOST_ROUNDS: usize = 4;

/// The longest character reference, in characters.
const LONGEST_REFERENCE: usize = 12;

/// A character, and the bytes of the original that stand for it.
#[derive(Clone, Copy)]
struct Unit {
    character: char,
    start: usize,
    end: usize,
}

/// A text with one more layer of encoding undone.
pub(super) struct Decoded {
    /// The text, in which compatible characters are ordinary ones, and none is invisible.
    pub(super) text: String,
    /// For each character of it, where it begins in `text`, and its place in the original.
    places: Vec<(usize, usize, usize)>,
    units: Vec<Unit>,
    round: usize,
}

impl Decoded {
    /// A text as it is.
    pub(super) fn new(text: &str) -> Self {
        let units = text.char_indices().map(|(start, character)| Unit {
            character,
            start,
            end: start + character.len_utf8(),
        });
        Self::of(units.collect(), 0)
    }

    fn of(units: Vec<Unit>, round: usize) -> Self {
        let mut text = String::new();
        let mut places = Vec::with_capacity(units.len());
        for unit in &units {
            // Inside of a name it would hide that.
            if is_invisible(unit.character) {
                continue;
            }
            for character in std::iter::once(unit.character).nfkc() {
                places.push((text.len(), unit.start, unit.end));
                text.push(character);
            }
        }
        Self { text, places, units, round }
    }

    /// Where a part of the text stands in the original.
    pub(super) fn place(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.places.partition_point(|(at, ..)| *at <= start).saturating_sub(1);
        let last = self.places.partition_point(|(at, ..)| *at < end).saturating_sub(1);
        let start = self.places.get(first).map_or(0, |(_, start, _)| *start);
        let end = self.places.get(last).map_or(start, |(.., end)| *end);
        (start, end)
    }

    /// The text with one more layer undone; `None` when there is none.
    pub(super) fn again(&self) -> Option<Self> {
        if self.round >= MOST_ROUNDS {
            return None;
        }
        let mut units = Vec::with_capacity(self.units.len());
        let mut changed = false;
        let mut at = 0;
        while let Some(unit) = self.units.get(at) {
            let rest = self.units.get(at..).unwrap_or_default();
            let undone = match unit.character {
                '%' => escaped_bytes(rest, "%"),
                '\\' => {
                    escaped_bytes(rest, "\\x").or_else(|| numbered(rest)).or_else(|| lettered(rest))
                }
                '&' => reference(rest),
                _ => None,
            };
            let Some((text, length)) = undone.filter(|(_, length)| *length > 0) else {
                units.push(*unit);
                at += 1;
                continue;
            };
            let end = rest.get(length - 1).map_or(unit.end, |last| last.end);
            units.extend(text.chars().map(|character| Unit { character, start: unit.start, end }));
            changed = true;
            at += length;
        }
        changed.then(|| Self::of(units, self.round + 1))
    }
}

fn hex_digit(unit: Option<&Unit>) -> Option<u32> {
    unit?.character.to_digit(16)
}

/// Bytes as `%4c` or `\x4c`, as many as stand together.
fn escaped_bytes(units: &[Unit], sign: &str) -> Option<(String, usize)> {
    let mut bytes = Vec::new();
    let mut length = 0;
    loop {
        let is_sign = sign.chars().enumerate().all(|(at, character)| {
            units.get(length + at).is_some_and(|unit| unit.character == character)
        });
        let digits = length + sign.len();
        let (high, low) = (hex_digit(units.get(digits)), hex_digit(units.get(digits + 1)));
        let (true, Some(high), Some(low)) = (is_sign, high, low) else { break };
        bytes.extend(u8::try_from(high * 16 + low));
        length = digits + 2;
    }
    (length > 0).then(|| (String::from_utf8_lossy(&bytes).into_owned(), length))
}

/// A character as `\u{4c}` or `\u004c`.
fn numbered(units: &[Unit]) -> Option<(String, usize)> {
    let at = |at: usize| units.get(at).map(|unit| unit.character);
    if at(1)? != 'u' {
        return None;
    }
    let (from, most, braced) = if at(2)? == '{' { (3, 6, true) } else { (2, 4, false) };
    let digits: Vec<u32> = (from..from + most).map_while(|at| hex_digit(units.get(at))).collect();
    let end = from + digits.len();
    let whole = if braced { at(end)? == '}' } else { digits.len() == 4 };
    let number = digits.iter().fold(0, |number, digit| number * 16 + digit);
    let character = char::from_u32(number).filter(|_| whole && !digits.is_empty())?;
    Some((character.to_string(), end + usize::from(braced)))
}

/// A control character as `\n`, by which records show it.
fn lettered(units: &[Unit]) -> Option<(String, usize)> {
    let character = match units.get(1)?.character {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => return None,
    };
    Some((character.to_string(), 2))
}

/// A character reference of HTML.
fn reference(units: &[Unit]) -> Option<(String, usize)> {
    let length = units.iter().take(LONGEST_REFERENCE).position(|unit| unit.character == ';')? + 1;
    let text: String = units.iter().take(length).map(|unit| unit.character).collect();
    let read = html_escape::decode_html_entities(&text);
    (read != text).then(|| (read.into_owned(), length))
}
