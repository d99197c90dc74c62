//! Comparing the trees of many commits.
//!
//! On one thread: libgit2's handles share the locks of a pack, so that a second thread was
//! measured to cost more than it gave.

use super::Stage;
use super::tree::Trees;
use crate::finding::Finding;
use crate::git::{GitError, ObjectId};

/// A commit whose trees are to be compared.
pub(super) struct Job {
    /// Its tree.
    pub(super) tree: ObjectId,
    /// Its parents' trees.
    pub(super) parents: Vec<ObjectId>,
}

/// Progress is told every so many commits.
const EVERY: usize = 1000;

/// Compares the trees of all jobs: findings by the number of the job, for jobs that have
/// any.
///
/// # Errors
/// When a tree or blob can't be read.
pub(super) fn compare(
    jobs: &[Job],
    trees: &mut Trees<'_>,
    progress: &mut dyn FnMut(Stage, usize),
) -> Result<Vec<(usize, Vec<Finding>)>, GitError> {
    let mut all = Vec::new();
    for (at, job) in jobs.iter().enumerate() {
        if at % EVERY == 0 {
            progress(Stage::Comparing(jobs.len()), at);
        }
        let findings = trees.findings(job.tree, &job.parents)?;
        if !findings.is_empty() {
            all.push((at, findings));
        }
    }
    Ok(all)
}
