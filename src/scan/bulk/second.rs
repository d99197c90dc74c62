//! The second thread of a large scan: it inspects the commits that a walk meets while the walk
//! goes on, and reads files whenever it has nothing else to do.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::sync::{Arc, OnceLock};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::files::{Marks, PackedFiles};
use crate::git::{ObjectId, Objects, Scale, two_at_once};
use crate::marker::Matchers;
use crate::scan::commit::Known;
use crate::scan::compare::{Looked, look};
use crate::text::Pace;

/// The second thread of a large scan.
pub(super) struct Second {
    /// None when no more come.
    batches: Option<Sender<Batch>>,
    done: Receiver<Done>,
    orders: Arc<Orders>,
    thread: Option<JoinHandle<Marks>>,
}

/// What both threads know.
#[derive(Default)]
struct Orders {
    /// Bytes of the batches that were not looked at yet.
    waiting: AtomicUsize,
    /// Whether files are to be read.
    files_too: AtomicBool,
    files: OnceLock<PackedFiles>,
    /// Whether nobody wants anything any more.
    is_over: AtomicBool,
}

/// Commits that were not inspected yet: their raw objects one after the other, and where each
/// ends. What one thread has allocated for each of them the other would have to free.
#[derive(Default)]
pub(super) struct Batch {
    raw: Vec<u8>,
    ends: Vec<(ObjectId, usize)>,
}

/// What the second thread says.
enum Done {
    Some(Vec<Looked>),
    /// All batches are done.
    All,
}

/// While this thread waits for the second one, the watch is asked this often.
const ASKED_EVERY: Duration = Duration::from_millis(50);
/// Further commits are not kept for the second thread.
const MOST_WAITING: usize = 8 << 20;

impl Second {
    /// Starts it; `None` where there is one processor only, or no thread to be had.
    pub(super) fn start(matchers: &Arc<Matchers>, objects: &Objects<'_>) -> Option<Self> {
        if !two_at_once() || objects.scale() == Scale::Small {
            return None;
        }
        let (batches, to_do) = mpsc::channel::<Batch>();
        let (out, done) = mpsc::channel();
        let orders = Arc::new(Orders::default());
        let (matchers, elsewhere) = (Arc::clone(matchers), objects.seed());
        let ordered = Arc::clone(&orders);
        let work = move || ordered.work(&matchers, &elsewhere.objects(), &to_do, &out);
        let thread = Builder::new().spawn(work).ok()?;
        Some(Self { batches: Some(batches), done, orders, thread: Some(thread) })
    }

    /// Hands over commits to be inspected; they come back when too many are waiting.
    pub(super) fn hand_over(&self, batch: Batch) -> Option<Batch> {
        let bytes = batch.bytes();
        let waiting = self.orders.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let back = match &self.batches {
            Some(batches) if waiting <= MOST_WAITING => match batches.send(batch) {
                Ok(()) => return None,
                // It has panicked, which comes out when it is waited for.
                Err(mpsc::SendError(batch)) => batch,
            },
            _ => batch,
        };
        self.orders.waiting.fetch_sub(bytes, Ordering::Relaxed);
        Some(back)
    }

    /// Has files read too.
    pub(super) fn read_files(&self) {
        self.orders.files_too.store(true, Ordering::Relaxed);
    }

    /// What it has found lately.
    pub(super) fn looked(&self) -> Vec<Looked> {
        let some = self.done.try_iter().filter_map(|done| match done {
            Done::Some(looked) => Some(looked),
            Done::All => None,
        });
        some.flatten().collect()
    }

    /// Waits for what it finds in the commits that it still has; no more can be handed over.
    pub(super) fn rest(&mut self, objects: &Objects<'_>) -> Vec<Looked> {
        self.batches = None;
        let mut all = Vec::new();
        loop {
            match self.done.recv_timeout(ASKED_EVERY) {
                Ok(Done::Some(looked)) => all.extend(looked),
                Ok(Done::All) => return all,
                Err(RecvTimeoutError::Timeout) => objects.ask(),
                Err(RecvTimeoutError::Disconnected) => {
                    self.join();
                    return all;
                }
            }
        }
    }

    /// The marks in files, if it was told to read them: this thread reads as well.
    pub(super) fn files(mut self, matchers: &Matchers, objects: &Objects<'_>) -> Option<Marks> {
        if !self.orders.files_too.load(Ordering::Relaxed) {
            return None;
        }
        self.batches = None;
        let mut marks = self.orders.files(objects).share(matchers).all(objects);
        let thread = self.thread.as_ref();
        objects.wait_until(&|| thread.is_none_or(JoinHandle::is_finished));
        marks.extend(self.join());
        Some(marks)
    }

    fn join(&mut self) -> Marks {
        let ended = self.thread.take().map(JoinHandle::join);
        ended.unwrap_or(Ok(Marks::new())).unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        self.batches = None;
        self.orders.is_over.store(true, Ordering::Relaxed);
        // Whoever needed what it found has waited for that.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Orders {
    fn work(
        &self,
        matchers: &Matchers,
        objects: &Objects<'_>,
        batches: &Receiver<Batch>,
        out: &Sender<Done>,
    ) -> Marks {
        let mut known = Known::default();
        let mut share = None;
        let mut has_files = true;
        let is_over = || self.is_over.load(Ordering::Relaxed);
        loop {
            let reads = has_files && self.files_too.load(Ordering::Relaxed);
            let next = match batches.try_recv() {
                Err(TryRecvError::Empty) if reads => {
                    let share = share.get_or_insert_with(|| self.files(objects).share(matchers));
                    has_files = share.some(objects) && !is_over();
                    continue;
                }
                Err(TryRecvError::Empty) => batches.recv().ok(),
                next => next.ok(),
            };
            let Some(batch) = next.filter(|_| !is_over()) else { break };
            let bytes = batch.bytes();
            let looked = batch.look(matchers, objects, &mut known);
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            // Nobody listens any more when the scan has failed.
            if !looked.is_empty() && out.send(Done::Some(looked)).is_err() {
                break;
            }
        }
        let _ = out.send(Done::All);
        if !self.files_too.load(Ordering::Relaxed) {
            return Marks::new();
        }
        let mut share = share.unwrap_or_else(|| self.files(objects).share(matchers));
        while has_files && !is_over() {
            has_files = share.some(objects);
        }
        share.found()
    }

    fn files(&self, objects: &Objects<'_>) -> &PackedFiles {
        self.files.get_or_init(|| PackedFiles::new(objects))
    }
}

impl Batch {
    pub(super) fn add(&mut self, id: ObjectId, raw: &[u8]) {
        self.raw.extend_from_slice(raw);
        self.ends.push((id, self.raw.len()));
    }

    /// How many bytes its commits have.
    pub(super) fn bytes(&self) -> usize {
        self.raw.len()
    }

    /// The commits.
    pub(super) fn commits(&self) -> impl Iterator<Item = (ObjectId, &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |&(id, end)| {
            let raw = self.raw.get(start..end).unwrap_or_default();
            start = end;
            (id, raw)
        })
    }

    /// What was found in its commits, without those in which nothing was.
    fn look(&self, matchers: &Matchers, pace: &dyn Pace, known: &mut Known) -> Vec<Looked> {
        self.commits().filter_map(|commit| look(matchers, pace, known, commit)).collect()
    }
}
