//! Comparing the trees of many commits, on two threads if they are many.
//!
//! Of a large scan only those are compared that could give a finding.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::budget::Budget;
use super::second::Second;
use super::sift::Sift;
use super::tree::{self, Exceeded, Trees};
use super::{Scope, Stage};
use crate::finding::Finding;
use crate::git::{GitError, ObjectId, Objects, Scale, Unread};
use crate::marker::Matchers;
use crate::report::Skipped;

/// A commit whose trees are to be compared.
pub(super) struct Job {
    /// Its tree.
    pub(super) tree: ObjectId,
    /// Its parents' trees.
    pub(super) parents: Vec<ObjectId>,
    /// When it was made.
    pub(super) time: i64,
}

/// Progress is told every so many commits.
const EVERY: usize = 1000;
/// A scan of fewer commits is small.
const MANY_JOBS: usize = 1000;
/// So is one of a small part of what a repository holds, for sifting looks at whole trees.
/// Histories have some ten objects for each commit.
const OBJECTS_PER_JOB: usize = 100;
/// With fewer commits a second thread gains less than its start and its caches cost.
pub(super) const FOR_TWO: usize = 2000;
/// A thread takes a quarter of what is left, so that what it has seen helps with what comes
/// next and none waits long at the end; but not fewer than so many.
const LEAST: usize = 256;

/// Whether sifting so many costs less than comparing.
pub(super) fn is_large(jobs: usize, objects: &Objects<'_>) -> bool {
    match objects.scale() {
        Scale::Measured => jobs >= MANY_JOBS && objects.packed() / OBJECTS_PER_JOB <= jobs,
        Scale::Small => false,
        Scale::Large => true,
    }
}

/// Jobs, and what is looked for in them.
pub(super) struct Work<'w, 'm> {
    jobs: &'w [Job],
    matchers: &'m Matchers,
    scope: Scope,
    /// Whether sifting costs less than comparing.
    is_large: bool,
    /// How many a thread takes at a time at least.
    least: usize,
    /// The numbers of the jobs: the newest first, if they are many.
    order: Vec<usize>,
    /// How many of them were taken, and how many were done.
    taken: AtomicUsize,
    done: AtomicUsize,
    /// Findings that the budget was not told of.
    findings: AtomicUsize,
}

/// What comparing gave.
#[derive(Default)]
pub(super) struct Compared {
    /// Findings by the number of the job, for jobs that have any.
    pub(super) found: Vec<(usize, Vec<Finding>)>,
    /// What was not looked at.
    pub(super) skipped: Vec<Skipped>,
    /// Which bounds on what is looked at were reached.
    pub(super) exceeded: Exceeded,
    /// What could not be read, by the number of the job.
    pub(super) unread: Vec<(usize, Unread)>,
    /// How many jobs were left when a limit ended it.
    pub(super) left: usize,
}

/// What one thread has done.
#[derive(Default)]
struct Part {
    found: Vec<(usize, Vec<Finding>)>,
    /// What was not looked at, by the number of the job.
    skipped: Vec<(usize, Vec<Skipped>)>,
    exceeded: Exceeded,
    /// What could not be read, by the number of the job.
    unread: Vec<(usize, Unread)>,
    /// Jobs that this thread can't do, for whatever reason.
    failed: Vec<usize>,
}

impl<'w, 'm> Work<'w, 'm> {
    pub(super) fn new(
        jobs: &'w [Job],
        objects: &Objects<'_>,
        matchers: &'m Matchers,
        scope: Scope,
    ) -> Self {
        let is_large = is_large(jobs.len(), objects);
        let mut order: Vec<usize> = (0..jobs.len()).collect();
        if is_large {
            order.sort_by_key(|&at| jobs.get(at).map(|job| std::cmp::Reverse(job.time)));
        }
        Self {
            jobs,
            matchers,
            scope,
            is_large,
            least: if objects.scale() == Scale::Large { 1 } else { LEAST },
            order,
            taken: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            findings: AtomicUsize::new(0),
        }
    }

