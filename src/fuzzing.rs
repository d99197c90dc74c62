//! Doors for the fuzz targets in `fuzz/` to readers that are not reachable from outside.
//!
//! A reader stays private to its room, because nothing but the room should depend on its form;
//! a fuzz target is another crate and needs a function to call. Each function here does no
//! more than pass bytes to one reader and hand back what that made of them, in types that are
//! public anyway. The feature `fuzzing` is off by default, so the public surface of the
//! library does not grow. Properties are asserted in `fuzz/`, not here.

use std::sync::Arc;

use crate::document::Source;
use crate::git::ObjectId;
use crate::state::baseline;

pub use crate::git::fuzzing::{
    Graphed, Indexed, PackEntry, Packed, alternates, commit_graph, delta, headers, is_id_of, links,
    loose, loose_ref, mapped, pack, pack_entry, pack_index, packed_refs, shallow,
};
pub use crate::marker::fuzzing::{note_evidence, plain_json, structure_lines};
pub use crate::state::ledger::fuzzing::{ledger, ledger_rewritten};

/// The built-in layer as hooks read it: parsed when the program was built.
#[must_use]
pub fn built_in() -> Arc<Source> {
    crate::config::bare()
}

/// Reads the text of a baseline file: its ids, or the number of the line that is none.
///
/// # Errors
/// The number of the line, from 1.
pub fn baseline(text: &str) -> Result<Vec<ObjectId>, usize> {
    baseline::parse(text)
}
