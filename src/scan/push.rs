//! Judging a push: which commits each ref update brings, and what is in them.
//!
//! Ref updates whose hidden refs are the same are walked together, so that a push of
//! many branches reads each commit once; which of them reaches a commit is worked out
//! only for commits that have findings.

use std::collections::BTreeMap;

use super::budget::{Bounds, Budget};
use super::copies::PossibleCopy;
use super::existing::{self, Existing, Hiding};
use super::{MOST_OF_A_PUSH, Scan, ScanError, Scope};
use crate::config::{Config, published};
use crate::finding::Finding;
use crate::git::{
    GitError, Hidden, IdSet, ObjectId, ObjectKind, Peeled, RefKind, RefName, RefUpdate, Reference,
    Repository, Watch, peel,
};
use crate::policy::{Class, Situation};
use crate::push::Push;
use crate::report::{Left, Report, Skipped};

/// A ref update that brings something.
pub(super) struct Target {
    pub(super) name: RefName,
    pub(super) old: Option<ObjectId>,
    pub(super) new: ObjectId,
    pub(super) tip: Option<ObjectId>,
    class: Class,
}

/// Judges a push that the server is about to accept, within bounds.
///
/// # Errors
/// When anything that has to be judged can't be read.
pub fn judge_push(
    repository: &Repository,
    config: &Config,
    push: &Push,
    situation: Situation,
    bounds: &Bounds<'_>,
) -> Result<Report, ScanError> {
    let mut names = Vec::with_capacity(push.updates.len());
    for update in &push.updates {
        names.push(repository.resolve_symbolic(update.name())?);
    }
    if let Some(name) = names.iter().find(|name| name.as_bytes() == published::REF.as_bytes()) {
        return Err(ScanError::Reserved(name.clone()));
    }
    let budget = Budget::new(bounds);
    judge_updates(repository, config, push, names, situation, Hiding::Judged, Some(&budget))
}

/// Judges a push that was judged before, with the refs that the server had then.
///
/// # Errors
/// When anything that has to be judged can't be read.
pub fn judge_again(
    repository: &Repository,
    config: &Config,
    push: &Push,
    refs: &[Reference],
    situation: Situation,
) -> Result<Report, ScanError> {
    let names = push.updates.iter().map(|update| update.name().clone()).collect();
    judge_updates(repository, config, push, names, situation, Hiding::Then(refs), None)
}

/// Judges a push that a client is about to send; the remote-tracking refs for which
/// `known` holds say what the server has.
///
/// # Errors
/// When anything that has to be judged can't be read.
pub fn judge_outgoing(
    repository: &Repository,
    config: &Config,
    push: &Push,
    known: &dyn Fn(&[u8]) -> bool,
) -> Result<Report, ScanError> {
    let names = push.updates.iter().map(|update| update.name().clone()).collect();
    let situation = Situation::unknown(&push.repository);
    judge_updates(repository, config, push, names, situation, Hiding::Known(known), None)
}

fn judge_updates(
    repository: &Repository,
    config: &Config,
    push: &Push,
    names: Vec<RefName>,
    situation: Situation,
    hiding: Hiding<'_>,
    budget: Option<&Budget<'_>>,
) -> Result<Report, ScanError> {
    let objects = repository.objects_watched(budget.map(|budget| budget as &dyn Watch))?;
    let scope = Scope::default();
    let mut scan = Scan::new(repository, &objects, config, situation, scope, budget);
    scan.verdicts.most = MOST_OF_A_PUSH;
    let judges = |name: &[u8]| config.policy.judges(name);
    let mut existing = Existing::new(repository, &objects, &judges, hiding);
    let mut targets = Vec::new();
    for (update, name) in push.updates.iter().zip(names.iter().cloned()) {
        match scan.target(update, name.clone(), &mut existing) {
            Ok(target) => targets.extend(target),
            Err(ScanError::Git(GitError::Stopped)) => scan.leave_update(update, &name),
            Err(error) => return Err(error),
        }
    }
    scan.judge_targets(&targets, &mut existing)?;
    if scan.is_cut() && scan.left.is_empty() {
        // A text among what was judged was too much, and nobody knows of which update.
        scan.leave(&targets.iter().collect::<Vec<_>>(), None)?;
    }
    Ok(scan.report(push.repository.clone(), names))
}

