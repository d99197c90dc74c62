//! What the value of each key of a tool or a marker is, learned from the code that reads it: a
//! catalogue with a marker of each kind is read, and the reader is asked what was asked of it.

use std::sync::Arc;

use super::RuleSet;
use crate::document::{Reader, Source, ValueType, parse};
use crate::finding::Kind;
use crate::text::WordEnum;

/// Returns what the value of a key is; `None` when no kind of marker has it.
pub(super) fn type_of(key: &str) -> Option<ValueType> {
    let markers = Kind::all().iter().map(|kind| {
        format!("[[tool.marker]]\nkind = \"{}\"\nconfidence = \"weak\"\n", kind.word())
    });
    let text = format!("[[tool]]\n{}", markers.collect::<String>());
    let source = Source { name: String::new(), text: text.into(), built_in: false };
    let root = parse(&Arc::new(source)).ok()?;
    let reader = Reader::of_types();
    let mut fields = reader.fields(&root, "the catalogue")?;
    let _ = RuleSet::read(&mut fields);
    reader.type_of(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_the_shape_in_which_it_is_read() {
        for (of_type, keys) in [
            (
                ValueType::String,
                "about confidence disabled format id kind name pattern since source structure \
                 trick value vendor",
            ),
            (
                ValueType::Strings,
                "emails except has hits keys keywords logins misses names only paths refs roles \
                 ssh-keys",
            ),
            (ValueType::Other, "first-lines off-switch shared"),
        ] {
            for key in keys.split(' ') {
                assert_eq!(type_of(key), Some(of_type), "{key}");
            }
        }
        assert_eq!(type_of("colour"), None);
    }
}
