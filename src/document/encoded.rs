//! A document that was parsed when the program was built: parsing the built-in layer anew
//! would take most of the time of a small push.
//!
//! `build.rs` writes it in the form that [`super::shape`] describes.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::shape::{ARRAY, FALSE, INTEGER, OTHER, STRING, TABLE, TRUE, read_number};
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
        let (number, rest) = read_number(self.rest)?;
        self.rest = rest;
        Some(number)
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
            STRING => Value::String(self.text()?),
            INTEGER => Value::Integer(self.text()?.parse().ok()?),
            FALSE => Value::Boolean(false),
            TRUE => Value::Boolean(true),
            OTHER => Value::Other(self.text()?),
            ARRAY => {
                let count = self.number()?;
                let mut items = Vec::with_capacity(count.min(self.rest.len()));
                for _ in 0..count {
                    items.push(self.node(None)?);
                }
                Value::Array(items)
            }
            TABLE => self.table(wanted)?,
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
