//! Doors to the ledger's reader for [`crate::fuzzing`].

use std::path::Path;

use super::line::{Entry, Line, Read, read_lines};
use super::{Ledger, StateError};

/// The open entries of a ledger's text.
///
/// # Errors
/// When a line of it is damaged.
pub fn ledger(text: &[u8]) -> Result<Ledger, StateError> {
    let mut ledger = Ledger::default();
    ledger.take(Path::new("ledger"), text)?;
    Ok(ledger)
}

/// A ledger's text written from what was read of it; `None` when a line is damaged.
#[must_use]
pub fn ledger_rewritten(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for read in read_lines(text) {
        let line = match read {
            Read::Torn => continue,
            Read::Damaged(_) => return None,
            Read::Entry(Entry::Header) => Line::header(""),
            Read::Entry(Entry::Unjudged(entry)) => Line::from(&entry),
            Read::Entry(Entry::Judged(name, id)) => Line::judged("", &name, id),
            Read::Entry(Entry::Admitted(entry)) => Line::from(&entry),
            Read::Entry(Entry::Ended(key, ids)) => Line::ended("", &key, &ids),
            Read::Entry(Entry::Spread(key, ids)) => Line::spread("", &key, &ids),
        };
        line.write(&mut out).ok()?;
    }
    Some(out)
}
