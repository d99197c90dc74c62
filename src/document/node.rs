//! Parsed TOML in which every value knows its place.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Text;
use super::{Place, Problem, Source};

/// The entries of a table, sorted by key; with each the place of its key. Tables are small
/// and there are very many of them, so that an array costs less than a tree.
#[derive(Clone, Debug, Default)]
pub struct Table(pub(super) Vec<(Text, (Place, Node))>);

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was written; for a merged table, where its strongest layer wrote it.
    pub place: Place,
}

impl Node {
    /// A table without entries.
    #[must_use]
    pub fn empty(source: &Arc<Source>) -> Self {
        let place = Place { source: Arc::clone(source), span: 0..0 };
        Self { value: Value::Table(Table::default()), place }
    }
}

/// What a TOML value can be here. Floats are not part of the configuration.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string.
    String(Text),
    /// An integer.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// Anything else that is not a container (a float, a date), as written.
    Other(Text),
    /// An array.
    Array(Vec<Node>),
    /// A table; the key's own place stands beside the value.
    Table(Table),
}

impl Value {
    /// The kind of value, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Boolean(_) => "a boolean",
            Self::Other(_) => "a number or date",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// Parses one file.
///
/// # Errors
/// Every syntax error found, each with its place.
pub fn parse(source: &Arc<Source>) -> Result<Node, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    if errors.is_empty() {
        let place = Place { source: Arc::clone(source), span: 0..0 };
        return Ok(Node { value: table_value(source, table.get_ref()), place });
    }
    Err(errors
        .iter()
        .map(|error| {
            let end = source.text.len();
            let span = error.span().unwrap_or(end..end);
            Problem::new(&Place { source: Arc::clone(source), span }, error.message().to_owned())
        })
        .collect())
}

fn table_value(source: &Arc<Source>, table: &DeTable<'_>) -> Value {
    Value::Table(
        table
            .iter()
            .map(|(key, value)| {
                let place = Place { source: Arc::clone(source), span: key.span() };
                (key.get_ref().to_string().into(), (place, node(source, value)))
            })
            .collect(),
    )
}

fn node(source: &Arc<Source>, spanned: &Spanned<DeValue<'_>>) -> Node {
    let value = match spanned.get_ref() {
        DeValue::String(text) => Value::String(text.to_string().into()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::Other(number.as_str().to_owned().into()), Value::Integer),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Float(number) => Value::Other(number.as_str().to_owned().into()),
        DeValue::Datetime(date) => Value::Other(date.to_string().into()),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| node(source, item)).collect())
        }
        DeValue::Table(table) => table_value(source, table),
    };
    Node { value, place: Place { source: Arc::clone(source), span: spanned.span() } }
}
