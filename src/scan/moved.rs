//! What a commit takes away, so that a file that was only moved is no new use of its tool.
//!
//! A file was moved when the same object, with the same marker, went from another path in
//! the same commit: a name alone says nothing of what is in the file now.

use std::sync::Arc;

use super::contents::Contents;
use crate::finding::Marker;
use crate::git::{Change, GitError, IdMap, IdSet, Mode, ObjectId, Side, Visitor};
use crate::marker::Matchers;

/// The marked files that a commit takes away.
pub(super) struct Gone<'g, 'o> {
    matchers: &'o Matchers,
    contents: &'g Contents<'o>,
    /// Entries whose path may be marked, by their objects.
    marked: IdMap<Vec<Entry>>,
    /// The files that went.
    files: IdSet,
    /// Those that went from a path where the structure of a file counts; kept where it is
    /// asked for.
    in_use: Option<IdSet>,
}

/// An entry that went.
struct Entry {
    path: Vec<u8>,
    side: Side,
    /// The markers for which something has come from it.
    taken: Vec<Arc<Marker>>,
}

impl<'g, 'o> Gone<'g, 'o> {
    pub(super) fn new(matchers: &'o Matchers, contents: &'g Contents<'o>) -> Self {
        let (marked, files) = (IdMap::default(), IdSet::default());
        Self { matchers, contents, marked, files, in_use: None }
    }

    /// Prepares for being asked about the structure of files.
    pub(super) fn with_structures(mut self) -> Self {
        self.in_use = Some(IdSet::default());
        self
    }

    /// Whether a file in which a text was found came from another path, and the text counted
    /// there. What is in a link, and a configuration that is an example, did not count.
    pub(super) fn has(&self, file: ObjectId, is_whole_file: bool) -> bool {
        let in_use = self.in_use.as_ref().filter(|_| is_whole_file);
        in_use.unwrap_or(&self.files).contains(&file)
    }

    /// Whether an entry with this marker and object came from another path. What one came
    /// from explains no second one.
    ///
    /// # Errors
    /// When the scan was ended, or the repository as a whole can't be read.
    pub(super) fn take(&mut self, marker: &Arc<Marker>, id: ObjectId) -> Result<bool, GitError> {
        let gone = self.marked.get_mut(&id).into_iter().flatten();
        for entry in gone.filter(|entry| !entry.taken.contains(marker)) {
            let held = match self.contents.path_markers(&entry.path, entry.side) {
                Err(error) if error.object().is_some() => continue,
                held => held?,
            };
            if held.iter().any(|(found, _)| found.marker == *marker) {
                entry.taken.push(Arc::clone(marker));
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Visitor for Gone<'_, '_> {
    fn matters(&self, directory: &[u8]) -> bool {
        self.matchers.path.is_key(directory)
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        let (Some(old), None) = (change.old, change.new) else {
            return Ok(false);
        };
        if old.mode == Mode::Blob {
            self.files.insert(old.id);
            if let Some(in_use) = &mut self.in_use
                && !self.matchers.is_example(change.path)
            {
                in_use.insert(old.id);
            }
        }
        let is_key = change.is_below_key || self.matchers.path.ends_in_key(change.path);
        if is_key {
            self.contents.count_path(change.path)?;
        }
        if !is_key || self.contents.possible_markers(change.path, old.mode).is_empty() {
            return Ok(is_key);
        }
        let entry = Entry { path: change.path.to_vec(), side: old, taken: Vec::new() };
        self.marked.entry(old.id).or_default().push(entry);
        Ok(true)
    }
}
