//! What is known of the files in packs when all of them were read.

use std::sync::Arc;

use super::files::PackedFiles;
use super::second::Second;
use crate::git::{NumberMap, ObjectId, Objects};
use crate::marker::{Matchers, Text};
use crate::scan::contents::KnownMarks;

/// What is known of a packed object as a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FileState {
    /// It was not read, or is no file.
    Unread,
    /// It has no marks.
    Plain,
    /// It has some, or could not be looked at whole.
    Marked,
}

/// Which packed files have marks, and what marks.
pub(super) struct FilesSeen {
    /// By the number of a packed object.
    states: Vec<FileState>,
    /// By the number of the file.
    marks: NumberMap<Arc<[Text]>>,
}

/// With fewer objects in packs a second thread gains less than its start costs.
const FOR_TWO: usize = 5000;

impl FilesSeen {
    /// Reads all files in packs; a second thread may have begun.
    pub(super) fn read(objects: &Objects<'_>, matchers: &Matchers, second: Option<Second>) -> Self {
        let begun = second.and_then(|second| second.files(matchers, objects));
        let found = begun.unwrap_or_else(|| {
            let files = PackedFiles::new(objects);
            let share = |objects: &Objects<'_>| files.share(matchers).all(objects);
            if objects.packed() < FOR_TWO {
                return share(objects);
            }
            let (mut found, other) = objects.beside(|| share(objects), share);
            found.extend(other.unwrap_or_default());
            found
        });
        let mut states = vec![FileState::Unread; objects.packed()];
        let mut marks = NumberMap::default();
        for (place, texts) in found {
            let is_plain = texts.as_ref().is_some_and(Vec::is_empty);
            if let Some(slot) = states.get_mut(place.number()) {
                *slot = if is_plain { FileState::Plain } else { FileState::Marked };
            }
            if let Some(texts) = texts.filter(|texts| !texts.is_empty()) {
                marks.insert(place.number() as u64, texts.into());
            }
        }
        Self { states, marks }
    }

    /// By the number of a packed object.
    pub(super) fn states(&self) -> &[FileState] {
        &self.states
    }
}

/// What is known of the files of some repository.
pub(super) struct PackedMarks<'o> {
    pub(super) objects: &'o Objects<'o>,
    pub(super) seen: Arc<FilesSeen>,
}

impl KnownMarks for PackedMarks<'_> {
    fn marks(&self, id: ObjectId) -> Option<&[Text]> {
        let number = self.objects.place(id)?.number();
        if self.seen.states.get(number) == Some(&FileState::Plain) {
            return Some(&[]);
        }
        self.seen.marks.get(&(number as u64)).map(|texts| &**texts)
    }
}
