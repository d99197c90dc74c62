//! How a record is linked to the one before it.

use serde::Deserialize;

/// The first parts of a line.
#[derive(Deserialize)]
pub(super) struct Link {
    pub(super) seq: u64,
    pub(super) prev: Option<String>,
    #[serde(default)]
    pub(super) torn: Vec<String>,
}
