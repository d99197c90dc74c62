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

    /// Whether work on what was read may go on. A break ends that, and the scan. A limit on how
    /// much is read is no reason for one: what was read until then counts.
    fn work(&self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// What other threads of the same scan have read, and whether it is ended.
#[derive(Debug, Default)]
struct Common {
    objects: AtomicU64,
    bytes: AtomicU64,
    steps: AtomicU64,
    stopped: AtomicBool,
    /// Whether work on what was read is ended too. It stays ended.
    exhausted: AtomicBool,
    /// Whether anybody watches.
    is_watched: bool,
}

/// Another thread's part in a scan, on the way there.
pub(super) struct MeterHandle(Arc<Common>);

/// Counts what a scan reads, and asks the watch whether to go on.
pub(super) struct Meter<'w> {
    watch: Option<&'w dyn Watch>,
    /// Whether this is another thread than the one that the watch is told on.
    is_other_thread: bool,
    /// What this thread has read.
    own: Cell<Reads>,
    /// What was read when the watch was last told, or was handed in.
    told: Cell<Reads>,
    /// Bytes that were worked on since the watch was last told because of these.
    worked: Cell<u64>,
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

    fn over(common: Arc<Common>, is_other_thread: bool) -> Self {
        Self {
            watch: None,
            is_other_thread,
            own: Cell::default(),
            told: Cell::default(),
            worked: Cell::default(),
            common,
            released: Cell::default(),
        }
    }

    /// For another thread of this scan.
    pub(super) fn handle(&self) -> MeterHandle {
        MeterHandle(Arc::clone(&self.common))
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

    /// Counts work on a number of bytes that were read before; returns whether the watch lets
    /// it go on.
    pub(super) fn work(&self, bytes: u64) -> bool {
        let worked = self.worked.get() + bytes;
        let is_due = worked >= EVERY.bytes;
        self.worked.set(if is_due { 0 } else { worked });
        if is_due && !self.is_other_thread {
            self.ask_to_work();
        }
        !self.common.exhausted.load(Ordering::Relaxed)
    }

    /// Asks the watch whether reading, and work on what was read, may go on.
    pub(super) fn ask(&self) {
        self.look();
        self.ask_to_work();
    }

    fn ask_to_work(&self) {
        let watch = self.watch.filter(|_| !self.released.get());
        if watch.is_some_and(|watch| watch.work().is_break()) {
            self.common.exhausted.store(true, Ordering::Relaxed);
            self.stop();
        }
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
        if self.is_other_thread { self.hand_in() } else { self.look() }
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

    /// Looks whether the scan is ended, and asks the watch.
    ///
    /// # Errors
    /// When it is.
    pub(super) fn check(&self) -> Result<(), GitError> {
        if !self.is_other_thread {
            self.look();
        }
        if self.is_stopped() { Err(GitError::Stopped) } else { Ok(()) }
    }

    /// Asks whether an object of so many bytes may be read.
    ///
    /// # Errors
    /// When it may not: the scan is ended, or this is a thread that can't ask.
    pub(super) fn admit(&self, bytes: u64) -> Result<(), GitError> {
        if self.is_other_thread && self.common.is_watched {
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
        if self.is_other_thread {
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
        if self.is_other_thread {
            self.hand_in();
        }
    }
}

impl From<MeterHandle> for Meter<'_> {
    fn from(MeterHandle(common): MeterHandle) -> Self {
        Self::over(common, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends work when it is asked so often.
    struct Asked(Cell<usize>);

    impl Watch for Asked {
        fn read(&self, _: Reads) -> ControlFlow<()> {
            ControlFlow::Continue(())
        }

        fn admit(&self, _: u64) -> ControlFlow<()> {
            ControlFlow::Continue(())
        }

        fn work(&self) -> ControlFlow<()> {
            self.0.set(self.0.get().saturating_sub(1));
            if self.0.get() == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }

    #[test]
    fn work_on_what_was_read_can_be_ended_too() {
        let asked = Asked(Cell::new(3));
        let meter = Meter::new(Some(&asked));
        let goes_on = (0..).take_while(|_| meter.work(EVERY.bytes / 4)).count();
        assert_eq!((goes_on, asked.0.get()), (11, 0), "it is asked every mebibyte");
        assert!(meter.is_stopped() && meter.reads() == Reads::default());
        let other: Meter<'_> = meter.handle().into();
        assert!(!other.work(1), "another thread ends as well");
        meter.release();
        assert!(!meter.work(1), "what is left may be read, and is not searched again");
    }

    #[test]
    fn a_scan_that_may_read_no_more_goes_on_with_what_it_has() {
        let asked = Asked(Cell::new(usize::MAX));
        let meter = Meter::new(Some(&asked));
        meter.stop();
        assert!(meter.count(1, 1).is_err() && meter.work(EVERY.bytes));
    }
}
