//! The built-in layer: `rules.toml` as it is written, and as hooks read it, without what
//! decides nothing, parsed when the program was built.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::document::{self, Fields, Node, Reader, Source, Value};
use crate::rules::RuleSet;
use crate::rules::facts::{self, Extent};

/// The built-in layer.
pub const BUILT_IN: &str = include_str!("../../rules.toml");
/// The same without what decides nothing, examples above all: places are in this one.
pub(super) static BARE: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.toml"));
/// That one as it is parsed: its shape, and its texts.
static SHAPE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));
static TEXTS: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.txt"));

/// The top-level keys of the catalogue.
const CATALOGUE: [&str; 3] = ["catalogue", "model", "tool"];

/// A catalogue. The built-in one is read when something is looked for: a push that only
/// deletes needs none.
#[derive(Debug)]
pub struct Rules {
    set: OnceLock<RuleSet>,
    built_in: bool,
}

impl Rules {
    /// Whether it is the built-in one, which no layer says anything of.
    pub(super) fn is_built_in(&self) -> bool {
        self.built_in
    }

    fn read() -> RuleSet {
        let source = Source { name: "rules.toml".into(), text: BARE.into(), built_in: true };
        // It is done once: taking it apart again would only cost time.
        let mut layer = parsed(&Arc::new(source), &|key| CATALOGUE.contains(&key));
        facts::expand(&mut layer, Extent::Lists);
        let layer = ManuallyDrop::new(layer);
        let reader = Reader::of_proven();
        let fields = reader.fields(&layer, "the top level");
        fields.map(|mut root| RuleSet::read(&mut root)).unwrap_or_default()
    }
}

impl Deref for Rules {
    type Target = RuleSet;

    fn deref(&self) -> &RuleSet {
        self.set.get_or_init(Self::read)
    }
}

/// The layer as hooks read it, for [`crate::fuzzing`].
#[cfg(feature = "fuzzing")]
pub(crate) fn bare() -> Arc<Source> {
    Arc::new(Source { name: "rules.toml".into(), text: BARE.into(), built_in: true })
}

/// Whether a layer is the built-in one as hooks read it.
pub(super) fn is_bare(source: &Source) -> bool {
    source.built_in && std::ptr::eq(source.text.as_ref(), BARE)
}

/// Whether a layer says anything of the catalogue.
pub(super) fn changes(layer: &Node) -> bool {
    let Value::Table(root) = &layer.value else { return false };
    CATALOGUE.iter().any(|key| root.contains_key(key))
}

/// The bare layer; with or without the catalogue.
pub(super) fn layer(source: &Arc<Source>, with_catalogue: bool) -> Node {
    let wanted = |key: &str| with_catalogue || !CATALOGUE.contains(&key);
    parsed(source, &wanted)
}

fn parsed(source: &Arc<Source>, wanted: &dyn Fn(&str) -> bool) -> Node {
    // A test knows that it can be decoded.
    document::decode(SHAPE, TEXTS, source, wanted)
        .or_else(|| document::parse(source).ok())
        .unwrap_or_else(|| Node::empty(source))
}

/// The catalogue of merged layers; the built-in one, if they were merged without it.
pub(super) fn rules(root: &mut Fields<'_>) -> Rules {
    if CATALOGUE.iter().any(|key| root.entries().contains_key(key)) {
        return Rules { set: RuleSet::read(root).into(), built_in: false };
    }
    Rules { set: OnceLock::new(), built_in: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &Node, b: &Node) {
        assert_eq!(a.place.span, b.place.span);
        match (&a.value, &b.value) {
            (Value::Table(a), Value::Table(b)) => {
                assert_eq!(a.len(), b.len());
                for ((key, (place, node)), (other, (there, twin))) in a.iter().zip(b.iter()) {
                    assert_eq!((key, &place.span), (other, &there.span));
                    same(node, twin);
                }
            }
            (Value::Array(a), Value::Array(b)) => {
                assert_eq!(a.len(), b.len());
                a.iter().zip(b).for_each(|(a, b)| same(a, b));
            }
            (a, b) => assert_eq!(format!("{a:?}"), format!("{b:?}")),
        }
    }

    #[test]
    fn what_was_parsed_when_it_was_built_is_what_is_parsed_now() {
        let source = Source { name: "rules.toml".into(), text: BARE.into(), built_in: true };
        let source = Arc::new(source);
        let decoded = document::decode(SHAPE, TEXTS, &source, &|_| true).unwrap();
        same(&decoded, &document::parse(&source).unwrap());
        let without = layer(&source, false);
        assert!(!changes(&without) && changes(&decoded));
    }

    #[test]
    fn what_is_cut_off_is_no_document() {
        let source = Source { name: "rules.toml".into(), text: BARE.into(), built_in: true };
        let source = Arc::new(source);
        for end in (0..SHAPE.len()).step_by(997) {
            assert!(document::decode(&SHAPE[..end], TEXTS, &source, &|_| true).is_none());
        }
        assert!(document::decode(SHAPE, TEXTS.get(1..).unwrap(), &source, &|_| true).is_none());
    }
}
