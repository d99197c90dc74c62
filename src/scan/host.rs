//! The process around a scan: what a scan of a push tells it as it goes, and what it asks.
//!
//! The judging process of a server hook has nothing but a connection to the gate, so a scan
//! must not run programs or print by itself.

use super::Stage;
use crate::git::ObjectId;
use crate::report::Judged;

/// Receives the progress and the findings of a scan, and runs `git` for it.
pub trait Host {
    /// Takes how far a scan is that takes long, now and then.
    fn progress(&self, stage: Stage, done: usize);

    /// Takes a finding with its verdict, as soon as it has one. They come in the order of the
    /// report.
    fn judged(&self, judged: &Judged);

    /// Returns whether git refuses an update to `new` by itself, because `missing` is missing;
    /// `None` when the time for asking is over.
    fn git_refuses(&self, new: ObjectId, missing: ObjectId) -> Option<bool>;
}

/// What git says of an update that lacks an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GitAnswer {
    /// It refuses the update by itself.
    Refuses,
    /// It does not, or could not be asked.
    Accepts,
    /// The time was over before it could be asked.
    NoTime,
}

/// Ignores what it is told; git is taken to accept everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn progress(&self, _: Stage, _: usize) {}

    fn judged(&self, _: &Judged) {}

    fn git_refuses(&self, _: ObjectId, _: ObjectId) -> Option<bool> {
        Some(false)
    }
}
