//! The state of a walk from both sides: which commits are queued, and which of those are
//! new as far as is known.

use std::collections::BinaryHeap;

/// What is known of commits, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Flags(Vec<u8>);

impl Flags {
    /// The flags of a commit, none for one that was not met.
    pub(super) fn get(&self, at: u32) -> u8 {
        self.0.get(at as usize).copied().unwrap_or_default()
    }

    /// Whether a commit was met.
    pub(super) fn has(&self, at: u32) -> bool {
        self.get(at) != 0
    }

    /// Adds to the flags of a commit.
    pub(super) fn set(&mut self, at: u32, flags: u8) {
        self.put(at, self.get(at) | flags);
    }

    /// Takes away the flags of a commit.
    pub(super) fn clear(&mut self, at: u32) {
        self.put(at, 0);
    }

    fn put(&mut self, at: u32, flags: u8) {
        let at = at as usize;
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        if let Some(slot) = self.0.get_mut(at) {
            *slot = flags;
        }
    }
}

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
        self.flags.get(at) & flag != 0
    }

    pub(super) fn enqueue(&mut self, at: u32, add: u8, seconds: i64) {
        if self.is(at, QUEUED) {
            return;
        }
        self.flags.set(at, QUEUED | add);
        if !self.is(at, HIDDEN) {
            self.open += 1;
            self.live += 1;
        }
        self.queue.push((seconds, at));
    }

    /// Notes that a commit left the queue; its flags.
    pub(super) fn take(&mut self, at: u32) -> u8 {
        self.flags.set(at, TAKEN);
        if !self.is(at, HIDDEN) {
            self.open -= 1;
        }
        self.flags.get(at)
    }

    /// Marks a commit hidden; whether it was met before and was not hidden yet, so that
    /// its parents must be marked too.
    pub(super) fn hide(&mut self, at: u32) -> bool {
        if self.is(at, HIDDEN) {
            return false;
        }
        self.flags.set(at, HIDDEN);
        if self.is(at, QUEUED) {
            self.live -= 1;
            self.open -= usize::from(!self.is(at, TAKEN));
        }
        self.is(at, TAKEN)
    }
}
