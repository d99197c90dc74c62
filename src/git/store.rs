//! What the threads of a scan share of a repository's objects: where they are, and what was
//! opened of that.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::commit_graph::CommitGraph;
use super::directories::{Directory, with_alternates};
use super::loose::{self, Loose};
use super::packs::Packs;
use super::{GitError, IdSet, ObjectId, Scale};

/// See the head of this file.
pub(super) struct Store {
    directories: Vec<Directory>,
    /// Those of them that were given, for libgit2, which follows alternates itself.
    pub(super) given: Vec<PathBuf>,
    pub(super) format: git2::ObjectFormat,
    pub(super) scale: Scale,
    shallow: IdSet,
    packs: OnceLock<Arc<Packs>>,
    commit_graph: OnceLock<Option<CommitGraph>>,
    /// What was loose before the push, when it is asked for often.
    loose_before: OnceLock<IdSet>,
}

impl Store {
    pub(super) fn new(
        directories: Vec<Directory>,
        format: git2::ObjectFormat,
        shallow: IdSet,
        scale: Scale,
    ) -> Self {
        Self {
            given: directories.iter().map(|directory| directory.path.clone()).collect(),
            directories: with_alternates(directories),
            format,
            scale,
            shallow,
            packs: OnceLock::new(),
            commit_graph: OnceLock::new(),
            loose_before: OnceLock::new(),
        }
    }

    /// The bytes of an object id.
    pub(super) fn id_length(&self) -> usize {
        match self.format {
            git2::ObjectFormat::Sha1 => 20,
            git2::ObjectFormat::Sha256 => 32,
        }
    }

    /// The packs; opens them.
    pub(super) fn packs(&self) -> &Arc<Packs> {
        self.packs.get_or_init(|| Arc::new(Packs::open(&self.directories, self.id_length())))
    }

    /// What the repository's commit-graph says; `None` when there is none, or when it does
    /// not hold.
    pub(super) fn commit_graph(&self) -> Option<&CommitGraph> {
        let open = || {
            let holds = self.shallow.is_empty() && self.scale != Scale::Small;
            let mut old = self.before();
            holds
                .then(|| old.find_map(|it| CommitGraph::open(&it.path, self.id_length())))
                .flatten()
        };
        self.commit_graph.get_or_init(open).as_ref()
    }

    /// Opens an object that is loose.
    ///
    /// # Errors
    /// When it is there and can't be read.
    pub(super) fn loose(&self, id: ObjectId) -> Result<Option<Loose>, GitError> {
        for directory in &self.directories {
            if let Some(loose) = loose::open(&directory.path, id)? {
                return Ok(Some(loose));
            }
        }
        Ok(None)
    }

    /// Whether an object is in a pack or loose.
    pub(super) fn has(&self, id: ObjectId) -> bool {
        self.packs().find(id.as_bytes()).is_some()
            || self.directories.iter().any(|directory| loose::is_there(&directory.path, id))
    }

    /// Whether anything is in quarantine.
    pub(super) fn is_quarantined(&self) -> bool {
        self.directories.iter().any(|directory| directory.is_quarantine)
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
        self.directories.iter().filter(|directory| !directory.is_quarantine)
    }
}
