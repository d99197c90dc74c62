//! What the process that judges a push gives, whichever it is.

use super::failure::Failure;
use crate::report::{Judged, Report};

/// What judging gave.
pub(super) enum Judgement {
    /// A report on everything that could be judged.
    Whole(Box<Report>),
    /// Judging ended before its end.
    Ended {
        /// What was found until then.
        found: Vec<Judged>,
        /// Why it ended.
        failure: Failure,
    },
}
