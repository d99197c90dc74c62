//! What a commit changes: its tree compared with its parents' trees.
//!
//! Only subtrees that differ from every parent's are entered, so the cost follows the
//! change and not the tree. An entry counts as changed by a merge only when it differs
//! from the same entry of each parent.

use std::collections::HashSet;
use std::rc::Rc;

use super::tree::{Entry, Mode, entries};
use super::{GitError, Object, ObjectId, Objects};

/// One side of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// What the entry is.
    pub mode: Mode,
    /// Its object.
    pub id: ObjectId,
}

/// A changed file, link or submodule; never a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'p> {
    /// The path from the top of the tree.
    pub path: &'p [u8],
    /// The entry before, in the first parent that has it.
    pub old: Option<Side>,
    /// The entry afterwards; `None` when it was removed.
    pub new: Option<Side>,
}

/// Receives the changes of a walk.
pub trait Visitor {
    /// Whether a directory of this name makes everything below it worth a look by its
    /// path alone. Where none does, a directory that was found empty of interest is not
    /// walked a second time, however often a tree repeats it.
    fn matters(&self, directory: &[u8]) -> bool;

    /// A change; whether it was of interest.
    ///
    /// # Errors
    /// Whatever ends the walk.
    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError>;
}

/// git refuses deeper trees by default (`core.maxTreeDepth` in git-config(1)).
const DEEPEST: usize = 2048;
/// After so many directories in one walk, those without interest are remembered: trees
/// can repeat each other exponentially often in few objects.
const REMEMBER_AFTER: usize = 10_000;

/// More directories in one commit are not walked: no project has them, and a tree that
/// repeats itself must not take forever.
const MOST_DIRECTORIES: usize = 4_000_000;

type Tree = (ObjectId, Rc<Object>);

/// Walks the changes of commits.
pub struct Changes<'o> {
    objects: &'o Objects<'o>,
    path: Vec<u8>,
    depth: usize,
    walked: usize,
    removed_too: bool,
    lost: Vec<ObjectId>,
    barren: HashSet<(Option<ObjectId>, Vec<ObjectId>)>,
}

impl<'o> Changes<'o> {
    /// A walker.
    #[must_use]
    pub fn new(objects: &'o Objects<'o>) -> Self {
        Self {
            objects,
            path: Vec::new(),
            depth: 0,
            walked: 0,
            removed_too: false,
            lost: Vec::new(),
            barren: HashSet::new(),
        }
    }

    /// Visits what `tree` has and none of `parents` has in the same place.
    ///
    /// # Errors
    /// When a tree can't be read, or nests too deeply.
    pub fn added_or_changed(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
        visitor: &mut dyn Visitor,
    ) -> Result<(), GitError> {
        self.removed_too = false;
        self.start(Some(tree), parents, visitor)
    }

    /// As [`Changes::added_or_changed`], and also visits what a parent has and `tree`
    /// has not.
    ///
    /// # Errors
    /// When a tree can't be read, or nests too deeply.
    pub fn all(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
        visitor: &mut dyn Visitor,
    ) -> Result<(), GitError> {
        self.removed_too = true;
        self.start(Some(tree), parents, visitor)
    }

    /// The trees that could not be compared with since this was last asked, because the
    /// repository has lost them.
    pub fn take_lost(&mut self) -> Vec<ObjectId> {
        std::mem::take(&mut self.lost)
    }

    fn start(
        &mut self,
        tree: Option<ObjectId>,
        parents: &[ObjectId],
        visitor: &mut dyn Visitor,
    ) -> Result<(), GitError> {
        self.path.clear();
        self.depth = 0;
        self.walked = 0;
        self.barren.clear();
        self.directory(tree, parents, false, visitor).map(|_| ())
    }

    /// Walks one directory; whether anything in it was of interest.
    fn directory(
        &mut self,
        new: Option<ObjectId>,
        old: &[ObjectId],
        matters: bool,
        visitor: &mut dyn Visitor,
    ) -> Result<bool, GitError> {
        if new.is_some_and(|new| old.contains(&new)) {
            return Ok(false);
        }
        if self.depth > DEEPEST {
            let id = new.or_else(|| old.first().copied()).unwrap_or(ObjectId::NULL);
            return Err(GitError::Malformed { id, reason: "the tree nests too deeply" });
        }
        self.walked += 1;
        if self.walked > MOST_DIRECTORIES {
            let id = new.or_else(|| old.first().copied()).unwrap_or(ObjectId::NULL);
            return Err(GitError::Malformed { id, reason: "the tree has too many directories" });
        }
        let remember = self.walked > REMEMBER_AFTER && !matters;
        if remember && self.barren.contains(&(new, old.to_vec())) {
            return Ok(false);
        }
        self.depth += 1;
        let interest = self.entries(new, old, matters, visitor)?;
        self.depth -= 1;
        if remember && !interest {
            self.barren.insert((new, old.to_vec()));
        }
        Ok(interest)
    }

