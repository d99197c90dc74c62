//! The second step: the repository is open, and its configuration is not read yet.

use super::arrived::Arrived;
use super::failure::GateError;
use crate::git::Repository;

/// A push whose repository is open.
pub struct Opened {
    pub(super) arrived: Arrived,
    pub(super) repository: Repository,
}

impl Opened {
    /// Opens the repository that git runs the hook in.
    ///
    /// # Errors
    /// When it can't be opened.
    pub(super) fn of(mut arrived: Arrived) -> Result<Self, Box<(Arrived, GateError)>> {
        match Repository::open_in_hook(std::mem::take(&mut arrived.git)) {
            Ok(repository) => {
                if arrived.context.repository.is_none() {
                    arrived.push.repository = repository.name();
                }
                Ok(Self { arrived, repository })
            }
            Err(error) => Err(Box::new((arrived, error.into()))),
        }
    }
}
