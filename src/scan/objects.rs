//! Reading what a ref points to: annotated tags peeled and judged, blobs bounded.

use crate::git::{GitError, Object, ObjectId, ObjectKind, Objects, Tag};

/// A blob, or why it was not read.
pub(super) enum Blob<'o> {
    /// Its content.
    Read(Object<'o>),
    /// It has more bytes than asked for.
    TooLarge(usize),
}

/// Reads a blob of at most `largest` bytes.
pub(super) fn blob<'o>(
    objects: &'o Objects<'_>,
    id: ObjectId,
    largest: usize,
) -> Result<Blob<'o>, GitError> {
    let size = objects.size(id)?;
    if size > largest {
        return Ok(Blob::TooLarge(size));
    }
    objects.read_kind(id, ObjectKind::Blob).map(Blob::Read)
}

/// What a ref's value leads to.
pub(super) struct Peeled {
    /// The annotated tags on the way, outermost first.
    pub(super) tags: Vec<ObjectId>,
    /// What is left in the end.
    pub(super) id: ObjectId,
    /// Its kind; never a tag.
    pub(super) kind: ObjectKind,
}

/// Follows annotated tags. A tag can't contain its own id, so the chain ends.
pub(super) fn peel(objects: &Objects<'_>, id: ObjectId) -> Result<Peeled, GitError> {
    let mut tags = Vec::new();
    let mut id = id;
    loop {
        let object = objects.read(id)?;
        if object.kind != ObjectKind::Tag {
            return Ok(Peeled { tags, id, kind: object.kind });
        }
        tags.push(id);
        id = Tag::parse(id, object.data())?.target;
    }
}
