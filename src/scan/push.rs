//! Judging a push: which commits each ref update brings, and what is in them.
//!
//! Ref updates whose hidden refs are the same are walked together, so that a push of
//! many branches reads each commit once; which of them reaches a commit is worked out
//! only for commits that have findings.

use std::collections::HashSet;

use super::budget::{Bounds, Budget};
use super::existing::{self, Existing, Hiding};
use super::pipeline::Found;
use super::possible_copy::PossibleCopy;
use super::source::Source;
use super::target::{Group, Target, Targets};
use super::{Scan, ScanError, Scope};
use crate::config::{Config, published};
use crate::finding::Finding;
use crate::git::{
    GitError, Hidden, ObjectId, ObjectKind, Peeled, Range, RefKind, RefName, Reference, Repository,
    Watch,
};
use crate::policy::Situation;
use crate::push::{Push, Update};
use crate::report::Report;
use crate::state::ledger::LedgerPlace;

/// Judges a push that the server is about to accept, within bounds.
///
/// # Errors
/// When anything that all updates depend on can't be read, or an update may never be made.
pub fn judge_push(
    repository: &Repository,
    config: &Config,
    push: &Push,
    situation: Situation,
    bounds: &Bounds<'_>,
) -> Result<Report, ScanError> {
    let updates = push.resolve(repository)?;
    judge_resolved(repository, config, &updates, situation, bounds)
}

/// As [`judge_push`], of ref updates whose refs were looked up already.
///
/// # Errors
/// As [`judge_push`].
pub fn judge_resolved(
    repository: &Repository,
    config: &Config,
    updates: &[Update],
    situation: Situation,
    bounds: &Bounds<'_>,
) -> Result<Report, ScanError> {
    if let Some(reserved) = updates.iter().find(|it| published::is_reserved(it.name.as_bytes())) {
        return Err(ScanError::Reserved(reserved.name.clone()));
    }
    let budget = Budget::new(bounds);
    let work = Work { updates, hiding: Hiding::Judged, budget: Some(&budget) };
    judge_updates(repository, config, work, situation)
}

/// Judges a push that was judged before, with the refs that the server had then.
///
/// # Errors
/// As [`judge_push`].
pub fn judge_again(
    repository: &Repository,
    config: &Config,
    push: &Push,
    refs: &[Reference],
    situation: Situation,
) -> Result<Report, ScanError> {
    let updates: Vec<Update> = push.updates.iter().map(Update::trusted).collect();
    let hiding = Hiding::Then(refs);
    let work = Work { updates: &updates, hiding, budget: None };
    judge_updates(repository, config, work, situation)
}

/// Judges a push that a client is about to send; the remote-tracking refs for which
/// `known` holds say what the server has.
///
/// # Errors
/// As [`judge_push`].
pub fn judge_outgoing(
    repository: &Repository,
    config: &Config,
    push: &Push,
    known: &dyn Fn(&[u8]) -> bool,
) -> Result<Report, ScanError> {
    let updates: Vec<Update> = push.updates.iter().map(Update::trusted).collect();
    let situation = Situation::unknown(&push.repository);
    let hiding = Hiding::Known(known);
    let work = Work { updates: &updates, hiding, budget: None };
    judge_updates(repository, config, work, situation)
}

/// Ref updates to be judged, and what they are judged with.
#[derive(Clone, Copy)]
struct Work<'w> {
    updates: &'w [Update],
    hiding: Hiding<'w>,
    budget: Option<&'w Budget<'w>>,
}

fn judge_updates(
    repository: &Repository,
    config: &Config,
    work: Work<'_>,
    situation: Situation,
) -> Result<Report, ScanError> {
    let Work { updates, hiding, budget } = work;
    let name = situation.repository.clone();
    let objects = repository.objects_watched(budget.map(|budget| budget as &dyn Watch))?;
    let source = Source { repository, objects: &objects, config, scope: Scope::default(), budget };
    let mut scan = Scan::new(source, situation);
    scan.attributed.bound();
    let judges = |name: &[u8]| config.policy.judges(name);
    let place = LedgerPlace::of(config, repository);
    let mut existing = Existing::new(repository, &objects, &judges, hiding, &place);
    let mut targets = Targets::default();
    // A ref and its symbolic alias may be updated to the same value.
    let mut seen = HashSet::new();
    for update in updates.iter().filter(|update| seen.insert(&update.name)) {
        match scan.target(update, &mut existing) {
            Ok(target) => targets.0.extend(target),
            Err(ScanError::Git(GitError::Stopped)) => scan.leave_update(update),
            Err(error) => return Err(error),
        }
    }
    scan.judge_targets(&targets, &mut existing)?;
    if scan.is_cut()
        && scan.not_judged.left.is_empty()
        && let Some(all) = targets.all()
    {
        // A text among what was judged was too much, and of which update is not known.
        scan.leave(&all, None)?;
    }
    if scan.is_cut() {
        // What was found until then goes on the ledger all the same.
        scan.source.objects.release();
    }
    scan.complete_ledger(&targets, &mut existing)?;
    scan.ledger.is_kept = existing.is_recorded();
    let names = updates.iter().map(|update| update.name.clone()).collect();
    Ok(scan.report(name, names))
}

