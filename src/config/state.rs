//! Placeholder until the branch `install` is merged.
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::git::Repository;

/// Opens a state file to add to it.
///
/// # Errors
/// When it can't be opened.
pub fn append(_repository: &Repository, path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().read(true).append(true).create(true).open(path)
}
