//! Which notes refs are read alike.

use crate::policy::Class;

/// What the verdicts on the notes of a ref depend on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct NotesOf {
    pub(super) class: Class,
    /// The markers that ask for them.
    pub(super) asked: Vec<usize>,
}
