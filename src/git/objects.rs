//! The object database: raw objects by id, with a bounded cache of trees.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::commit_graph::CommitGraph;
use super::directories::Directory;
use super::meter::{Meter, Reads, Watch};
use super::object::LARGE;
use super::object::{Object, ObjectKind, of_kind};
use super::packs::{DeltaWalker, Files, Packs, Place};
use super::readers::Readers;
use super::store::Scale;
use super::store::Store;
use super::tag_chains::Tags;
use super::tree_cache::TreeCache;
use super::{GitError, IdSet, ObjectId};
use crate::text::Pace;

/// The objects that a repository, and the quarantine of a push, hold: one thread's way to
/// them.
pub struct Objects<'r> {
    pub(super) store: Arc<Store>,
    pub(super) meter: Meter<'r>,
    readers: RefCell<Option<Readers>>,
    trees: RefCell<TreeCache>,
    pub(super) tags: RefCell<Tags>,
}

/// After so many reads a scan counts as large, and more of what was read is kept.
const MANY_READS: u64 = 500;

impl<'r> Objects<'r> {
    pub(super) fn new(
        directories: Vec<Directory>,
        id_length: usize,
        shallow: IdSet,
        scale: Scale,
        watch: Option<&'r dyn Watch>,
    ) -> Self {
        let store = Store::new(directories, id_length, shallow, scale);
        Self::over(Arc::new(store), Meter::new(watch))
    }

    pub(super) fn over(store: Arc<Store>, meter: Meter<'r>) -> Self {
        Self {
            store,
            meter,
            readers: RefCell::default(),
            trees: RefCell::default(),
            tags: RefCell::default(),
        }
    }

