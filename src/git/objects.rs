//! The object database: raw objects by id, with a bounded cache of trees.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use git2::{ErrorCode, ObjectType, Odb, OdbLookupFlags, OdbObject, Oid};

use super::{GitError, IdMap, IdSet, ObjectId};

/// The kind of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A file's content.
    Blob,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    /// From Git's own word.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }
}

/// A raw object.
pub struct Object<'o> {
    /// Its kind.
    pub kind: ObjectKind,
    inner: OdbObject<'o>,
}

impl Object<'_> {
    /// Its bytes, without Git's own header.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.inner.data()
    }
}

/// Bytes of raw trees kept; two generations of half of it each.
const TREE_CACHE: usize = 32 << 20;

/// The objects that a repository, and the quarantine of a push, hold.
pub struct Objects<'r> {
    odb: Odb<'r>,
    /// The database as it was before the push; only while a push is in quarantine.
    before: Option<Odb<'r>>,
    shallow: IdSet,
    trees: RefCell<TreeCache>,
    reads: Cell<Reads>,
}

/// How many objects were read, by kind: what a scan costs, and the proof that it reads
/// nothing twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Objects of any kind.
    pub objects: u64,
    /// Of these, trees.
    pub trees: u64,
}

#[derive(Default)]
struct TreeCache {
    young: IdMap<Rc<[u8]>>,
    old: IdMap<Rc<[u8]>>,
    young_bytes: usize,
}

impl<'r> Objects<'r> {
    pub(super) fn new(odb: Odb<'r>, before: Option<Odb<'r>>, shallow: IdSet) -> Self {
        let trees = RefCell::default();
        Self { odb, before, shallow, trees, reads: Cell::default() }
    }

    /// Reads an object.
    ///
    /// # Errors
    /// When it is missing or can't be read.
    pub fn read(&self, id: ObjectId) -> Result<Object<'_>, GitError> {
        let oid = oid(id)?;
        let inner = self.odb.read(oid).map_err(|error| classify(id, &error))?;
        let kind = match inner.kind() {
            ObjectType::Commit => ObjectKind::Commit,
            ObjectType::Tree => ObjectKind::Tree,
            ObjectType::Blob => ObjectKind::Blob,
            ObjectType::Tag => ObjectKind::Tag,
            ObjectType::Any => {
                return Err(GitError::Malformed { id, reason: "of no known kind" });
            }
        };
        let mut reads = self.reads.get();
        reads.objects += 1;
        reads.trees += u64::from(kind == ObjectKind::Tree);
        self.reads.set(reads);
        Ok(Object { kind, inner })
    }

    /// Reads an object that must be of one kind.
    ///
    /// # Errors
    /// As [`Objects::read`], and when it is of another kind.
    pub fn read_kind(&self, id: ObjectId, kind: ObjectKind) -> Result<Object<'_>, GitError> {
        let object = self.read(id)?;
        if object.kind != kind {
            return Err(GitError::Malformed {
                id,
                reason: "of another kind than its referrer says",
            });
        }
        Ok(object)
    }

    /// The size in bytes and the kind of an object, without its content.
    ///
    /// # Errors
    /// As [`Objects::read`].
    pub fn size(&self, id: ObjectId) -> Result<usize, GitError> {
        let header = self.odb.read_header(oid(id)?);
        header.map(|(size, _)| size).map_err(|error| classify(id, &error))
    }

    /// The raw bytes of a tree, cached.
    ///
    /// # Errors
    /// As [`Objects::read_kind`].
    pub fn tree(&self, id: ObjectId) -> Result<Rc<[u8]>, GitError> {
        if let Some(raw) = self.trees.borrow_mut().get(id) {
            return Ok(raw);
        }
        let object = self.read_kind(id, ObjectKind::Tree)?;
        let raw: Rc<[u8]> = object.data().into();
        self.trees.borrow_mut().insert(id, Rc::clone(&raw));
        Ok(raw)
    }

    /// Whether an object was there before the push. `None` when nothing is in
    /// quarantine, so that nothing can be said.
    #[must_use]
    pub fn existed_before(&self, id: ObjectId) -> Option<bool> {
        let before = self.before.as_ref()?;
        let oid = oid(id).ok()?;
        Some(before.exists_ext(oid, OdbLookupFlags::NO_REFRESH))
    }

    /// Whether an object is there.
    #[must_use]
    pub fn exists(&self, id: ObjectId) -> bool {
        oid(id).is_ok_and(|oid| self.odb.exists(oid))
    }

    /// Whether a commit's history was left out on purpose: it is listed as shallow
    /// (gitrepository-layout(5)) and a parent is really missing. What is there is
    /// followed, because a pusher may be able to choose the list.
    #[must_use]
    pub fn is_cut(&self, id: ObjectId, parents: &[ObjectId]) -> bool {
        self.shallow.contains(&id) && parents.iter().any(|&parent| !self.exists(parent))
    }

    /// What was read so far.
    #[must_use]
    pub fn reads(&self) -> Reads {
        self.reads.get()
    }
}

impl TreeCache {
    fn get(&mut self, id: ObjectId) -> Option<Rc<[u8]>> {
        if let Some(raw) = self.young.get(&id) {
            return Some(Rc::clone(raw));
        }
        let raw = self.old.remove(&id)?;
        self.insert(id, Rc::clone(&raw));
        Some(raw)
    }

    fn insert(&mut self, id: ObjectId, raw: Rc<[u8]>) {
        self.young_bytes += raw.len();
        self.young.insert(id, raw);
        if self.young_bytes > TREE_CACHE / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

fn oid(id: ObjectId) -> Result<Oid, GitError> {
    Oid::from_bytes(id.as_bytes())
        .map_err(|error| GitError::Unreadable { id, reason: error.message().to_owned() })
}

fn classify(id: ObjectId, error: &git2::Error) -> GitError {
    if error.code() == ErrorCode::NotFound {
        return GitError::Missing { id };
    }
    GitError::Unreadable { id, reason: error.message().to_owned() }
}