/// Judges the commits of a range as if they were pushed to a ref.
///
/// # Errors
/// When the refs, the baseline or the policy can't be read.
pub fn judge_range(
    repository: &Repository,
    config: &Config,
    situation: Situation,
    name: &RefName,
    range: &Range,
) -> Result<Report, ScanError> {
    let objects = repository.objects()?;
    let scope = Scope::default();
    let source = Source { repository, objects: &objects, config, scope, budget: None };
    let mut scan = Scan::new(source, situation);
    scan.judge_name(name);
    let class = scan.verdicts.class(name);
    let baseline = existing::of_class(repository, &scan.verdicts.judge, &class)?;
    let judged: Vec<ObjectId> = range.hidden.iter().chain(&baseline.tips).copied().collect();
    let mut others = || Ok(judged.as_slice().into());
    let hidden = Hidden { old: baseline.tips.clone(), others: &mut others };
    let mut ids = scan.walk.new_commits(&range.tips, hidden)?;
    baseline.retain_due(&mut ids);
    scan.counts.commits = ids.len();
    let mut found = scan.findings_of(&ids, &mut |_, _| {})?.of;
    let copies = scan.possible_copies(&found);
    let hidden = scan.walk.hidden_among(&PossibleCopy::originals(&copies), &judged);
    scan.confirm_copies(&mut found, &copies, &mut |_, id| hidden.contains(&id));
    for (id, findings) in found {
        let marked = scan.marked(id)?;
        scan.add(Some(&marked), name, findings);
    }
    if name.is_notes() {
        let notes = scan.notes_of(name);
        for &id in &ids {
            scan.judge_notes(&notes, name, id)?;
        }
    }
    scan.leave_unread_of_range(name);
    Ok(scan.report(repository.name(), vec![name.clone()]))
}

