//! Which ref update brings which finding: each finding is reported for each update that
//! reaches its commit.

use std::collections::HashMap;

use super::attributed::MOST_OF_A_PUSH;
use super::budget::Budget;
use super::target::Group;
use super::{Scan, ScanError};
use crate::finding::Finding;
use crate::git::{GitError, IdMap, IdSet, ObjectId, RefName};

/// How many commits are looked for at once: one for each bit.
pub(super) const CHUNK: usize = 64;

impl Scan<'_> {
    /// Adds each finding for each ref update that reaches its commit. The updates are of one
    /// class, so each commit is judged once for all of them. A limit that is reached here is a
    /// cut, and what was found counts all the same.
    pub(super) fn attribute(
        &mut self,
        group: &Group<'_>,
        ids: &[ObjectId],
        found: &[(ObjectId, Vec<Finding>)],
    ) -> Result<(), ScanError> {
        let Some(first) = group.targets.first() else { return Ok(()) };
        let found = self.worth_attributing(found);
        let before = self.attributed.findings.len();
        let reaching = self.despite_limit((group, ids), |scan| scan.reaching(group, ids, found))?;
        for chunk in found.chunks(CHUNK) {
            let mut decided = Vec::with_capacity(chunk.len());
            for (id, findings) in chunk {
                let marked = self.despite_limit((group, ids), |scan| scan.marked(*id))?;
                decided.push(self.verdicts.decided(Some(&marked), &first.name, findings.clone()));
            }
            let reached = reaching.reached(chunk);
            for (at, target) in group.targets.iter().enumerate() {
                let mut bits = reached.bits(at) & ones(chunk.len());
                while bits != 0 {
                    if let Some(commit) = decided.get(bits.trailing_zeros() as usize) {
                        self.attributed.add(commit, &target.name);
                    }
                    bits &= bits - 1;
                }
            }
        }
        if group.targets.len() > 1 && found.len() > CHUNK {
            let places = group.targets.iter().enumerate().map(|(at, target)| (&target.name, at));
            let places: HashMap<&RefName, usize> = places.collect();
            let added = self.attributed.findings.get_mut(before..).unwrap_or_default();
            added.sort_by_key(|judged| places.get(&judged.ref_name).copied());
        }
        Ok(())
    }

    /// The findings that there is time for: of a push that has used up its time, those of the
    /// newest commits.
    fn worth_attributing<'f>(
        &self,
        found: &'f [(ObjectId, Vec<Finding>)],
    ) -> &'f [(ObjectId, Vec<Finding>)] {
        let is_exhausted = self.source.budget.is_some_and(Budget::is_exhausted);
        let older = found.len().saturating_sub(MOST_OF_A_PUSH);
        found.get(if is_exhausted { older } else { 0 }..).unwrap_or_default()
    }

    /// Reads what is needed to tell what was found. Where a limit ends that, the updates are
    /// left as not judged whole, and the rest is read all the same.
    fn despite_limit<T>(
        &mut self,
        (group, ids): (&Group<'_>, &[ObjectId]),
        read: impl Fn(&mut Self) -> Result<T, GitError>,
    ) -> Result<T, ScanError> {
        match read(self) {
            Err(GitError::Stopped) => {
                self.leave(group, Some(ids))?;
                Ok(read(self)?)
            }
            done => Ok(done?),
        }
    }

    /// Prepares to find out which updates of a group reach which of some of its commits.
    pub(super) fn reaching(
        &mut self,
        group: &Group<'_>,
        ids: &[ObjectId],
        found: &[(ObjectId, Vec<Finding>)],
    ) -> Result<Reaching, GitError> {
        if group.targets.len() < 2 || found.is_empty() {
            return Ok(Reaching::All);
        }
        let tips = group.tips();
        let order = if self.has_gaps {
            // Commits that were judged before lie between them: the history itself is asked,
            // once for all updates.
            let all = self.walk.all_below(&tips)?;
            self.order(&all, found, &tips)?
        } else {
            self.order(ids, found, &tips)?
        };
        let tips = group.targets.iter().map(|target| order.at(target.tip)).collect();
        Ok(Reaching::Ordered { order, tips })
    }

    /// The commits of a group by their places in its order.
    fn order(
        &mut self,
        ids: &[ObjectId],
        found: &[(ObjectId, Vec<Finding>)],
        tips: &[ObjectId],
    ) -> Result<Order, GitError> {
        let (parents, ends) = self.walk.parents_among(ids)?;
        let asked: IdSet = found.iter().map(|(id, _)| id).chain(tips).copied().collect();
        let places = ids.iter().enumerate().filter(|(_, id)| asked.contains(id));
        let places = places.map(|(place, &id)| (id, place)).collect();
        Ok(Order { places, parents, ends })
    }
}

