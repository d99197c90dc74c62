//! Inspecting the commits that a walk meets: of a long walk on a second thread, while the
//! walk goes on.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use super::budget::Budget;
use super::commit::{Known, inspect};
use super::{Inspected, Inspection};
use crate::git::{Commit, GitError, IdMap, Object, ObjectId, two_at_once};
use crate::marker::Matchers;

/// See the head of this file.
pub(super) struct Inspector<'s> {
    matchers: &'s Arc<Matchers>,
    budget: Option<&'s Budget<'s>>,
    known: Known,
    met: usize,
    batch: Batch,
    second: Option<Second>,
    found: IdMap<Arc<Inspection>>,
    failed: Option<GitError>,
}

/// A second thread, and how to speak with it.
struct Second {
    batches: Sender<Batch>,
    done: Receiver<Vec<Looked>>,
    /// Bytes of the batches that it has not looked at yet.
    waiting: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

/// Commits that were not inspected yet.
#[derive(Default)]
struct Batch {
    commits: Vec<(ObjectId, Object)>,
    bytes: usize,
}

type Looked = Result<(ObjectId, Arc<Inspection>), GitError>;

/// A walk over fewer commits ends before a second thread is at work.
const FEW: usize = 500;
/// How many bytes of commits go to the second thread at once.
const AT_ONCE: usize = 64 << 10;
/// Further commits are not kept for it.
const MOST_WAITING: usize = 8 << 20;

impl<'s> Inspector<'s> {
    pub(super) fn new(matchers: &'s Arc<Matchers>, budget: Option<&'s Budget<'s>>) -> Self {
        Self {
            matchers,
            budget,
            known: Known::default(),
            met: 0,
            batch: Batch::default(),
            second: None,
            found: IdMap::default(),
            failed: None,
        }
    }

    /// Takes a new commit.
    pub(super) fn take(&mut self, id: ObjectId, commit: Object) {
        if let Some(budget) = self.budget {
            budget.commit();
        }
        self.met += 1;
        self.batch.bytes += commit.data().len();
        self.batch.commits.push((id, commit));
        if self.met <= FEW {
            self.look();
        } else if self.batch.bytes >= AT_ONCE {
            self.pass_on();
        }
    }

    /// What the commits that were taken hold: nothing, mostly.
    ///
    /// # Errors
    /// When one of them is too broken to be a commit.
    pub(super) fn found(&mut self) -> Result<&IdMap<Arc<Inspection>>, GitError> {
        self.look();
        if let Some(Second { batches, done, thread, .. }) = self.second.take() {
            drop(batches);
            done.into_iter().for_each(|looked| self.keep(looked));
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        self.failed.take().map_or(Ok(&self.found), Err)
    }

    /// Inspects on this thread.
    fn look(&mut self) {
        let looked = std::mem::take(&mut self.batch).look(self.matchers, &mut self.known);
        self.keep(looked);
    }

    /// Passes commits on to the second thread, if there can be one and it keeps up.
    fn pass_on(&mut self) {
        if !two_at_once() {
            return self.look();
        }
        let second = self.second.get_or_insert_with(|| Second::new(Arc::clone(self.matchers)));
        let ready: Vec<Looked> = second.done.try_iter().flatten().collect();
        let bytes = self.batch.bytes;
        let waiting = second.waiting.fetch_add(bytes, Ordering::Relaxed);
        if waiting + bytes > MOST_WAITING {
            second.waiting.fetch_sub(bytes, Ordering::Relaxed);
            self.look();
        } else if let Err(mpsc::SendError(batch)) =
            second.batches.send(std::mem::take(&mut self.batch))
        {
            // It has ended, which it only does when it panics; joining it tells.
            self.batch = batch;
            self.look();
        }
        self.keep(ready);
    }

    fn keep(&mut self, looked: Vec<Looked>) {
        for looked in looked {
            match looked {
                Ok((id, inspection)) => {
                    if let Some(budget) = self.budget {
                        budget.findings(inspection.findings.len());
                    }
                    self.found.insert(id, inspection);
                }
                Err(error) => self.failed = self.failed.take().or(Some(error)),
            }
        }
    }
}

impl Second {
    fn new(matchers: Arc<Matchers>) -> Self {
        let (batches, to_do) = mpsc::channel::<Batch>();
        let (out, done) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = Arc::clone(&waiting);
        let thread = std::thread::spawn(move || {
            let mut known = Known::default();
            for batch in to_do {
                let bytes = batch.bytes;
                let looked = batch.look(&matchers, &mut known);
                left.fetch_sub(bytes, Ordering::Relaxed);
                // Nobody listens any more when the scan has failed.
                if !looked.is_empty() && out.send(looked).is_err() {
                    return;
                }
            }
        });
        Self { batches, done, waiting, thread }
    }
}

impl Batch {
    /// What was found in its commits, without those in which nothing was.
    fn look(self, matchers: &Matchers, known: &mut Known) -> Vec<Looked> {
        let mut one = |(id, object): (ObjectId, Object)| {
            let inspected = |commit: Commit<'_>| -> Inspected { inspect(matchers, &commit, known) };
            let looked = Commit::parse(id, object.data()).map(inspected);
            looked.map(|found| Some((id, found?))).transpose()
        };
        self.commits.into_iter().filter_map(&mut one).collect()
    }
}
