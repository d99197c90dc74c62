//! The objects of a pack in the order in which they are stored, and their numbers in it.
//!
//! Objects that are needed one after the other are mostly stored near each other, so what is
//! kept of them by these numbers is near as well; the order of an index is random.

use super::index::Index;

/// Where each object of a pack begins, by its number in the pack's order.
pub(super) struct Layout {
    /// Where each object begins, and its position in the index.
    stored: Vec<(u64, u32)>,
    /// The number of the object at each position of the index.
    numbers: Vec<u32>,
}

/// No number.
const NONE: u32 = u32::MAX;

impl Layout {
    pub(super) fn new<M: AsRef<[u8]>>(index: &Index<M>) -> Self {
        let offset = |position| Some((index.offset(position)?, position));
        let mut stored: Vec<(u64, u32)> = (0..index.len()).filter_map(offset).collect();
        stored.sort_unstable();
        let mut numbers = vec![NONE; index.len() as usize];
        for (number, &(_, position)) in (0..).zip(&stored) {
            if let Some(slot) = numbers.get_mut(position as usize) {
                *slot = number;
            }
        }
        Self { stored, numbers }
    }

    /// Where each object begins, in the order of that.
    pub(super) fn offsets(&self) -> impl ExactSizeIterator<Item = u64> {
        self.stored.iter().map(|(offset, _)| *offset)
    }

    /// Where an object begins.
    pub(super) fn offset(&self, number: u32) -> Option<u64> {
        self.stored.get(number as usize).map(|(offset, _)| *offset)
    }

    /// The position of an object in the index.
    pub(super) fn position(&self, number: u32) -> Option<u32> {
        self.stored.get(number as usize).map(|(_, position)| *position)
    }

    /// The number of the object at a position of the index.
    pub(super) fn number(&self, position: u32) -> Option<u32> {
        self.numbers.get(position as usize).copied().filter(|&number| number != NONE)
    }

    /// The number of the object that begins at an offset, among those before one; mostly it
    /// is near.
    pub(super) fn number_at(&self, before: usize, offset: u64) -> Option<u32> {
        let mut end = before;
        let mut step = 1;
        let start = loop {
            let at = before.saturating_sub(step);
            if self.stored.get(at)?.0 <= offset || at == 0 {
                break at;
            }
            end = at;
            step *= 2;
        };
        let within = self.stored.get(start..end)?;
        let at = within.binary_search_by_key(&offset, |(offset, _)| *offset).ok()?;
        u32::try_from(start + at).ok()
    }
}
