//! Judging a push: which commits each ref update brings, and what is in them.
//!
//! Ref updates whose hidden refs are the same are walked together, so that a push of
//! many branches reads each commit once; which of them reaches a commit is worked out
//! only for commits that have findings.

use std::collections::BTreeMap;

use super::existing::{self, Existing, Hiding};
use super::{MOST_OF_A_PUSH, Scan, ScanError, Scope};
use crate::config::Config;
use crate::finding::Finding;
use crate::git::{
    GitError, Hidden, IdMap, IdSet, ObjectId, ObjectKind, Peeled, RefKind, RefName, RefUpdate,
    Reference, Repository, peel,
};
use crate::policy::{Class, Situation};
use crate::push::Push;
use crate::report::{Report, Skipped};

/// A ref update that brings something.
struct Target {
    name: RefName,
    old: Option<ObjectId>,
    new: ObjectId,
    tip: Option<ObjectId>,
    class: Class,
}

/// Judges a push that the server is about to accept.
///
/// # Errors
/// When anything that has to be judged can't be read.
pub fn judge_push(
    repository: &Repository,
    config: &Config,
    push: &Push,
    situation: Situation,
) -> Result<Report, ScanError> {
    let mut names = Vec::with_capacity(push.updates.len());
    for update in &push.updates {
        names.push(repository.resolve_symbolic(update.name())?);
    }
    judge_updates(repository, config, push, names, situation, Hiding::Judged)
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
    judge_updates(repository, config, push, names, situation, Hiding::Then(refs))
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
    judge_updates(repository, config, push, names, situation, Hiding::Known(known))
}

fn judge_updates(
    repository: &Repository,
    config: &Config,
    push: &Push,
    names: Vec<RefName>,
    situation: Situation,
    hiding: Hiding<'_>,
) -> Result<Report, ScanError> {
    let objects = repository.objects()?;
    let mut scan = Scan::new(repository, &objects, config, situation, Scope::default());
    scan.verdicts.most = MOST_OF_A_PUSH;
    let judges = |name: &[u8]| config.policy.judges(name);
    let mut existing = Existing::new(repository, &objects, &judges, hiding);
    let mut targets = Vec::new();
    for (update, name) in push.updates.iter().zip(names.iter().cloned()) {
        if let Some(target) = scan.target(update, name, &mut existing)? {
            targets.push(target);
        }
    }
    scan.judge_targets(&targets, &mut existing)?;
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
    name: &RefName,
    tips: &[ObjectId],
    hidden: &[ObjectId],
) -> Result<Report, ScanError> {
    let objects = repository.objects()?;
    let situation = Situation::unknown(&repository.name());
    let mut scan = Scan::new(repository, &objects, config, situation, Scope::default());
    scan.judge_name(name);
    let class = scan.verdicts.class(name);
    let baseline = existing::of_class(repository, &scan.verdicts.judge, &class)?;
    let judged: Vec<ObjectId> = hidden.iter().chain(&baseline).copied().collect();
    let mut others = || Ok(judged.clone());
    let hidden = Hidden { old: baseline, others: &mut others };
    let ids = scan.graph.new_commits(tips, hidden)?;
    scan.commits = ids.len();
    let mut found = scan.findings_of(&ids, &mut |_, _| {})?;
    scan.confirm_copies(&mut found, &mut |graph, id| graph.is_hidden(id, &judged));
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
    ) -> Result<Option<Target>, GitError> {
        // A deletion brings nothing.
        let Some(new) = update.new_id() else {
            return Ok(None);
        };
        if new.as_bytes().len() != self.repository.id_length() {
            let reason = "its length is not that of this repository's object ids";
            return Err(GitError::RefUpdate { line: 0, reason });
        }
        let peeled = match peel(self.objects, new) {
            Ok(peeled) => peeled,
            Err(GitError::Missing { id }) if self.git_refuses(&name, new, id) => return Ok(None),
            Err(error) => return Err(error),
        };
        self.judge_name(&name);
        let class = self.verdicts.class(&name);
        self.judge_new_value(&name, new, &peeled, &class, existing)?;
        let tip = (peeled.kind == ObjectKind::Commit).then_some(peeled.id);
        Ok(Some(Target { name, old: update.old_id(), new, tip, class }))
    }

    fn judge_new_value(
        &mut self,
        name: &RefName,
        new: ObjectId,
        peeled: &Peeled,
        class: &Class,
        existing: &mut Existing<'_>,
    ) -> Result<(), GitError> {
        if name.kind() == RefKind::Replace {
            self.judge_replacement(name, new)?;
        }
        let mut known = IdSet::default();
        for &tag in &peeled.tags {
            if existing.has_value(&self.verdicts.judge, class, tag)? {
                known.insert(tag);
            }
        }
        self.judge_peeled(name, peeled, &|id| known.contains(&id))
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
        let mut old = IdSet::default();
        for target in group {
            if let Some(id) = target.old.filter(|&id| id != target.new) {
                old.extend(peel(self.objects, id).ok().map(|peeled| peeled.id));
            }
        }
        let baseline = existing.baseline(&self.verdicts.judge, class)?;
        old.extend(baseline.iter());
        let judge = &self.verdicts.judge;
        let mut others = || existing.commits(judge, class);
        let before: Vec<ObjectId> = old.iter().copied().collect();
        let ids = self.graph.new_commits(&tips, Hidden { old, others: &mut others })?;
        let mut found = self.findings_of(&ids, &mut |_, _| {})?;
        if found.iter().flat_map(|(_, findings)| findings).any(|finding| finding.copy.is_some()) {
            let judge = &self.verdicts.judge;
            let mut judged = existing.commits(judge, class).unwrap_or_default();
            judged.extend(&before);
            self.confirm_copies(&mut found, &mut |graph, id| graph.is_hidden(id, &judged));
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

    /// Adds each finding for each ref update that reaches its commit.
    fn attribute(
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
                if bits.is_none_or(|bits| bits >> (nth % 64) & 1 == 1) {
                    if !self.verdicts.only_counts(findings.len()) {
                        self.add(marked.get(nth), &target.name, findings.clone());
                    }
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
