//! What a scan has read so far, told now and then to whoever watches it, who may end it.
//!
//! Every object that is read goes through here, so whatever a scan does it can be stopped.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::GitError;

/// How much was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Objects of any kind.
    pub objects: u64,
    /// Their bytes, inflated.
    pub bytes: u64,
    /// Steps of work on what was read already.
    pub steps: u64,
}

/// Watches a scan; see [`super::Repository::objects_watched`].
pub trait Watch {
    /// What was read so far. A break ends the scan: whatever it reads next fails with
    /// [`GitError::Stopped`].
    fn read(&self, reads: Reads) -> ControlFlow<()>;

    /// Whether an object of so many bytes may be read; a break ends the scan likewise.
    fn admit(&self, bytes: u64) -> ControlFlow<()>;
}

/// What other threads of the same scan have read, and whether it is ended.
#[derive(Debug, Default)]
struct Common {
    objects: AtomicU64,
    bytes: AtomicU64,
    steps: AtomicU64,
    stopped: AtomicBool,
    /// Whether anybody watches.
    is_watched: bool,
}

/// Another thread's part in a scan, on the way there.
pub(super) struct Twin(Arc<Common>);

/// See the head of this file.
pub(super) struct Meter<'w> {
    watch: Option<&'w dyn Watch>,
    /// Whether this is another thread than the one that the watch is told on.
    is_twin: bool,
    /// What this thread has read.
    own: Cell<Reads>,
    /// What was read when the watch was last told, or was handed in.
    told: Cell<Reads>,
    common: Arc<Common>,
    released: Cell<bool>,
}

/// The watch is told after as many objects, bytes or steps, whichever comes first.
const EVERY: Reads = Reads { objects: 128, bytes: 1 << 20, steps: 1 << 14 };

impl<'w> Meter<'w> {
    pub(super) fn new(watch: Option<&'w dyn Watch>) -> Self {
        let common = Arc::new(Common { is_watched: watch.is_some(), ..Common::default() });
        let mut meter = Self::over(common, false);
        meter.watch = watch;
        meter
    }

    fn over(common: Arc<Common>, is_twin: bool) -> Self {
        Self {
            watch: None,
            is_twin,
            own: Cell::default(),
            told: Cell::default(),
            common,
            released: Cell::default(),
        }
    }

    /// For another thread of this scan.
    pub(super) fn twin(&self) -> Twin {
        Twin(Arc::clone(&self.common))
    }

    /// Counts objects that were read, of so many bytes together.
    ///
    /// # Errors
    /// When the watch has ended the scan.
    pub(super) fn count(&self, objects: u64, bytes: u64) -> Result<(), GitError> {
        let mut own = self.own.get();
        own.objects += objects;
        own.bytes += bytes;
        self.own.set(own);
        let told = self.told.get();
        if own.objects - told.objects >= EVERY.objects || own.bytes - told.bytes >= EVERY.bytes {
            self.tell();
        }
        if self.is_stopped() { Err(GitError::Stopped) } else { Ok(()) }
    }

    /// Counts steps of work that reads nothing.
    ///
    /// # Errors
    /// When the watch has ended the scan.
    pub(super) fn step(&self, steps: u64) -> Result<(), GitError> {
        let mut own = self.own.get();
        own.steps += steps;
        self.own.set(own);
        if own.steps - self.told.get().steps >= EVERY.steps {
            self.tell();
        }
        // A scan that was released tells what it has found of what it has read.
        if self.is_stopped() && !self.released.get() { Err(GitError::Stopped) } else { Ok(()) }
    }

    fn tell(&self) {
        if self.is_twin { self.hand_in() } else { self.look() }
    }

    /// Tells the watch what was read, and whether it ends that.
    pub(super) fn look(&self) {
        self.told.set(self.own.get());
        let watch = self.watch.filter(|_| !self.released.get());
        if watch.is_some_and(|watch| watch.read(self.reads()).is_break()) {
            self.stop();
        }
    }

    /// Hands in what another thread has read.
    fn hand_in(&self) {
        let (own, told) = (self.own.get(), self.told.replace(self.own.get()));
        self.common.objects.fetch_add(own.objects - told.objects, Ordering::Relaxed);
        self.common.bytes.fetch_add(own.bytes - told.bytes, Ordering::Relaxed);
        self.common.steps.fetch_add(own.steps - told.steps, Ordering::Relaxed);
    }

    /// Asks whether an object of so many bytes may be read.
    ///
    /// # Errors
    /// When it may not: the scan is ended, or this is a thread that can't ask.
    pub(super) fn admit(&self, bytes: u64) -> Result<(), GitError> {
        if self.is_twin && self.common.is_watched {
            return Err(GitError::Stopped);
        }
        let watch = self.watch.filter(|_| !self.released.get());
        if watch.is_some_and(|watch| watch.admit(bytes).is_break()) {
            self.stop();
            return Err(GitError::Stopped);
        }
        Ok(())
    }

    /// What all threads have read, as far as it is known here.
    pub(super) fn reads(&self) -> Reads {
        let own = self.own.get();
        if self.is_twin {
            return own;
        }
        Reads {
            objects: own.objects + self.common.objects.load(Ordering::Relaxed),
            bytes: own.bytes + self.common.bytes.load(Ordering::Relaxed),
            steps: own.steps + self.common.steps.load(Ordering::Relaxed),
        }
    }

    pub(super) fn stop(&self) {
        self.common.stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.common.stopped.load(Ordering::Relaxed)
    }

    /// Lets a scan that was ended read what it needs to tell what it has found. The watch
    /// is told no more.
    pub(super) fn release(&self) {
        self.released.set(true);
        self.common.stopped.store(false, Ordering::Relaxed);
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        if self.is_twin {
            self.hand_in();
        }
    }
}

impl From<Twin> for Meter<'_> {
    fn from(Twin(common): Twin) -> Self {
        Self::over(common, true)
    }
}
