//! Stage: from new commits to the findings in what they change.

use super::compare::{Compared, Job};
use super::finder::Walk;
use super::stage::Progress;
use super::tree::{Exceeded, Trees};
use crate::finding::{Finding, PathUse};
use crate::git::{GitError, ObjectId, Unread};
use crate::marker::weaken_examples;
use crate::report::Skipped;

/// What commits hold in what they change.
#[derive(Default)]
pub(super) struct TreeFindings {
    /// By the place of the commit, for commits that hold anything.
    pub(super) found: Vec<(usize, Vec<Finding>)>,
    /// What was not looked at.
    pub(super) skipped: Vec<Skipped>,
    /// What could not be read, each with its commit.
    pub(super) unread: Vec<(ObjectId, Unread)>,
    /// Which bounds on what is looked at were reached.
    pub(super) exceeded: Exceeded,
    /// How many commits were left when a limit ended it.
    pub(super) left: usize,
}

impl TreeFindings {
    /// Compares the trees of commits with their parents'.
    ///
    /// # Errors
    /// When the repository as a whole can't be read.
    pub(super) fn of<'s>(
        ids: &[ObjectId],
        walk: &mut Walk<'s>,
        trees: &mut Trees<'s>,
        progress: Progress<'_>,
    ) -> Result<Self, GitError> {
        let mut jobs = Vec::with_capacity(ids.len());
        let mut at = Vec::with_capacity(ids.len());
        // Packs hold the newest version whole and older ones as deltas: newest first.
        for (nth, &id) in ids.iter().enumerate().rev() {
            match job(id, walk) {
                Ok(None) => continue,
                Ok(Some(job)) => jobs.push(job),
                Err(GitError::Stopped) => return Ok(Self { left: ids.len(), ..Self::default() }),
                Err(error) => return Err(error),
            }
            at.push(nth);
        }
        if jobs.is_empty() {
            return Ok(Self::default());
        }
        let compared = walk.on_new_commit.tree_findings(&jobs, trees, progress)?;
        let Compared { mut found, skipped, exceeded, unread, left } = compared;
        let commit = |job: usize| ids.get(*at.get(job)?).copied();
        let marked: Vec<ObjectId> = found.iter().filter_map(|(job, _)| commit(*job)).collect();
        find_redundant_parents(ids, &marked, walk)?;
        for (job, findings) in &mut found {
            let id = commit(*job);
            if let (Some(id), Some(job)) = (id, jobs.get(*job)) {
                compare_with_first((id, job), findings, walk, trees)?;
            }
            weaken_examples(findings);
            *job = at.get(*job).copied().unwrap_or_default();
        }
        let skipped = skipped.into_iter().flat_map(|(_, skipped)| skipped).collect();
        let unread = unread.into_iter().filter_map(|(job, it)| Some((commit(job)?, it))).collect();
        Ok(Self { found, skipped, unread, exceeded, left })
    }
}

/// What has to be compared for a commit, if it has a tree.
fn job(id: ObjectId, walk: &mut Walk<'_>) -> Result<Option<Job>, GitError> {
    let Some(tree) = walk.tree(id)? else { return Ok(None) };
    let parents = parent_trees(id, walk)?;
    Ok(Some(Job { tree, parents, time: walk.time(id)? }))
}

/// The trees of a commit's parents.
pub(super) fn parent_trees(id: ObjectId, walk: &mut Walk<'_>) -> Result<Vec<ObjectId>, GitError> {
    let mut trees = Vec::new();
    for parent in walk.parents(id)? {
        trees.extend(walk.tree(parent)?);
    }
    Ok(trees)
}

/// Finds out once for all what of some merges brings nothing to them.
///
/// # Errors
/// When the repository can't be read.
pub(super) fn find_redundant_parents(
    ids: &[ObjectId],
    merges: &[ObjectId],
    walk: &mut Walk<'_>,
) -> Result<(), GitError> {
    match walk.find_redundant_parents(ids, merges) {
        // What was found before a limit ended the scan counts all the same.
        Err(GitError::Stopped) => Ok(()),
        found => found,
    }
}

/// Compares a merge again whose further parents are below its first: such a parent brings
/// nothing, and a file that only it has was not there before.
fn compare_with_first<'s>(
    (id, job): (ObjectId, &Job),
    findings: &mut Vec<Finding>,
    walk: &mut Walk<'s>,
    trees: &mut Trees<'s>,
) -> Result<(), GitError> {
    let is_changed = |finding: &Finding| finding.path_use == Some(PathUse::Changed);
    if job.parents.len() < 2 || !findings.iter().any(is_changed) {
        return Ok(());
    }
    let parents = walk.merged_parents(id)?;
    let mut parent_trees = Vec::with_capacity(parents.len());
    for parent in parents {
        parent_trees.extend(walk.tree(parent)?);
    }
    if parent_trees.len() < job.parents.len() {
        // What could not be read of it is known already.
        *findings = trees.compare(job.tree, &parent_trees)?.findings;
    }
    Ok(())
}
