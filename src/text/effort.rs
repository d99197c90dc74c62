//! How much work reading one text may cost, and who may end it.
//!
//! A text is untrusted, and its bytes may be chosen so that each of them is looked at by every
//! expression of a catalogue, or in every way in which a disguise is undone. So the work on a
//! text is bounded by a multiple of its length. Ordinary texts stay far below that; what
//! reaches it is reported by [`Effort::is_cut`], because what was not looked at is not clean.

use std::cell::Cell;

/// Watches work on texts that may take long.
pub trait Pace {
    /// Returns whether work may go on, after a further number of bytes.
    fn goes_on(&self, bytes: usize) -> bool;

    /// Returns whether a number of bytes of memory may be taken at once.
    fn admits(&self, bytes: usize) -> bool;
}

/// The pace of work that nothing ends.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Pace for Unwatched {
    fn goes_on(&self, _: usize) -> bool {
        true
    }

    fn admits(&self, _: usize) -> bool {
        true
    }
}

/// The work that one text may cost, and how much of it is left.
pub struct Effort<'p> {
    pace: &'p dyn Pace,
    left: Cell<usize>,
    /// Whether there was none left for some work.
    is_over: Cell<bool>,
    is_cut: Cell<bool>,
}

/// The work that any text may cost, in bytes that are worked through.
const BASE: usize = 1 << 20;
/// How often each byte of a text may be worked through beside that.
const TIMES: usize = 16;

impl<'p> Effort<'p> {
    /// The work that a text of this length in bytes may cost.
    #[must_use]
    pub fn new(pace: &'p dyn Pace, bytes: usize) -> Self {
        let left = Cell::new(bytes.saturating_mul(TIMES).saturating_add(BASE));
        Self { pace, left, is_over: Cell::new(false), is_cut: Cell::new(false) }
    }

    /// Takes work over a number of bytes from what is left; returns whether it may be done. Once
    /// there was none left, there is none for smaller work either.
    pub fn spend(&self, bytes: usize) -> bool {
        let left = self.left.get().checked_sub(bytes);
        if self.is_over.get() || left.is_none() || !self.pace.goes_on(bytes) {
            self.is_over.set(true);
            self.cut();
            return false;
        }
        self.left.set(left.unwrap_or_default());
        true
    }

    /// Whether there was none left for some work.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over.get()
    }

    /// Returns whether a number of bytes of memory may be taken at once.
    pub fn admits(&self, bytes: usize) -> bool {
        let admits = self.pace.admits(bytes);
        if !admits {
            self.cut();
        }
        admits
    }

    /// Notes that something of the text was not looked at.
    pub fn cut(&self) {
        self.is_cut.set(true);
    }

    /// Whether something of the text was not looked at.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends work after this number of bytes.
    struct Until(Cell<usize>);

    impl Pace for Until {
        fn goes_on(&self, bytes: usize) -> bool {
            self.0.set(self.0.get().saturating_sub(bytes));
            self.0.get() > 0
        }

        fn admits(&self, bytes: usize) -> bool {
            bytes <= self.0.get()
        }
    }

    #[test]
    fn a_text_costs_a_multiple_of_its_length_and_no_more() {
        let effort = Effort::new(&Unwatched, 10);
        assert!(effort.spend(BASE + 10 * TIMES));
        assert!(!effort.is_cut());
        assert!(!effort.spend(1));
        assert!(effort.is_cut() && !effort.spend(0), "what was left out once stays left out");
    }

    #[test]
    fn what_was_left_out_ends_no_other_work() {
        let effort = Effort::new(&Unwatched, 10);
        effort.cut();
        assert!(effort.spend(1) && effort.is_cut() && !effort.is_over());
    }

    #[test]
    fn a_watch_ends_work_at_once() {
        let pace = Until(Cell::new(100));
        let effort = Effort::new(&pace, 10);
        assert!(effort.spend(99));
        assert!(!effort.spend(1));
        assert!(effort.is_cut());
        let effort = Effort::new(&pace, 10);
        assert!(!effort.admits(1));
        assert!(effort.is_cut());
    }
}
