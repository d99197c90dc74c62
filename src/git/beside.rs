//! Two threads at the work of one scan: each reads objects by itself, and both count as one
//! for whoever watches.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Arc, LazyLock};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::Objects;

/// How long the watch hears nothing at most, once this thread has only to wait.
const PATIENCE: Duration = Duration::from_millis(20);

/// Whether a second thread would have a processor.
pub fn two_at_once() -> bool {
    // Finding out takes a look at the limits of the control group.
    static TWO: LazyLock<bool> =
        LazyLock::new(|| std::thread::available_parallelism().is_ok_and(|n| n > NonZero::<usize>::MIN));
    *TWO
}

impl Objects<'_> {
    /// Does `mine` here and meanwhile `other` on another thread, which gets objects of its
    /// own; what both gave. Where there is one processor only, `other` is left out.
    ///
    /// The other thread can't ask the watch about large objects: there they are refused with
    /// [`super::GitError::Stopped`], while [`Objects::is_stopped`] is false.
    pub fn beside<M, O: Send>(
        &self,
        mine: impl FnOnce() -> M,
        other: impl FnOnce(&Objects<'_>) -> O + Send,
    ) -> (M, Option<O>) {
        if !two_at_once() {
            return (mine(), None);
        }
        let (store, meter) = (Arc::clone(&self.store), self.meter.twin());
        std::thread::scope(|scope| {
            let (at_work, ended) = mpsc::channel::<()>();
            let thread = scope.spawn(move || {
                let objects = Objects::over(store, meter.into());
                let done = other(&objects);
                objects.meter.hand_in();
                drop(at_work);
                done
            });
            let mine = mine();
            while ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                self.meter.look();
            }
            (mine, Some(thread.join().unwrap_or_else(|panic| resume_unwind(panic))))
        })
    }
}
