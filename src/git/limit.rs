//! The state of a walk from both sides: which commits are queued, and which of those are
//! new as far as is known.

use std::collections::{BinaryHeap, HashMap};
use std::hash::BuildHasherDefault;

use super::object_id::IdHasher;

pub(super) type Flags = HashMap<u32, u8, BuildHasherDefault<IdHasher>>;
/// Reachable from a tip.
pub(super) const NEW: u8 = 1;
/// Reachable from something that hides.
pub(super) const HIDDEN: u8 = 2;
/// Has been put into the queue.
pub(super) const QUEUED: u8 = 4;
/// Has been taken out of it again.
pub(super) const TAKEN: u8 = 8;

/// The state of a walk from both sides.
#[derive(Default)]
pub(super) struct Limit {
    pub(super) flags: Flags,
    pub(super) queue: BinaryHeap<(i64, u32)>,
    /// Queued commits not known to be hidden.
    pub(super) open: usize,
    /// Commits that are new as far as is known.
    pub(super) live: usize,
}

impl Limit {
    pub(super) fn is(&self, at: u32, flag: u8) -> bool {
        self.flags.get(&at).is_some_and(|flags| flags & flag != 0)
    }

    pub(super) fn enqueue(&mut self, at: u32, add: u8, seconds: i64) {
        let flag = self.flags.entry(at).or_default();
        if *flag & QUEUED != 0 {
            return;
        }
        *flag |= QUEUED | add;
        if *flag & HIDDEN == 0 {
            self.open += 1;
            self.live += 1;
        }
        self.queue.push((seconds, at));
    }

    /// Notes that a commit left the queue; its flags.
    pub(super) fn take(&mut self, at: u32) -> u8 {
        let flag = self.flags.entry(at).or_default();
        *flag |= TAKEN;
        if *flag & HIDDEN == 0 {
            self.open -= 1;
        }
        *flag
    }

    /// Marks a commit hidden; whether it was met before and was not hidden yet, so that
    /// its parents must be marked too.
    pub(super) fn hide(&mut self, at: u32) -> bool {
        let flag = self.flags.entry(at).or_default();
        if *flag & HIDDEN != 0 {
            return false;
        }
        *flag |= HIDDEN;
        if *flag & QUEUED != 0 {
            self.live -= 1;
            self.open -= usize::from(*flag & TAKEN == 0);
        }
        *flag & TAKEN != 0
    }
}