/// Finds out which updates reach which commits.
pub(super) enum Reaching {
    /// One update, which reaches all of them.
    All,
    /// Several.
    Ordered {
        /// The commits on the way.
        order: Order,
        /// The places of the updates' tips in that order.
        tips: Vec<Option<usize>>,
    },
}

impl Reaching {
    /// Which updates reach which of at most [`CHUNK`] commits.
    pub(super) fn reached(&self, chunk: &[(ObjectId, Vec<Finding>)]) -> Reached {
        match self {
            Self::All => Reached(None),
            Self::Ordered { order, tips } => Reached(Some(order.reach(tips, chunk))),
        }
    }
}

/// A bit for each commit of a chunk, for each update: whether that reaches it.
pub(super) struct Reached(Option<Vec<u64>>);

impl Reached {
    /// Whether an update reaches a commit, by their numbers.
    pub(super) fn is_reached(&self, update: usize, commit: usize) -> bool {
        self.bits(update) >> commit & 1 == 1
    }

    fn bits(&self, update: usize) -> u64 {
        let Self(Some(all)) = self else { return u64::MAX };
        all.get(update).copied().unwrap_or_default()
    }
}

/// That number of ones, from the lowest bit on.
fn ones(count: usize) -> u64 {
    if count >= CHUNK { u64::MAX } else { (1 << count) - 1 }
}

/// Commits in an order that has parents before children.
pub(super) struct Order {
    /// The places of those that are asked for.
    places: IdMap<usize>,
    /// The parents of all, and where those of each end.
    parents: Vec<u32>,
    ends: Vec<usize>,
}

impl Order {
    fn at(&self, id: Option<ObjectId>) -> Option<usize> {
        self.places.get(&id?).copied()
    }

    /// For each tip, which of up to 64 commits it reaches: a bit for each, handed from
    /// parents to children.
    fn reach(&self, tips: &[Option<usize>], chunk: &[(ObjectId, Vec<Finding>)]) -> Vec<u64> {
        let mut bits = vec![0_u64; self.ends.len()];
        let mut first = bits.len();
        for (nth, (id, _)) in chunk.iter().enumerate() {
            if let Some(at) = self.at(Some(*id))
                && let Some(slot) = bits.get_mut(at)
            {
                *slot |= 1 << nth;
                first = first.min(at);
            }
        }
        // Nothing before the first of them reaches any.
        let mut start = first.checked_sub(1).and_then(|at| self.ends.get(at)).copied().unwrap_or(0);
        for at in first..bits.len() {
            let end = self.ends.get(at).copied().unwrap_or(start);
            let parents = self.parents.get(start..end).unwrap_or_default();
            let handed = parents.iter().filter_map(|&parent| bits.get(parent as usize));
            let handed = handed.fold(0, |all, bits| all | bits);
            if let Some(slot) = bits.get_mut(at) {
                *slot |= handed;
            }
            start = end;
        }
        let of = |tip: &Option<usize>| tip.and_then(|at| bits.get(at)).copied();
        tips.iter().map(|tip| of(tip).unwrap_or_default()).collect()
    }
}
