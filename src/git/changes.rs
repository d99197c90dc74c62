//! What a commit changes: its tree compared with its parents' trees.
//!
//! Only subtrees that differ from every parent's are entered, so the cost follows the
//! change and not the tree. An entry counts as changed by a merge only when it differs
//! from the same entry of each parent.
//!
//! What can't be read on the side of the parents is left out of the comparison: then more
//! counts as new, which is safe. On the new side a walk ends there, or goes on with what can
//! be read and keeps an account of the rest; which of the two is asked for when the walker
//! is made, so that none is passed over for want of a question.

use std::collections::HashSet;

use super::cursor::Side;
use super::level::{Different, Level, Pair, Reading};
use super::tree::Mode;
use super::{GitError, IdSet, ObjectId, Objects, Unread, UnreadObjects};

/// A changed file, link or submodule; never a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'p> {
    /// The path from the top of the tree.
    pub path: &'p [u8],
    /// The entry before, in the first parent that has it.
    pub old: Option<Side>,
    /// The entry afterwards; `None` when it was removed.
    pub new: Option<Side>,
    /// Whether [`Visitor::matters`] holds for a directory on the way to it.
    pub is_below_key: bool,
}

/// Receives the changes of a walk.
pub trait Visitor {
    /// Whether a directory of this name makes everything below it worth a look by its
    /// path alone. Neither it nor what it is in is then empty of interest. Where none does,
    /// a directory that was found empty of interest is not walked a second time, however
    /// often a tree repeats it.
    fn matters(&self, directory: &[u8]) -> bool;

    /// Whether nothing further has room; then a walk ends.
    fn is_full(&self) -> bool {
        false
    }

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
/// So are those that lie as deep, from one walk to the next: each of many commits can have the
/// tree of the one before in a directory.
const REMEMBER_FROM_DEPTH: usize = 8;
/// How many directories are remembered; twice as many at most.
const MOST_REMEMBERED: usize = 1 << 16;
/// What entering a directory, and visiting an entry, count for beside the bytes that are
/// compared.
const STEPS_OF_A_DIRECTORY: u64 = 8;
const STEPS_OF_AN_ENTRY: u64 = 8;
/// That many bytes of trees are compared in one step.
const BYTES_OF_A_STEP: usize = 64;

/// More directories in one commit are not walked: no project has them, and a tree that
/// repeats itself must not take forever.
const MOST_DIRECTORIES: usize = 4_000_000;

/// What became of entering a directory.
enum Entered {
    Directory(Level),
    /// There is nothing to be visited.
    Nothing {
        has_interest: bool,
    },
}

/// Walks the changes of commits. All visitors of one walker must find the same of interest.
pub struct Changes<'o> {
    objects: &'o Objects<'o>,
    path: Vec<u8>,
    walked: usize,
    removed_too: bool,
    lost: Vec<ObjectId>,
    /// What of the new side could not be read; `None` where that ends a walk.
    unread: Option<UnreadObjects>,
    /// Directories that were found empty of interest, without what was removed.
    barren: Barren,
    /// The same with what was removed, in the present walk.
    barren_and_gone: Barren,
}

/// Pairs of directories without interest: two generations, of which the older is dropped when
/// the younger is full.
#[derive(Default)]
struct Barren {
    young: HashSet<Pair>,
    old: HashSet<Pair>,
}

impl Barren {
    fn contains(&self, pair: &Pair) -> bool {
        self.young.contains(pair) || self.old.contains(pair)
    }

    fn insert(&mut self, pair: Pair) {
        if self.young.len() >= MOST_REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(pair);
    }
}

