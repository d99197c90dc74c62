//! Judging a push: which commits each ref update brings, and what is in them.
//!
//! Ref updates whose hidden refs are the same are walked together, so that a push of
//! many branches reads each commit once; which of them reaches a commit is worked out
//! only for commits that have findings.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{MOST_OF_A_PUSH, Scan, Scope};
use crate::config::Config;
use crate::finding::Finding;
use crate::git::{
    GitError, Hidden, IdMap, IdSet, ObjectId, ObjectKind, Objects, Peeled, RefKind, RefName,
    RefUpdate, Reference, Repository, peel,
};
use crate::push::Push;
use crate::report::{Report, Skipped};

/// A ref update that brings something.
struct Target {
    name: RefName,
    old: Option<ObjectId>,
    new: ObjectId,
    tip: Option<ObjectId>,
}

/// Judges a push that the server is about to accept.
///
/// # Errors
/// When anything that has to be judged can't be read.
pub fn judge_push(
    repository: &Repository,
    config: &Config,
    push: &Push,
) -> Result<Report, GitError> {
    let mut names = Vec::with_capacity(push.updates.len());
    for update in &push.updates {
        names.push(repository.resolve_symbolic(update.name())?);
    }
    judge_updates(repository, config, push, names, &|name| config.policy.hides(name))
}

/// Judges a push that a client is about to send; the remote-tracking refs for which
/// `hides` holds say what the server has.
///
/// # Errors
/// When anything that has to be judged can't be read.
pub fn judge_outgoing(
    repository: &Repository,
    config: &Config,
    push: &Push,
    hides: &dyn Fn(&[u8]) -> bool,
) -> Result<Report, GitError> {
    let names = push.updates.iter().map(|update| update.name().clone()).collect();
    judge_updates(repository, config, push, names, hides)
}

fn judge_updates(
    repository: &Repository,
    config: &Config,
    push: &Push,
    names: Vec<RefName>,
    hides: &dyn Fn(&[u8]) -> bool,
) -> Result<Report, GitError> {
    let objects = repository.objects()?;
    let mut scan = Scan::new(repository, &objects, config, Scope::default());
    scan.most = MOST_OF_A_PUSH;
    let mut existing = Existing { repository, hides, objects: &objects, refs: None };
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
) -> Result<Report, GitError> {
    let objects = repository.objects()?;
    let mut scan = Scan::new(repository, &objects, config, Scope::default());
    scan.judge_name(name);
    let judged = hidden.to_vec();
    let mut others = || Ok(hidden.to_vec());
    let hidden = Hidden { old: IdSet::default(), others: &mut others };
    let ids = scan.graph.new_commits(tips, hidden)?;
    scan.commits = ids.len();
    let mut found = scan.findings_of(&ids, &mut |_, _| {})?;
    scan.confirm_copies(&mut found, &mut |graph, id| graph.is_hidden(id, &judged));
    for (id, findings) in found {
        let label = scan.label(id)?;
        scan.add(Some(&label), name, findings);
    }
    if Scan::is_notes(name) {
        for &id in &ids {
            scan.judge_notes(name, id)?;
        }
    }
    Ok(scan.report(repository.name(), vec![name.clone()]))
}

/// The refs that exist before the push and hide what they reach; read at most once, and
/// only when needed.
struct Existing<'e> {
    repository: &'e Repository,
    hides: &'e dyn Fn(&[u8]) -> bool,
    objects: &'e Objects<'e>,
    refs: Option<(Vec<Reference>, IdSet)>,
}

impl Existing<'_> {
    fn load(&mut self) -> Result<&(Vec<Reference>, IdSet), GitError> {
        if self.refs.is_none() {
            let mut refs = self.repository.references()?;
            refs.retain(|reference| (self.hides)(reference.name.as_bytes()));
            let values = refs.iter().map(|reference| reference.target).collect();
            self.refs = Some((refs, values));
        }
        // Just filled.
        self.refs.as_ref().ok_or(GitError::References { reason: String::new() })
    }

    /// Whether some ref already has this very value.
    fn has_value(&mut self, id: ObjectId) -> Result<bool, GitError> {
        Ok(self.load()?.1.contains(&id))
    }

    /// The commits that the refs point to.
    fn commits(&mut self) -> Result<Vec<ObjectId>, GitError> {
        let objects = self.objects;
        let (refs, _) = self.load()?;
        let mut commits = Vec::with_capacity(refs.len());
        for reference in refs {
            // What can't be followed hides nothing.
            let tags = reference.name.kind() == RefKind::Tag;
            match tags.then(|| peel(objects, reference.target)) {
                None => commits.push(reference.target),
                Some(Ok(peeled)) if peeled.kind == ObjectKind::Commit => commits.push(peeled.id),
                Some(_) => {}
            }
        }
        Ok(commits)
    }
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
        self.judge_new_value(&name, new, &peeled, existing)?;
        let tip = (peeled.kind == ObjectKind::Commit).then_some(peeled.id);
        Ok(Some(Target { name, old: update.old_id(), new, tip }))
    }

    fn judge_new_value(
        &mut self,
        name: &RefName,
        new: ObjectId,
        peeled: &Peeled,
        existing: &mut Existing<'_>,
    ) -> Result<(), GitError> {
        if name.kind() == RefKind::Replace {
            self.judge_replacement(name, new)?;
        }
        let mut known = IdSet::default();
        for &tag in &peeled.tags {
            if existing.has_value(tag)? {
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
    ) -> Result<(), GitError> {
        // The old value of a ref that does not hide for others hides for itself alone.
        let mut groups: BTreeMap<Option<usize>, Vec<&Target>> = BTreeMap::new();
        for (at, target) in targets.iter().enumerate() {
            let hides = (existing.hides)(target.name.as_bytes());
            let own = !hides && target.old.is_some();
            groups.entry(own.then_some(at)).or_default().push(target);
        }
        for group in groups.values() {
            match self.judge_group(group, existing) {
                // To find which of them lacks an object, each is judged by itself.
                Err(GitError::Missing { .. }) => {
                    for target in group {
                        match self.judge_group(&[target], existing) {
                            Err(GitError::Missing { id })
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
        group: &[&Target],
        existing: &mut Existing<'_>,
    ) -> Result<(), GitError> {
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
        let mut others = || existing.commits();
        let before: Vec<ObjectId> = old.iter().copied().collect();
        let ids = self.graph.new_commits(&tips, Hidden { old, others: &mut others })?;
        let mut found = self.findings_of(&ids, &mut |_, _| {})?;
        self.confirm_copies(&mut found, &mut |graph, id| {
            let mut judged = existing.commits().unwrap_or_default();
            judged.extend(&before);
            graph.is_hidden(id, &judged)
        });
        self.commits += ids.len();
        for target in group.iter().filter(|target| Self::is_notes(&target.name)) {
            for &id in &ids {
                self.judge_notes(&target.name, id)?;
            }
        }
        self.attribute(group, &ids, &found)
    }

    /// Adds each finding for each ref update that reaches its commit.
    fn attribute(
        &mut self,
        group: &[&Target],
        ids: &[ObjectId],
        found: &[(ObjectId, Vec<Finding>)],
    ) -> Result<(), GitError> {
        let mut labels = Vec::with_capacity(found.len());
        for (id, _) in found {
            labels.push(self.label(*id)?);
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
                    if self.only_counts(findings.len()) {
                        continue;
                    }
                    let label = labels.get(nth).map(Arc::clone);
                    self.add(label.as_ref(), &target.name, findings.clone());
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
