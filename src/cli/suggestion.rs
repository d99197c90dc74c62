//! The known name that is most similar to an unknown one.

use super::error::Error;

/// An id that nothing has, with the nearest that there is.
pub(super) fn unknown(what: &'static str, id: &str, known: &[&str]) -> Error {
    Error::Unknown { what, id: id.to_owned(), near: nearest(id, known) }
}

/// The known name that was probably meant.
pub(super) fn nearest(id: &str, known: &[&str]) -> Option<String> {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(id, known), *known)).min();
    let near = near.filter(|(distance, known)| *distance <= 1 + known.len() / 4);
    near.map(|(_, known)| known.to_owned())
}
