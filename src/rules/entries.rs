//! The markers of the merged configuration as they are written: every key with its
//! place, whatever the kind. For commands that show, check or change rules; matching
//! never comes here.

use std::sync::Arc;

use crate::document::{Node, Place, Table, Value};
use crate::finding::Kind;
use crate::text::WordEnum;

/// A table of the configuration: a tool, a marker, a model.
#[derive(Clone, Copy, Debug)]
pub struct Written<'n> {
    /// The table and its place.
    pub node: &'n Node,
    table: &'n Table,
}

/// A marker as it is written, beside its tool.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'n> {
    /// The tool's table.
    pub tool: Written<'n>,
    /// The marker's table.
    pub marker: Written<'n>,
}

impl<'n> Written<'n> {
    /// A node as a table; `None` when it is none.
    #[must_use]
    pub fn new(node: &'n Node) -> Option<Self> {
        match &node.value {
            Value::Table(table) => Some(Self { node, table }),
            _ => None,
        }
    }

    /// The keys in the order in which their layers wrote them: by file, then by place.
    #[must_use]
    pub fn keys(&self) -> Vec<(&'n str, &'n Place, &'n Node)> {
        let keys = self.table.iter().map(|(key, (place, node))| (key, place, node));
        let mut keys: Vec<_> = keys.collect();
        keys.sort_by_key(|(_, place, _)| (!place.source.built_in, place.span.start));
        keys
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.table.get(key).map(|(_, node)| node)
    }

    /// The place of a key, or of the table when the key is absent.
    #[must_use]
    pub fn place_of(&self, key: &str) -> &'n Place {
        self.table.get(key).map_or(&self.node.place, |(place, _)| place)
    }

    /// Whether a place is within what its layers wrote.
    #[must_use]
    pub fn holds(&self, place: &Place) -> bool {
        let at = place.span.start;
        let within = |from: &Place, to: &Place| {
            Arc::ptr_eq(&from.source, &place.source)
                && from.span.start <= at
                && at < from.span.end.max(to.span.end)
        };
        within(&self.node.place, &self.node.place)
            || self.keys().iter().any(|(_, key, node)| within(key, &node.place))
    }

    /// A string; empty when it is absent or no string.
    #[must_use]
    pub fn text(&self, key: &str) -> &'n str {
        match self.get(key).map(|node| &node.value) {
            Some(Value::String(text)) => text,
            _ => "",
        }
    }

    /// The strings of an array, each with its place; a string alone counts as one.
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<(&'n str, &'n Place)> {
        let items = match self.get(key) {
            Some(Node { value: Value::Array(items), .. }) => items.as_slice(),
            Some(node) => std::slice::from_ref(node),
            None => &[],
        };
        let strings = items.iter().filter_map(|item| match &item.value {
            Value::String(text) => Some((text.as_ref(), &item.place)),
            _ => None,
        });
        strings.collect()
    }

    /// The tables of an array of tables.
    #[must_use]
    pub fn tables(&self, key: &str) -> Vec<Self> {
        match self.get(key).map(|node| &node.value) {
            Some(Value::Array(items)) => items.iter().filter_map(Self::new).collect(),
            _ => Vec::new(),
        }
    }
}

impl<'n> Entry<'n> {
    /// The marker's id.
    #[must_use]
    pub fn id(&self) -> &'n str {
        self.marker.text("id")
    }

    /// The marker's kind.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_word(self.marker.text("kind"))
    }

    /// Whether a layer other than the built-in one says anything of it.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        !self.marker.node.place.source.built_in
    }

    /// Whether it is made of its tool's facts, and written in no file.
    #[must_use]
    pub fn is_made(&self) -> bool {
        super::nodes::is_made(self.marker.node)
    }

    /// Whether it is switched off.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.marker.get("disabled").is_some()
    }
}

/// The tools of the merged configuration.
#[must_use]
pub fn tools(root: &Node) -> Vec<Written<'_>> {
    Written::new(root).map(|root| root.tables("tool")).unwrap_or_default()
}

/// The markers of the merged configuration.
#[must_use]
pub fn markers(root: &Node) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for tool in tools(root) {
        let of = |marker| Entry { tool, marker };
        entries.extend(tool.tables("marker").into_iter().map(of));
    }
    entries
}

/// A value as TOML writes it, on one line.
#[must_use]
pub fn shown(node: &Node) -> String {
    match &node.value {
        Value::String(text) if text.contains(['\'', '\n', '\r', '\t']) => format!("{text:?}"),
        Value::String(text) => format!("'{text}'"),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Other(text) => text.to_string(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => {
            let entries = table.iter().map(|(key, (_, node))| format!("{key} = {}", shown(node)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
