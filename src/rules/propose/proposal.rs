//! A proposed marker, and why there may be none.

use super::super::edit::string;
use crate::finding::{Confidence, Kind};
use crate::text::WordEnum;

/// A proposed marker.
#[derive(Debug)]
pub struct Proposal {
    /// Its kind.
    pub kind: Kind,
    /// The part of its id behind the tool's.
    pub name: String,
    /// Its own keys, with their values as TOML.
    pub keys: Vec<(&'static str, String)>,
    /// How sure it can be at most.
    pub confidence: Confidence,
    /// Texts that it must match.
    pub hits: Vec<String>,
    /// Texts near to them that it must not.
    pub misses: Vec<String>,
    /// What the administrator who adds it should know.
    pub notes: Vec<String>,
    /// For a note, the ref that holds it.
    pub notes_ref: String,
}

/// Why nothing is proposed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unclear(String);

pub(super) fn unclear<T>(why: impl Into<String>) -> Result<T, Unclear> {
    Err(Unclear(why.into()))
}

pub(super) fn list(items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| string(item).to_string()).collect();
    format!("[{}]", items.join(", "))
}

pub(super) fn literal(text: &str) -> String {
    string(text).to_string()
}

impl Proposal {
    /// The marker's table as TOML text without its header.
    #[must_use]
    pub fn table(&self, id: &str, since: &str, source: Option<&str>) -> String {
        let mut text = String::new();
        let mut line = |key: &str, value: &str| text.push_str(&format!("{key} = {value}\n"));
        line("id", &literal(id));
        line("kind", &literal(self.kind.word()));
        line("confidence", &literal(self.confidence.word()));
        line("since", &literal(since));
        if let Some(source) = source {
            line("source", &literal(source));
        }
        for (key, value) in &self.keys {
            line(key, value);
        }
        for (key, examples) in [("hits", &self.hits), ("misses", &self.misses)] {
            let examples: Vec<String> = examples.iter().map(|example| literal(example)).collect();
            if let [one] = examples.as_slice() {
                line(key, &format!("[{one}]"));
            } else {
                line(key, &format!("[\n  {},\n]", examples.join(",\n  ")));
            }
        }
        text
    }
}
