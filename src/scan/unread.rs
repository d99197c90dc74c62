//! Objects that can't be read: each is one entry among what was not judged, and costs the
//! rest of the push nothing.

use super::push::Target;
use super::{Scan, ScanError};
use crate::finding::Finding;
use crate::git::{GitError, IdSet, ObjectId, RefName};
use crate::report::{Skipped, Unread};

impl Scan<'_> {
    /// Notes what could not be read for an update, unless git refuses the update for it.
    /// `commit` is the commit that it belongs to, and `boundary` what that stands on.
    pub(super) fn leave_unread(
        &mut self,
        target: &Target,
        commit: Option<ObjectId>,
        error: GitError,
        boundary: Vec<ObjectId>,
    ) {
        let id = match &error {
            GitError::Missing { id }
            | GitError::Unreadable { id, .. }
            | GitError::Malformed { id, .. } => *id,
            _ => commit.unwrap_or(target.new),
        };
        let is_missing = matches!(error, GitError::Missing { .. });
        if is_missing && self.git_refuses(target, id) {
            return;
        }
        let unread = Unread {
            ref_name: target.name.clone(),
            // What hides below it is not known.
            commit: commit.or(Some(target.new)),
            id,
            why: error.to_string(),
            boundary,
        };
        if !self.unread.contains(&unread) {
            self.unread.push(unread);
        }
    }

    /// Whether git refuses the update by itself, because an object is missing. It has decided
    /// that before it ran the hook and tells the hook of the update all the same; one such
    /// update must not decline the rest of a push. What is there was judged.
    fn git_refuses(&mut self, target: &Target, missing: ObjectId) -> bool {
        let key = (target.name.clone(), target.new);
        let known = self.refused_by_git.get(&key).copied();
        let refuses = known.unwrap_or_else(|| {
            let refuses = self.repository.git_refuses(target.new, missing);
            if refuses {
                self.skipped.push(Skipped {
                    what: format!("the update of {}", target.name),
                    why: format!("object {missing} is missing, so git refuses it by itself"),
                });
            }
            refuses
        });
        self.refused_by_git.insert(key, refuses);
        refuses
    }

    /// Notes the commits of a group that could not be read, for each update that reaches them.
    pub(super) fn attribute_unread(
        &mut self,
        group: &[&Target],
        ids: &[ObjectId],
    ) -> Result<(), ScanError> {
        let mut unread = self.graph.take_unread();
        let commits = unread.len();
        unread.append(&mut self.unread_in_trees);
        if unread.is_empty() {
            return Ok(());
        }
        let among: IdSet = ids.iter().copied().collect();
        let found: Vec<(ObjectId, Vec<Finding>)> =
            unread.iter().map(|(id, _)| (*id, Vec::new())).collect();
        let reached = self.reaching(group, ids, &found)?;
        let edge = self.edge(ids)?;
        for (nth, (id, error)) in unread.into_iter().enumerate() {
            // A commit that is known to be there in part stands on its parents; of another
            // nobody knows on what it stands.
            let boundary = if nth < commits { edge.clone() } else { self.graph.parents(id)? };
            for (at, target) in group.iter().enumerate() {
                if !among.contains(&id) || reached.is_reached(at, nth) {
                    self.leave_unread(target, Some(id), error.copy(), boundary.clone());
                }
            }
        }
        Ok(())
    }

    /// The same for a range that is judged as if it were pushed to a ref.
    pub(super) fn leave_unread_of_range(&mut self, name: &RefName) {
        let mut unread = self.graph.take_unread();
        unread.append(&mut self.unread_in_trees);
        for (commit, error) in unread {
            self.leave_unread_of(name.clone(), commit, &error);
        }
    }

    /// Notes what could not be read of an object that a ref reaches.
    pub(super) fn leave_unread_of(&mut self, ref_name: RefName, id: ObjectId, error: &GitError) {
        let why = error.to_string();
        let boundary = Vec::new();
        self.unread.push(Unread { ref_name, commit: Some(id), id, why, boundary });
    }
}
