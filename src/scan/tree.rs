//! The findings in what a commit changes: paths and contents.
//!
//! Only what no parent has in the same place is looked at. Each distinct blob is read
//! once and its result remembered. A file that was only moved or taken away is no use of
//! the tool whose file it is.

use std::sync::Arc;

use super::Scope;
use super::sift::Sift;
use crate::finding::{Field, Finding, Kind};
use crate::git::{
    Change, Changes, GitError, IdMap, IdSet, Mode, Object, ObjectId, Objects, Side, Visitor,
};
use crate::marker::{MOST_TEXTS, Matchers, Owner, PathMatch, Text, Trick};
use crate::report::Skipped;
use crate::text::escape::escape;

/// Of larger files only so much is looked at: what marks a file stands near its top.
pub(super) const LARGEST_FILE: usize = 16 << 20;
/// More findings than this in one commit are cut off, and the report says so.
const MOST_FINDINGS: usize = 10_000;

/// Looks at trees; remembers blobs.
pub(super) struct Trees<'o> {
    changes: Changes<'o>,
    contents: Contents<'o>,
    matchers: &'o Matchers,
    /// What was not looked at since it was last emptied.
    pub(super) skipped: Vec<Skipped>,
}

/// The content findings of blobs, by id.
struct Contents<'o> {
    objects: &'o Objects<'o>,
    matchers: &'o Matchers,
    wanted: bool,
    /// Whether something held more marks than are looked at.
    exceeded: bool,
    known: IdMap<Option<Arc<[Text]>>>,
    /// Knows files that have no findings.
    sift: Option<Sift<'o>>,
}

impl<'o> Trees<'o> {
    pub(super) fn new(objects: &'o Objects<'o>, matchers: &'o Matchers, scope: Scope) -> Self {
        let wanted = scope.contents && !matchers.content.is_empty();
        let known = IdMap::default();
        let contents = Contents { objects, matchers, wanted, exceeded: false, known, sift: None };
        Self { changes: Changes::new(objects), contents, matchers, skipped: Vec::new() }
    }

    /// Whether something held more marks than are looked at.
    pub(super) fn exceeded(&self) -> bool {
        self.contents.exceeded
    }

    /// Takes over what is known of files.
    pub(super) fn sifted(&mut self, sift: Sift<'o>) {
        self.contents.sift = Some(sift);
    }

    /// Whether there could be any findings in what `tree` has and none of `parents` has.
    pub(super) fn matters(&mut self, tree: ObjectId, parents: &[ObjectId]) -> bool {
        self.contents.sift.as_mut().is_none_or(|sift| sift.matters(tree, parents))
    }

    /// Whether a limit has ended the scan.
    pub(super) fn is_stopped(&self) -> bool {
        self.contents.objects.is_stopped()
    }

    /// The findings in what `tree` has and none of `parents` has.
    pub(super) fn findings(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
    ) -> Result<Vec<Finding>, GitError> {
        let mut look = Look {
            matchers: self.matchers,
            contents: &mut self.contents,
            skipped: &mut self.skipped,
            paths: Vec::new(),
            texts: Vec::new(),
            cut: false,
        };
        self.changes.added_or_changed(tree, parents, &mut look)?;
        look.skipped.extend(self.changes.take_lost().into_iter().map(lost));
        let Look { mut paths, mut texts, cut, .. } = look;
        if cut {
            self.contents.exceeded = true;
            self.skipped.push(Skipped {
                what: format!("further files in tree {tree}"),
                why: format!("only the first {MOST_FINDINGS} findings of a commit are reported"),
            });
        }
        // What was removed is only of interest beside something that came.
        if !parents.is_empty() && (paths.iter().any(|path| path.added) || !texts.is_empty()) {
            let mut gone =
                Gone { matchers: self.matchers, paths: Vec::new(), blobs: IdSet::default() };
            self.changes.all(tree, parents, &mut gone)?;
            for path in &mut paths {
                path.added &= !gone.has(path);
            }
            texts.retain(|text| !text.added || !gone.blobs.contains(&text.id));
        }
        let paths = paths.into_iter().flat_map(|path| path.findings(self.matchers));
        let texts = texts.into_iter().flat_map(|text| text.findings(self.matchers));
        Ok(paths.chain(texts).collect())
    }

    /// The content findings of a blob that is no part of a tree.
    pub(super) fn blob(&mut self, id: ObjectId) -> Result<Vec<Finding>, GitError> {
        let texts = self.contents.of(id, b"", &mut self.skipped)?;
        // A file without a path has no name to be another one's.
        let texts = texts.iter().flat_map(|texts| texts.iter());
        let texts = texts.filter(|text| text.marker.kind == Kind::Content);
        Ok(texts.map(|text| content_finding(text, None)).collect())
    }
}

