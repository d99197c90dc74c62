//! Repositories that a command was run in or was told of.

use std::ops::Deref;
use std::path::Path;

use super::error::Error;
use super::global::Global;
use crate::git::{Repository, Trust};
use crate::owner::Acting;
use crate::text::escape;

/// A repository. As root, this process acts as its owner as long as the value lives, so that
/// nothing in it directs root.
pub(super) struct Opened {
    repository: Repository,
    _acting: Acting,
}

impl Opened {
    /// Opens the repository of the working directory, or that of `-C`.
    pub(super) fn discover(global: &Global) -> Result<Self, Error> {
        let directory = global.directory.as_deref().unwrap_or(Path::new("."));
        let _acting = acting(directory)?;
        Ok(Self { repository: Repository::discover(directory)?, _acting })
    }

    /// Opens the repository at a path.
    pub(super) fn at(path: &Path) -> Result<Self, Error> {
        let _acting = acting(path)?;
        Ok(Self { repository: Repository::open(path, Trust::Verify)?, _acting })
    }
}

impl Deref for Opened {
    type Target = Repository;

    fn deref(&self) -> &Repository {
        &self.repository
    }
}

fn acting(path: &Path) -> Result<Acting, Error> {
    Acting::for_path(path).map_err(|source| Error::Read { what: escape::path(path), source })
}

/// Acts as the account that started this process, for files that were named to it.
pub(super) fn own() -> Result<Acting, Error> {
    Acting::own().map_err(|source| Error::Read { what: "named files".into(), source })
}
