//! The findings that belong to a ref and not to a commit: its name, annotated tags,
//! tags of trees and blobs, notes, replacements.

use std::collections::HashSet;
use std::rc::Rc;

use super::notes_of::NotesOf;
use super::tree::MOST_PATH_BYTES;
use super::tree_findings::parent_trees;
use super::{Scan, commit};
use crate::finding::{Field, Finding};
use crate::git::{
    Change, Changes, Commit, GitError, IdMap, Mode, ObjectId, ObjectKind, Peeled, RefName, Tag,
    Visitor,
};
use crate::marker::{TextFindings, Trick};
use crate::report::SearchedText;

impl Scan<'_> {
    /// The name of a branch or tag.
    pub(super) fn judge_name(&mut self, name: &RefName) {
        let findings = self.source.config.rules.matchers.find_in_ref(name.judged());
        self.add(None, name, findings);
    }

    /// The findings in a tag object itself.
    pub(super) fn tag_findings(&mut self, id: ObjectId) -> Result<Vec<Finding>, GitError> {
        let object = self.source.objects.read_kind(id, ObjectKind::Tag)?;
        let tag = Tag::parse(id, object.data())?;
        let matchers = &self.source.config.rules.matchers;
        let found = commit::tag(matchers, self.source.objects, &Field::Tag(id), &tag);
        if found.is_cut {
            self.note_cut(SearchedText::Tag(id));
        }
        Ok(found.findings)
    }

    /// What a ref points to when that is no commit; whether anything in it is refused.
    pub(super) fn judge_peeled(
        &mut self,
        name: &RefName,
        peeled: Peeled,
    ) -> Result<bool, GitError> {
        let findings = match peeled.kind {
            ObjectKind::Tree if self.source.scope.trees => self.own_findings(peeled.id)?,
            ObjectKind::Blob if self.source.scope.contents => self.own_findings(peeled.id)?,
            _ => Rc::default(),
        };
        self.after_trees();
        Ok(self.add(None, name, findings.to_vec()))
    }

    /// How the notes of a ref are judged: alike for all refs for which this is the same.
    pub(super) fn notes_of(&self, name: &RefName) -> NotesOf {
        let asked = self.source.config.rules.matchers.note.asked_of(name.judged());
        NotesOf { class: self.verdicts.class(name), asked }
    }

    /// The notes that a commit on a notes ref adds or changes; whether any is refused. They
    /// are read once, however many refs reach the commit.
    pub(super) fn judge_notes(
        &mut self,
        notes: &NotesOf,
        name: &RefName,
        id: ObjectId,
    ) -> Result<bool, GitError> {
        let known = self.ref_marks.notes.get(notes).and_then(|known| known.get(&id));
        let decided = match known {
            Some(known) => Rc::clone(known),
            None => {
                let findings = self.note_findings(name, id)?;
                let decided = Rc::new(self.verdicts.decided(None, name, findings));
                let known = self.ref_marks.notes.entry(notes.clone()).or_default();
                known.insert(id, Rc::clone(&decided));
                decided
            }
        };
        self.attributed.add(&decided, name);
        Ok(decided.is_refused())
    }

    /// The findings in the notes that a commit on a notes ref adds or changes.
    fn note_findings(&mut self, name: &RefName, id: ObjectId) -> Result<Vec<Finding>, GitError> {
        let Some(tree) = self.walk.tree(id)? else {
            return Ok(Vec::new());
        };
        let parents = parent_trees(id, &mut self.walk)?;
        let (known, findings) = (IdMap::default(), Vec::new());
        let mut notes = Notes { scan: self, name, known, findings, path_bytes: 0, is_cut: false };
        Changes::new(notes.scan.source.objects).added_or_changed(tree, &parents, &mut notes)?;
        let Notes { findings, is_cut, .. } = notes;
        if is_cut {
            self.note_cut(SearchedText::Notes(id));
        }
        Ok(findings)
    }

    /// A ref under `refs/replace/` makes git show another object in place of the one
    /// that it is named after: what only the original carries is hidden by it.
    ///
    /// Source: git-replace(1).
    pub(super) fn judge_replacement(
        &mut self,
        name: &RefName,
        new: ObjectId,
    ) -> Result<(), GitError> {
        let hex = name.judged().strip_prefix(b"refs/replace/").unwrap_or_default();
        let Some(original) = ObjectId::from_hex(hex) else {
            return Ok(());
        };
        let before = match self.own_findings(original) {
            Ok(findings) => findings,
            // A replacement for an object that is not here hides nothing here.
            Err(GitError::Missing { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let shown: HashSet<String> =
            self.own_findings(new)?.iter().map(|finding| finding.marker.id.clone()).collect();
        let hidden: Vec<Finding> = before
            .iter()
            .filter(|finding| !shown.contains(&finding.marker.id))
            .flat_map(|finding| {
                let mut beside =
                    self.source.config.rules.matchers.tamper.beside(finding, Trick::Replace);
                for tamper in &mut beside {
                    tamper.field = Field::Replaced(original);
                }
                beside
            })
            .collect();
        self.add(None, name, hidden);
        Ok(())
    }

    /// The findings in an object itself, without what it is compared with. Each object is
    /// read once, however many refs stand on it.
    fn own_findings(&mut self, id: ObjectId) -> Result<Rc<[Finding]>, GitError> {
        if let Some(known) = self.ref_marks.objects.get(&id) {
            return Ok(Rc::clone(known));
        }
        let object = self.source.objects.read(id)?;
        let matchers = &self.source.config.rules.matchers;
        let found: Rc<[Finding]> = match object.kind {
            ObjectKind::Commit => {
                let commit = Commit::parse(id, object.data())?;
                let known = &mut commit::Known::default();
                let found = commit::inspect(matchers, self.source.objects, &commit, known);
                found.map(|found| found.findings.clone()).unwrap_or_default()
            }
            ObjectKind::Tag => {
                let tag = Tag::parse(id, object.data())?;
                commit::tag(matchers, self.source.objects, &Field::Tag(id), &tag).findings
            }
            ObjectKind::Tree => self.trees().findings(id, &[])?,
            ObjectKind::Blob => self.trees().blob(id)?,
        }
        .into();
        self.ref_marks.objects.insert(id, Rc::clone(&found));
        Ok(found)
    }
}

/// More findings in the notes of one commit are not kept, for memory must be bounded.
const MOST_IN_NOTES: usize = 10_000;

struct Notes<'n, 's> {
    scan: &'n Scan<'s>,
    name: &'n RefName,
    /// What was found in each note: any number of objects may be annotated with one.
    known: IdMap<Rc<TextFindings>>,
    findings: Vec<Finding>,
    /// How many bytes their paths have.
    path_bytes: usize,
    /// Whether something of a note was not looked at, or could not be kept.
    is_cut: bool,
}

impl Notes<'_, '_> {
    /// What is found in a note.
    fn found(&mut self, id: ObjectId) -> Result<Rc<TextFindings>, GitError> {
        if let Some(known) = self.known.get(&id) {
            return Ok(Rc::clone(known));
        }
        let (objects, matchers) =
            (self.scan.source.objects, &self.scan.source.config.rules.matchers);
        let object = objects.read_kind(id, ObjectKind::Blob)?;
        let found = Rc::new(matchers.note.look(objects, self.name.judged(), object.data()));
        self.known.insert(id, Rc::clone(&found));
        Ok(found)
    }
}

impl Visitor for Notes<'_, '_> {
    fn matters(&self, _directory: &[u8]) -> bool {
        // Notes are spread over directories by their first digits only.
        false
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        let Some(new) = change.new.filter(|new| new.mode == Mode::Blob) else {
            return Ok(false);
        };
        let found = self.found(new.id)?;
        self.is_cut |= found.is_cut;
        if found.findings.is_empty() {
            return Ok(false);
        }
        self.path_bytes += change.path.len() * found.findings.len();
        if self.findings.len() >= MOST_IN_NOTES || self.path_bytes > MOST_PATH_BYTES {
            self.is_cut = true;
            return Ok(true);
        }
        let annotated: Vec<u8> = change.path.iter().copied().filter(|&byte| byte != b'/').collect();
        for finding in &found.findings {
            self.findings.push(Finding { path: Some(annotated.clone()), ..finding.clone() });
        }
        Ok(true)
    }
}
