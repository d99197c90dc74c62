//! Which ref update brings which finding: each finding is reported for each update that
//! reaches its commit.

use super::Scan;
use super::push::Target;
use crate::finding::Finding;
use crate::git::{GitError, IdMap, ObjectId};

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
        let mut reached: Vec<Vec<u64>> = Vec::new();
        if group.len() > 1 && !found.is_empty() {
            let order = self.order(ids)?;
            let tips: Vec<Option<u32>> = group.iter().map(|target| order.at(target.tip)).collect();
            reached.extend(found.chunks(64).map(|chunk| order.reach(&tips, chunk)));
        }
        for (at, target) in group.iter().enumerate() {
            for (nth, (_, findings)) in found.iter().enumerate() {
                let bits = reached.get(nth / 64).and_then(|bits| bits.get(at));
                if bits.is_none_or(|bits| bits >> (nth % 64) & 1 == 1)
                    && !self.verdicts.only_counts(findings.len())
                {
                    self.add(marked.get(nth), &target.name, findings.clone());
                }
            }
        }
        Ok(())
    }

    /// The commits of a group by their places in its order.
    fn order(&mut self, ids: &[ObjectId]) -> Result<Order, GitError> {
        let numbered = ids.iter().enumerate().map(|(at, &id)| (id, number(at)));
        let mut order = Order { places: numbered.collect(), ..Order::default() };
        for &id in ids {
            let parents = self.graph.parents(id)?;
            order.parents.extend(parents.iter().filter_map(|it| order.places.get(it)));
            order.ends.push(order.parents.len());
        }
        Ok(order)
    }
}

/// Commits in an order that has parents before children, numbered by it.
#[derive(Default)]
struct Order {
    places: IdMap<u32>,
    /// The parents of all of them, one after the other, and where those of each end.
    parents: Vec<u32>,
    ends: Vec<usize>,
}

impl Order {
    fn at(&self, id: Option<ObjectId>) -> Option<u32> {
        self.places.get(&id?).copied()
    }

    /// For each tip, which of up to 64 commits it reaches: a bit for each, handed from
    /// parents to children.
    fn reach(&self, tips: &[Option<u32>], chunk: &[(ObjectId, Vec<Finding>)]) -> Vec<u64> {
        let mut bits = vec![0_u64; self.ends.len()];
        let mut first = bits.len();
        for (nth, (id, _)) in chunk.iter().enumerate() {
            if let Some(at) = self.at(Some(*id)).map(|at| at as usize)
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
        let of = |tip: &Option<u32>| tip.and_then(|at| bits.get(at as usize)).copied();
        tips.iter().map(|tip| of(tip).unwrap_or_default()).collect()
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
