//! What is known of the tags that a scan has met.

use super::verdicts::Decided;
use crate::finding::Finding;
use crate::git::{GitError, IdMap, ObjectId};
use crate::policy::Class;
use std::collections::HashMap;
use std::rc::Rc;

/// What tags hold. Each is inspected once, however many refs peel through it.
#[derive(Default)]
pub(super) struct TagMarks {
    /// For each tag that was inspected, the first of its chain that holds something: the tag
    /// itself or one that it leads to.
    pub(super) first: IdMap<Option<ObjectId>>,
    /// Of those that hold something, the findings, or why they could not be read.
    pub(super) held: IdMap<Rc<Result<Vec<Finding>, GitError>>>,
    /// The same as it is judged for refs of a class.
    pub(super) judged: HashMap<Class, IdMap<Rc<JudgedTag>>>,
}

/// A tag that holds something, as it is judged for all refs of a class.
pub(super) struct JudgedTag {
    pub(super) decided: Decided,
    /// Whether a ref that hides peels through it.
    pub(super) is_hidden: bool,
}

/// A tag that holds something.
pub(super) struct MarkedTag {
    pub(super) id: ObjectId,
    /// Its findings, or why it could not be read.
    pub(super) holds: Rc<Result<Vec<Finding>, GitError>>,
}
