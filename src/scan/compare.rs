//! Finding the marks of new commits: in their own objects, as the walk meets them, and in
//! what they change, by comparing their trees with their parents'.
//!
//! [`Direct`] is what nearly every push needs. For first pushes and audits there is
//! [`bulk`](super::bulk), which finds the same.

use std::sync::Arc;

use super::commit::{Known, inspect};
use super::inspection::Inspection;
use super::source::Source;
use super::stage::{Progress, Stage};
use super::tree::{self, Exceeded, Trees};
use crate::finding::Finding;
use crate::git::{Commit, GitError, IdMap, ObjectId, Unread};
use crate::marker::Matchers;
use crate::report::Skipped;
use crate::text::Pace;

/// A way to find the marks of new commits.
pub(super) trait Compare<'s> {
    /// Takes a new commit, as the walk meets it.
    fn inspect(&mut self, id: ObjectId, raw: &[u8]);

    /// What the commits that were taken hold in their own objects: nothing, mostly.
    ///
    /// # Errors
    /// When one of them is too broken to be a commit.
    fn own_findings(&mut self) -> Result<&IdMap<Arc<Inspection>>, GitError>;

    /// The findings in what commits change.
    ///
    /// # Errors
    /// When the repository as a whole can't be read.
    fn tree_findings(
        &mut self,
        jobs: &[Job],
        trees: &mut Trees<'s>,
        progress: Progress<'_>,
    ) -> Result<Compared, GitError>;
}

/// A commit whose trees are to be compared.
pub(super) struct Job {
    /// Its tree.
    pub(super) tree: ObjectId,
    /// Its parents' trees.
    pub(super) parents: Vec<ObjectId>,
    /// When it was made, in seconds since 1970.
    pub(super) time: i64,
}

/// What comparing trees gave.
#[derive(Default)]
pub(super) struct Compared {
    /// Findings by the number of the job, for jobs that have any.
    pub(super) found: Vec<(usize, Vec<Finding>)>,
    /// What was not looked at, by the number of the job.
    pub(super) skipped: Vec<(usize, Vec<Skipped>)>,
    /// What could not be read, by the number of the job.
    pub(super) unread: Vec<(usize, Unread)>,
    /// Which bounds on what is looked at were reached.
    pub(super) exceeded: Exceeded,
    /// How many jobs were left when a limit ended it.
    pub(super) left: usize,
}

impl Compared {
    /// Compares the trees of one job; how many findings that gave.
    ///
    /// # Errors
    /// When a limit has ended the scan, or the repository as a whole can't be read.
    pub(super) fn add(
        &mut self,
        at: usize,
        job: &Job,
        trees: &mut Trees<'_>,
    ) -> Result<usize, GitError> {
        let compared = trees.compare(job.tree, &job.parents);
        let skipped = std::mem::take(&mut trees.skipped);
        let tree::Compared { findings, unread } = compared?;
        self.unread.extend(unread.into_iter().map(|unread| (at, unread)));
        if !skipped.is_empty() {
            self.skipped.push((at, skipped));
        }
        let count = findings.len();
        if count > 0 {
            self.found.push((at, findings));
        }
        Ok(count)
    }
}

/// Progress is told after each such number of commits.
pub(super) const PROGRESS_EVERY: usize = 1000;

/// Looks at one commit after the other.
pub(super) struct Direct<'s> {
    source: Source<'s>,
    known: Known,
    found: IdMap<Arc<Inspection>>,
    failed: Option<GitError>,
}

impl<'s> Direct<'s> {
    pub(super) fn new(source: Source<'s>) -> Self {
        Self { source, known: Known::default(), found: IdMap::default(), failed: None }
    }

    pub(super) fn source(&self) -> Source<'s> {
        self.source
    }

    /// Keeps what was found in a commit.
    pub(super) fn keep(&mut self, looked: Looked) {
        match looked {
            Ok((id, inspection)) => {
                if let Some(budget) = self.source.budget {
                    budget.findings(inspection.findings.len());
                }
                self.found.insert(id, inspection);
            }
            Err(error) => self.failed = self.failed.take().or(Some(error)),
        }
    }
}

impl<'s> Compare<'s> for Direct<'s> {
    fn inspect(&mut self, id: ObjectId, raw: &[u8]) {
        let (matchers, objects) = (&self.source.config.rules.matchers, self.source.objects);
        if let Some(looked) = look(matchers, objects, &mut self.known, (id, raw)) {
            self.keep(looked);
        }
    }

    fn own_findings(&mut self) -> Result<&IdMap<Arc<Inspection>>, GitError> {
        self.failed.take().map_or(Ok(&self.found), Err)
    }

    fn tree_findings(
        &mut self,
        jobs: &[Job],
        trees: &mut Trees<'s>,
        progress: Progress<'_>,
    ) -> Result<Compared, GitError> {
        let mut all = Compared::default();
        for (at, job) in jobs.iter().enumerate() {
            if at % PROGRESS_EVERY == 0 {
                progress(Stage::Comparing(jobs.len()), at);
            }
            match all.add(at, job, trees) {
                Ok(findings) => {
                    if let Some(budget) = self.source.budget {
                        budget.findings(findings);
                    }
                }
                Err(GitError::Stopped) => {
                    all.left = jobs.len() - at;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        all.exceeded = trees.exceeded;
        Ok(all)
    }
}

/// What was found in a commit's own object.
pub(super) type Looked = Result<(ObjectId, Arc<Inspection>), GitError>;

/// What is found in a commit's own object, if anything is.
pub(super) fn look(
    matchers: &Matchers,
    pace: &dyn Pace,
    known: &mut Known,
    (id, raw): (ObjectId, &[u8]),
) -> Option<Looked> {
    match Commit::parse(id, raw) {
        Ok(commit) => Some(Ok((id, inspect(matchers, pace, &commit, known)?))),
        Err(error) => Some(Err(error)),
    }
}
