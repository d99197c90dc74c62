//! What a limit leaves unjudged when it ends a scan. It goes on the ledger, and a later push
//! that reaches it is judged for it.

use super::budget::Budget;
use super::target::Group;
use super::{Scan, ScanError};
use crate::config::limits::Outcome;
use crate::document::Place;
use crate::git::{IdSet, ObjectId, RefName};
use crate::policy::Judge;
use crate::push::Update;
use crate::report::{Cut, Skipped, UnjudgedUpdate};

/// What is to be said of the limit that ended a scan, if one did.
pub(super) fn cut(
    budget: &Budget<'_>,
    judge: &Judge<'_>,
    left: &[UnjudgedUpdate],
    judged: usize,
    of: Option<usize>,
) -> Option<Cut> {
    let (resource, limit) = budget.hit()?;
    Some(Cut {
        limit: resource,
        most: budget.allowed(),
        because: limit.place.as_ref().map(Place::at_line),
        refused: limit.outcome == Outcome::Reject
            && left.iter().any(|left| judge.refuses_on(&left.ref_name)),
        judged,
        of,
    })
}

impl Cut {
    /// The same as something that was not looked at.
    pub(super) fn skipped(&self) -> Skipped {
        Skipped::AfterLimit { judged: self.judged, of: self.of, limit: self.limit, most: self.most }
    }
}

impl Scan<'_> {
    /// Whether a limit has been reached, which ends the scan.
    pub(super) fn is_cut(&self) -> bool {
        let over =
            self.source.budget.is_some_and(|budget| budget.is_over(self.source.objects.reads()));
        if over {
            self.source.objects.stop();
        }
        over
    }

    /// Notes an update of which nothing was judged.
    pub(super) fn leave_update(&mut self, update: &Update) {
        self.counts.known = None;
        if let Some(id) = update.new {
            self.leave_object(&update.name, id, update.old.into_iter().collect());
        }
    }

    /// Notes an object that was not judged for a ref.
    pub(super) fn leave_object(&mut self, name: &RefName, id: ObjectId, boundary: Vec<ObjectId>) {
        self.not_judged.left.push(UnjudgedUpdate { ref_name: name.clone(), id, boundary });
    }

    /// Notes ref updates that were not judged whole. `new` are the commits that they bring,
    /// if that is known.
    pub(super) fn leave(
        &mut self,
        group: &Group<'_>,
        new: Option<&[ObjectId]>,
    ) -> Result<(), ScanError> {
        self.source.objects.release();
        // Comparing files line by line would take as long again.
        self.verdicts.sizes = false;
        let edge = new.map(|new| self.edge(new)).transpose()?;
        for target in &group.targets {
            if self.not_judged.is_late(&target.name, target.new) {
                continue;
            }
            let own = || target.old.into_iter().collect();
            let boundary = edge.clone().unwrap_or_else(own);
            self.leave_object(&target.name, target.new, boundary);
        }
        Ok(())
    }

    /// Notes the oldest commits of a group, which a limit left. Commits and their parents are
    /// left together, so what has no child among them reaches all of them.
    pub(super) fn leave_below(
        &mut self,
        group: &Group<'_>,
        oldest: &[ObjectId],
    ) -> Result<(), ScanError> {
        if let Some(budget) = self.source.budget {
            budget.reach_commits();
        }
        self.source.objects.release();
        let edge = self.edge(oldest)?;
        let mut tips: IdSet = oldest.iter().copied().collect();
        for &id in oldest {
            for parent in self.walk.parents(id)? {
                tips.remove(&parent);
            }
        }
        for target in &group.targets {
            for &id in oldest.iter().filter(|id| tips.contains(id)) {
                self.leave_object(&target.name, id, edge.clone());
            }
        }
        Ok(())
    }
}
