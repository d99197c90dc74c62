//! Comparing the trees of new commits with those of their parents.

use super::jobs::{Compared, Job, Work};
use super::second::Second;
use super::{Progress, Scan};
use crate::finding::{Finding, PathUse};
use crate::git::{GitError, ObjectId};

impl Scan<'_> {
    /// The findings in what commits change, by the places of these.
    pub(super) fn tree_findings(
        &mut self,
        ids: &[ObjectId],
        second: Option<Second>,
        progress: Progress<'_>,
    ) -> Result<Compared, GitError> {
        let mut jobs = Vec::with_capacity(ids.len());
        let mut at = Vec::with_capacity(ids.len());
        // Packs hold the newest version whole and older ones as deltas: newest first.
        for (nth, &id) in ids.iter().enumerate().rev() {
            match self.job(id) {
                Ok(None) => continue,
                Ok(Some(job)) => jobs.push(job),
                Err(GitError::Stopped) => {
                    return Ok(Compared { left: ids.len(), ..Compared::default() });
                }
                Err(error) => return Err(error),
            }
            at.push(nth);
        }
        if jobs.is_empty() {
            return Ok(Compared::default());
        }
        let work = Work::new(&jobs, self.objects, &self.config.rules.matchers, self.scope);
        let budget = self.budget;
        let Compared { mut found, skipped, exceeded, unread, left } =
            work.compare(self.objects, self.trees(), second, budget, progress)?;
        self.skipped.extend(skipped);
        self.exceed_in_trees(exceeded);
        let commit = |job: usize| ids.get(*at.get(job)?).copied();
        let marked: Vec<ObjectId> = found.iter().filter_map(|(job, _)| commit(*job)).collect();
        self.find_redundant_parents(ids, &marked)?;
        for (job, findings) in &mut found {
            let id = commit(*job);
            if let (Some(id), Some(job)) = (id, jobs.get(*job)) {
                self.compare_with_first(id, job, findings)?;
            }
            *job = at.get(*job).copied().unwrap_or_default();
        }

        let unread = unread.into_iter().filter_map(|(job, it)| Some((commit(job)?, it)));
        self.unread_in_trees.extend(unread);
        Ok(Compared { found, left, ..Compared::default() })
    }

    /// Compares a merge again whose further parents are below its first: such a parent brings
    /// nothing, and a file that only it has was not there before.
    fn compare_with_first(
        &mut self,
        id: ObjectId,
        job: &Job,
        findings: &mut Vec<Finding>,
    ) -> Result<(), GitError> {
        let is_changed = |finding: &Finding| finding.path_use == Some(PathUse::Changed);
        if job.parents.len() < 2 || !findings.iter().any(is_changed) {
            return Ok(());
        }
        let parents = self.graph.merged_parents(id)?;
        let mut trees = Vec::with_capacity(parents.len());
        for parent in parents {
            trees.extend(self.graph.tree(parent)?);
        }
        if trees.len() < job.parents.len() {
            // What could not be read of it is known already.
            *findings = self.trees().compare(job.tree, &trees)?.findings;
        }
        Ok(())
    }
}
