//! Objects that can't be read, noted so that the rest is not left unread with them.

use super::{GitError, ObjectId};

/// An object that was needed and could not be read.
#[derive(Debug)]
pub struct Unread {
    /// Its id.
    pub id: ObjectId,
    /// Why not.
    pub error: GitError,
}

/// The objects that could not be read for one commit, each once.
#[derive(Debug, Default)]
pub struct UnreadObjects(Vec<Unread>);

/// With this many, a commit is known to be unread, and further ones are not named.
const MOST: usize = 1000;

impl UnreadObjects {
    /// Notes the object of an error.
    ///
    /// # Errors
    /// With the error itself, where it is not of one object: then nothing else can be read
    /// either.
    pub fn note(&mut self, error: GitError) -> Result<(), GitError> {
        let Some(id) = error.object() else { return Err(error) };
        self.add(Unread { id, error });
        Ok(())
    }

    /// Adds objects that were noted elsewhere.
    pub fn extend(&mut self, others: Vec<Unread>) {
        others.into_iter().for_each(|unread| self.add(unread));
    }

    fn add(&mut self, unread: Unread) {
        let Self(all) = self;
        if all.len() < MOST && all.iter().all(|known| known.id != unread.id) {
            all.push(unread);
        }
    }

    /// The objects, in the order in which they were noted.
    #[must_use]
    pub fn into_vec(self) -> Vec<Unread> {
        self.0
    }
}
