//! Configuration documents: TOML with places.
//!
//! A [`Source`] is one file's text; [`Node`] is its content in which every value
//! remembers where it stands, so that layers can be merged key by key and each
//! problem and each decision can still name its file and line. [`Fields`] reads a
//! table key by key and collects every [`Problem`] instead of stopping at the first.

mod encoded;
mod fields;
mod merge;
mod moment;
mod node;
mod problem;
mod shape;
mod source;
mod table;

pub use encoded::decode;
pub use fields::{Fields, Reader, ValueType};
pub use merge::overlay;
pub use moment::Moment;
pub use node::{Node, Table, Value, parse};
pub use problem::{Problem, Severity, render, render_within};
pub use source::{FileLine, Place, Source, Text};