/// Something on the side of the parents that the repository has lost.
fn lost(id: ObjectId) -> Skipped {
    Skipped {
        what: format!("the comparison with object {id}"),
        why: "the repository has lost it, so all that is there now counts as new".into(),
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
        match self.text.marker.kind {
            Kind::Path => matchers.renamed(&self.text, &self.path),
            _ => vec![content_finding(&self.text, Some(self.path))],
        }
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
    paths: Vec<PathSeen>,
    texts: Vec<TextSeen>,
    cut: bool,
}

impl Visitor for Look<'_, '_> {
    fn matters(&self, directory: &[u8]) -> bool {
        self.matchers.path.is_key(directory)
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        let Some(new) = change.new else {
            return Ok(false);
        };
        if self.paths.len() + self.texts.len() >= MOST_FINDINGS {
            self.cut = true;
            return Ok(true);
        }
        // What was a directory or a file of another kind before was not this file.
        let paths = &self.matchers.path;
        let plain = paths.find(change.path).into_iter().map(|found| (found, None));
        let mut found: Vec<(PathMatch, Option<Trick>)> = plain.collect();
        if found.is_empty() {
            let disguised = paths.find_disguised(change.path, new.mode == Mode::Link);
            found.extend(disguised.into_iter().map(|(found, trick)| (found, Some(trick))));
        }
        let mut interest = !found.is_empty();
        let was_off = self.contents.settle(change, new, &mut found)?;
        for (found, trick) in found {
            let (path, added) = (change.path.to_vec(), change.old.is_none() || was_off);
            self.paths.push(PathSeen { found, path, id: new.id, added, trick });
        }
        if self.contents.wanted && new.mode == Mode::Blob {
            interest |= self.content(change, new)?;
        }
        Ok(interest)
    }
}

impl Look<'_, '_> {
    fn content(&mut self, change: &Change<'_>, new: Side) -> Result<bool, GitError> {
        let Some(texts) = self.contents.of(new.id, change.path, self.skipped)? else {
            return Ok(false);
        };
        let old = change.old.filter(|old| old.mode == Mode::Blob);
        let before = match old {
            Some(old) => match self.contents.of(old.id, change.path, self.skipped) {
                Err(GitError::Missing { id }) => {
                    self.skipped.push(lost(id));
                    None
                }
                other => other?,
            },
            None => None,
        };
        // A line that was there before is not added, wherever it stands now.
        let mut before: Vec<&Text> = before.iter().flat_map(|texts| texts.iter()).collect();
        for text in texts.iter() {
            let same = |old: &&Text| old.marker == text.marker && old.excerpt == text.excerpt;
            if let Some(at) = before.iter().position(same) {
                before.swap_remove(at);
                continue;
            }
            self.texts.push(TextSeen {
                text: text.clone(),
                path: change.path.to_vec(),
                id: new.id,
                added: old.is_none(),
            });
        }
        Ok(true)
    }
}

impl Contents<'_> {
    /// Reads a file of which some path marker asks for a structure, and keeps of its markers
    /// those that hold. Tells whether it was an off-switch only before, and so comes into
    /// its own use now.
    fn settle(
        &self,
        change: &Change<'_>,
        new: Side,
        found: &mut Vec<(PathMatch, Option<Trick>)>,
    ) -> Result<bool, GitError> {
        if !found.iter().any(|(found, _)| found.structured) {
            return Ok(false);
        }
        let all: Vec<PathMatch> = found.iter().map(|(found, _)| found.clone()).collect();
        let held = |side: Side| -> Result<Vec<PathMatch>, GitError> {
            let mut held = all.clone();
            let blob = match side.mode {
                Mode::Blob if self.wanted => Some(self.objects.blob_head(side.id, LARGEST_FILE)?),
                _ => None,
            };
            let content = blob.as_ref().map(Object::data);
            self.matchers.path.settle(&mut held, content);
            Ok(held)
        };
        let now = held(new)?;
        found.retain(|(found, _)| now.contains(found));
        let is_off = |held: &[PathMatch]| held.iter().any(|it| it.owner == Owner::OffSwitch);
        let Some(old) = change.old.filter(|_| !is_off(&now)) else {
            return Ok(false);
        };
        match held(old) {
            Err(GitError::Missing { .. }) => Ok(false),
            before => Ok(is_off(&before?)),
        }
    }

    fn of(
        &mut self,
        id: ObjectId,
        path: &[u8],
        skipped: &mut Vec<Skipped>,
    ) -> Result<Option<Arc<[Text]>>, GitError> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let texts = match self.sift.as_ref().and_then(|sift| sift.marks(id)) {
            Some([]) => return Ok(None),
            Some(texts) => texts.to_vec(),
            None => {
                let object = self.objects.blob_head(id, LARGEST_FILE)?;
                self.matchers.content.find(object.data())
            }
        };
        if texts.len() >= MOST_TEXTS {
            self.exceeded = true;
            skipped.push(Skipped {
                what: format!("further markers in {} (blob {id})", escape(path)),
                why: format!("only the first {MOST_TEXTS} of a file are reported"),
            });
        }
        let texts = (!texts.is_empty()).then(|| Arc::from(texts));
        self.known.insert(id, texts.clone());
        Ok(texts)
    }
}

/// What a commit takes away: marked paths, and all blobs.
struct Gone<'o> {
    matchers: &'o Matchers,
    paths: Vec<(Vec<PathMatch>, Vec<u8>, ObjectId)>,
    blobs: IdSet,
}

impl Gone<'_> {
    /// Whether a marked file was only moved: one of the same marker, with the same
    /// content or the same name, went in the same commit.
    fn has(&self, seen: &PathSeen) -> bool {
        let name = |path: &[u8]| path.rsplit(|&byte| byte == b'/').next().map(<[u8]>::to_vec);
        self.paths.iter().any(|(found, path, id)| {
            found.iter().any(|found| found.marker == seen.found.marker)
                && (*id == seen.id || name(path) == name(&seen.path))
        })
    }
}

impl Visitor for Gone<'_> {
    fn matters(&self, directory: &[u8]) -> bool {
        self.matchers.path.is_key(directory)
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        let (Some(old), None) = (change.old, change.new) else {
            return Ok(false);
        };
        self.blobs.insert(old.id);
        let found = self.matchers.path.find(change.path);
        if found.is_empty() {
            return Ok(false);
        }
        self.paths.push((found, change.path.to_vec(), old.id));
        Ok(true)
    }
}
