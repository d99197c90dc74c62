//! Finding repositories below a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::InstallError;
use crate::owner::Folder;
use crate::text::escape;

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The Git directories, by name.
    pub repositories: Vec<PathBuf>,
    /// Directories that could not be read, each with the reason.
    pub unread: Vec<String>,
}

/// The Git directory of a path: itself, or `.git` in it. Source: git's own test in
/// setup.c (`is_git_directory`): `HEAD`, `objects` and `refs`.
#[must_use]
pub fn git_dir(path: &Path) -> Option<PathBuf> {
    let is = |path: &Path| {
        fs::symlink_metadata(path.join("HEAD")).is_ok()
            && path.join("objects").is_dir()
            && path.join("refs").is_dir()
    };
    let inner = path.join(".git");
    if is(path) {
        Some(path.to_owned())
    } else if is(&inner) {
        Some(inner)
    } else {
        None
    }
}

/// Finds all repositories below a folder. Links are not followed, and a repository is not
/// searched for others.
///
/// # Errors
/// When the folder itself can't be read.
pub fn walk(folder: &Path) -> Result<Walk, InstallError> {
    let mut walk = Walk::default();
    let folder = folder
        .canonicalize()
        .map_err(|source| InstallError::Read { path: folder.to_owned(), source })?;
    let mut stack = vec![folder.clone()];
    while let Some(directory) = stack.pop() {
        if let Some(found) = git_dir(&directory) {
            walk.repositories.push(found);
            continue;
        }
        // As root by handles: an owner may put a link where a directory was a moment ago.
        let entries = match Folder::open(&directory).and_then(|folder| folder.entries()) {
            Ok(entries) => entries,
            Err(source) if directory == folder => {
                return Err(InstallError::Read { path: directory, source });
            }
            Err(error) => {
                walk.unread.push(format!("cannot read {}: {error}", escape::path(&directory)));
                continue;
            }
        };
        let folders = entries.into_iter().filter(|(_, is_folder)| *is_folder);
        stack.extend(folders.map(|(name, _)| directory.join(name)));
    }
    walk.repositories.sort();
    Ok(walk)
}
