//! Packs that come while a scan reads: `git repack` puts objects into a new pack and then
//! removes the files where they were.
//!
//! What was opened stays readable, for its files are mapped. An object that is not found is
//! therefore looked for in the packs that are there then, as git does
//! (`reprepare_packed_git` in its packfile.c).

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::directories::Directory;
use super::packs::Packs;

/// What is known of the packs that have come.
#[derive(Default)]
pub(super) struct Arrivals(Mutex<State>);

#[derive(Default)]
struct State {
    /// When each directory was changed before it was looked at; `None` where it may have been
    /// changed since in the same instant.
    changed: Option<Vec<Option<SystemTime>>>,
    /// The indexes that were there.
    indexes: Vec<PathBuf>,
    /// The packs, if they are not those that were opened first.
    packs: Option<Arc<Packs>>,
}

/// Times of files are no finer than this on any file system in use.
const GRAIN: Duration = Duration::from_secs(2);

impl Arrivals {
    /// Opens the packs for the first time.
    pub(super) fn open(&self, directories: &[Directory], id_length: usize) -> Arc<Packs> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.changed = settled(directories);
        let packs = Packs::open(directories, id_length);
        state.indexes = packs.indexes.clone();
        Arc::new(packs)
    }

    /// The packs that are there now, if they are not those that were opened first.
    pub(super) fn look(&self, directories: &[Directory], id_length: usize) -> Option<Arc<Packs>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = settled(directories);
        if now.is_none() || now != state.changed {
            state.changed = now;
            let packs = Packs::find_all_files(directories);
            if packs.indexes != state.indexes {
                let packs = packs.opened(id_length);
                state.indexes = packs.indexes.clone();
                state.packs = Some(Arc::new(packs));
            }
        }
        state.packs.clone()
    }
}

/// When the directories of packs were changed; `None` when one was so lately that a change
/// after this would not be seen.
fn settled(directories: &[Directory]) -> Option<Vec<Option<SystemTime>>> {
    let now = SystemTime::now();
    let mut all = Vec::with_capacity(directories.len());
    for directory in directories {
        let metadata = std::fs::metadata(directory.path.join("pack"));
        let changed = metadata.and_then(|it| it.modified()).ok();
        if changed.is_some_and(|it| now.duration_since(it).is_ok_and(|age| age > GRAIN)) {
            all.push(changed);
        } else if changed.is_none() {
            all.push(None);
        } else {
            return None;
        }
    }
    Some(all)
}
