//! Parsed TOML in which every value knows its place.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Problem, Table, Text};

/// One configuration file.
#[derive(Debug)]
pub struct Source {
    /// The name shown to people: the path, or `rules.toml` for the built-in layer.
    pub name: String,
    /// The whole text.
    pub text: Text,
    /// Whether it is the layer that is part of the program, which its tests prove.
    pub built_in: bool,
}

impl Source {
    /// Line and column of a byte offset, both counted from 1; columns count characters.
    #[must_use]
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset.min(self.text.len())).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

/// Where a value stands: a file and a byte range in it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Byte range in its text.
    pub span: Range<usize>,
}

impl Place {
    /// The line that it begins on.
    #[must_use]
    pub fn at_line(&self) -> FileLine {
        let line = self.source.line_column(self.span.start).0;
        FileLine { file: self.source.name.clone(), line }
    }

    /// `file:line`, for people.
    #[must_use]
    pub fn file_line(&self) -> String {
        self.at_line().to_string()
    }
}

/// A line of a configuration file, as decisions quote it: `file:line`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    /// The name of the file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl FileLine {
    /// Returns the text for a line, which is empty where no file says something.
    #[must_use]
    pub fn shown(line: Option<&Self>) -> String {
        line.map_or_else(String::new, ToString::to_string)
    }
}

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

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
