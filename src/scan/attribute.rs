//! Which ref update brings which finding: each finding is reported for each update that
//! reaches its commit.

use super::Scan;
use super::push::Target;
use crate::finding::Finding;
use crate::git::{GitError, IdMap, IdSet, ObjectId};

impl Scan<'_> {
    /// Adds each finding for each ref update that reaches its commit.
    pub(super) fn attribute(
        &mut self,
        group: &[&Target],
        ids: &[ObjectId],
        found: &[(ObjectId, Vec<Finding>)],
    ) -> Result<(), GitError> {
        let mut marked = Vec::with_capacity(found.len());
        for (id, _) in found {
            marked.push(self.marked(*id)?);
        }
        let reached = self.reaching(group, ids, found)?;
        for (at, target) in group.iter().enumerate() {
            for (nth, (_, findings)) in found.iter().enumerate() {
                if reached.is_reached(at, nth) && !self.verdicts.only_counts(findings.len()) {
                    self.add(marked.get(nth), &target.name, findings.clone());
                }
            }
        }
        Ok(())
    }

    /// Which updates of a group reach which of some of its commits.
    pub(super) fn reaching(
        &mut self,
        group: &[&Target],
        ids: &[ObjectId],
        found: &[(ObjectId, Vec<Finding>)],
    ) -> Result<Reached, GitError> {
        let mut reached: Vec<Vec<u64>> = Vec::new();
        if group.len() > 1 && !found.is_empty() {
            if !self.has_gaps {
                let order = self.order(ids, found, group)?;
                let tips: Vec<Option<usize>> =
                    group.iter().map(|target| order.at(target.tip)).collect();
                reached.extend(found.chunks(64).map(|chunk| order.reach(&tips, chunk)));
                return Ok(Reached(reached));
            }
            // Commits that were judged before lie between them: the history itself is asked.
            let wanted: IdSet = found.iter().map(|(id, _)| *id).collect();
            let mut sets = Vec::with_capacity(group.len());
            for target in group {
                let tips: Vec<ObjectId> = target.tip.into_iter().collect();
                sets.push(self.graph.reached(&tips, &wanted, &IdSet::default())?);
            }
            reached.extend(found.chunks(64).map(|chunk| {
                let bits = |set: &IdSet| {
                    let ids = chunk.iter().enumerate().filter(|(_, (id, _))| set.contains(id));
                    ids.fold(0, |bits, (nth, _)| bits | 1 << nth)
                };
                sets.iter().map(bits).collect()
            }));
        }
        Ok(Reached(reached))
    }

    /// The commits of a group by their places in its order.
    fn order(
        &mut self,
        ids: &[ObjectId],
        found: &[(ObjectId, Vec<Finding>)],
        group: &[&Target],
    ) -> Result<Order, GitError> {
        let (parents, ends) = self.graph.parents_among(ids)?;
        let tips = group.iter().filter_map(|target| target.tip);
        let asked: IdSet = found.iter().map(|(id, _)| *id).chain(tips).collect();
        let places = ids.iter().enumerate().filter(|(_, id)| asked.contains(id));
        let places = places.map(|(place, &id)| (id, place)).collect();
        Ok(Order { places, parents, ends })
    }
}

/// Which updates reach which commits: for each 64 commits, the bits of each update. Without
/// any, there is one update, which reaches them all.
pub(super) struct Reached(Vec<Vec<u64>>);

impl Reached {
    /// Whether an update reaches a commit, by their numbers.
    pub(super) fn is_reached(&self, update: usize, commit: usize) -> bool {
        let bits = self.0.get(commit / 64).and_then(|bits| bits.get(update));
        bits.is_none_or(|bits| bits >> (commit % 64) & 1 == 1)
    }
}

/// Commits in an order that has parents before children.
struct Order {
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
