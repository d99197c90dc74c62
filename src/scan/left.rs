//! What is left unjudged: noted when a limit ends a scan, and judged after all when a later
//! push reaches it, for what nobody has judged hides nothing.

use super::budget::Budget;
use super::existing::Existing;
use super::push::Target;
use super::{Scan, ScanError};
use crate::config::limits::Outcome;
use crate::document::Place;
use crate::git::{GitError, Hidden, IdSet, ObjectId, ObjectKind, RefName, peel};
use crate::policy::{Class, Judge};
use crate::report::{Cut, Left, Skipped};

/// What is to be said of the limit that ended a scan, if one did.
pub(super) fn cut(
    budget: &Budget<'_>,
    judge: &Judge<'_>,
    left: &[Left],
    judged: usize,
    of: Option<usize>,
) -> Option<Cut> {
    let (resource, limit) = budget.hit()?;
    Some(Cut {
        limit: resource.word(),
        most: budget.allowed(),
        because: limit.place.as_ref().map_or_else(String::new, Place::file_line),
        refused: limit.outcome == Outcome::Reject
            && left.iter().any(|left| judge.refuses_on(&left.ref_name)),
        judged,
        of,
    })
}

impl Cut {
    /// The same as something that was not looked at.
    pub(super) fn skipped(&self) -> Skipped {
        let of = self.of.map_or_else(String::new, |of| format!(" of {of}"));
        Skipped {
            what: format!("what is left after {}{of} commits", self.judged),
            why: format!("the limit of {} on {} was reached", self.most, self.limit),
        }
    }
}

impl Scan<'_> {
    /// Whether a limit has been reached, which ends the scan.
    pub(super) fn is_cut(&self) -> bool {
        let over = self.budget.is_some_and(|budget| budget.is_over(self.objects.reads()));
        if over {
            self.objects.stop();
        }
        over
    }

    /// Notes ref updates that were not judged whole. `new` are the commits that they bring,
    /// if that is known.
    pub(super) fn leave(
        &mut self,
        group: &[&Target],
        new: Option<&[ObjectId]>,
    ) -> Result<(), GitError> {
        self.objects.release();
        // Comparing files line by line would take as long again.
        self.verdicts.sizes = false;
        let mut edge: Vec<ObjectId> = Vec::new();
        if let Some(new) = new {
            let mine: IdSet = new.iter().copied().collect();
            let mut seen = IdSet::default();
            for &id in new {
                let parents = self.graph.parents(id)?;
                edge.extend(
                    parents.into_iter().filter(|id| !mine.contains(id) && seen.insert(*id)),
                );
            }
        }
        for target in group {
            let boundary = match new {
                Some(_) => edge.clone(),
                None => target.old.into_iter().collect(),
            };
            self.left.push(Left { ref_name: target.name.clone(), id: target.new, boundary });
        }
        Ok(())
    }

    /// The commits that the tips reach and that were let in unjudged before, without those
    /// that are judged anyway; parents before children. `whole` is given the entries of
    /// which all is among them.
    pub(super) fn let_in_before(
        &mut self,
        tips: &[ObjectId],
        new: &[ObjectId],
        class: &Class,
        existing: &mut Existing<'_>,
        whole: &mut Vec<(RefName, ObjectId)>,
    ) -> Result<Vec<ObjectId>, ScanError> {
        let all = existing.unjudged()?;
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let baseline = existing.baseline(&self.verdicts.judge, class)?;
        let mut judged: IdSet = new.iter().copied().collect();
        let mut again = Vec::new();
        for entry in all.iter() {
            // What is not there can't be reached.
            let Ok(peeled) = peel(self.objects, entry.id) else { continue };
            if peeled.kind != ObjectKind::Commit {
                continue;
            }
            let boundary = entry.boundary.iter().chain(baseline.iter()).copied();
            let mut others = || Ok(entry.boundary.clone());
            let hidden = Hidden { old: boundary.collect(), others: &mut others };
            let range = self.graph.new_commits(&[peeled.id], hidden)?;
            let mine: IdSet = range.iter().copied().collect();
            let edge: IdSet = entry.boundary.iter().copied().collect();
            let reached = self.graph.reached(tips, &mine, &edge)?;
            let all_of_it = reached.len() == range.len() && !range.is_empty();
            again.extend(range.into_iter().filter(|id| reached.contains(id) && judged.insert(*id)));
            let same = self.verdicts.class(&entry.ref_name);
            if all_of_it && self.verdicts.judge.hides(class, &same) {
                whole.push((entry.ref_name.clone(), entry.id));
            }
        }
        Ok(again)
    }
}
