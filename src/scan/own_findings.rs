//! Stage: from new commits to the findings in their own objects.

use std::sync::Arc;

use super::finder::Walk;
use super::inspection::Inspection;
use crate::git::{GitError, ObjectId};

/// What commits hold in their own objects.
pub(super) struct OwnFindings {
    /// By the place of the commit, for commits that hold anything.
    pub(super) found: Vec<(usize, Arc<Inspection>)>,
    /// Whether all of them were looked at: no limit has ended the scan.
    pub(super) are_complete: bool,
}

impl OwnFindings {
    /// Looks at those of the commits that no walk has met yet, and gives what all hold.
    ///
    /// # Errors
    /// When one of them is too broken to be a commit, or the repository can't be read.
    pub(super) fn of(ids: &[ObjectId], walk: &mut Walk<'_>) -> Result<Self, GitError> {
        let mut are_complete = true;
        for &id in ids {
            match walk.visit(id) {
                // Others were inspected on the way here, and what they hold counts.
                Err(GitError::Stopped) => are_complete = false,
                visited => visited?,
            }
        }
        let all = walk.on_new_commit.own_findings()?;
        let mut found = Vec::new();
        if !all.is_empty() {
            let of = |(at, id): (usize, &ObjectId)| Some((at, Arc::clone(all.get(id)?)));
            found.extend(ids.iter().enumerate().filter_map(of));
        }
        Ok(Self { found, are_complete })
    }
}
