//! The findings in what a commit changes: paths and contents.
//!
//! Only what no parent has in the same place is looked at. Each distinct blob is read
//! once and its result remembered. A file that was only moved or taken away is no use of
//! the tool whose file it is.

use super::Scope;
use super::contents::{Contents, KnownMarks, Marks};
use super::moved::Gone;
use crate::finding::{Field, Finding};
use crate::git::{
    Change, Changes, GitError, Mode, ObjectId, Objects, Side, Unread, UnreadObjects, Visitor,
};
use crate::marker::{Disguised, Matchers, PathMatch, Text, Trick};
use crate::report::Skipped;

/// More findings than this in one commit are cut off, and the report says so.
const MOST_FINDINGS: usize = 10_000;
/// The same for the paths of the findings of all commits together, in bytes.
pub(super) const MOST_PATH_BYTES: usize = 16 << 20;

/// Which bounds on what is looked at were reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exceeded {
    /// Something held more marks than are looked at.
    pub(super) marks: bool,
    /// A file was larger than what of it is looked at.
    pub(super) files: bool,
}

impl std::ops::BitOrAssign for Exceeded {
    fn bitor_assign(&mut self, other: Self) {
        self.marks |= other.marks;
        self.files |= other.files;
    }
}

/// Looks at trees; remembers blobs.
pub(super) struct Trees<'o> {
    changes: Changes<'o>,
    contents: Contents<'o>,
    matchers: &'o Matchers,
    /// What was not looked at since it was last emptied.
    pub(super) skipped: Vec<Skipped>,
    /// Which bounds were reached.
    pub(super) exceeded: Exceeded,
    /// How many bytes the paths of findings have.
    path_bytes: usize,
}

/// What a comparison of trees gave.
pub(super) struct Compared {
    pub(super) findings: Vec<Finding>,
    /// What could not be read of it.
    pub(super) unread: Vec<Unread>,
}

impl<'o> Trees<'o> {
    pub(super) fn new(objects: &'o Objects<'o>, matchers: &'o Matchers, scope: Scope) -> Self {
        Self {
            changes: Changes::of_what_can_be_read(objects),
            contents: Contents::new(objects, matchers, scope),
            matchers,
            skipped: Vec::new(),
            exceeded: Exceeded::default(),
            path_bytes: 0,
        }
    }

    /// Takes over what is known of files.
    pub(super) fn know(&mut self, marks: Box<dyn KnownMarks + 'o>) {
        self.contents.known_before = Some(marks);
    }

    /// Whether a limit has ended the scan.
    pub(super) fn is_stopped(&self) -> bool {
        self.contents.is_stopped()
    }

    /// The findings in what `tree` has and none of `parents` has.
    ///
    /// # Errors
    /// When anything of it can't be read.
    pub(super) fn findings(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
    ) -> Result<Vec<Finding>, GitError> {
        let Compared { findings, unread } = self.compare(tree, parents)?;
        unread.into_iter().next().map_or(Ok(findings), |unread| Err(unread.error))
    }

