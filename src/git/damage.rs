//! What is wrong with a file of a repository, or with a part of one.

use super::{GitError, ObjectId};

/// What is wrong with stored data, as the end of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Damage(pub(super) &'static str);

/// Why an object could not be read from one place.
#[derive(Debug)]
pub(super) enum Fault {
    /// What is stored there is damaged.
    Damaged(Damage),
    /// It is a delta, and its base is in no place.
    NoBase(ObjectId),
    /// Something else went wrong: with the base of a delta, or with the scan.
    Other(GitError),
}

impl Fault {
    /// The error of an object with this fault.
    pub(super) fn of(self, id: ObjectId) -> GitError {
        let reason = match self {
            Self::Damaged(Damage(reason)) => reason.to_owned(),
            Self::NoBase(base) => {
                format!("it is stored as a delta to object {base}, which is missing")
            }
            Self::Other(error) if error.object().is_none() => return error,
            Self::Other(error) => format!("it is stored as a delta, and {error}"),
        };
        GitError::Unreadable { id, reason }
    }
}

impl From<Damage> for Fault {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

/// The first error that one object alone is at fault for, while it is looked for elsewhere.
#[derive(Debug, Default)]
pub(super) struct FirstError(pub(super) Option<GitError>);

impl FirstError {
    /// What was found in one place; an error of the object is kept, and counts as nothing
    /// found.
    ///
    /// # Errors
    /// With any other error.
    pub(super) fn keep<T>(
        &mut self,
        found: Result<Option<T>, GitError>,
    ) -> Result<Option<T>, GitError> {
        match found {
            Err(error) if error.object().is_some() => {
                self.0.get_or_insert(error);
                Ok(None)
            }
            found => found,
        }
    }
}
