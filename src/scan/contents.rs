//! The files in trees: the marks in each, read once, and which markers of its path hold.

use std::cell::RefCell;
use std::sync::Arc;

use super::Scope;
use crate::config::limits::LARGEST_FILE;
use crate::finding::Marker;
use crate::git::{GitError, IdMap, Mode, ObjectId, Objects, Side};
use crate::marker::{Disguised, MOST_TEXTS, Matchers, PathMatch, StructuredFile, Text, Texts};

/// The marks in a file.
pub(super) struct Marks {
    pub(super) texts: Vec<Text>,
    /// Whether there are more of them than are looked at.
    pub(super) are_cut: bool,
    /// Whether the file is so large that only its beginning was looked at.
    pub(super) is_oversized: bool,
}

impl Marks {
    fn new(found: Texts, is_oversized: bool) -> Self {
        let Texts { mut texts, is_cut } = found;
        let are_cut = is_cut || texts.len() > MOST_TEXTS;
        texts.truncate(MOST_TEXTS);
        Self { texts, are_cut, is_oversized }
    }
}

/// Whether a file has the structures that markers of its path ask for.
type Structures = Vec<(Arc<Marker>, bool)>;
/// Matching that many bytes of a path takes about as long as any other step of work.
const PATH_BYTES_OF_A_STEP: usize = 4;

/// Knows the marks in files that were read before.
pub(super) trait KnownMarks {
    /// The marks in a file, if they are known.
    fn marks(&self, id: ObjectId) -> Option<&[Text]>;
}

/// Looks at files; remembers what is in them, by id.
pub(super) struct Contents<'o> {
    objects: &'o Objects<'o>,
    matchers: &'o Matchers,
    /// Whether files are read at all.
    pub(super) are_wanted: bool,
    /// `None` for a file that was looked at whole and has none.
    known: IdMap<Option<Arc<Marks>>>,
    /// One file may stand at any number of paths.
    structures: RefCell<IdMap<Structures>>,
    /// Is asked before a file is read.
    pub(super) known_before: Option<Box<dyn KnownMarks + 'o>>,
}

impl<'o> Contents<'o> {
    pub(super) fn new(objects: &'o Objects<'o>, matchers: &'o Matchers, scope: Scope) -> Self {
        let are_wanted = scope.contents && !matchers.content.is_empty();
        let (known, structures) = (IdMap::default(), RefCell::default());
        Self { objects, matchers, are_wanted, known, structures, known_before: None }
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
        let marks = match self.known_before.as_ref().and_then(|before| before.marks(id)) {
            Some([]) => return Ok(None),
            Some(texts) => Marks::new(Texts { texts: texts.to_vec(), is_cut: false }, false),
            None => {
                let object = self.objects.blob_head(id, LARGEST_FILE)?;
                let found = self.matchers.content.look(self.objects, object.data());
                Marks::new(found, !object.is_whole())
            }
        };
        let is_plain = marks.texts.is_empty() && !marks.is_oversized && !marks.are_cut;
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
            let is_read = side.mode == Mode::Blob && self.are_wanted;
            let known = if is_read { self.structures(side.id, &found)? } else { Vec::new() };
            let holds = |it: &PathMatch| known.iter().any(|(known, is)| *is && *known == it.marker);
            self.matchers.path.settle_all(&mut found, &mut |it| holds(it));
        }
        Ok(found)
    }

    /// Which of the structures that these markers ask for a file has.
    fn structures(&self, id: ObjectId, found: &[Disguised]) -> Result<Structures, GitError> {
        let mut all = self.structures.borrow_mut();
        let known = all.entry(id).or_default();
        let asked = found.iter().map(|(found, _)| found).filter(|found| found.structured);
        let is_new = |it: &&PathMatch| known.iter().all(|(known, _)| *known != it.marker);
        let new: Vec<&PathMatch> = asked.filter(is_new).collect();
        if !new.is_empty() {
            let object = self.objects.blob_head(id, LARGEST_FILE)?;
            let file = StructuredFile::new(object.data());
            let holds = |it: &PathMatch| self.matchers.path.has_structure(it, &file);
            known.extend(new.into_iter().map(|it| (Arc::clone(&it.marker), holds(it))));
        }
        Ok(known.clone())
    }

    /// The path markers that hold for an entry of which nothing but path and mode is known.
    pub(super) fn path_markers_unread(&self, path: &[u8], mode: Mode) -> Vec<Disguised> {
        let mut found = self.possible_markers(path, mode);
        if found.iter().any(|(found, _)| found.structured) {
            self.matchers.path.settle_all(&mut found, &mut |_| false);
        }
        found
    }

    /// The path markers that may hold, whatever is in the file.
    pub(super) fn possible_markers(&self, path: &[u8], mode: Mode) -> Vec<Disguised> {
        self.matchers.path.find_all(path, mode.is_in_place_of_directory())
    }
}