/// Judges commits as if they were pushed to a ref: those reachable from `tips` and not
/// from `hidden`.
///
/// # Errors
/// When anything that has to be judged can't be read.
pub fn judge_range(
    repository: &Repository,
    config: &Config,
    situation: Situation,
    name: &RefName,
    tips: &[ObjectId],
    hidden: &[ObjectId],
) -> Result<Report, ScanError> {
    let objects = repository.objects()?;
    let scope = Scope::default();
    let mut scan = Scan::new(repository, &objects, config, situation, scope, None);
    scan.judge_name(name);
    let class = scan.verdicts.class(name);
    let baseline = existing::of_class(repository, &scan.verdicts.judge, &class)?;
    let judged: Vec<ObjectId> = hidden.iter().chain(&baseline).copied().collect();
    let mut others = || Ok(judged.clone());
    let hidden = Hidden { old: baseline, others: &mut others };
    let ids = scan.graph.new_commits(tips, hidden)?;
    scan.commits = ids.len();
    let (mut found, _) = scan.findings_of(&ids, &mut |_, _| {})?;
    let copies = scan.possible_copies(&found);
    let hidden = scan.graph.hidden_among(&PossibleCopy::originals(&copies), &judged);
    scan.confirm_copies(&mut found, &copies, &mut |_, id| hidden.contains(&id));
    for (id, findings) in found {
        let marked = scan.marked(id)?;
        scan.add(Some(&marked), name, findings);
    }
    if Scan::is_notes(name) {
        for &id in &ids {
            scan.judge_notes(name, id)?;
        }
    }
    Ok(scan.report(repository.name(), vec![name.clone()]))
}

