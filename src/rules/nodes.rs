//! Nodes of a configuration document, as facts and former ids are read and written.

use crate::document::{Node, Value};

/// Gives a table the keys of another one that it has not.
pub(super) fn fill_in(known: &mut Node, other: Node) {
    let (Value::Table(known), Value::Table(made)) = (&mut known.value, other.value) else { return };
    for (key, entry) in made {
        if !known.contains_key(&key) {
            known.insert(key, entry);
        }
    }
}

/// A text, if a value is one.
pub(super) fn as_text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The id of a table that has one.
pub(super) fn id_of(node: &Node) -> Option<&str> {
    let Value::Table(table) = &node.value else { return None };
    as_text(&table.get("id")?.1)
}

/// Whether a marker's table is made of its tool's facts, and written in no file.
pub(super) fn is_made(node: &Node) -> bool {
    let Value::Table(table) = &node.value else { return false };
    table.get("id").is_some_and(|(place, _)| place.span == node.place.span)
}
