//! Facts of a record that no other room has a type for.

use crate::text::WordEnum;

/// What became of a push that could not be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Fail {
    /// It was refused for that.
    Closed,
    /// Policy let it pass nevertheless.
    Open,
}

impl WordEnum for Fail {}

/// Whether a mark that its commit may have copied is known to be a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum CopyState {
    /// It was demonstrably copied.
    Confirmed,
    /// The message says so, and that is not confirmed.
    Claimed,
}

impl WordEnum for CopyState {}

impl CopyState {
    pub(super) fn of(is_confirmed: bool) -> Self {
        if is_confirmed { Self::Confirmed } else { Self::Claimed }
    }
}
