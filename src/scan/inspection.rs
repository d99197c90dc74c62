//! What is found in a commit's own object.

use crate::finding::Finding;
use std::sync::Arc;

/// What inspecting a commit's own object gave: nothing, mostly.
pub(super) type Inspected = Option<Arc<Inspection>>;

pub(super) struct Inspection {
    pub(super) findings: Vec<Finding>,
    /// Whether its texts hold more marks than are kept.
    pub(super) is_cut: bool,
}
