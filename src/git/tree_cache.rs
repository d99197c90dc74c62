//! Trees that were read lately, within a bound: two generations, of which the older is
//! dropped when the younger has grown to half of it.

use std::rc::Rc;

use super::{IdMap, Object, ObjectId};

/// Bytes of trees kept; two generations of half of it each.
const TREE_CACHE: usize = 32 << 20;

/// The trees that were read last, within a bound on bytes.
#[derive(Default)]
pub(super) struct TreeCache {
    young: IdMap<Rc<Object>>,
    old: IdMap<Rc<Object>>,
    young_bytes: usize,
}

impl TreeCache {
    pub(super) fn get(&mut self, id: ObjectId) -> Option<Rc<Object>> {
        if let Some(tree) = self.young.get(&id) {
            return Some(Rc::clone(tree));
        }
        let tree = self.old.remove(&id)?;
        self.insert(id, Rc::clone(&tree));
        Some(tree)
    }

    pub(super) fn insert(&mut self, id: ObjectId, tree: Rc<Object>) {
        self.young_bytes += tree.data().len();
        self.young.insert(id, tree);
        if self.young_bytes > TREE_CACHE / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}
