//! The files in trees: the marks in each, read once, and which markers of its path hold.

use std::sync::Arc;

use super::Scope;
use super::sift::Sift;
use crate::config::limits::LARGEST_FILE;
use crate::git::{GitError, IdMap, Mode, Object, ObjectId, Objects, Side};
use crate::marker::{Disguised, MOST_TEXTS, Matchers, Text};

/// The marks in a file.
pub(super) struct Marks {
    pub(super) texts: Vec<Text>,
    /// Whether there are more of them than are looked at.
    pub(super) are_cut: bool,
    /// Whether the file is so large that only its beginning was looked at.
    pub(super) is_oversized: bool,
}

impl Marks {
    fn new(mut texts: Vec<Text>, is_oversized: bool) -> Self {
        let are_cut = texts.len() > MOST_TEXTS;
        texts.truncate(MOST_TEXTS);
        Self { texts, are_cut, is_oversized }
    }
}

/// Matching that many bytes of a path takes about as long as any other step of work.
const PATH_BYTES_OF_A_STEP: usize = 4;

/// Looks at files; remembers what is in them, by id.
pub(super) struct Contents<'o> {
    objects: &'o Objects<'o>,
    matchers: &'o Matchers,
    /// Whether files are read at all.
    pub(super) are_wanted: bool,
    /// `None` for a file that was looked at whole and has none.
    known: IdMap<Option<Arc<Marks>>>,
    /// Knows files that have no findings.
    pub(super) sift: Option<Sift<'o>>,
}

impl<'o> Contents<'o> {
    pub(super) fn new(objects: &'o Objects<'o>, matchers: &'o Matchers, scope: Scope) -> Self {
        let are_wanted = scope.contents && !matchers.content.is_empty();
        Self { objects, matchers, are_wanted, known: IdMap::default(), sift: None }
    }

    /// Counts the work of looking for markers of a path, which can be very long.
    ///
    /// # Errors
    /// When a limit has ended the scan.
    pub(super) fn count_path(&self, path: &[u8]) -> Result<(), GitError> {
        self.objects.step((path.len() / PATH_BYTES_OF_A_STEP) as u64)
    }

    /// Whether a limit has ended the scan.
    pub(super) fn is_stopped(&self) -> bool {
        self.objects.is_stopped()
    }

    /// The marks in a file; `None` where there are none.
    ///
    /// # Errors
    /// When it can't be read.
    pub(super) fn marks(&mut self, id: ObjectId) -> Result<Option<Arc<Marks>>, GitError> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let marks = match self.sift.as_ref().and_then(|sift| sift.marks(id)) {
            Some([]) => return Ok(None),
            Some(texts) => Marks::new(texts.to_vec(), false),
            None => {
                let object = self.objects.blob_head(id, LARGEST_FILE)?;
                Marks::new(self.matchers.content.find(object.data()), !object.is_whole())
            }
        };
        let is_plain = marks.texts.is_empty() && !marks.is_oversized;
        let marks = (!is_plain).then(|| Arc::new(marks));
        self.known.insert(id, marks.clone());
        Ok(marks)
    }

    /// The path markers that hold for an entry: where one asks for a structure, the file is
    /// read.
    ///
    /// # Errors
    /// When the file can't be read.
    pub(super) fn path_markers(&self, path: &[u8], side: Side) -> Result<Vec<Disguised>, GitError> {
        let mut found = self.possible_markers(path, side.mode);
        if found.iter().any(|(found, _)| found.structured) {
            let blob = match side.mode {
                Mode::Blob if self.are_wanted => {
                    Some(self.objects.blob_head(side.id, LARGEST_FILE)?)
                }
                _ => None,
            };
            self.matchers.path.settle_all(&mut found, blob.as_ref().map(Object::data));
        }
        Ok(found)
    }

    /// The path markers that hold for an entry of which nothing but path and mode is known.
    pub(super) fn path_markers_unread(&self, path: &[u8], mode: Mode) -> Vec<Disguised> {
        let mut found = self.possible_markers(path, mode);
        if found.iter().any(|(found, _)| found.structured) {
            self.matchers.path.settle_all(&mut found, None);
        }
        found
    }

    /// The path markers that may hold, whatever is in the file.
    pub(super) fn possible_markers(&self, path: &[u8], mode: Mode) -> Vec<Disguised> {
        self.matchers.path.find_all(path, mode.is_in_place_of_directory())
    }
}
