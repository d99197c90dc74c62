//! The marks in the files that are in packs, each read once, on as many threads as there are.

use std::mem::size_of;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::config::limits::LARGEST_FILE;
use crate::git::{DeltaWalker, Files, Objects, Place};
use crate::marker::{Matchers, Text, Texts};
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
