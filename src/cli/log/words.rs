//! Words of texts about records.

/// `1 commit`, `2 commits`.
pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// The first digits of an object id.
pub(super) fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}