    /// The findings in what can be read of what `tree` has and none of `parents` has.
    ///
    /// # Errors
    /// When the scan was ended, or the repository as a whole can't be read.
    pub(super) fn compare(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
    ) -> Result<Compared, GitError> {
        let mut look = Look {
            matchers: self.matchers,
            contents: &mut self.contents,
            skipped: &mut self.skipped,
            exceeded: Exceeded::default(),
            paths: Vec::new(),
            texts: Vec::new(),
            unread: UnreadObjects::default(),
            path_bytes: &mut self.path_bytes,
            is_cut: false,
        };
        self.changes.added_or_changed(tree, parents, &mut look)?;
        let Look { mut paths, mut texts, is_cut, mut exceeded, mut unread, .. } = look;
        unread.extend(self.changes.take_unread());
        self.skipped
            .extend(self.changes.take_lost().into_iter().map(|with| Skipped::Comparison { with }));
        if is_cut {
            exceeded.marks = true;
            let (most, most_path_bytes) = (MOST_FINDINGS, MOST_PATH_BYTES);
            self.skipped.push(Skipped::FurtherFiles { tree, most, most_path_bytes });
        }
        self.exceeded |= exceeded;
        // What was removed is only of interest beside something that came.
        if !parents.is_empty() && (paths.iter().any(|path| path.added) || !texts.is_empty()) {
            let mut gone = Gone::new(self.matchers, &self.contents);
            if texts.iter().any(|text| text.text.is_whole_file()) {
                gone = gone.with_structures();
            }
            self.changes.all(tree, parents, &mut gone)?;
            // What it could not read is known, or makes less count as moved.
            self.changes.take_unread();
            self.changes.take_lost();
            for path in &mut paths {
                path.added = path.added && !gone.take(&path.found.marker, path.id)?;
            }
            texts.retain(|seen| !seen.added || !gone.has(seen.id, seen.text.is_whole_file()));
        }
        let paths = paths.into_iter().flat_map(|path| path.findings(self.matchers));
        let texts = texts.into_iter().flat_map(|text| text.findings(self.matchers));
        Ok(Compared { findings: paths.chain(texts).collect(), unread: unread.into_vec() })
    }

    /// The content findings of a blob that is no part of a tree.
    ///
    /// # Errors
    /// When it can't be read.
    pub(super) fn blob(&mut self, id: ObjectId) -> Result<Vec<Finding>, GitError> {
        let Some(marks) = self.contents.marks(id)? else { return Ok(Vec::new()) };
        note(&marks, id, b"", &mut self.skipped, &mut self.exceeded);
        // A file without a path has no name to be another one's.
        let texts = marks.texts.iter().filter(|text| !text.is_whole_file());
        Ok(texts.map(|text| content_finding(text, None)).collect())
    }
}

/// Notes what of a file was not looked at.
fn note(
    marks: &Marks,
    id: ObjectId,
    path: &[u8],
    skipped: &mut Vec<Skipped>,
    exceeded: &mut Exceeded,
) {
    if marks.are_cut {
        exceeded.marks = true;
        skipped.push(Skipped::FurtherMarkers { path: path.to_vec(), blob: id });
    }
    if marks.is_oversized {
        exceeded.files = true;
        skipped.push(Skipped::EndOfFile { path: path.to_vec(), blob: id });
    }
}

/// A path marker that came or changed.
struct PathSeen {
    found: PathMatch,
    path: Vec<u8>,
    id: ObjectId,
    added: bool,
    /// How the path was disguised, if it was.
    trick: Option<Trick>,
}

impl PathSeen {
    /// The finding, and one that says how it was disguised.
    fn findings(self, matchers: &Matchers) -> Vec<Finding> {
        let mut finding = Finding::new(&self.found.marker, Field::Tree, &self.path);
        finding.path_use = Some(self.found.owner.used(self.added));
        finding.path = Some(self.path);
        let mut all = self.trick.map_or_else(Vec::new, |it| matchers.tamper.beside(&finding, it));
        all.push(finding);
        all
    }
}

/// A content marker, or a configuration file's structure, in a file that came or changed.
struct TextSeen {
    text: Text,
    path: Vec<u8>,
    id: ObjectId,
    added: bool,
}

impl TextSeen {
    fn findings(self, matchers: &Matchers) -> Vec<Finding> {
        if self.text.is_whole_file() {
            return matchers.renamed(&self.text, &self.path);
        }
        vec![content_finding(&self.text, Some(self.path))]
    }
}

fn content_finding(text: &Text, path: Option<Vec<u8>>) -> Finding {
    let mut finding = Finding::new(&text.marker, Field::Content, &text.excerpt);
    finding.line = Some(text.line);
    finding.path = path;
    finding
}

struct Look<'l, 'o> {
    matchers: &'o Matchers,
    contents: &'l mut Contents<'o>,
    skipped: &'l mut Vec<Skipped>,
    exceeded: Exceeded,
    paths: Vec<PathSeen>,
    texts: Vec<TextSeen>,
    unread: UnreadObjects,
    path_bytes: &'l mut usize,
    /// Whether there was no room for something that was found.
    is_cut: bool,
}

