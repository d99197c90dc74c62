//! Stage: from the updates of a group to the commits that are to be judged for them: those
//! that they newly reach, and what of others was let in unjudged before, for what was not
//! judged hides nothing.

use std::rc::Rc;

use super::existing::{Baseline, Existing};
use super::target::Group;
use super::{Scan, ScanError};
use crate::git::{GitError, Hidden, IdSet, ObjectId, ObjectKind, RefName};
use crate::state::ledger::Unjudged;

/// The commits that are to be judged for a group of updates.
pub(super) struct NewCommits {
    /// All of them, parents before children.
    pub(super) ids: Vec<ObjectId>,
    /// How many of them, the oldest, are beyond the limit on commits.
    beyond: usize,
    /// The entries of the ledger that are judged whole with them.
    pub(super) settled: Vec<(RefName, ObjectId)>,
}

impl NewCommits {
    /// Those that are judged now.
    pub(super) fn now(&self) -> &[ObjectId] {
        self.ids.get(self.beyond..).unwrap_or_default()
    }

    /// Those that are left, for the limit on commits is reached.
    pub(super) fn left(&self) -> &[ObjectId] {
        self.ids.get(..self.beyond).unwrap_or_default()
    }
}

/// The commits that a group reaches and that were let in unjudged before.
#[derive(Default)]
struct LetInBefore {
    /// Parents before children.
    ids: Vec<ObjectId>,
    /// The entries of the ledger of which all is among them.
    whole: Vec<(RefName, ObjectId)>,
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

impl Scan<'_> {
    /// Walks from the updates of a group to the commits that are to be judged for them.
    ///
    /// # Errors
    /// When a limit has ended the scan, or what hides commits can't be read.
    pub(super) fn new_commits(
        &mut self,
        group: &Group<'_>,
        existing: &mut Existing<'_>,
    ) -> Result<NewCommits, ScanError> {
        let mut old = self.old_values(group);
        let baseline = existing.baseline(&self.verdicts.judge, group.class)?;
        old.extend(baseline.tips.iter());
        let judge = &self.verdicts.judge;
        let mut others = || existing.commits(judge, group.class);
        let hidden = Hidden { old, others: &mut others };
        let mut new = self.walk.new_commits(&group.tips(), hidden)?;
        self.admitted.clone_from(&baseline.commits);
        baseline.retain_due(&mut new);
        // Refs are read before the ledger: an entry is written before its ref is updated, so
        // all that a ref shows to be there is on the ledger by now.
        self.refresh_ledger(existing)?;
        let LetInBefore { mut ids, whole } = self.let_in_before(group, &new, existing)?;
        self.has_gaps = !ids.is_empty() || !baseline.commits.is_empty();
        self.counts.rejudged = self.counts.rejudged.max(ids.len());
        ids.extend(new);
        let beyond = self.beyond_commits(&ids);
        Ok(NewCommits { ids, beyond, settled: whole })
    }

    /// What the refs of a group point to before the push.
    pub(super) fn old_values(&self, group: &Group<'_>) -> IdSet {
        let old = group.targets.iter();
        let old = old.filter_map(|target| target.old.filter(|&id| id != target.new));
        old.filter_map(|id| Some(self.source.objects.peel(id).ok()?.id)).collect()
    }

    /// How many of the oldest of some commits are beyond the limit on commits, which is
    /// reached then. A commit that is judged for several groups of refs counts once.
    fn beyond_commits(&mut self, ids: &[ObjectId]) -> usize {
        let Some(budget) = self.source.budget else { return 0 };
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

    /// The commits that a group reaches and that were let in unjudged before, without those
    /// that are new.
    fn let_in_before(
        &mut self,
        group: &Group<'_>,
        new: &[ObjectId],
        existing: &mut Existing<'_>,
    ) -> Result<LetInBefore, ScanError> {
        let ledger = existing.ledger();
        if ledger.unjudged.is_empty() {
            return Ok(LetInBefore::default());
        }
        let baseline = existing.baseline(&self.verdicts.judge, group.class)?;
        let mut entries: Vec<LeftEntry<'_>> = Vec::new();
        let mut wanted = IdSet::default();
        for entry in &ledger.unjudged {
            // What is not there can't be reached.
            let Ok(peeled) = self.source.objects.peel(entry.id) else { continue };
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
        let reached = self.reached_of(&group.tips(), &entries, &wanted)?;
        let mut judged: IdSet = new.iter().copied().collect();
        let mut all_due = LetInBefore::default();
        for LeftEntry { entry, all, mine } in entries {
            let reached = mine.iter().filter(|id| reached.contains(id));
            // What a baseline hides was not judged, and the baseline may be taken away.
            let is_whole = reached.clone().count() == all;
            all_due.ids.extend(reached.copied().filter(|id| judged.insert(*id)));
            let same = self.verdicts.class(&entry.ref_name);
            if is_whole
                && !entry.ref_name.is_notes()
                && self.verdicts.judge.hides(group.class, &same)
            {
                all_due.whole.push((entry.ref_name.clone(), entry.id));
            }
        }
        Ok(all_due)
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
        let mut reached = self.walk.reached(tips, wanted, &edge)?;
        let is_partial = |it: &&LeftEntry<'_>| it.mine.iter().any(|id| !reached.contains(id));
        let partial: Vec<&LeftEntry<'_>> = entries.iter().filter(is_partial).collect();
        if entries.len() < 2 || partial.is_empty() {
            return Ok(reached);
        }
        if partial.len() > FEW_ENTRIES {
            return self.walk.reached(tips, wanted, &IdSet::default());
        }
        for LeftEntry { entry, mine, .. } in partial {
            let mine = mine.iter().copied().collect();
            let edge = entry.boundary.iter().copied().collect();
            reached.extend(self.walk.reached(tips, &mine, &edge)?);
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
        let mut ids = self.walk.new_commits(&[id], Hidden { old, others: &mut others })?;
        hidden.retain_due(&mut ids);
        Ok(ids)
    }
}
