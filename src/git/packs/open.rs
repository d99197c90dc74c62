//! Finding and mapping the packs of object directories.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::Packs;
use super::mapped::Mapped;
use crate::git::directories::Directory;
use crate::text::escape;

/// The packs that were found in directories, not opened yet.
pub(in crate::git) struct Found {
    /// Their indexes, the largest pack's first.
    pub(in crate::git) indexes: Vec<PathBuf>,
    are_new: Vec<bool>,
    directories: Vec<PathBuf>,
    unopened: Vec<String>,
}

/// More packs are not opened: each takes two mappings, of which a process may have 65,530
/// (`vm.max_map_count` in Linux).
const MOST_PACKS: usize = 20_000;

/// How large a pack is, its index, and whether it is in quarantine.
type Listed = (u64, PathBuf, bool);

impl Packs {
    /// Opens the packs of object directories. One that can't be opened is noted.
    pub(in crate::git) fn open(directories: &[Directory], id_length: usize) -> Self {
        Self::find_all_files(directories).opened(id_length)
    }

    /// Finds the packs of object directories.
    pub(in crate::git) fn find_all_files(directories: &[Directory]) -> Found {
        let (mut listed, mut unopened) = (Vec::new(), Vec::new());
        for directory in directories {
            if let Err(error) = list(directory, &mut listed) {
                unopened.push(note(&directory.path.join("pack"), &error.to_string()));
            }
        }
        // Most objects are in the largest pack.
        listed.sort_by(|a, b| b.cmp(a));
        let directories = directories.iter().map(|directory| directory.path.clone()).collect();
        let (indexes, are_new) = listed.into_iter().map(|(_, path, is_new)| (path, is_new)).unzip();
        Found { indexes, are_new, directories, unopened }
    }
}

impl Found {
    /// Opens them.
    pub(in crate::git) fn opened(self, id_length: usize) -> Packs {
        let mut all = Packs::new(self.directories, id_length);
        all.unopened = self.unopened;
        if let Some(more) = self.indexes.len().checked_sub(MOST_PACKS).filter(|&more| more > 0) {
            all.unopened.push(format!("{more} of {} packs were not opened", self.indexes.len()));
        }
        for (path, is_new) in self.indexes.iter().zip(self.are_new).take(MOST_PACKS) {
            let pack = path.with_extension("pack");
            let maps = Mapped::open(path)
                .map_err(|error| of_index(path, &error))
                .and_then(|index| Ok((index, Mapped::open(&pack)?)));
            let added = match maps {
                Ok((index, data)) => all
                    .add(&escape::path(&pack), is_new, index, data)
                    .map_err(|damage| damage.to_string()),
                // Its objects have been put into another one meanwhile.
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error.to_string()),
            };
            if let Err(reason) = added {
                all.unopened.push(note(&pack, &reason));
            }
        }
        all.indexes = self.indexes;
        all
    }
}

/// An error of a pack whose index can't be opened.
fn of_index(path: &Path, error: &Error) -> Error {
    Error::new(error.kind(), format!("its index {}: {error}", escape::path(path)))
}

fn note(path: &Path, reason: &str) -> String {
    format!("{} cannot be used: {reason}", escape::path(path))
}

/// Adds the packs of a directory that have an index.
fn list(directory: &Directory, found: &mut Vec<Listed>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(directory.path.join("pack")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "idx") {
            match std::fs::metadata(path.with_extension("pack")) {
                Ok(data) => found.push((data.len(), path, directory.is_quarantine)),
                // Git does not look at an index without its pack either.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}
