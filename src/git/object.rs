//! An object as it was read: its kind and its content. Source: gitformat-pack(5).

use super::{GitError, ObjectId};

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

    /// Git's own word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }
}

/// A raw object.
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    pub(super) data: Box<[u8]>,
    /// Whether `data` is all of it.
    pub(super) is_whole: bool,
}

impl Object {
    pub(super) fn new(kind: ObjectKind, data: Box<[u8]>) -> Self {
        Self { kind, data, is_whole: true }
    }

    /// Whether [`Object::data`] is all of it, and not only its beginning.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Its bytes, without Git's own header.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }
}

pub(super) fn of_kind(object: Object, id: ObjectId, kind: ObjectKind) -> Result<Object, GitError> {
    if object.kind == kind {
        return Ok(object);
    }
    Err(GitError::Malformed { id, reason: "of another kind than its referrer says" })
}

/// Before a larger loose object is read, the watch is asked.
pub(super) const LARGE: usize = 1 << 20;
