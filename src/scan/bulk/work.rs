//! Comparing the trees of many commits on two threads, and only of those commits that could
//! give a finding.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::files_seen::{FilesSeen, PackedMarks};
use super::second::Second;
use super::sift::Sift;
use super::worth::{is_for_two, is_sifting_worth_it};
use crate::git::{GitError, Objects, Scale};
use crate::marker::Matchers;
use crate::scan::budget::Budget;
use crate::scan::compare::{Compared, Job, PROGRESS_EVERY};
use crate::scan::source::Source;
use crate::scan::stage::{Progress, Stage};
use crate::scan::tree::Trees;

/// A thread takes a quarter of what is left, so that what it has seen helps with what comes
/// next and none waits long at the end; but not fewer than this.
const LEAST: usize = 256;

/// Jobs that two threads share.
pub(super) struct Work<'w> {
    jobs: &'w [Job],
    /// Whether sifting costs less than comparing.
    sifts: bool,
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

/// Looks at the trees of one thread's share.
struct Looker<'l, 'o> {
    trees: &'l mut Trees<'o>,
    sift: Option<Sift<'o>>,
}

/// What one thread has done.
#[derive(Default)]
struct Part {
    compared: Compared,
    /// Jobs that this thread can't do, for one reason or another.
    failed: Vec<usize>,
}

impl<'w> Work<'w> {
    pub(super) fn new(jobs: &'w [Job], objects: &Objects<'_>) -> Self {
        let sifts = is_sifting_worth_it(jobs.len(), objects);
        let mut order: Vec<usize> = (0..jobs.len()).collect();
        if sifts {
            order.sort_by_key(|&at| jobs.get(at).map(|job| std::cmp::Reverse(job.time)));
        }
        Self {
            jobs,
            sifts,
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
    pub(super) fn compare<'s>(
        &self,
        source: Source<'s>,
        trees: &mut Trees<'s>,
        second: Option<Second>,
        progress: Progress<'_>,
    ) -> Result<Compared, GitError> {
        let Source { objects, config, scope, budget, .. } = source;
        let matchers: &Matchers = &config.rules.matchers;
        let reads_files = self.sifts && scope.contents && !matchers.content.is_empty();
        let seen = reads_files.then(|| Arc::new(FilesSeen::read(objects, matchers, second)));
        let sifts = self.sifts;
        if sifts {
            objects.build_id_table();
        }
        let mut looker = Looker::new(objects, matchers, trees, sifts, seen.clone());
        let mut mine = || self.mine(&mut looker, budget, progress);
        let mut part = if is_for_two(self.jobs.len(), objects) {
            let (mut mine, other) = objects.beside(mine, |objects| {
                let mut trees = Trees::new(objects, matchers, scope);
                let mut looker = Looker::new(objects, matchers, &mut trees, sifts, seen);
                self.share(&mut looker, &mut |_| {})
            });
            mine.add(other.unwrap_or_default());
            mine
        } else {
            mine()
        };
        part.failed.sort_unstable();
        for at in std::mem::take(&mut part.failed) {
            match self.one(at, &mut looker, &mut part) {
                Err(GitError::Stopped) => break,
                done => done?,
            }
        }
        if let Some(budget) = budget {
            budget.findings(self.findings.swap(0, Ordering::Relaxed));
        }
        part.compared.exceeded |= trees.exceeded;
        part.compared.left = self.jobs.len() - self.done.load(Ordering::Relaxed);
        Ok(part.in_order())
    }

    /// Does this thread's share.
    fn mine(
        &self,
        looker: &mut Looker<'_, '_>,
        budget: Option<&Budget<'_>>,
        progress: Progress<'_>,
    ) -> Part {
        let stage = if self.sifts { Stage::Sifting } else { Stage::Comparing };
        self.share(looker, &mut |nth| {
            if nth % PROGRESS_EVERY == 0 {
                progress(stage(self.jobs.len()), self.done.load(Ordering::Relaxed));
            }
            if let Some(budget) = budget {
                budget.findings(self.findings.swap(0, Ordering::Relaxed));
            }
        })
    }

    /// Does one thread's share, until a limit ends that. What can't be done is tried again in
    /// the end, by the thread that may ask the watch, and in the order of the jobs, so that the
    /// same is told to be wrong each time.
    fn share(&self, looker: &mut Looker<'_, '_>, tell: &mut dyn FnMut(usize)) -> Part {
        let mut part = Part::default();
        for (nth, at) in self.turns().enumerate() {
            tell(nth);
            if self.one(at, looker, &mut part).is_err() {
                part.failed.push(at);
                if looker.trees.is_stopped() {
                    break;
                }
            }
        }
        part.compared.exceeded = looker.trees.exceeded;
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

    fn one(&self, at: usize, looker: &mut Looker<'_, '_>, part: &mut Part) -> Result<(), GitError> {
        let Some(job) = self.jobs.get(at) else { return Ok(()) };
        if looker.matters(job) {
            let findings = part.compared.add(at, job, looker.trees)?;
            self.findings.fetch_add(findings, Ordering::Relaxed);
        }
        self.done.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl<'l, 'o> Looker<'l, 'o> {
    fn new(
        objects: &'o Objects<'o>,
        matchers: &'o Matchers,
        trees: &'l mut Trees<'o>,
        sifts: bool,
        seen: Option<Arc<FilesSeen>>,
    ) -> Self {
        let sift = sifts.then(|| Sift::new(objects, matchers, seen.as_deref()));
        if let Some(seen) = seen {
            trees.know(Box::new(PackedMarks { objects, seen }));
        }
        Self { trees, sift }
    }

    /// Whether comparing the trees of a job could give a finding.
    fn matters(&mut self, job: &Job) -> bool {
        self.sift.as_mut().is_none_or(|sift| sift.matters(job.tree, &job.parents))
    }
}

impl Part {
    fn add(&mut self, other: Self) {
        let Compared { found, skipped, unread, exceeded, left: _ } = other.compared;
        self.compared.found.extend(found);
        self.compared.skipped.extend(skipped);
        self.compared.unread.extend(unread);
        self.compared.exceeded |= exceeded;
        self.failed.extend(other.failed);
    }

    /// What was done, in the order of the jobs.
    fn in_order(self) -> Compared {
        let mut compared = self.compared;
        compared.found.sort_unstable_by_key(|(at, _)| *at);
        compared.skipped.sort_unstable_by_key(|(at, _)| *at);
        compared.unread.sort_by_key(|(at, _)| *at);
        compared
    }
}