    fn entries(
        &mut self,
        new: Option<ObjectId>,
        old: &[ObjectId],
        matters: bool,
        visitor: &mut dyn Visitor,
    ) -> Result<bool, GitError> {
        let tree = new.map(|id| Ok((id, self.objects.tree(id)?))).transpose()?;
        let old = self.old_trees(old)?;
        let mut cursors: Vec<Cursor<'_>> =
            old.iter().map(|(id, tree)| Cursor { tree: *id, rest: tree.data() }).collect();
        let mut interest = false;
        let mut sides: Vec<Side> = Vec::new();
        let mut removed: Vec<Entry<'_>> = Vec::new();
        let (id, bytes) = match &tree {
            Some((id, tree)) => (*id, tree.data()),
            None => (ObjectId::NULL, &[][..]),
        };
        for entry in entries(id, bytes) {
            let entry = entry?;
            sides.clear();
            let mut same = false;
            for cursor in &mut cursors {
                same |= cursor.advance(&entry, &mut sides, &mut removed)?;
            }
            if self.removed_too {
                for gone in std::mem::take(&mut removed) {
                    interest |= self.removed(&gone, matters, visitor)?;
                }
            }
            removed.clear();
            if !same {
                interest |= self.entry(&entry, &sides, matters, visitor)?;
            }
        }
        if self.removed_too {
            for cursor in cursors {
                for gone in entries(cursor.tree, cursor.rest) {
                    interest |= self.removed(&gone?, matters, visitor)?;
                }
            }
        }
        Ok(interest)
    }

    /// The trees to compare with. One that the repository has lost is left out: then more
    /// counts as new, which is safe, and nothing has to be refused for old damage.
    fn old_trees(&mut self, ids: &[ObjectId]) -> Result<Vec<Tree>, GitError> {
        let mut trees = Vec::with_capacity(ids.len());
        for &id in ids {
            match self.objects.tree(id) {
                Ok(tree) => trees.push((id, tree)),
                Err(GitError::Missing { .. }) => self.lost.push(id),
                Err(error) => return Err(error),
            }
        }
        Ok(trees)
    }

    fn removed(
        &mut self,
        gone: &Entry<'_>,
        matters: bool,
        visitor: &mut dyn Visitor,
    ) -> Result<bool, GitError> {
        let side = Side { mode: gone.mode, id: gone.id };
        let length = self.path.len();
        self.push(gone.name);
        let interest = if gone.mode == Mode::Tree {
            let matters = matters || visitor.matters(gone.name);
            self.directory(None, &[gone.id], matters, visitor)
        } else {
            visitor.change(&Change { path: &self.path, old: Some(side), new: None })
        };
        self.path.truncate(length);
        interest
    }

    fn entry(
        &mut self,
        entry: &Entry<'_>,
        old: &[Side],
        matters: bool,
        visitor: &mut dyn Visitor,
    ) -> Result<bool, GitError> {
        let length = self.path.len();
        self.push(entry.name);
        let interest = if entry.mode == Mode::Tree {
            let trees = old.iter().filter(|side| side.mode == Mode::Tree);
            let trees: Vec<ObjectId> = trees.map(|side| side.id).collect();
            let matters = matters || visitor.matters(entry.name);
            self.directory(Some(entry.id), &trees, matters, visitor)
        } else {
            let old = old.iter().find(|side| side.mode != Mode::Tree).copied();
            let new = Some(Side { mode: entry.mode, id: entry.id });
            visitor.change(&Change { path: &self.path, old, new })
        };
        self.path.truncate(length);
        interest
    }

    fn push(&mut self, name: &[u8]) {
        if !self.path.is_empty() {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
    }
}

/// Where the comparison stands in a parent's tree.
struct Cursor<'a> {
    tree: ObjectId,
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// Moves past everything that sorts before `entry`, collecting it, and past the same
    /// entry, if it is there; whether it is there unchanged.
    fn advance(
        &mut self,
        entry: &Entry<'_>,
        sides: &mut Vec<Side>,
        removed: &mut Vec<Entry<'a>>,
    ) -> Result<bool, GitError> {
        // Most entries are unchanged and in the same place: no need to parse them.
        if let Some(after) = self.rest.strip_prefix(entry.encoded) {
            self.rest = after;
            return Ok(true);
        }
        while !self.rest.is_empty() {
            let Some(mine) = entries(self.tree, self.rest).next().transpose()? else {
                break;
            };
            let order = mine.sort_key().cmp(entry.sort_key());
            if order == std::cmp::Ordering::Greater {
                break;
            }
            self.rest = self.rest.get(mine.encoded.len()..).unwrap_or_default();
            if order == std::cmp::Ordering::Equal {
                sides.push(Side { mode: mine.mode, id: mine.id });
                return Ok(mine.id == entry.id && mine.mode == entry.mode);
            }
            removed.push(mine);
        }
        Ok(false)
    }
}
