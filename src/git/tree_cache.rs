//! Raw trees that were read lately, within a bound: two generations, of which the older is
//! dropped when the younger has grown to half of it.

use std::rc::Rc;

use super::{IdMap, ObjectId};

/// Bytes of raw trees kept; two generations of half of it each.
const TREE_CACHE: usize = 32 << 20;

/// See the head of this file.
#[derive(Default)]
pub(super) struct TreeCache {
    young: IdMap<Rc<[u8]>>,
    old: IdMap<Rc<[u8]>>,
    young_bytes: usize,
}

impl TreeCache {
    pub(super) fn get(&mut self, id: ObjectId) -> Option<Rc<[u8]>> {
        if let Some(raw) = self.young.get(&id) {
            return Some(Rc::clone(raw));
        }
        let raw = self.old.remove(&id)?;
        self.insert(id, Rc::clone(&raw));
        Some(raw)
    }

    pub(super) fn insert(&mut self, id: ObjectId, raw: Rc<[u8]>) {
        self.young_bytes += raw.len();
        self.young.insert(id, raw);
        if self.young_bytes > TREE_CACHE / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}
