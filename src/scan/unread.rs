//! Objects that can't be read: each is one entry among what was not judged, and costs the
//! rest of the push nothing.

use super::attribute::{CHUNK, Reached};
use super::host::GitAnswer;
use super::target::{Group, Target};
use super::{Scan, ScanError};
use crate::finding::Finding;
use crate::git::{GitError, IdSet, ObjectId, RefName, Unread};
use crate::report::{Skipped, UnreadObject, UnreadReason};

impl Scan<'_> {
    /// Notes what could not be read for an update, unless git refuses the update for it.
    /// `commit` is the commit that it belongs to, and `boundary` what that stands on.
    pub(super) fn leave_unread(
        &mut self,
        target: &Target,
        commit: Option<ObjectId>,
        error: &GitError,
        boundary: &[ObjectId],
    ) {
        let id = error.object().unwrap_or_else(|| commit.unwrap_or(target.new));
        let is_missing = matches!(error, GitError::Missing { .. });
        if is_missing {
            match self.git_refuses(target, id) {
                GitAnswer::Refuses => return,
                GitAnswer::Accepts => {}
                GitAnswer::NoTime => return self.leave_late(target, boundary),
            }
        }
        let unread = UnreadObject {
            ref_name: target.name.clone(),
            // What hides below it is not known.
            commit: commit.or(Some(target.new)),
            id,
            reason: UnreadReason::from(error),
            boundary: boundary.to_vec(),
        };
        if !self.not_judged.unread.contains(&unread) {
            self.not_judged.unread.push(unread);
        }
    }

    /// Whether git refuses the update by itself, because an object is missing. It has decided
    /// that before it ran the hook and tells the hook of the update all the same; one such
    /// update must not decline the rest of a push. What is there was judged.
    fn git_refuses(&mut self, target: &Target, missing: ObjectId) -> GitAnswer {
        let key = (target.name.clone(), target.new);
        if let Some(known) = self.not_judged.asked_of_git.get(&key) {
            return *known;
        }
        let answer = match self.source.budget {
            None => GitAnswer::Accepts,
            // Each question starts programs.
            Some(budget) if budget.is_late() => GitAnswer::NoTime,
            Some(budget) => match budget.host().git_refuses(target.new, missing) {
                Some(true) => GitAnswer::Refuses,
                Some(false) => GitAnswer::Accepts,
                None => GitAnswer::NoTime,
            },
        };
        if answer == GitAnswer::Refuses {
            let ref_name = target.name.clone();
            self.not_judged.skipped.push(Skipped::RefusedByGit { ref_name, missing });
        }
        self.not_judged.asked_of_git.insert(key, answer);
        answer
    }

    /// Notes that the time was over before git could be asked about an update. It is left once.
    fn leave_late(&mut self, target: &Target, boundary: &[ObjectId]) {
        if let Some(budget) = self.source.budget {
            budget.reach_time();
        }
        if self.not_judged.late.insert((target.name.clone(), target.new)) {
            self.counts.known = None;
            self.leave_object(&target.name, target.new, boundary.to_vec());
        }
    }

    /// Notes that the time was over before it was known which updates of a group git refuses.
    fn leave_all_late(&mut self, group: &Group<'_>, boundary: &[ObjectId]) {
        for target in &group.targets {
            let key = (target.name.clone(), target.new);
            if self.not_judged.asked_of_git.get(&key) != Some(&GitAnswer::Refuses) {
                self.leave_late(target, boundary);
            }
        }
    }

    /// Notes the commits of a group that could not be read, for each update that reaches them.
    pub(super) fn attribute_unread(
        &mut self,
        group: &Group<'_>,
        ids: &[ObjectId],
    ) -> Result<(), ScanError> {
        let commits = self.walk.take_unread();
        let (mut unread, whole) =
            (with_themselves(commits), std::mem::take(&mut self.not_judged.unread_in_trees));
        let commits = unread.len();
        unread.extend(whole);
        if unread.is_empty() {
            return Ok(());
        }
        let among: IdSet = ids.iter().copied().collect();
        let found: Vec<(ObjectId, Vec<Finding>)> =
            unread.iter().map(|(id, _)| (*id, Vec::new())).collect();
        let reaching = self.reaching(group, ids, &found)?;
        let reached: Vec<Reached> = found.chunks(CHUNK).map(|it| reaching.reached(it)).collect();
        let edge = self.edge(ids)?;
        for (nth, (id, Unread { error, .. })) in unread.into_iter().enumerate() {
            if !self.not_judged.late.is_empty() {
                // As with any other limit, nothing more is looked at.
                self.source.objects.release();
                self.leave_all_late(group, &edge);
                return Ok(());
            }
            // A commit that is known to be there in part stands on its parents; of another
            // it is unknown on what it stands.
            let boundary = if nth < commits { edge.clone() } else { self.walk.parents(id)? };
            let is_shared = !among.contains(&id);
            let chunk = reached.get(nth / CHUNK);
            for (at, target) in group.targets.iter().enumerate() {
                let is_reached = chunk.is_some_and(|it| it.is_reached(at, nth % CHUNK));
                if is_shared || is_reached {
                    self.leave_unread(target, Some(id), &error, &boundary);
                }
            }
        }
        Ok(())
    }

    /// The same for a range that is judged as if it were pushed to a ref.
    pub(super) fn leave_unread_of_range(&mut self, name: &RefName) {
        for (commit, unread) in self.take_unread() {
            self.leave_unread_of(name.clone(), commit, &unread.error);
        }
    }

    /// Whether something could not be read since this was last asked.
    pub(super) fn has_unread(&self) -> bool {
        self.walk.has_unread() || !self.not_judged.unread_in_trees.is_empty()
    }

    /// What could not be read since this was last asked, each with its commit.
    pub(super) fn take_unread(&mut self) -> Vec<(ObjectId, Unread)> {
        let mut all = with_themselves(self.walk.take_unread());
        all.append(&mut self.not_judged.unread_in_trees);
        all
    }

    /// Notes what could not be read of an object that a ref reaches.
    pub(super) fn leave_unread_of(&mut self, ref_name: RefName, id: ObjectId, error: &GitError) {
        let (reason, boundary) = (UnreadReason::from(error), Vec::new());
        self.not_judged.unread.push(UnreadObject {
            ref_name,
            commit: Some(id),
            id,
            reason,
            boundary,
        });
    }
}

/// Commits that could not be read, as their own.
fn with_themselves(commits: Vec<Unread>) -> Vec<(ObjectId, Unread)> {
    commits.into_iter().map(|unread| (unread.id, unread)).collect()
}
