//! Reading one object from where it is.
//!
//! An object is looked for in the packs, then among the loose objects, then in the packs that
//! have come meanwhile. A copy that is damaged is no end: another one may be sound, as git
//! tries them, too. What can be read nowhere is an error, which says whether the object is
//! missing or what is wrong with it.
//!
//! An object that is read whole is proved by its id where nothing else proves it: commits and
//! tags, on which verdicts rest, always; the others unless they were found by an index whose
//! checksum was verified.

use std::path::Path;

use super::damage::{Damage, Fault, FirstError};
use super::object::LARGE;
use super::packs::{Packs, Reader};
use super::readers::Readers;
use super::{GitError, Object, ObjectId, ObjectKind, Objects, hash, loose};

/// What is wanted of an object.
struct Wanted {
    id: ObjectId,
    /// At most this many of its first bytes.
    most: usize,
}

impl Objects<'_> {
    /// Reads an object, or only its first `most` bytes if it has more and that saves work.
    /// `hint` is the kind that it is expected to have.
    pub(super) fn read_head(
        &self,
        id: ObjectId,
        hint: ObjectKind,
        most: usize,
    ) -> Result<Object, GitError> {
        let object = self.find(id, hint, most)?;
        self.meter.count(1, object.data().len() as u64)?;
        Ok(object)
    }

    fn find(&self, id: ObjectId, hint: ObjectKind, most: usize) -> Result<Object, GitError> {
        if id.as_bytes().len() != self.store.id_length {
            return Err(GitError::Missing { id });
        }
        let mut first = FirstError::default();
        let packs = self.opened();
        let packed = self.with_readers(|readers| self.in_packs(packs, readers.of(hint), id, most));
        if let Some(object) = first.keep(packed)? {
            return Ok(object);
        }
        for directory in self.store.directories() {
            if let Some(object) = first.keep(self.loose(&directory.path, id, most))? {
                return Ok(object);
            }
        }
        if let Some(packs) = self.store.arrived() {
            let read =
                |readers: &mut Readers| self.in_packs(&packs, readers.of_arrived(&packs), id, most);
            if let Some(object) = first.keep(self.with_readers(read))? {
                return Ok(object);
            }
        }
        Err(first.0.unwrap_or_else(|| self.store.absence(id)))
    }

    /// Reads an object out of the first pack that has a sound copy; `None` when none has any.
    fn in_packs(
        &self,
        packs: &Packs,
        reader: &mut Reader,
        id: ObjectId,
        most: usize,
    ) -> Result<Option<Object>, GitError> {
        let mut first = FirstError::default();
        for at in packs.find_all(id.as_bytes()) {
            let copy =
                self.copy(packs, reader, at, &Wanted { id, most }).map_err(|fault| fault.of(id));
            if let Some(object) = first.keep(copy.map(Some))? {
                return Ok(Some(object));
            }
        }
        first.0.map_or(Ok(None), Err)
    }

    fn copy(
        &self,
        packs: &Packs,
        reader: &mut Reader,
        at: (u32, u64),
        wanted: &Wanted,
    ) -> Result<Object, Fault> {
        let Wanted { id, most } = *wanted;
        if most < usize::MAX
            && let Some((kind, data)) = packs.take_head(reader, at, most)?
        {
            return Ok(Object { kind, data, is_whole: false });
        }
        let (kind, data) = packs.take(reader, at, &|bytes| self.admit(bytes))?;
        if !packs.is_known_sound(at.0) || matches!(kind, ObjectKind::Commit | ObjectKind::Tag) {
            prove(id, kind, &data)?;
        }
        Ok(Object::new(kind, data))
    }

    fn loose(
        &self,
        directory: &Path,
        id: ObjectId,
        most: usize,
    ) -> Result<Option<Object>, GitError> {
        let Some(loose) = loose::open(directory, id)? else { return Ok(None) };
        let (kind, is_whole) = (loose.kind, loose.size <= most);
        if is_whole && loose.size > LARGE {
            self.admit(loose.size)?;
        }
        let data = loose.read(most)?.into_boxed_slice();
        if is_whole {
            prove(id, kind, &data).map_err(|damage| Fault::from(damage).of(id))?;
        }
        Ok(Some(Object { kind, data, is_whole }))
    }

    /// Asks whether that number of bytes may be read at once, or with 0 whether to go on.
    fn admit(&self, bytes: usize) -> Result<(), GitError> {
        if bytes == 0 { self.meter.check() } else { self.meter.admit(bytes as u64) }
    }
}

/// Proves that an object is the one with an id.
fn prove(id: ObjectId, kind: ObjectKind, data: &[u8]) -> Result<(), Damage> {
    const OTHER: Damage = Damage("its content is that of another object");
    if hash::is_id_of(id, kind, data) { Ok(()) } else { Err(OTHER) }
}