    /// For how large this scan is taken.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.store.scale
    }

    /// How many objects are in packs; opens them.
    pub fn packed(&self) -> usize {
        self.opened().count()
    }

    /// Prepares for asking for the places of a large part of all objects.
    pub fn build_id_table(&self) {
        self.opened().build_id_table();
    }

    /// Where an object is in a pack; `None` when it is in none.
    #[must_use]
    pub fn place(&self, id: ObjectId) -> Option<Place> {
        self.opened().place(id.as_bytes())
    }

    /// The files in packs.
    #[must_use]
    pub fn packed_files(&self) -> Files {
        Files::new(Arc::clone(self.store.packs()))
    }

    /// Looks at some more of the files in packs; whether there may be others, and the scan is
    /// not ended.
    pub fn look_at_some<T>(&self, climber: &mut DeltaWalker<'_, T>) -> bool {
        climber.some(&|bytes| self.meter.count(1, bytes as u64).is_ok())
    }

    /// Reads the object at a place into a buffer; whether that could be done and it is of
    /// this kind.
    pub fn read_at(&self, place: Place, kind: ObjectKind, buffer: &mut Vec<u8>) -> bool {
        let read = self.with_readers(|readers| {
            // A large one is read where that can be asked for.
            let admit = |_| Err(GitError::Stopped);
            let read = self.opened().read(readers.of(kind), place, &admit).ok();
            let (_, data) = read.filter(|(read, _)| *read == kind)?;
            buffer.clear();
            buffer.extend_from_slice(data);
            Some(data.len() as u64)
        });
        read.is_some_and(|bytes| self.meter.count(1, bytes).is_ok())
    }

    pub(super) fn with_readers<T>(&self, read: impl FnOnce(&mut Readers) -> T) -> T {
        let large = self.store.scale == Scale::Large || self.meter.reads().objects >= MANY_READS;
        let mut readers = self.readers.borrow_mut();
        if readers.as_ref().is_some_and(|readers| large && !readers.large) {
            *readers = None;
        }
        read(readers.get_or_insert_with(|| Readers::new(large)))
    }

    pub(super) fn opened(&self) -> &Packs {
        self.store.packs()
    }

    /// What the repository's commit-graph says; `None` when there is none, or when it does
    /// not hold.
    pub(super) fn commit_graph(&self) -> Option<&CommitGraph> {
        self.store.commit_graph()
    }

    /// Reads an object.
    ///
    /// # Errors
    /// When it is missing or can't be read.
    pub fn read(&self, id: ObjectId) -> Result<Object, GitError> {
        self.read_head(id, ObjectKind::Commit, usize::MAX)
    }

    /// Reads an object that must be of one kind.
    ///
    /// # Errors
    /// As [`Objects::read`], and when it is of another kind.
    pub fn read_kind(&self, id: ObjectId, kind: ObjectKind) -> Result<Object, GitError> {
        of_kind(self.read_head(id, kind, usize::MAX)?, id, kind)
    }

    /// Reads a blob, of one that has more bytes than `most` only so many.
    ///
    /// # Errors
    /// As [`Objects::read_kind`].
    pub fn blob_head(&self, id: ObjectId, most: usize) -> Result<Object, GitError> {
        let read = self.read_head(id, ObjectKind::Blob, most)?;
        let mut object = of_kind(read, id, ObjectKind::Blob)?;
        if object.data.len() > most {
            object.data = object.data.get(..most).unwrap_or_default().into();
            object.is_whole = false;
        }
        Ok(object)
    }

    /// The raw bytes of a tree, cached.
    ///
    /// # Errors
    /// As [`Objects::read_kind`].
    pub fn tree(&self, id: ObjectId) -> Result<Rc<Object>, GitError> {
        if let Some(tree) = self.trees.borrow_mut().get(id) {
            return Ok(tree);
        }
        let tree = Rc::new(self.read_kind(id, ObjectKind::Tree)?);
        self.trees.borrow_mut().insert(id, Rc::clone(&tree));
        Ok(tree)
    }

    /// Whether an object was there before the push. `None` when nothing is in
    /// quarantine, so that nothing can be said.
    #[must_use]
    pub fn existed_before(&self, id: ObjectId) -> Option<bool> {
        if !self.store.is_quarantined() {
            return None;
        }
        let often = self.meter.reads().objects >= MANY_READS;
        Some(self.opened().has_before(id.as_bytes()) || self.store.was_loose(id, often))
    }

    /// Whether an object is there.
    #[must_use]
    pub fn exists(&self, id: ObjectId) -> bool {
        self.store.has(id)
    }

    /// Whether a commit's history was left out on purpose: it is listed as shallow
    /// (gitrepository-layout(5)) and a parent is really missing. What is there is
    /// followed, because a pusher may be able to choose the list.
    #[must_use]
    pub fn is_cut(&self, id: ObjectId, parents: &[ObjectId]) -> bool {
        let is_missing = |&parent: &ObjectId| {
            !self.exists(parent) && matches!(self.store.absence(parent), GitError::Missing { .. })
        };
        self.store.is_shallow(id) && parents.iter().any(is_missing)
    }

    /// What was read so far.
    #[must_use]
    pub fn reads(&self) -> Reads {
        self.meter.reads()
    }

    /// Reports progress to the watch, which may end the scan.
    pub fn ask(&self) {
        self.meter.ask();
    }

    /// Counts steps of work that reads nothing, so that a limit ends that too.
    ///
    /// # Errors
    /// When the watch has ended the scan.
    pub fn step(&self, steps: u64) -> Result<(), GitError> {
        self.meter.step(steps)
    }

    /// Ends the scan.
    pub fn stop(&self) {
        self.meter.stop();
    }

    /// Whether whoever watches has ended the scan.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.meter.is_stopped()
    }

    /// Lets a scan that was ended read what it needs to tell what it has found.
    pub fn release(&self) {
        self.meter.release();
    }
}

impl Pace for Objects<'_> {
    fn goes_on(&self, bytes: usize) -> bool {
        self.meter.work(bytes as u64)
    }

    fn admits(&self, bytes: usize) -> bool {
        bytes <= LARGE || self.meter.admit(bytes as u64).is_ok()
    }
}
