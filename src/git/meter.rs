//! What a scan has read so far, told now and then to whoever watches it, who may end it.
//!
//! Every object that is read goes through here, so whatever a scan does it can be stopped.

use std::cell::Cell;
use std::ops::ControlFlow;

use super::GitError;

/// How much was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Objects of any kind.
    pub objects: u64,
    /// Their bytes, inflated.
    pub bytes: u64,
}

/// Watches a scan; see [`super::Repository::objects_watched`].
pub trait Watch {
    /// What was read so far. A break ends the scan: whatever it reads next fails with
    /// [`GitError::Stopped`].
    fn read(&self, reads: Reads) -> ControlFlow<()>;

    /// Whether an object of so many bytes may be read; a break ends the scan likewise.
    fn admit(&self, bytes: u64) -> ControlFlow<()>;
}

/// See the head of this file.
pub(super) struct Meter<'w> {
    watch: Option<&'w dyn Watch>,
    reads: Cell<Reads>,
    /// What was read when the watch was last told.
    told: Cell<Reads>,
    stopped: Cell<bool>,
    released: Cell<bool>,
}

/// The watch is told after so many objects or so many bytes, whichever comes first.
const EVERY: Reads = Reads { objects: 128, bytes: 1 << 20 };

impl<'w> Meter<'w> {
    pub(super) fn new(watch: Option<&'w dyn Watch>) -> Self {
        Self {
            watch,
            reads: Cell::default(),
            told: Cell::default(),
            stopped: Cell::default(),
            released: Cell::default(),
        }
    }

    /// Counts objects that were read, of so many bytes together.
    ///
    /// # Errors
    /// When the watch has ended the scan.
    pub(super) fn count(&self, objects: u64, bytes: u64) -> Result<(), GitError> {
        let mut reads = self.reads.get();
        reads.objects += objects;
        reads.bytes += bytes;
        self.reads.set(reads);
        let told = self.told.get();
        if reads.objects - told.objects >= EVERY.objects || reads.bytes - told.bytes >= EVERY.bytes
        {
            self.told.set(reads);
            let watch = self.watch.filter(|_| !self.released.get());
            let ends = watch.is_some_and(|watch| watch.read(reads).is_break());
            self.stopped.set(self.stopped.get() || ends);
        }
        if self.stopped.get() { Err(GitError::Stopped) } else { Ok(()) }
    }

    /// Asks whether an object of so many bytes may be read.
    ///
    /// # Errors
    /// When it may not: the scan is ended.
    pub(super) fn admit(&self, bytes: u64) -> Result<(), GitError> {
        let watch = self.watch.filter(|_| !self.released.get());
        if watch.is_some_and(|watch| watch.admit(bytes).is_break()) {
            self.stopped.set(true);
            return Err(GitError::Stopped);
        }
        Ok(())
    }

    pub(super) fn reads(&self) -> Reads {
        self.reads.get()
    }

    pub(super) fn stop(&self) {
        self.stopped.set(true);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.get()
    }

    /// Lets a scan that was ended read what it needs to tell what it has found. The watch
    /// is told no more.
    pub(super) fn release(&self) {
        self.released.set(true);
        self.stopped.set(false);
    }
}
