//! Two threads at the work of one scan: each reads objects by itself, and both count as one
//! for whoever watches.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Arc, LazyLock};
use std::thread::Builder;
use std::time::Duration;

use super::Objects;
use super::meter::MeterHandle;
use super::store::Store;

/// How long this thread sleeps at a time when it has only to wait for the other.
const NAP: Duration = Duration::from_micros(500);

/// The stack of another thread: as much as a main thread has, for trees that nest are walked by
/// recursion.
const STACK: usize = 8 << 20;

/// A way to the same objects for another thread, which takes it there.
pub struct ObjectsSeed {
    store: Arc<Store>,
    meter: MeterHandle,
}

impl ObjectsSeed {
    /// The objects. What is read counts as read by the scan, which can be ended there only.
    ///
    /// The other thread can't ask the watch about large objects: these it is refused with
    /// [`super::GitError::Stopped`], while [`Objects::is_stopped`] is false.
    #[must_use]
    pub fn objects(self) -> Objects<'static> {
        Objects::over(self.store, self.meter.into())
    }
}

/// Whether a second thread would have a processor.
pub fn two_at_once() -> bool {
    // Finding out takes a look at the limits of the control group.
    static TWO: LazyLock<bool> = LazyLock::new(|| {
        std::thread::available_parallelism().is_ok_and(|n| n > NonZero::<usize>::MIN)
    });
    *TWO
}

impl Objects<'_> {
    /// For another thread.
    #[must_use]
    pub fn seed(&self) -> ObjectsSeed {
        ObjectsSeed { store: Arc::clone(&self.store), meter: self.meter.handle() }
    }

    /// Does `mine` here and meanwhile `other` on another thread; what both gave. Where there
    /// is one processor only, or no thread to be had, `other` is left out.
    pub fn beside<M, O: Send>(
        &self,
        mine: impl FnOnce() -> M,
        other: impl FnOnce(&Objects<'_>) -> O + Send,
    ) -> (M, Option<O>) {
        if !two_at_once() {
            return (mine(), None);
        }
        let elsewhere = self.seed();
        std::thread::scope(|scope| {
            let other = move || other(&elsewhere.objects());
            let thread = Builder::new().stack_size(STACK).spawn_scoped(scope, other);
            let mine = mine();
            let Ok(thread) = thread else { return (mine, None) };
            self.wait_until(&|| thread.is_finished());
            (mine, Some(thread.join().unwrap_or_else(|panic| resume_unwind(panic))))
        })
    }

    /// Waits for another thread, while the watch is told what that reads.
    pub fn wait_until(&self, ended: &dyn Fn() -> bool) {
        while !ended() {
            std::thread::sleep(NAP);
            self.meter.ask();
        }
    }
}