impl Visitor for Look<'_, '_> {
    fn matters(&self, directory: &[u8]) -> bool {
        self.matchers.path.is_key(directory)
    }

    fn is_full(&self) -> bool {
        self.is_cut
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        let Some(new) = change.new else {
            return Ok(false);
        };
        // A path without a component that a marker asks for is not looked at a second time:
        // it can be very long.
        let is_key = change.is_below_key || self.matchers.path.ends_in_key(change.path);
        let mut interest = is_key && self.path(change, new)?;
        if self.contents.are_wanted && new.mode == Mode::Blob {
            interest |= self.content(change, new)?;
        }
        Ok(interest || is_key)
    }
}

impl Look<'_, '_> {
    /// Looks at the path of an entry; whether it is marked.
    fn path(&mut self, change: &Change<'_>, new: Side) -> Result<bool, GitError> {
        self.contents.count_path(change.path)?;
        let now = match self.contents.path_markers(change.path, new) {
            Ok(now) => now,
            Err(error) => {
                self.unread.note(error)?;
                self.contents.path_markers_unread(change.path, new.mode)
            }
        };
        if now.is_empty() {
            return Ok(false);
        }
        // Both sides are settled by what is in the file: an off-switch that becomes a
        // configuration comes into use, and so does a file that becomes a link.
        let before: Vec<Disguised> = match change.old {
            None => Vec::new(),
            Some(old) => {
                let before = self.contents.path_markers(change.path, old);
                self.unless_lost(before)?.unwrap_or_default()
            }
        };
        for (found, trick) in now {
            let added = !before.iter().any(|(known, _)| known.marker == found.marker);
            if self.has_room(change.path) {
                let path = change.path.to_vec();
                self.paths.push(PathSeen { found, path, id: new.id, added, trick });
            }
        }
        Ok(true)
    }

    /// Looks at the content of a file; whether it is marked.
    fn content(&mut self, change: &Change<'_>, new: Side) -> Result<bool, GitError> {
        let marks = match self.contents.marks(new.id) {
            Ok(Some(marks)) => marks,
            Ok(None) => return Ok(false),
            Err(error) => {
                self.unread.note(error)?;
                return Ok(true);
            }
        };
        note(&marks, new.id, change.path, self.skipped, &mut self.exceeded);
        let old = change.old.filter(|old| old.mode == Mode::Blob);
        let before = match old {
            Some(old) => {
                let before = self.contents.marks(old.id);
                self.unless_lost(before)?.flatten()
            }
            None => None,
        };
        // A line that was there before is not added, wherever it stands now.
        let mut before: Vec<&Text> = before.iter().flat_map(|marks| &marks.texts).collect();
        for text in &marks.texts {
            let same = |old: &&Text| old.marker == text.marker && old.excerpt == text.excerpt;
            if let Some(at) = before.iter().position(same) {
                before.swap_remove(at);
            } else if self.has_room(change.path) {
                let (text, path) = (text.clone(), change.path.to_vec());
                self.texts.push(TextSeen { text, path, id: new.id, added: old.is_none() });
            }
        }
        Ok(true)
    }

    /// What was read on the side of the parents; `None` where it is missing or damaged, so
    /// that what is there now counts as new.
    fn unless_lost<T>(&mut self, read: Result<T, GitError>) -> Result<Option<T>, GitError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(error) => {
                let Some(id) = error.object() else { return Err(error) };
                self.skipped.push(Skipped::Comparison { with: id });
                Ok(None)
            }
        }
    }

    /// Whether one more finding with this path has room; notes that one had none.
    fn has_room(&mut self, path: &[u8]) -> bool {
        self.is_cut |= self.paths.len() + self.texts.len() >= MOST_FINDINGS
            || *self.path_bytes + path.len() > MOST_PATH_BYTES;
        if !self.is_cut {
            *self.path_bytes += path.len();
        }
        !self.is_cut
    }
}

#[cfg(test)]
mod tests;