impl Scan<'_> {
    /// Judges what a ref update brings beside commits; what is left to be walked.
    fn target(
        &mut self,
        update: &Update,
        existing: &mut Existing<'_>,
    ) -> Result<Option<Target>, ScanError> {
        // A deletion brings nothing.
        let Some(new) = update.new else {
            return Ok(None);
        };
        if new.as_bytes().len() != self.source.repository.id_length() {
            let reason = "its length is not that of this repository's object ids";
            return Err(GitError::RefUpdate { line: 0, reason }.into());
        }
        let name = update.name.clone();
        self.judge_name(&name);
        let class = self.verdicts.class(&name);
        if name.kind() == RefKind::Replace {
            self.judge_replacement(&name, new)?;
        }
        let peeled = self.source.objects.peel(new);
        let mut target = Target { name, old: update.old, new, tip: None, class };
        self.judge_tags(&target, existing)?;
        match peeled {
            Ok(Peeled { id, kind: ObjectKind::Commit }) => target.tip = Some(id),
            Ok(peeled) => {
                self.judge_peeled(&target.name, peeled)?;
            }
            Err(GitError::Stopped) => return Err(GitError::Stopped.into()),
            Err(error) => self.leave_unread(&target, None, &error, &[]),
        }
        Ok(Some(target))
    }

    fn judge_targets(
        &mut self,
        targets: &Targets,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let groups = targets.groups(existing);
        self.has_groups = groups.len() > 1;
        for group in &groups {
            if self.is_cut() {
                self.leave(group, None)?;
                continue;
            }
            match self.judge_group(group, existing) {
                // What was found until then counts.
                Err(ScanError::Git(GitError::Stopped)) => self.leave(group, None)?,
                judged => judged?,
            }
        }
        Ok(())
    }

    /// Takes the updates of a group through all stages.
    fn judge_group(
        &mut self,
        group: &Group<'_>,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        if group.tips().is_empty() {
            return Ok(());
        }
        let commits = match self.new_commits(group, existing) {
            Err(ScanError::Git(GitError::Stopped)) => {
                self.counts.known = None;
                self.leave(group, None)?;
                return self.judge_met(group, existing);
            }
            commits => commits?,
        };
        let budget = self.source.budget;
        let mut progress = |stage, done| {
            if let Some(budget) = budget {
                budget.at(stage, done);
            }
        };
        let Found { of: mut found, whole } = self.findings_of(commits.now(), &mut progress)?;
        self.counts.known = self.counts.known.map(|known| known + commits.ids.len());
        self.counts.whole += whole;
        if self.is_cut() {
            self.leave(group, Some(&commits.ids))?;
        } else if !commits.left().is_empty() {
            // The newest were judged; what they stand on is left.
            self.leave_below(group, commits.left())?;
        } else if !self.has_unread() {
            self.ledger.now_judged.extend(commits.settled.iter().cloned());
        }
        self.copies(group, &mut found, existing)?;
        self.counts.commits += commits.now().len();
        self.attribute(group, &commits.ids, &found)?;
        self.attribute_unread(group, &commits.ids)?;
        for target in &group.targets {
            if target.name.is_notes() {
                self.judge_notes_of(target, existing)?;
            }
        }
        self.judge_admitted(group, &commits.ids, existing)
    }

    /// Judges what was found before a limit ended the walk: of more commits than may be
    /// walked the newest, and otherwise the commits that were met, in their own objects.
    fn judge_met(
        &mut self,
        group: &Group<'_>,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let met = self.walk.met_below(&group.tips());
        let ids: Vec<ObjectId> = met.iter().map(|(id, _)| *id).collect();
        let most = self.source.budget.and_then(Budget::commits_when_reached);
        let Found { of: mut found, whole } = match most {
            Some(most) => self.findings_of(&newest(met, most), &mut |_, _| {})?,
            None => self.own_findings_of(&ids)?,
        };
        self.counts.whole += whole;
        self.counts.commits += most.map_or(ids.len(), |most| most.min(ids.len()));
        self.copies(group, &mut found, existing)?;
        // What lies between them was met as well.
        self.has_gaps = false;
        self.attribute(group, &ids, &found)?;
        self.attribute_unread(group, &ids)
    }

    /// Confirms the marks that a revert or a cherry-pick has copied from judged commits.
    pub(super) fn copies(
        &mut self,
        group: &Group<'_>,
        found: &mut [(ObjectId, Vec<Finding>)],
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        // Looking for originals may take longer than all that was done until now.
        if self.source.budget.is_some_and(Budget::is_exhausted) {
            return Ok(());
        }
        let copies = self.possible_copies(found);
        if copies.is_empty() {
            return Ok(());
        }
        let (judge, class) = (&self.verdicts.judge, group.class);
        let mut judged: Vec<ObjectId> = self.old_values(group).into_iter().collect();
        judged.extend(existing.baseline(judge, class)?.tips.iter());
        judged.extend(existing.commits(judge, class).unwrap_or_default().iter());
        let hidden = self.walk.hidden_among(&PossibleCopy::originals(&copies), &judged);
        // What is on the ledger is no original that was judged here.
        let ledger = existing.ledger();
        let is_open = |id: ObjectId| {
            let mut admitted = ledger.admitted.iter();
            !ledger.unjudged.is_empty()
                || admitted.any(|it| it.boundary.is_some() || it.ids.contains(&id))
        };
        self.confirm_copies(found, &copies, &mut |_, id| !is_open(id) && hidden.contains(&id));
        Ok(())
    }
}

/// The newest of some commits by their dates, in the order given.
fn newest(met: Vec<(ObjectId, i64)>, most: usize) -> Vec<ObjectId> {
    let mut dated: Vec<(i64, usize)> =
        met.iter().enumerate().map(|(at, (_, seconds))| (*seconds, at)).collect();
    dated.sort_unstable();
    let older = dated.len().saturating_sub(most);
    let older: HashSet<usize> = dated.into_iter().take(older).map(|(_, at)| at).collect();
    let newest = met.into_iter().enumerate().filter(|(at, _)| !older.contains(at));
    newest.map(|(_, (id, _))| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_commits_keep_their_order() {
        let id = |last| ObjectId::from_bytes(&[last; 20]).unwrap();
        let met = vec![(id(1), 5), (id(2), 9), (id(3), 1), (id(4), 9)];
        assert_eq!(newest(met.clone(), 2), [id(2), id(4)]);
        assert_eq!(newest(met.clone(), 3), [id(1), id(2), id(4)]);
        assert_eq!(newest(met.clone(), 0), []);
        assert_eq!(newest(met, 9).len(), 4);
    }
}
