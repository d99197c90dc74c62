//! Facts of a record that no other room has a type for.

/// What became of a push that could not be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fail {
    /// It was refused for that.
    Closed,
    /// Policy let it pass nevertheless.
    Open,
}

impl Fail {
    /// The words for it in records.
    pub const WORDS: [(&'static str, Self); 2] = [("closed", Self::Closed), ("open", Self::Open)];
}

/// Whether a mark that its commit may have copied is known to be a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// It was demonstrably copied.
    Confirmed,
    /// The message says so, and that is not confirmed.
    Claimed,
}

impl CopyState {
    /// The words for it in records.
    pub const WORDS: [(&'static str, Self); 2] =
        [("confirmed", Self::Confirmed), ("claimed", Self::Claimed)];

    pub(super) fn of(is_confirmed: bool) -> Self {
        if is_confirmed { Self::Confirmed } else { Self::Claimed }
    }
}
