//! What is left unjudged: noted when a limit ends a scan, and judged after all when a later
//! push reaches it, for what nobody has judged hides nothing.

use std::rc::Rc;

use super::budget::Budget;
use super::existing::{Baseline, Existing};
use super::target::Target;
use super::{Scan, ScanError};
use crate::config::ledger::Unjudged;
use crate::config::limits::Outcome;
use crate::document::Place;
use crate::git::{GitError, Hidden, IdSet, ObjectId, ObjectKind, RefName};
use crate::policy::{Class, Judge};
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

/// What was left unjudged in a repository, as far as it matters to refs of a class.
struct LeftEntry<'l> {
    entry: &'l Unjudged,
    /// How many commits it is about.
    all: usize,
    /// Those that no baseline hides.
    mine: Vec<ObjectId>,
}

/// For more entries than this, one walk through all of history costs less than a walk each.
const FEW_ENTRIES: usize = 4;

impl Cut {
    /// The same as something that was not looked at.
    pub(super) fn skipped(&self) -> Skipped {
        Skipped::AfterLimit { judged: self.judged, of: self.of, limit: self.limit, most: self.most }
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

    /// How many of the oldest of some commits are beyond the limit on commits, which is
    /// reached then. A commit that is judged for several groups of refs counts once.
    pub(super) fn beyond_commits(&mut self, ids: &[ObjectId]) -> usize {
        let Some(budget) = self.budget else { return 0 };
        let mut allowed = budget.commits_left();
        if !self.has_groups {
            let now = allowed.min(ids.len() as u64);
            budget.begin(now);
            return ids.len() - usize::try_from(now).unwrap_or(ids.len());
        }
        let mut begun = 0;
        for (at, id) in ids.iter().enumerate().rev() {
            if self.begun.contains(id) {
                continue;
            }
            if allowed == 0 {
                budget.begin(begun);
                return at + 1;
            }
            allowed -= 1;
            begun += 1;
            self.begun.insert(*id);
        }
        budget.begin(begun);
        0
    }

    /// Notes an update of which nothing was judged.
    pub(super) fn leave_update(&mut self, update: &Update) {
        self.known = None;
        if let Some(id) = update.new {
            self.leave_object(&update.name, id, update.old.into_iter().collect());
        }
    }

    /// Notes an object that was not judged for a ref.
    pub(super) fn leave_object(&mut self, name: &RefName, id: ObjectId, boundary: Vec<ObjectId>) {
        self.left.push(UnjudgedUpdate { ref_name: name.clone(), id, boundary });
    }

    /// Notes ref updates that were not judged whole. `new` are the commits that they bring,
    /// if that is known.
    pub(super) fn leave(
        &mut self,
        group: &[&Target],
        new: Option<&[ObjectId]>,
    ) -> Result<(), ScanError> {
        self.objects.release();
        // Comparing files line by line would take as long again.
        self.verdicts.sizes = false;
        let edge = new.map(|new| self.edge(new)).transpose()?;
        for target in group {
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
        group: &[&Target],
        oldest: &[ObjectId],
    ) -> Result<(), ScanError> {
        if let Some(budget) = self.budget {
            budget.reach_commits();
        }
        self.objects.release();
        let edge = self.edge(oldest)?;
        let mut tips: IdSet = oldest.iter().copied().collect();
        for &id in oldest {
            for parent in self.graph.parents(id)? {
                tips.remove(&parent);
            }
        }
        for target in group {
            for &id in oldest.iter().filter(|id| tips.contains(id)) {
                self.leave_object(&target.name, id, edge.clone());
            }
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
        let ledger = existing.ledger();
        if ledger.unjudged.is_empty() {
            return Ok(Vec::new());
        }
        let baseline = existing.baseline(&self.verdicts.judge, class)?;
        let mut entries: Vec<LeftEntry<'_>> = Vec::new();
        let mut wanted = IdSet::default();
        for entry in &ledger.unjudged {
            // What is not there can't be reached.
            let Ok(peeled) = self.objects.peel(entry.id) else { continue };
            if peeled.kind != ObjectKind::Commit {
                continue;
            }
            let all = self.left_below(peeled.id, &entry.boundary, &Baseline::default())?;
            let mine = if baseline.is_empty() {
                all.clone()
            } else {
                self.left_below(peeled.id, &entry.boundary, &baseline)?
            };
            wanted.extend(&mine);
            entries.push(LeftEntry { entry, all: all.len(), mine });
        }
        let reached = self.reached_of(tips, &entries, &wanted)?;
        let mut judged: IdSet = new.iter().copied().collect();
        let mut again = Vec::new();
        for LeftEntry { entry, all, mine } in entries {
            let reached = mine.iter().filter(|id| reached.contains(id));
            // What a baseline hides was not judged, and the baseline may be taken away.
            let is_whole = reached.clone().count() == all;
            again.extend(reached.copied().filter(|id| judged.insert(*id)));
            let same = self.verdicts.class(&entry.ref_name);
            if is_whole && !entry.ref_name.is_notes() && self.verdicts.judge.hides(class, &same) {
                whole.push((entry.ref_name.clone(), entry.id));
            }
        }
        Ok(again)
    }

    /// Which of the commits of some entries the tips reach.
    fn reached_of(
        &mut self,
        tips: &[ObjectId],
        entries: &[LeftEntry<'_>],
        wanted: &IdSet,
    ) -> Result<IdSet, GitError> {
        // Below what an entry stands on there is nothing that this entry is about, but there
        // may be what another one is about: that is looked for apart.
        let boundaries = entries.iter().flat_map(|it| &it.entry.boundary);
        let edge: IdSet = boundaries.filter(|id| !wanted.contains(id)).copied().collect();
        let mut reached = self.graph.reached(tips, wanted, &edge)?;
        let is_partial = |it: &&LeftEntry<'_>| it.mine.iter().any(|id| !reached.contains(id));
        let partial: Vec<&LeftEntry<'_>> = entries.iter().filter(is_partial).collect();
        if entries.len() < 2 || partial.is_empty() {
            return Ok(reached);
        }
        if partial.len() > FEW_ENTRIES {
            return self.graph.reached(tips, wanted, &IdSet::default());
        }
        for LeftEntry { entry, mine, .. } in partial {
            let mine = mine.iter().copied().collect();
            let edge = entry.boundary.iter().copied().collect();
            reached.extend(self.graph.reached(tips, &mine, &edge)?);
        }
        Ok(reached)
    }

    /// What a commit reaches and neither a boundary nor a baseline hides.
    fn left_below(
        &mut self,
        id: ObjectId,
        boundary: &[ObjectId],
        hidden: &Baseline,
    ) -> Result<Vec<ObjectId>, GitError> {
        let old = boundary.iter().chain(hidden.tips.iter()).copied().collect();
        let mut others = || Ok(Rc::default());
        let mut ids = self.graph.new_commits(&[id], Hidden { old, others: &mut others })?;
        hidden.retain_due(&mut ids);
        Ok(ids)
    }
}
