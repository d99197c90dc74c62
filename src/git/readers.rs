//! The readers of packs that a scan uses: trees and other objects keep what they need apart.

use std::sync::Arc;

use super::object::ObjectKind;
use super::packs::{Packs, Reader};

/// Files do not take the memory of trees.
pub(super) struct Readers {
    pub(super) trees: Reader,
    pub(super) others: Reader,
    pub(super) large: bool,
    /// For packs that have come, and which these are.
    pub(super) arrived: Option<(Arc<Packs>, Reader)>,
}

impl Readers {
    pub(super) fn new(large: bool) -> Self {
        let (trees, others) = if large { (1 << 16, 1 << 13) } else { (1 << 8, 1 << 6) };
        let (trees, others) = (Reader::new(trees, 32 << 20), Reader::new(others, 16 << 20));
        Self { trees, others, large, arrived: None }
    }

    pub(super) fn of_arrived(&mut self, packs: &Arc<Packs>) -> &mut Reader {
        let known = self.arrived.take().filter(|(known, _)| Arc::ptr_eq(known, packs));
        let new = || (Arc::clone(packs), Reader::new(1 << 8, 16 << 20));
        &mut self.arrived.insert(known.unwrap_or_else(new)).1
    }

    pub(super) fn of(&mut self, kind: ObjectKind) -> &mut Reader {
        if kind == ObjectKind::Tree { &mut self.trees } else { &mut self.others }
    }
}
