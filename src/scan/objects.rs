//! Reading blobs within a bound.

use crate::git::{GitError, Object, ObjectId, Objects};

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
    Ok(match objects.blob(id, largest)? {
        Ok(object) => Blob::Read(object),
        Err(size) => Blob::TooLarge(size),
    })
}
