//! Why an entry of the ledger was not checked, as a fact and as the word in its line.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::config::limits::Resource;
use crate::text::WordEnum;

/// Why something was not checked as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnjudgedReason {
    /// A limit was reached.
    Limit(Resource),
    /// Something could not be read, or the check failed in another way.
    Error,
    /// A reason that this version does not know, as it stands in the ledger.
    Other(String),
}

impl UnjudgedReason {
    /// The word for an error in the ledger.
    const ERROR: &str = "error";
}

impl From<String> for UnjudgedReason {
    fn from(text: String) -> Self {
        match Resource::from_word(&text) {
            Some(resource) => Self::Limit(resource),
            None if text == Self::ERROR => Self::Error,
            None => Self::Other(text),
        }
    }
}

impl fmt::Display for UnjudgedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Limit(resource) => resource.word(),
            Self::Error => Self::ERROR,
            Self::Other(text) => text,
        })
    }
}