    /// Compares the trees of all jobs. A second thread may have begun to read files.
    ///
    /// # Errors
    /// When the repository as a whole can't be read.
    pub(super) fn compare<'o>(
        &self,
        objects: &'o Objects<'o>,
        trees: &mut Trees<'o>,
        second: Option<Second>,
        budget: Option<&Budget<'_>>,
        progress: &mut dyn FnMut(Stage, usize),
    ) -> Result<Compared, GitError>
    where
        'm: 'o,
    {
        let files = self.is_large.then(|| {
            let mut sift = Sift::new(objects, self.matchers, self.scope.contents);
            sift.read_files(second);
            let files = sift.clone_files();
            trees.sifted(sift);
            files
        });
        let for_two = self.jobs.len() >= FOR_TWO || objects.scale() == Scale::Large;
        let mut mine = || self.mine(trees, budget, progress);
        let mut part = if for_two && objects.scale() != Scale::Small {
            let (matchers, scope) = (self.matchers, self.scope);
            let (mut mine, other) = objects.beside(mine, |objects| {
                let mut trees = Trees::new(objects, matchers, scope);
                if let Some(files) = files {
                    trees.sifted(Sift::with(objects, matchers, scope.contents, files));
                }
                self.share(&mut trees, &mut |_| {})
            });
            mine.add(other.unwrap_or_default());
            mine
        } else {
            mine()
        };
        part.failed.sort_unstable();
        for at in std::mem::take(&mut part.failed) {
            match self.one(at, trees, &mut part) {
                Err(GitError::Stopped) => break,
                done => done?,
            }
        }
        if let Some(budget) = budget {
            budget.findings(self.findings.swap(0, Ordering::Relaxed));
        }
        part.exceeded |= trees.exceeded;
        Ok(part.in_order(self.jobs.len() - self.done.load(Ordering::Relaxed)))
    }

    /// Does this thread's share.
    fn mine(
        &self,
        trees: &mut Trees<'_>,
        budget: Option<&Budget<'_>>,
        progress: &mut dyn FnMut(Stage, usize),
    ) -> Part {
        let stage = if self.is_large { Stage::Sifting } else { Stage::Comparing };
        self.share(trees, &mut |nth| {
            if nth % EVERY == 0 {
                progress(stage(self.jobs.len()), self.done.load(Ordering::Relaxed));
            }
            if let Some(budget) = budget {
                budget.findings(self.findings.swap(0, Ordering::Relaxed));
            }
        })
    }

    /// Does one thread's share, until a limit ends that. What can't be done is tried again in
    /// the end, by the thread that may ask whoever watches, and in the order of the jobs, so
    /// that the same is told to be wrong each time.
    fn share(&self, trees: &mut Trees<'_>, tell: &mut dyn FnMut(usize)) -> Part {
        let mut part = Part::default();
        for (nth, at) in self.turns().enumerate() {
            tell(nth);
            if self.one(at, trees, &mut part).is_err() {
                trees.skipped.clear();
                part.failed.push(at);
                if trees.is_stopped() {
                    break;
                }
            }
        }
        part.exceeded = trees.exceeded;
        part
    }

    /// The numbers of jobs that no other thread has taken.
    fn turns(&self) -> impl Iterator<Item = usize> {
        let next = || {
            let size = |left: usize| (left / 4).max(self.least).min(left);
            let taken = |taken: usize| {
                let left = self.order.len().saturating_sub(taken);
                (left > 0).then(|| taken + size(left))
            };
            let from = self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).ok()?;
            self.order.get(from..taken(from)?)
        };
        std::iter::from_fn(next).flatten().copied()
    }

    fn one(&self, at: usize, trees: &mut Trees<'_>, part: &mut Part) -> Result<(), GitError> {
        let Some(job) = self.jobs.get(at) else { return Ok(()) };
        if trees.matters(job.tree, &job.parents) {
            let tree::Compared { findings, unread } = trees.compare(job.tree, &job.parents)?;
            part.unread.extend(unread.into_iter().map(|unread| (at, unread)));
            if !trees.skipped.is_empty() {
                part.skipped.push((at, std::mem::take(&mut trees.skipped)));
            }
            if !findings.is_empty() {
                self.findings.fetch_add(findings.len(), Ordering::Relaxed);
                part.found.push((at, findings));
            }
        }
        self.done.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Part {
    fn add(&mut self, other: Self) {
        self.found.extend(other.found);
        self.skipped.extend(other.skipped);
        self.unread.extend(other.unread);
        self.failed.extend(other.failed);
        self.exceeded |= other.exceeded;
    }

    /// What was done, in the order of the jobs, of which so many are left.
    fn in_order(mut self, left: usize) -> Compared {
        self.found.sort_unstable_by_key(|(at, _)| *at);
        self.skipped.sort_unstable_by_key(|(at, _)| *at);
        self.unread.sort_by_key(|(at, _)| *at);
        let skipped = self.skipped.into_iter().flat_map(|(_, skipped)| skipped).collect();
        let Self { found, exceeded, unread, .. } = self;
        Compared { found, skipped, exceeded, unread, left }
    }
}
