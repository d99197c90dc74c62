//! A ref that a push updates, as the server has it.

use crate::git::{ObjectId, RefName};
use crate::policy::Class;

/// A ref update that brings something.
pub(super) struct Target {
    pub(super) name: RefName,
    /// The value that the ref has; `None` when it does not exist.
    pub(super) old: Option<ObjectId>,
    pub(super) new: ObjectId,
    /// The commit that `new` points to, if it is one.
    pub(super) tip: Option<ObjectId>,
    pub(super) class: Class,
}
