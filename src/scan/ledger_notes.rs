//! What of a judgement is of interest to the ledger.

use crate::git::{IdSet, ObjectId, RefName};
use crate::policy::PlaceBound;
use crate::state::ledger::{Additions, Admission, Ledger};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What of a push's judgement is of interest to the ledger.
#[derive(Default)]
pub(super) struct LedgerNotes {
    /// The entries that a repository without a ledger begins with.
    pub(super) first: Option<Vec<Admission>>,
    /// The commits that were judged for the updates of a group.
    pub(super) groups: Vec<(Vec<RefName>, Vec<ObjectId>)>,
    /// The objects that were judged for one ref only.
    pub(super) single: BTreeMap<RefName, IdSet>,
    /// The objects of all entries of a ledger.
    pub(super) open: Option<(Rc<Ledger>, IdSet)>,
    /// Objects on the ledger that an update reaches and that a baseline covers, or a limit
    /// left.
    pub(super) passed: BTreeMap<RefName, IdSet>,
    /// Entries that were judged after all, with nothing that is refused.
    pub(super) now_judged: Vec<(RefName, ObjectId)>,
    /// What the judgement adds to the ledger.
    pub(super) additions: Additions,
    /// Whether there is a ledger: not in a client.
    pub(super) is_kept: bool,
}

/// What place-bound exceptions let in.
#[derive(Default)]
pub(super) struct LetIn {
    pub(super) all: BTreeMap<(RefName, PlaceBound), Vec<ObjectId>>,
    pub(super) on: BTreeMap<RefName, IdSet>,
}

impl LetIn {
    /// Notes that an exception let an object in.
    pub(super) fn add(&mut self, name: &RefName, bound: &PlaceBound, id: ObjectId) {
        self.on.entry(name.clone()).or_default().insert(id);
        let ids = self.all.entry((name.clone(), bound.clone())).or_default();
        if ids.last() != Some(&id) {
            ids.push(id);
        }
    }
}
