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
        // 64 commits at a time: a bit for each, handed from parents to children.
        let mut reached: Vec<Vec<u64>> = Vec::new();
        if group.len() > 1 {
            for chunk in found.chunks(64) {
                reached.push(self.reach(group, ids, chunk)?);
            }
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

    /// For each target, which of up to 64 commits it reaches.
    fn reach(
        &mut self,
        group: &[&Target],
        ids: &[ObjectId],
        chunk: &[(ObjectId, Vec<Finding>)],
    ) -> Result<Vec<u64>, GitError> {
        let mut bits: IdMap<u64> =
            chunk.iter().enumerate().map(|(nth, (id, _))| (*id, 1 << nth)).collect();
        for &id in ids {
            let mut mine = bits.get(&id).copied().unwrap_or_default();
            for parent in self.graph.parents(id)? {
                mine |= bits.get(&parent).copied().unwrap_or_default();
            }
            if mine != 0 {
                bits.insert(id, mine);
            }
        }
        let of = |target: &&Target| target.tip.and_then(|tip| bits.get(&tip)).copied();
        Ok(group.iter().map(|target| of(target).unwrap_or_default()).collect())
    }
}
