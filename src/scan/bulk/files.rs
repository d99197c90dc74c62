//! The marks in the files that are in packs, each read once, on as many threads as there are.

use std::mem::size_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::second::Second;
use crate::config::limits::LARGEST_FILE;
use crate::git::{DeltaWalker, Files, NumberMap, ObjectId, Objects, Place};
use crate::marker::{Matchers, Text, Texts};
use crate::scan::contents::KnownMarks;
use crate::text::Unwatched;

/// The marks in the files of all packs, each file read once.
pub(super) struct PackedFiles {
    files: Files,
    /// Bytes of marks that are kept.
    kept: AtomicUsize,
}

/// The marks in files, none in most; `None` of a file that has some, which are not kept.
pub(super) type Marks = Vec<(Place, Option<Vec<Text>>)>;

/// Marks of further files are not kept.
const MOST_KEPT: usize = 32 << 20;

impl PackedFiles {
    pub(super) fn new(objects: &Objects<'_>) -> Self {
        Self { files: objects.packed_files(), kept: AtomicUsize::new(0) }
    }

    /// One thread's share of them.
    pub(super) fn share<'f>(&'f self, matchers: &'f Matchers) -> Share<'f> {
        let content = &matchers.content;
        Share(self.files.climber(move |head, is_whole| {
            if !is_whole {
                return content.is_absent(head).map(|_| Some(Vec::new()));
            }
            (head.len() <= LARGEST_FILE).then(|| self.keep(content.look(&Unwatched, head)))
        }))
    }

    /// The marks in a file, as far as there is room for them; a file that was not looked at
    /// whole is left to those who say so.
    fn keep(&self, found: Texts) -> Option<Vec<Text>> {
        let Texts { texts, is_cut } = found;
        if is_cut || texts.is_empty() {
            return (!is_cut).then_some(texts);
        }
        let size = |text: &Text| size_of::<Text>() + text.excerpt.capacity();
        let size = texts.iter().map(size).sum();
        let kept = self.kept.fetch_add(size, Ordering::Relaxed);
        (kept <= MOST_KEPT).then_some(texts)
    }
}

/// See [`PackedFiles::share`].
pub(super) struct Share<'f>(DeltaWalker<'f, Option<Vec<Text>>>);

impl Share<'_> {
    /// Reads some more; whether there may be others.
    pub(super) fn some(&mut self, objects: &Objects<'_>) -> bool {
        objects.look_at_some(&mut self.0)
    }

    /// Reads until there are no others; what was found in all.
    pub(super) fn all(mut self, objects: &Objects<'_>) -> Marks {
        while self.some(objects) {}
        self.found()
    }

    /// What was found so far.
    pub(super) fn found(self) -> Marks {
        self.0.found
    }
}

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
