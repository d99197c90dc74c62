//! Repositories that a command was run in or was told of.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::global::Global;
use crate::git::{GitError, Repository, Trust};
use crate::owner::Acting;
use crate::text::escape;

/// A repository. As root, this process acts as its owner as long as the value lives, so that
/// nothing in it directs root.
pub(super) struct Opened {
    repository: Repository,
    /// Dropped before `_acting`, which it narrows.
    _found: Acting,
    _acting: Acting,
}

impl Opened {
    /// Opens the repository of the working directory, or that of `-C`.
    pub(super) fn discover(global: &Global) -> Result<Self, Error> {
        let directory = global.directory.as_deref().unwrap_or(Path::new("."));
        let (_acting, real) = named(directory)?;
        let repository = Repository::discover(&real).map_err(|error| shown_as(error, directory))?;
        // It may be above that directory, or elsewhere, and another account's.
        let git_dir = repository.git_dir();
        let failed = |source| Error::Read { what: escape::path(git_dir), source };
        let _found = Acting::narrowed(git_dir).map_err(failed)?;
        Ok(Self { repository, _found, _acting })
    }

    /// Opens the repository at a path.
    pub(super) fn at(path: &Path) -> Result<Self, Error> {
        let (_acting, real) = named(path)?;
        let repository =
            Repository::open(&real, Trust::Verify).map_err(|error| shown_as(error, path))?;
        Ok(Self { repository, _found: Acting::unchanged(), _acting })
    }
}

impl Deref for Opened {
    type Target = Repository;

    fn deref(&self) -> &Repository {
        &self.repository
    }
}

/// The error with the path as it was named.
fn shown_as(error: GitError, path: &Path) -> GitError {
    match error {
        GitError::Open { reason, .. } => GitError::Open { path: path.to_owned(), reason },
        other => other,
    }
}

fn named(path: &Path) -> Result<(Acting, PathBuf), Error> {
    Acting::named(path).map_err(|source| Error::Read { what: escape::path(path), source })
}

/// Acts as the account that started this process, for files that were named to it.
pub(super) fn own() -> Result<Acting, Error> {
    Acting::own().map_err(|source| Error::Read { what: "named files".into(), source })
}
