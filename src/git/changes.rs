//! What a commit changes: its tree compared with its parents' trees.
//!
//! Only subtrees that differ from every parent's are entered, so the cost follows the
//! change and not the tree. An entry counts as changed by a merge only when it differs
//! from the same entry of each parent.
//!
//! What can't be read on the side of the parents is left out of the comparison: then more
//! counts as new, which is safe. On the new side a walk ends there, or goes on with what can
//! be read and keeps an account of the rest; which of the two is asked for when the walker
//! is made, so that nothing is passed over because nobody asked.

use std::collections::HashSet;
use std::rc::Rc;

use super::cursor::{Cursor, Side};
use super::tree::{Entry, Mode, entries};
use super::{GitError, Object, ObjectId, Objects, Unread, UnreadObjects};

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
    /// path alone. Neither it nor what it is in is then empty of interest. Where none does,
    /// a directory that was found empty of interest is not walked a second time, however
    /// often a tree repeats it.
    fn matters(&self, directory: &[u8]) -> bool;

    /// A change; whether it was of interest, or would be at another path.
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
    /// What of the new side could not be read; `None` where that ends a walk.
    unread: Option<UnreadObjects>,
    barren: HashSet<(Option<ObjectId>, Vec<ObjectId>)>,
}

impl<'o> Changes<'o> {
    /// A walker that fails at the first tree of the new side that can't be read.
    #[must_use]
    pub fn new(objects: &'o Objects<'o>) -> Self {
        Self {
            objects,
            path: Vec::new(),
            depth: 0,
            walked: 0,
            removed_too: false,
            lost: Vec::new(),
            unread: None,
            barren: HashSet::new(),
        }
    }

    /// A walker that leaves out what can't be read of the new side; see
    /// [`Changes::take_unread`].
    #[must_use]
    pub fn of_what_can_be_read(objects: &'o Objects<'o>) -> Self {
        Self { unread: Some(UnreadObjects::default()), ..Self::new(objects) }
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

    /// The trees of the new side that were not read, or not to their end, since this was last
    /// asked.
    pub fn take_unread(&mut self) -> Vec<Unread> {
        self.unread.as_mut().map(std::mem::take).unwrap_or_default().into_vec()
    }

    /// The trees that could not be compared with, or not to their end, since this was last
    /// asked, because they are missing or damaged.
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
        self.walked += 1;
        if self.depth > DEEPEST {
            return self.give_up(new, old, "the tree nests too deeply");
        }
        if self.walked > MOST_DIRECTORIES {
            // The first of them stands for all others.
            let is_first = self.walked == MOST_DIRECTORIES + 1;
            let reason = "the tree has too many directories";
            return if is_first { self.give_up(new, old, reason) } else { Ok(true) };
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

    /// Leaves a directory out of the walk.
    fn give_up(
        &mut self,
        new: Option<ObjectId>,
        old: &[ObjectId],
        reason: &'static str,
    ) -> Result<bool, GitError> {
        match new {
            Some(id) => self.leave_out(GitError::Malformed { id, reason })?,
            None => self.lost.extend(old),
        }
        Ok(true)
    }

    /// Notes what of the new side can't be read.
    fn leave_out(&mut self, error: GitError) -> Result<(), GitError> {
        match &mut self.unread {
            Some(unread) => unread.note(error),
            None => Err(error),
        }
    }

    fn entries(
        &mut self,
        new: Option<ObjectId>,
        old: &[ObjectId],
        matters: bool,
        visitor: &mut dyn Visitor,
    ) -> Result<bool, GitError> {
        let tree = match new.map(|id| Ok((id, self.objects.tree(id)?))).transpose() {
            Ok(tree) => tree,
            Err(error) => {
                self.leave_out(error)?;
                return Ok(true);
            }
        };
        let old = self.old_trees(old)?;
        let mut cursors: Vec<Cursor<'_>> =
            old.iter().map(|(id, tree)| Cursor::new(*id, tree.data())).collect();
        let mut interest = false;
        let mut sides: Vec<Side> = Vec::new();
        let mut removed: Vec<Entry<'_>> = Vec::new();
        let (id, bytes) = match &tree {
            Some((id, tree)) => (*id, tree.data()),
            None => (ObjectId::NULL, &[][..]),
        };
        for entry in entries(id, bytes) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.leave_out(error)?;
                    // Nobody knows whether what the parents have here is gone.
                    return Ok(true);
                }
            };
            sides.clear();
            let mut same = false;
            for cursor in &mut cursors {
                match cursor.advance(&entry, &mut sides, &mut removed) {
                    Ok(here) => same |= here,
                    Err(_) => self.lost.push(cursor.end()),
                }
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
                for gone in cursor.rest() {
                    match gone {
                        Ok(gone) => interest |= self.removed(&gone, matters, visitor)?,
                        Err(_) => self.lost.push(cursor.tree),
                    }
                }
            }
        }
        Ok(interest)
    }

    /// The trees to compare with. One that is missing or damaged is left out: then more
    /// counts as new, which is safe, and nothing has to be refused for old damage.
    fn old_trees(&mut self, ids: &[ObjectId]) -> Result<Vec<Tree>, GitError> {
        let mut trees = Vec::with_capacity(ids.len());
        for &id in ids {
            match self.objects.tree(id) {
                Ok(tree) => trees.push((id, tree)),
                Err(error) if error.object().is_some() => self.lost.push(id),
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
            let is_key = visitor.matters(gone.name);
            let interest = self.directory(None, &[gone.id], matters || is_key, visitor);
            interest.map(|interest| interest || is_key)
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
            let is_key = visitor.matters(entry.name);
            let interest = self.directory(Some(entry.id), &trees, matters || is_key, visitor);
            interest.map(|interest| interest || is_key)
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
