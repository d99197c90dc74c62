//! Words of texts about records.

/// The first digits of an object id.
pub(super) fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}
