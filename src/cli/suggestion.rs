//! The error for an unknown name, with the known one that is most similar.

use super::error::Error;
use crate::text::similar;

/// An id that nothing has, with the nearest that there is.
pub(super) fn unknown(what: &'static str, id: &str, known: &[&str]) -> Error {
    Error::Unknown {
        what,
        id: id.to_owned(),
        near: similar(id, known.iter().copied()).map(str::to_owned),
    }
}
