//! A commit that names another whose marks it may have copied.

use super::finder::Walk;
use crate::git::{IdSet, ObjectId};

/// Whether a commit was judged before; asked with the commits read so far.
pub(super) type WasJudged<'w, 's> = &'w mut dyn FnMut(&mut Walk<'s>, ObjectId) -> bool;

/// A mark that is a copy of one of another commit, if that commit was judged before.
pub(super) struct PossibleCopy {
    /// The places of the commit and of the finding among what was found.
    pub(super) commit: usize,
    pub(super) finding: usize,
    pub(super) from: ObjectId,
}

impl PossibleCopy {
    /// The commits of which some mark may be a copy, each once.
    pub(super) fn originals(copies: &[Self]) -> Vec<ObjectId> {
        let distinct: IdSet = copies.iter().map(|copy| copy.from).collect();
        distinct.into_iter().collect()
    }
}
