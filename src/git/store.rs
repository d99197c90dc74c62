//! What the threads of a scan share of a repository's objects: where they are, and what was
//! opened of that.

use std::sync::{Arc, OnceLock};

use super::arrivals::Arrivals;
use super::commit_graph::CommitGraph;
use super::directories::{Directories, Directory};
use super::loose;
use super::packs::Packs;
use super::{GitError, IdSet, ObjectId};

/// For how large a scan is taken, which decides how objects are read and compared but
/// never what is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// By what it turns out to read.
    #[default]
    Measured,
    /// Small, and nothing that only saves work is used: what the other ways are compared with.
    Small,
    /// Large from the start.
    Large,
}

/// The object directories of a repository, and what was opened of them.
pub(super) struct Store {
    directories: Directories,
    /// The bytes of an object id.
    pub(super) id_length: usize,
    pub(super) scale: Scale,
    shallow: IdSet,
    packs: OnceLock<Arc<Packs>>,
    arrivals: Arrivals,
    commit_graph: OnceLock<Option<CommitGraph>>,
    /// What was loose before the push, when it is asked for often.
    loose_before: OnceLock<IdSet>,
}

impl Store {
    pub(super) fn new(
        directories: Vec<Directory>,
        id_length: usize,
        shallow: IdSet,
        scale: Scale,
    ) -> Self {
        Self {
            directories: Directories::with_alternates(directories),
            id_length,
            scale,
            shallow,
            packs: OnceLock::new(),
            arrivals: Arrivals::default(),
            commit_graph: OnceLock::new(),
            loose_before: OnceLock::new(),
        }
    }

    /// The packs; opens them.
    pub(super) fn packs(&self) -> &Arc<Packs> {
        self.packs.get_or_init(|| self.arrivals.open(&self.directories.all, self.id_length))
    }

    /// The packs that are there now, if they are others than those that were opened first:
    /// what was not found may have been packed meanwhile.
    pub(super) fn arrived(&self) -> Option<Arc<Packs>> {
        self.packs();
        self.arrivals.look(&self.directories.all, self.id_length)
    }

    /// What the repository's commit-graph says; `None` when there is none, or when it does
    /// not hold.
    pub(super) fn commit_graph(&self) -> Option<&CommitGraph> {
        let open = || {
            let holds = self.shallow.is_empty() && self.scale != Scale::Small;
            let mut old = self.before();
            holds.then(|| old.find_map(|it| CommitGraph::open(&it.path, self.id_length))).flatten()
        };
        self.commit_graph.get_or_init(open).as_ref()
    }

    /// The directories, in the order in which an object is looked for.
    pub(super) fn directories(&self) -> &[Directory] {
        &self.directories.all
    }

    /// Whether an object is in a pack or loose.
    pub(super) fn has(&self, id: ObjectId) -> bool {
        let is_in = |packs: &Packs| packs.find(id.as_bytes()).is_some();
        id.as_bytes().len() == self.id_length
            && (is_in(self.packs())
                || self.directories().iter().any(|it| loose::is_there(&it.path, id))
                || self.arrived().is_some_and(|packs| is_in(&packs)))
    }

    /// The error for an object that was not found: it is missing, if it could have been
    /// found.
    pub(super) fn absence(&self, id: ObjectId) -> GitError {
        let packs = self.arrived().unwrap_or_else(|| Arc::clone(self.packs()));
        let doubts = [packs.doubts(), self.directories.unread.clone()].concat();
        let Some(first) = doubts.first() else { return GitError::Missing { id } };
        let more = match doubts.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        GitError::Unreadable { id, reason: format!("it was not found, but {first}{more}") }
    }

    /// Whether anything is in quarantine.
    pub(super) fn is_quarantined(&self) -> bool {
        self.directories().iter().any(|directory| directory.is_quarantine)
    }

    /// Whether an object was loose before the push; `often` when that is asked of many.
    pub(super) fn was_loose(&self, id: ObjectId, often: bool) -> bool {
        let mut before = self.before();
        if !often {
            return before.any(|directory| loose::is_there(&directory.path, id));
        }
        // What comes from now on has not existed before, and is judged, which is safe.
        let all = || before.flat_map(|directory| loose::all(&directory.path)).collect();
        self.loose_before.get_or_init(all).contains(&id)
    }

    /// Whether a commit is listed as shallow (gitrepository-layout(5)).
    pub(super) fn is_shallow(&self, id: ObjectId) -> bool {
        self.shallow.contains(&id)
    }

    /// The directories of what was there before the push.
    fn before(&self) -> impl Iterator<Item = &Directory> {
        self.directories().iter().filter(|directory| !directory.is_quarantine)
    }
}
