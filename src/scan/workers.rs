//! Comparing the trees of many commits: on this thread, or on two when there is enough to
//! do. Each worker has its own handle on the repository, takes the commits in runs, so
//! that neighbours share their trees, and gives back findings only.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::tree::Trees;
use super::{Scope, Stage};
use crate::config::Config;
use crate::finding::Finding;
use crate::git::{GitError, ObjectId, Repository};
use crate::report::Skipped;

/// A commit whose trees are to be compared.
pub(super) struct Job {
    /// Its tree.
    pub(super) tree: ObjectId,
    /// Its parents' trees.
    pub(super) parents: Vec<ObjectId>,
}

/// What comparing gave: findings by the number of the job, for jobs that have any.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) findings: Vec<(usize, Vec<Finding>)>,
    pub(super) skipped: Vec<Skipped>,
}

/// Fewer commits are not worth a second thread and its handle.
const ENOUGH: usize = 2000;
/// How many commits a worker takes at a time.
const RUN: usize = 1000;

/// The jobs, and how far they have been handed out.
struct Queue<'j> {
    jobs: &'j [Job],
    next: AtomicUsize,
}

impl Queue<'_> {
    /// Compares runs of jobs until none is left.
    fn work(
        &self,
        trees: &mut Trees<'_>,
        progress: &mut dyn FnMut(Stage, usize),
    ) -> Result<Compared, GitError> {
        let mut compared = Compared::default();
        loop {
            let from = self.next.fetch_add(RUN, Ordering::Relaxed);
            progress(Stage::Comparing(self.jobs.len()), from.min(self.jobs.len()));
            let Some(run) = self.jobs.get(from..(from + RUN).min(self.jobs.len())) else { break };
            if run.is_empty() {
                break;
            }
            for (at, job) in run.iter().enumerate() {
                let findings = trees.findings(job.tree, &job.parents)?;
                if !findings.is_empty() {
                    compared.findings.push((from + at, findings));
                }
            }
        }
        compared.skipped = std::mem::take(&mut trees.skipped);
        Ok(compared)
    }
}

/// Compares the trees of all jobs.
///
/// # Errors
/// When a tree or blob can't be read.
pub(super) fn compare(
    repository: &Repository,
    config: &Config,
    scope: Scope,
    jobs: &[Job],
    trees: &mut Trees<'_>,
    progress: &mut dyn FnMut(Stage, usize),
) -> Result<Compared, GitError> {
    let queue = Queue { jobs, next: AtomicUsize::new(0) };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    if jobs.len() < ENOUGH || processors < 2 {
        return queue.work(trees, progress);
    }
    let second = repository.reopen()?;
    let (mine, others) = std::thread::scope(|threads| {
        let other = threads.spawn(|| {
            // The handle moves in: libgit2 wants an object used by one thread at a time.
            let second = second;
            let objects = second.objects()?;
            let mut trees = Trees::new(&objects, &config.rules.matchers, scope);
            queue.work(&mut trees, &mut |_, _| {})
        });
        let mine = queue.work(trees, progress);
        // A panic ends the process in a release build; in others it goes on here.
        let others = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (mine, others)
    });
    let (mut all, others) = (mine?, others?);
    all.findings.extend(others.findings);
    all.findings.sort_by_key(|(at, _)| *at);
    all.skipped.extend(others.skipped);
    Ok(all)
}
