//! The commits that other commits name as their originals: what of them is compared.
//!
//! Each is read and inspected once, however many commits name it. What is kept is bounded,
//! and read again when it was dropped.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::commit;
use super::finder::Walk;
use crate::finding::Finding;
use crate::git::{
    Change, Changes, Commit, GitError, IdMap, ObjectId, ObjectKind, Objects, Visitor,
};
use crate::marker::{Matchers, is_same_text};

/// The paths that one commit changes take at most this many bytes; of a commit that changes
/// more, no mark is a copy, and none is a copy of its marks.
const MOST_PATH_BYTES: usize = 16 << 20;
/// What a path takes beside its bytes.
const PATH_OVERHEAD: usize = 64;
/// How many bytes of originals are kept.
const MOST_KEPT_BYTES: usize = 64 << 20;

/// The paths that a commit changes, compared with its first parent.
type Paths = HashSet<Box<[u8]>>;

/// The commits that were named as originals, read once each within a bound on bytes.
#[derive(Default)]
pub(super) struct Originals {
    known: IdMap<Option<Rc<Original>>>,
    kept_bytes: usize,
}

impl Originals {
    /// The commit of this id; `None` when there is none, or it can't be read.
    pub(super) fn get(
        &mut self,
        id: ObjectId,
        objects: &Objects<'_>,
        matchers: &Matchers,
    ) -> Option<Rc<Original>> {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let original = Original::read(id, objects, matchers).map(Rc::new);
        self.keep(original.as_ref().map_or(0, |original| original.message.len()));
        self.known.insert(id, original.clone());
        original
    }

    /// The paths that an original changes; `None` when these are too many, or can't be told.
    pub(super) fn paths<'o>(
        &mut self,
        original: &'o Original,
        objects: &Objects<'_>,
        walk: &mut Walk<'_>,
    ) -> Option<&'o Paths> {
        let paths = original.paths.get_or_init(|| {
            let paths = changed_paths(original.tree, &original.parents, objects, walk);
            self.keep(paths.iter().flatten().map(|path| path.len() + PATH_OVERHEAD).sum());
            paths
        });
        paths.as_ref()
    }

    /// Makes room for further bytes.
    fn keep(&mut self, bytes: usize) {
        self.kept_bytes += bytes + PATH_OVERHEAD;
        if self.kept_bytes > MOST_KEPT_BYTES {
            self.known.clear();
            self.kept_bytes = bytes;
        }
    }
}

/// A mark in a message, as far as it has to be the same in a copy.
#[derive(PartialEq, Eq, Hash)]
struct Mark {
    marker: String,
    line: Vec<u8>,
    model: Option<String>,
    model_vendor: Option<String>,
}

impl Mark {
    fn of(finding: &Finding) -> Self {
        Self {
            marker: finding.marker.id.clone(),
            line: finding.excerpt.clone(),
            model: finding.model.clone(),
            model_vendor: finding.model_vendor.clone(),
        }
    }
}

/// A commit that others name as their original.
pub(super) struct Original {
    authors: Vec<Vec<u8>>,
    message: Vec<u8>,
    marks: HashSet<Mark>,
    tree: Option<ObjectId>,
    parents: Vec<ObjectId>,
    paths: OnceCell<Option<Paths>>,
}

impl Original {
    fn read(id: ObjectId, objects: &Objects<'_>, matchers: &Matchers) -> Option<Self> {
        let object = objects.read_kind(id, ObjectKind::Commit).ok()?;
        let commit = Commit::parse(id, object.data()).ok()?;
        let found = commit::inspect(matchers, objects, &commit, &mut commit::Known::default());
        let found = found.iter().flat_map(|it| &it.findings);
        Some(Self {
            authors: commit.authors.iter().map(|ident| ident.raw.to_vec()).collect(),
            message: commit.message.to_vec(),
            marks: found.filter(|it| it.line.is_some()).map(Mark::of).collect(),
            tree: commit.tree,
            parents: commit.parents,
            paths: OnceCell::new(),
        })
    }

    /// Whether author, date and text of a commit, of which what stands above the line of a
    /// cherry-pick is given, are those of this one.
    pub(super) fn is_worded_as(&self, commit: &Commit<'_>, above: &[u8]) -> bool {
        // The raw identity holds name, address, seconds and zone.
        self.authors.iter().eq(commit.authors.iter().map(|ident| ident.raw))
            && is_same_text(above, &self.message)
    }

    /// Whether it has this mark of a message.
    pub(super) fn has(&self, finding: &Finding) -> bool {
        self.marks.contains(&Mark::of(finding))
    }
}

/// The paths that a commit changes, compared with its first parent; a root changes all that it
/// has. `None` when these are too many, or can't be told because something is missing.
pub(super) fn changed_paths(
    tree: Option<ObjectId>,
    parents: &[ObjectId],
    objects: &Objects<'_>,
    walk: &mut Walk<'_>,
) -> Option<Paths> {
    let mut before = Vec::new();
    // The parents as the object names them: at the boundary of a shallow repository, what
    // a commit changes is not known.
    if let Some(&parent) = parents.first() {
        before.push(walk.tree(parent).ok().flatten()?);
    }
    let mut seen = Seen { paths: Paths::new(), bytes: 0 };
    let mut changes = Changes::new(objects);
    changes.all(tree?, &before, &mut seen).ok()?;
    changes.take_lost().is_empty().then_some(seen.paths)
}

/// Collects changed paths.
struct Seen {
    paths: Paths,
    bytes: usize,
}

impl Visitor for Seen {
    fn matters(&self, _: &[u8]) -> bool {
        // Only files count, so a directory without any is not walked twice.
        false
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        self.bytes += change.path.len() + PATH_OVERHEAD;
        if self.bytes > MOST_PATH_BYTES {
            return Err(GitError::Stopped);
        }
        self.paths.insert(change.path.into());
        Ok(true)
    }
}
