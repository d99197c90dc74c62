//! The object database: raw objects by id, with a bounded cache of trees.

use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

use git2::{ErrorCode, ObjectType, Odb, OdbLookupFlags, OdbObject, Oid};

use super::packs::{Packs, Place, Reader};
use super::tree_cache::TreeCache;
use super::{GitError, IdSet, ObjectId};

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
    inner: Inner<'o>,
}

enum Inner<'o> {
    Database(OdbObject<'o>),
    Packed(Box<[u8]>),
}

impl Object<'_> {
    /// Its bytes, without Git's own header.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        match &self.inner {
            Inner::Database(object) => object.data(),
            Inner::Packed(data) => data,
        }
    }
}

/// The objects that a repository, and the quarantine of a push, hold.
pub struct Objects<'r> {
    odb: Odb<'r>,
    /// The database as it was before the push; only while a push is in quarantine.
    before: Option<Odb<'r>>,
    shallow: IdSet,
    trees: RefCell<TreeCache>,
    reads: Cell<Reads>,
    /// Where packs are looked for.
    directories: Vec<PathBuf>,
    id_length: usize,
    scale: Scale,
    packs: OnceCell<Packs>,
    readers: RefCell<Option<Readers>>,
}

/// For how large a scan is taken, which decides how objects are read and compared but
/// never what is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// By what it turns out to read.
    #[default]
    Measured,
    /// Small, whatever it reads.
    Small,
    /// Large from the start.
    Large,
}

/// After so many reads a scan counts as large, and the packs are opened.
const MANY_READS: u64 = 500;

/// Files do not take the memory of trees.
struct Readers {
    trees: Reader,
    others: Reader,
}

impl Readers {
    fn new() -> Self {
        Self { trees: Reader::new(1 << 16, 32 << 20), others: Reader::new(1 << 13, 16 << 20) }
    }

    fn of(&mut self, kind: ObjectKind) -> &mut Reader {
        if kind == ObjectKind::Tree { &mut self.trees } else { &mut self.others }
    }
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

impl<'r> Objects<'r> {
    pub(super) fn new(
        odb: Odb<'r>,
        before: Option<Odb<'r>>,
        shallow: IdSet,
        (directories, id_length): (Vec<PathBuf>, usize),
        scale: Scale,
    ) -> Self {
        Self {
            odb,
            before,
            shallow,
            trees: RefCell::default(),
            reads: Cell::default(),
            directories,
            id_length,
            scale,
            packs: OnceCell::new(),
            readers: RefCell::default(),
        }
    }

    /// For how large this scan is taken.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// How many objects are in packs; opens them.
    pub fn packed(&self) -> usize {
        self.opened().count()
    }

    /// Prepares for looking up a large part of all objects.
    pub fn hurry(&self) {
        self.opened().hurry();
    }

    /// Where an object is in a pack; `None` when it is in none that can be read the fast way.
    #[must_use]
    pub fn place(&self, id: ObjectId) -> Option<Place> {
        self.opened().find(id.as_bytes())
    }

    /// Whether `test` holds for the files in packs, in the order that costs least. Those
    /// that can't be read are left out.
    pub fn packed_files(&self, test: &(dyn Fn(&[u8]) -> bool + Sync)) -> Vec<(Place, bool)> {
        let all = self.opened().files(test);
        let mut reads = self.reads.get();
        reads.objects += all.len() as u64;
        self.reads.set(reads);
        all
    }

    /// Reads the object at a place into a buffer; whether that could be done and it is of
    /// this kind.
    pub fn read_at(&self, place: Place, kind: ObjectKind, buffer: &mut Vec<u8>) -> bool {
        let mut readers = self.readers.borrow_mut();
        let reader = readers.get_or_insert_with(Readers::new).of(kind);
        let read = self.opened().read(reader, place).filter(|(read, _)| *read == kind);
        let Some((_, data)) = read else { return false };
        buffer.clear();
        buffer.extend_from_slice(data);
        self.count(kind);
        true
    }

    fn opened(&self) -> &Packs {
        self.packs.get_or_init(|| Packs::open(&self.directories, self.id_length))
    }

    /// Reads an object the fast way, if the scan is large enough for it and it is there.
    fn read_packed(&self, id: ObjectId, kind: Option<ObjectKind>) -> Option<Object<'static>> {
        let large = match self.scale {
            Scale::Measured => self.reads.get().objects >= MANY_READS,
            Scale::Small => false,
            Scale::Large => true,
        };
        let place = large.then(|| self.place(id))??;
        let mut readers = self.readers.borrow_mut();
        let reader = readers.get_or_insert_with(Readers::new);
        let reader = reader.of(kind.unwrap_or(ObjectKind::Commit));
        let (kind, data) = self.opened().read(reader, place)?;
        Some(Object { kind, inner: Inner::Packed(data.into()) })
    }

    fn count(&self, kind: ObjectKind) {
        let mut reads = self.reads.get();
        reads.objects += 1;
        reads.trees += u64::from(kind == ObjectKind::Tree);
        self.reads.set(reads);
    }

    /// Reads an object.
    ///
    /// # Errors
    /// When it is missing or can't be read.
    pub fn read(&self, id: ObjectId) -> Result<Object<'_>, GitError> {
        self.read_hinted(id, None)
    }

    fn read_hinted(&self, id: ObjectId, hint: Option<ObjectKind>) -> Result<Object<'_>, GitError> {
        if let Some(object) = self.read_packed(id, hint) {
            self.count(object.kind);
            return Ok(object);
        }
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
        self.count(kind);
        Ok(Object { kind, inner: Inner::Database(inner) })
    }

    /// Reads an object that must be of one kind.
    ///
    /// # Errors
    /// As [`Objects::read`], and when it is of another kind.
    pub fn read_kind(&self, id: ObjectId, kind: ObjectKind) -> Result<Object<'_>, GitError> {
        let object = self.read_hinted(id, Some(kind))?;
        if object.kind != kind {
            return Err(GitError::Malformed {
                id,
                reason: "of another kind than its referrer says",
            });
        }
        Ok(object)
    }

    /// The size in bytes of an object, without its content.
    ///
    /// # Errors
    /// As [`Objects::read`].
    pub fn size(&self, id: ObjectId) -> Result<usize, GitError> {
        let header = self.odb.read_header(oid(id)?);
        header.map(|(size, _)| size).map_err(|error| classify(id, &error))
    }

    /// Reads a blob, or gives its size when it has more bytes than `largest`.
    ///
    /// # Errors
    /// As [`Objects::read_kind`].
    pub fn blob(
        &self,
        id: ObjectId,
        largest: usize,
    ) -> Result<Result<Object<'_>, usize>, GitError> {
        let packed = self.read_packed(id, Some(ObjectKind::Blob));
        if let Some(object) = packed.filter(|object| object.data().len() <= largest)
            && object.kind == ObjectKind::Blob
        {
            self.count(object.kind);
            return Ok(Ok(object));
        }
        let size = self.size(id)?;
        if size > largest { Ok(Err(size)) } else { self.read_kind(id, ObjectKind::Blob).map(Ok) }
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
