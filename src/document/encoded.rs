//! A document that was parsed when the program was built: parsing the built-in layer anew
//! would take most of the time of a small push.
//!
//! `build.rs` writes it. A value is a byte for its kind, where it begins in the text and
//! how long it is there, and what it holds. Numbers are LEB128. Of a text there is its
//! length; the texts themselves follow one another elsewhere. An array is the number of its
//! values and these; a table is the number of its entries, sorted by key, each a key, where
//! the key stands, how many bytes its value takes here and among the texts, and the value.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::{Node, Place, Source, Table, Text, Value};

/// Reads a document of this shape and with these texts; of its top level only the keys that
/// are `wanted`.
///
/// `None` when this is none, which a test of the built-in one excludes.
#[must_use]
pub fn decode(
    shape: &'static [u8],
    texts: &'static str,
    source: &Arc<Source>,
    wanted: &dyn Fn(&str) -> bool,
) -> Option<Node> {
    let mut reader = Decoder { rest: shape, texts, source };
    let node = reader.node(Some(wanted))?;
    (reader.rest.is_empty() && reader.texts.is_empty()).then_some(node)
}

struct Decoder<'s> {
    rest: &'static [u8],
    texts: &'static str,
    source: &'s Arc<Source>,
}

impl Decoder<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<Text> {
        let length = self.number()?;
        let (text, rest) = self.texts.split_at_checked(length)?;
        self.texts = rest;
        Some(Cow::Borrowed(text))
    }

    fn place(&mut self) -> Option<Place> {
        let (start, length) = (self.number()?, self.number()?);
        let span: Range<usize> = start..start.checked_add(length)?;
        Some(Place { source: Arc::clone(self.source), span })
    }

    fn node(&mut self, wanted: Option<&dyn Fn(&str) -> bool>) -> Option<Node> {
        let kind = self.byte()?;
        let place = self.place()?;
        let value = match kind {
            b's' => Value::String(self.text()?),
            b'i' => Value::Integer(self.text()?.parse().ok()?),
            b'f' => Value::Boolean(false),
            b't' => Value::Boolean(true),
            b'o' => Value::Other(self.text()?),
            b'a' => {
                let count = self.number()?;
                let mut items = Vec::with_capacity(count.min(self.rest.len()));
                for _ in 0..count {
                    items.push(self.node(None)?);
                }
                Value::Array(items)
            }
            b'{' => self.table(wanted)?,
            _ => return None,
        };
        Some(Node { value, place })
    }

    fn table(&mut self, wanted: Option<&dyn Fn(&str) -> bool>) -> Option<Value> {
        let count = self.number()?;
        let mut entries = Vec::with_capacity(count.min(self.rest.len()));
        for _ in 0..count {
            let key = self.text()?;
            let place = self.place()?;
            let (length, texts) = (self.number()?, self.number()?);
            if wanted.is_some_and(|wanted| !wanted(&key)) {
                self.rest = self.rest.get(length..)?;
                self.texts = self.texts.get(texts..)?;
                continue;
            }
            entries.push((key, (place, self.node(None)?)));
        }
        Some(Value::Table(entries.into_iter().collect::<Table>()))
    }
}
