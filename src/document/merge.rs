//! Laying one configuration layer over another, key by key.
//!
//! Tables merge recursively. Arrays of tables whose entries carry an `id` merge by
//! that id, new ids being appended; every other value is replaced.

use std::collections::BTreeMap;

use super::{Node, Place, Problem, Table, Value};

/// Lays `over` on `base`; what `over` says wins. Problems of `over` alone (an id that
/// appears twice in one file) are appended to `problems`.
pub fn overlay(base: &mut Node, over: Node, problems: &mut Vec<Problem>) {
    match (&mut base.value, over.value) {
        (Value::Table(below), Value::Table(above)) => {
            base.place = over.place;
            merge_tables(below, above, problems);
        }
        (Value::Array(below), Value::Array(above)) if by_id(below) && by_id(&above) => {
            merge_by_id(below, above, problems);
        }
        (slot, value) => {
            *slot = value;
            base.place = over.place;
        }
    }
}

fn merge_tables(below: &mut Table, above: Table, problems: &mut Vec<Problem>) {
    for (key, (place, node)) in above {
        match below.get_mut(&key) {
            Some((key_place, slot)) => {
                *key_place = place;
                overlay(slot, node, problems);
            }
            None => {
                below.insert(key, (place, empty_then(node, problems)));
            }
        }
    }
}

fn merge_by_id(below: &mut Vec<Node>, above: Vec<Node>, problems: &mut Vec<Problem>) {
    let mut index: BTreeMap<String, usize> = below
        .iter()
        .enumerate()
        .filter_map(|(at, node)| id(node).map(|text| (text.to_owned(), at)))
        .collect();
    let mut seen = BTreeMap::<String, Place>::new();
    for node in above {
        let Some(name) = id(&node).map(str::to_owned) else {
            continue;
        };
        if let Some(first) = seen.get(&name) {
            let (line, _) = first.source.line_column(first.span.start);
            problems.push(
                Problem::new(&node.place, format!("the id `{name}` appears twice in this file"))
                    .help(format!(
                        "it was first used on line {line}; an id appears once in a file"
                    )),
            );
            continue;
        }
        seen.insert(name.clone(), node.place.clone());
        match index.get(&name).and_then(|&at| below.get_mut(at)) {
            Some(slot) => overlay(slot, node, problems),
            None => {
                index.insert(name, below.len());
                below.push(empty_then(node, problems));
            }
        }
    }
}

/// A value that nothing lies under still has to be checked for ids used twice.
fn empty_then(node: Node, problems: &mut Vec<Problem>) -> Node {
    let value = match node.value {
        Value::Table(above) => {
            let mut table = Table::default();
            merge_tables(&mut table, above, problems);
            Value::Table(table)
        }
        Value::Array(above) if by_id(&above) => {
            let mut items = Vec::with_capacity(above.len());
            merge_by_id(&mut items, above, problems);
            Value::Array(items)
        }
        value => value,
    };
    Node { value, place: node.place }
}

fn by_id(items: &[Node]) -> bool {
    items.iter().all(|node| id(node).is_some())
}

fn id(node: &Node) -> Option<&str> {
    let Value::Table(table) = &node.value else {
        return None;
    };
    match &table.get("id")?.1.value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