impl<'o> Changes<'o> {
    /// A walker that fails at the first tree of the new side that can't be read.
    #[must_use]
    pub fn new(objects: &'o Objects<'o>) -> Self {
        Self {
            objects,
            path: Vec::new(),
            walked: 0,
            removed_too: false,
            lost: Vec::new(),
            unread: None,
            barren: Barren::default(),
            barren_and_gone: Barren::default(),
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
        self.walked = 0;
        self.barren_and_gone = Barren::default();
        let mut levels: Vec<Level> = Vec::new();
        if let Entered::Directory(top) = self.enter((tree, parents.to_vec()), false, 0, 0)? {
            levels.push(top);
        }
        while let Some(level) = levels.last_mut().filter(|_| !visitor.is_full()) {
            let before = level.compared();
            let next = level.next(self.removed_too, &mut self.lost);
            let compared = (level.compared() - before) / BYTES_OF_A_STEP;
            let is_different = matches!(next, Ok(Some(_)));
            self.objects
                .step(compared as u64 + if is_different { STEPS_OF_AN_ENTRY } else { 1 })?;
            let next = match next {
                Ok(next) => next,
                Err(error) => {
                    self.leave_out(error)?;
                    level.has_interest = true;
                    None
                }
            };
            let Some(different) = next else {
                let left = levels.pop();
                self.leave(left, levels.last_mut());
                continue;
            };
            let above = self.path.len();
            self.push(&different.name);
            let Some(trees) = different.directory() else {
                level.has_interest |= self.change(&different, level.matters, visitor)?;
                self.path.truncate(above);
                continue;
            };
            let is_key = visitor.matters(&different.name);
            level.has_interest |= is_key;
            let matters = level.matters || is_key;
            let depth = levels.len();
            match self.enter(trees, matters, depth, above)? {
                Entered::Directory(level) => levels.push(level),
                Entered::Nothing { has_interest } => {
                    self.path.truncate(above);
                    if let Some(level) = levels.last_mut() {
                        level.has_interest |= has_interest;
                    }
                }
            }
        }
        Ok(())
    }

    /// Enters a directory that lies so deep.
    fn enter(
        &mut self,
        (new, mut old): Pair,
        matters: bool,
        depth: usize,
        above: usize,
    ) -> Result<Entered, GitError> {
        let nothing = |has_interest| Ok(Entered::Nothing { has_interest });
        if new.is_some_and(|new| old.contains(&new)) {
            return nothing(false);
        }
        self.walked += 1;
        self.objects.step(STEPS_OF_A_DIRECTORY)?;
        distinct(&mut old);
        if depth > DEEPEST {
            self.give_up(new, &old, "the tree nests too deeply")?;
            return nothing(true);
        }
        if self.walked > MOST_DIRECTORIES {
            // The first of them stands for all others.
            if self.walked == MOST_DIRECTORIES + 1 {
                self.give_up(new, &old, "the tree has too many directories")?;
            }
            return nothing(true);
        }
        let mut remember_as = None;
        let is_remembered = self.walked > REMEMBER_AFTER || depth >= REMEMBER_FROM_DEPTH;
        if is_remembered && !matters {
            let pair = (new, old.clone());
            if self.barren().contains(&pair) {
                return nothing(false);
            }
            remember_as = Some(pair);
        }
        let tree = match new.map(|id| Ok(Reading::new(id, self.objects.tree(id)?))).transpose() {
            Ok(tree) => tree,
            Err(error) => {
                self.leave_out(error)?;
                return nothing(true);
            }
        };
        let mut level = Level::new(tree, self.old_trees(&old)?, matters, above);
        level.remember_as = remember_as;
        Ok(Entered::Directory(level))
    }

    /// Leaves a directory for the one above.
    fn leave(&mut self, left: Option<Level>, above: Option<&mut Level>) {
        let Some(left) = left else { return };
        self.path.truncate(left.above);
        if let Some(above) = above {
            above.has_interest |= left.has_interest;
        }
        if let Some(pair) = left.remember_as.filter(|_| !left.has_interest) {
            self.barren().insert(pair);
        }
    }

    fn barren(&mut self) -> &mut Barren {
        if self.removed_too { &mut self.barren_and_gone } else { &mut self.barren }
    }

    /// Leaves a directory out of the walk.
    fn give_up(
        &mut self,
        new: Option<ObjectId>,
        old: &[ObjectId],
        reason: &'static str,
    ) -> Result<(), GitError> {
        match new {
            Some(id) => self.leave_out(GitError::Malformed { id, reason })?,
            None => self.lost.extend(old),
        }
        Ok(())
    }

    /// Notes what of the new side can't be read.
    fn leave_out(&mut self, error: GitError) -> Result<(), GitError> {
        match &mut self.unread {
            Some(unread) => unread.note(error),
            None => Err(error),
        }
    }

    /// The trees to compare with. One that is missing or damaged is left out: then more
    /// counts as new, which is safe, and nothing has to be refused for old damage.
    fn old_trees(&mut self, ids: &[ObjectId]) -> Result<Vec<Reading>, GitError> {
        let mut trees = Vec::with_capacity(ids.len());
        for &id in ids {
            match self.objects.tree(id) {
                Ok(tree) => trees.push(Reading::new(id, tree)),
                Err(error) if error.object().is_some() => self.lost.push(id),
                Err(error) => return Err(error),
            }
        }
        Ok(trees)
    }

    fn change(
        &self,
        different: &Different,
        is_below_key: bool,
        visitor: &mut dyn Visitor,
    ) -> Result<bool, GitError> {
        let old = different.old.iter().find(|side| side.mode != Mode::Tree).copied();
        visitor.change(&Change { path: &self.path, old, new: different.new, is_below_key })
    }

    fn push(&mut self, name: &[u8]) {
        if !self.path.is_empty() {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
    }
}

/// Takes out what is there a second time.
fn distinct(ids: &mut Vec<ObjectId>) {
    if ids.len() > 1 {
        let mut seen = IdSet::default();
        ids.retain(|id| seen.insert(*id));
    }
}

#[cfg(test)]
mod tests;