impl Scan<'_> {
    /// Judges what a ref update brings beside commits; what is left to be walked.
    fn target(
        &mut self,
        update: &RefUpdate,
        name: RefName,
        existing: &mut Existing<'_>,
    ) -> Result<Option<Target>, ScanError> {
        // A deletion brings nothing.
        let Some(new) = update.new_id() else {
            return Ok(None);
        };
        if new.as_bytes().len() != self.repository.id_length() {
            let reason = "its length is not that of this repository's object ids";
            return Err(GitError::RefUpdate { line: 0, reason }.into());
        }
        let peeled = match peel(self.objects, new) {
            Ok(peeled) => peeled,
            Err(GitError::Missing { id }) if self.git_refuses(&name, new, id) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        self.judge_name(&name);
        let class = self.verdicts.class(&name);
        self.judge_new_value(&name, new, &peeled, &class, existing)?;
        let tip = (peeled.kind == ObjectKind::Commit).then_some(peeled.id);
        Ok(Some(Target { name, old: update.old_id(), new, tip, class }))
    }

    /// Notes an update of which nothing was judged.
    fn leave_update(&mut self, update: &RefUpdate, name: &RefName) {
        self.known = None;
        if let Some(id) = update.new_id() {
            let boundary = update.old_id().into_iter().collect();
            self.left.push(Left { ref_name: name.clone(), id, boundary });
        }
    }

    fn judge_new_value(
        &mut self,
        name: &RefName,
        new: ObjectId,
        peeled: &Peeled,
        class: &Class,
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        if name.kind() == RefKind::Replace {
            self.judge_replacement(name, new)?;
        }
        let mut known = IdSet::default();
        let unjudged = if peeled.tags.is_empty() { [].into() } else { existing.unjudged()? };
        for &tag in &peeled.tags {
            let judged = !unjudged.iter().any(|it| it.id == tag);
            if judged && existing.has_value(&self.verdicts.judge, class, tag)? {
                known.insert(tag);
            }
        }
        Ok(self.judge_peeled(name, peeled, &|id| known.contains(&id))?)
    }

    /// Git also announces ref updates that it has already decided to refuse, because
    /// objects are missing. These bring nothing; one of them must not decline the rest
    /// of a push. Git itself is asked, so that what only we can't see is never passed.
    fn git_refuses(&mut self, name: &RefName, new: ObjectId, missing: ObjectId) -> bool {
        let refuses = self.repository.git_refuses(new, missing);
        if refuses {
            self.skipped.push(Skipped {
                what: format!("the update of {name}"),
                why: format!("object {missing} is missing, so git refuses it by itself"),
            });
        }
        refuses
    }

    fn judge_targets(
        &mut self,
        targets: &[Target],
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        // Refs of one class have the same refs hidden. The old value of a ref that does not
        // hide for others hides for itself alone.
        let mut groups: BTreeMap<(&Class, Option<usize>), Vec<&Target>> = BTreeMap::new();
        for (at, target) in targets.iter().enumerate() {
            let own = !existing.can_hide(target.name.as_bytes()) && target.old.is_some();
            groups.entry((&target.class, own.then_some(at))).or_default().push(target);
        }
        for ((class, _), group) in &groups {
            if self.is_cut() {
                self.leave(group, None)?;
                continue;
            }
            match self.judge_group(class, group, existing) {
                // To find which of them lacks an object, each is judged by itself.
                Err(ScanError::Git(GitError::Missing { .. })) => {
                    for target in group {
                        match self.judge_group(class, &[target], existing) {
                            Err(ScanError::Git(GitError::Missing { id }))
                                if self.git_refuses(&target.name, target.new, id) => {}
                            other => other?,
                        }
                    }
                }
                other => other?,
            }
        }
        Ok(())
    }

    fn judge_group(
        &mut self,
        class: &Class,
        group: &[&Target],
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let tips: Vec<ObjectId> = group.iter().filter_map(|target| target.tip).collect();
        if tips.is_empty() {
            return Ok(());
        }
        let mut settled = Vec::new();
        let ids = match self.due(class, group, &tips, existing, &mut settled) {
            Err(ScanError::Git(GitError::Stopped)) => {
                self.known = None;
                return Ok(self.leave(group, None)?);
            }
            ids => ids?,
        };
        let budget = self.budget;
        if let Some(budget) = budget {
            budget.to_judge(ids.len());
        }
        // More than may be looked at is not begun.
        self.is_cut();
        let mut progress = |stage, done| {
            if let Some(budget) = budget {
                budget.at(stage, done);
            }
        };
        let (mut found, whole) = self.findings_of(&ids, &mut progress)?;
        self.known = self.known.map(|known| known + ids.len());
        self.whole += whole;
        if self.is_cut() {
            self.leave(group, Some(&ids))?;
        } else {
            self.settled.append(&mut settled);
        }
        let copies = self.possible_copies(&found);
        if !copies.is_empty() {
            self.confirm(class, group, &mut found, &copies, existing)?;
        }
        self.commits += ids.len();
        for target in group.iter().filter(|target| Self::is_notes(&target.name)) {
            for &id in &ids {
                self.judge_notes(&target.name, id)?;
            }
        }
        self.attribute(group, &ids, &found)?;
        Ok(())
    }

    /// The commits of a group that are to be judged, parents before children: those that
    /// it newly reaches, and what of others was let in unjudged before.
    fn due(
        &mut self,
        class: &Class,
        group: &[&Target],
        tips: &[ObjectId],
        existing: &mut Existing<'_>,
        settled: &mut Vec<(RefName, ObjectId)>,
    ) -> Result<Vec<ObjectId>, ScanError> {
        let mut old = self.old_values(group);
        old.extend(existing.baseline(&self.verdicts.judge, class)?.iter());
        let judge = &self.verdicts.judge;
        let mut others = || existing.commits(judge, class);
        let new = self.graph.new_commits(tips, Hidden { old, others: &mut others })?;
        let mut ids = self.let_in_before(tips, &new, class, existing, settled)?;
        self.again = self.again.max(ids.len());
        ids.extend(new);
        Ok(ids)
    }

    /// What the refs of a group point to before the push.
    fn old_values(&self, group: &[&Target]) -> IdSet {
        let old = group.iter().filter_map(|target| target.old.filter(|&id| id != target.new));
        old.filter_map(|id| Some(peel(self.objects, id).ok()?.id)).collect()
    }

    /// Confirms the marks that a revert or a cherry-pick has copied from judged commits.
    fn confirm(
        &mut self,
        class: &Class,
        group: &[&Target],
        found: &mut [(ObjectId, Vec<Finding>)],
        copies: &[PossibleCopy],
        existing: &mut Existing<'_>,
    ) -> Result<(), ScanError> {
        let mut judged: Vec<ObjectId> = self.old_values(group).into_iter().collect();
        judged.extend(existing.baseline(&self.verdicts.judge, class)?.iter());
        judged.extend(existing.commits(&self.verdicts.judge, class).unwrap_or_default());
        let hidden = self.graph.hidden_among(&PossibleCopy::originals(copies), &judged);
        // What was let in unjudged is no original that was judged.
        let unjudged = !existing.unjudged()?.is_empty();
        self.confirm_copies(found, copies, &mut |_, id| !unjudged && hidden.contains(&id));
        Ok(())
    }
}
