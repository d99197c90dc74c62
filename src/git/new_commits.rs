//! Which commits a push makes newly reachable.
//!
//! The walk has two stages. While a push is in quarantine, a commit that was not in the
//! object database before is new for certain, so one commit onto a branch tip costs one
//! read and no look at the refs. What the first stage can't decide goes to a walk in
//! date order from both sides, as `git rev-list` does it (limit_list in git's
//! revision.c). Hiding follows real parent links only, so a wrong date can make a commit
//! be judged twice but never hide one.

use std::collections::BinaryHeap;
use std::rc::Rc;

use super::limit::{Flags, HIDDEN, Limit, NEW, QUEUED};
use super::{GitError, Graph, IdSet, ObjectId, OnNewCommit};

/// What a walk leaves out.
pub struct Hidden<'h> {
    /// Ids that are hidden for certain and cost nothing to test: the old values of the
    /// refs that are updated.
    pub old: IdSet,
    /// Every other commit that hides, asked for only when needed.
    pub others: &'h mut dyn FnMut() -> Result<Rc<[ObjectId]>, GitError>,
}

/// Hidden commits looked at beyond the oldest new one, against small clock skews
/// (git's revision.c calls it SLOP).
const SLOP: usize = 16;

impl<C: OnNewCommit> Graph<'_, C> {
    /// The commits reachable from `tips` that nothing hides, parents before children. One
    /// that can't be read is among them, and noted: see [`Graph::take_unread`].
    ///
    /// # Errors
    /// When a limit has ended the scan, or what hides can't be found out.
    pub fn new_commits(
        &mut self,
        tips: &[ObjectId],
        mut hidden: Hidden<'_>,
    ) -> Result<Vec<ObjectId>, GitError> {
        let mut limit = Limit::default();
        let mut undecided = Vec::new();
        let mut stack: Vec<u32> = tips.iter().rev().map(|&tip| self.slot(tip)).collect();
        while let Some(at) = stack.pop() {
            let id = self.id(at);
            if limit.flags.has(at) || hidden.old.contains(&id) {
                continue;
            }
            if self.objects.existed_before(id) != Some(false) {
                undecided.push(at);
                continue;
            }
            limit.flags.set(at, NEW);
            self.objects.step(1)?;
            self.read_reached(at, true)?;
            stack.extend(self.parent_slots(at).iter().rev());
        }
        if !undecided.is_empty() {
            let hiding = (hidden.others)()?;
            let old: Vec<ObjectId> = hidden.old.drain().collect();
            self.limit(&undecided, &hiding, &old, &mut limit)?;
        }
        Ok(self.in_order(tips, &limit.flags))
    }

    /// The commits reachable from a tip, parents before children, without those for which
    /// `known` holds and all below them. `read` is told how many were read so far. One that
    /// can't be read is among them, and noted: see [`Graph::take_unread`].
    ///
    /// # Errors
    /// When a limit has ended the scan.
    pub fn reachable(
        &mut self,
        tip: ObjectId,
        known: &dyn Fn(ObjectId) -> bool,
        read: &mut dyn FnMut(usize),
    ) -> Result<Vec<ObjectId>, GitError> {
        let mut flags = Flags::default();
        let mut met = 0;
        let mut stack = vec![self.slot(tip)];
        while let Some(at) = stack.pop() {
            if flags.has(at) || known(self.id(at)) {
                continue;
            }
            self.objects.step(1)?;
            self.read_reached(at, true)?;
            flags.set(at, NEW);
            met += 1;
            read(met);
            stack.extend(self.parent_slots(at).iter().rev());
        }
        Ok(self.in_order(&[tip], &flags))
    }

    /// Which of some commits are reachable from the tips. `edge` are commits below which
    /// there is none of them.
    ///
    /// # Errors
    /// When a commit on the way is missing or can't be read.
    pub fn reached(
        &mut self,
        tips: &[ObjectId],
        wanted: &IdSet,
        edge: &IdSet,
    ) -> Result<IdSet, GitError> {
        let mut found = IdSet::default();
        let mut seen = IdSet::default();
        let mut queue: BinaryHeap<(i64, ObjectId)> = BinaryHeap::new();
        let mut next: Vec<ObjectId> = tips.to_vec();
        // The newest first: what is looked for is mostly near.
        loop {
            for id in next.drain(..).filter(|id| !edge.contains(id)) {
                if seen.insert(id) {
                    queue.push((self.time(id)?, id));
                }
            }
            if found.len() == wanted.len() {
                return Ok(found);
            }
            self.objects.step(1)?;
            let Some((_, id)) = queue.pop() else { return Ok(found) };
            if wanted.contains(&id) {
                found.insert(id);
            }
            next = self.parents(id)?;
        }
    }

    /// Everything that some commits reach, parents before children. Nothing of it is shown as
    /// new.
    ///
    /// # Errors
    /// When a commit on the way is missing or can't be read.
    pub fn all_below(&mut self, tips: &[ObjectId]) -> Result<Vec<ObjectId>, GitError> {
        let mut flags = Flags::default();
        let mut stack: Vec<u32> = tips.iter().map(|&tip| self.slot(tip)).collect();
        while let Some(at) = stack.pop() {
            if !flags.has(at) {
                self.objects.step(1)?;
                self.read(at, false)?;
                flags.set(at, NEW);
                stack.extend(self.parent_slots(at));
            }
        }
        Ok(self.in_order(tips, &flags))
    }

    /// Which of some commits were there before the push and are reachable from one of those
    /// that hide: one walk for all, since a push may ask for thousands. None is, when a commit
    /// on the way can't be read.
    pub fn hidden_among(&mut self, ids: &[ObjectId], hiding: &[ObjectId]) -> IdSet {
        let before = |id: &&ObjectId| self.objects.existed_before(**id) != Some(false);
        let mut ids: IdSet = ids.iter().filter(before).copied().collect();
        let tips: Vec<ObjectId> = ids.iter().copied().collect();
        let mut others = || Ok(hiding.into());
        let hidden = Hidden { old: IdSet::default(), others: &mut others };
        let noted = self.take_unread();
        let new = self.new_commits(&tips, hidden);
        // What was met on the way is no matter of what is judged.
        self.put_unread(noted);
        let Ok(new) = new else { return IdSet::default() };
        for id in new {
            ids.remove(&id);
        }
        ids
    }

    /// Walks from both sides in date order until no commit is in doubt.
    fn limit(
        &mut self,
        undecided: &[u32],
        hiding: &Rc<[ObjectId]>,
        old: &[ObjectId],
        limit: &mut Limit,
    ) -> Result<(), GitError> {
        let slots = self.slots_of(hiding);
        let old: Vec<u32> = old.iter().map(|&id| self.slot(id)).collect();
        for &at in slots.iter().chain(&old) {
            limit.flags.set(at, HIDDEN);
        }
        // Often a ref's value itself is what was pushed: then nothing need be read.
        let hides = |at: &u32| limit.flags.get(*at) & HIDDEN != 0;
        if undecided.iter().all(hides) {
            return Ok(());
        }
        for &at in slots.iter().chain(&old) {
            // A ref whose object is gone, or is no commit, hides nothing: judging more
            // is safe.
            match self.read_ref(at) {
                Ok(()) => limit.enqueue(at, HIDDEN, self.seconds(at)),
                Err(GitError::Stopped) => return Err(GitError::Stopped),
                Err(_) => {
                    limit.flags.clear(at);
                }
            }
        }
        for &at in undecided {
            self.read_reached(at, false)?;
            limit.enqueue(at, NEW, self.seconds(at));
        }
        let mut oldest_new = i64::MAX;
        let mut slop = SLOP;
        while let Some((seconds, at)) = limit.queue.pop() {
            self.objects.step(1)?;
            let flag = limit.take(at);
            if flag & HIDDEN == 0 {
                oldest_new = oldest_new.min(seconds);
            } else if limit.open == 0 {
                if limit.live == 0 {
                    break;
                }
                if seconds < oldest_new {
                    slop -= 1;
                    if slop == 0 {
                        break;
                    }
                }
            }
            for parent in self.parent_slots(at).to_vec() {
                if flag & HIDDEN != 0 {
                    self.hide(parent, limit);
                    // What lies below a hidden commit may be missing in a repository
                    // that was damaged before: that is not this push's doing.
                    match self.read(parent, false) {
                        Ok(()) => limit.enqueue(parent, HIDDEN, self.seconds(parent)),
                        Err(GitError::Stopped) => return Err(GitError::Stopped),
                        Err(_) => {}
                    }
                } else if !limit.is(parent, QUEUED) {
                    self.read_reached(parent, false)?;
                    limit.enqueue(parent, NEW, self.seconds(parent));
                }
            }
        }
        Ok(())
    }

    /// Marks a commit hidden, and all of its ancestors that the walk has met.
    fn hide(&self, at: u32, limit: &mut Limit) {
        let mut stack = vec![at];
        while let Some(at) = stack.pop() {
            let met = limit.hide(at);
            if met {
                stack.extend(self.parent_slots(at));
            }
        }
    }

    /// The new commits in an order that has parents before children.
    fn in_order(&self, tips: &[ObjectId], flags: &Flags) -> Vec<ObjectId> {
        let is_new = |at: u32| flags.get(at) & (NEW | HIDDEN) == NEW;
        let mut ids = Vec::new();
        let mut done = Flags::default();
        for tip in tips.iter().filter_map(|&tip| self.known(tip)) {
            let mut stack = vec![(tip, false)];
            while let Some((at, parents_done)) = stack.pop() {
                if parents_done {
                    ids.push(self.id(at));
                    continue;
                }
                if !is_new(at) || done.has(at) {
                    continue;
                }
                done.set(at, NEW);
                stack.push((at, true));
                stack.extend(self.parent_slots(at).iter().rev().map(|&parent| (parent, false)));
            }
        }
        ids
    }
}
