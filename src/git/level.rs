//! A directory on the way of a walk through changes: where the walk stands in it, and in the
//! same directory of the parents. A walk keeps these itself and does not recurse, for trees
//! can nest deeper than a stack is.

use std::collections::VecDeque;
use std::rc::Rc;

use super::cursor::{Cursor, Side};
use super::tree::{Entry, Mode, entries};
use super::{GitError, Object, ObjectId};

/// A tree, and how far it was read.
pub(super) struct Reading {
    id: ObjectId,
    tree: Rc<Object>,
    at: usize,
}

impl Reading {
    pub(super) fn new(id: ObjectId, tree: Rc<Object>) -> Self {
        Self { id, tree, at: 0 }
    }

    fn rest(&self) -> &[u8] {
        self.tree.data().get(self.at..).unwrap_or_default()
    }
}

/// An entry that no parent has unchanged, or that is in a parent only.
pub(super) struct Different {
    pub(super) name: Vec<u8>,
    pub(super) new: Option<Side>,
    /// What the parents have of this name.
    pub(super) old: Vec<Side>,
}

impl Different {
    fn removed(gone: &Entry<'_>) -> Self {
        let old = vec![Side { mode: gone.mode, id: gone.id }];
        Self { name: gone.name.to_vec(), new: None, old }
    }

    /// The subtrees, if it is a directory; where it was removed, only of a parent.
    pub(super) fn directory(&self) -> Option<(Option<ObjectId>, Vec<ObjectId>)> {
        let is_tree = |side: &&Side| side.mode == Mode::Tree;
        let old = || self.old.iter().filter(is_tree).map(|side| side.id).collect::<Vec<_>>();
        match &self.new {
            Some(new) => is_tree(&new).then(|| (Some(new.id), old())),
            None => Some((None, old())).filter(|(_, old)| !old.is_empty()),
        }
    }
}

/// Two trees that were found to hold nothing of interest, or may be.
pub(super) type Pair = (Option<ObjectId>, Vec<ObjectId>);

/// A directory, and where the walk stands in it.
pub(super) struct Level {
    new: Option<Reading>,
    old: Vec<Reading>,
    /// What was found together and not yet taken.
    waiting: VecDeque<Different>,
    /// Whether everything here is worth a look.
    pub(super) matters: bool,
    /// Whether anything here was of interest.
    pub(super) has_interest: bool,
    /// Under what to remember that nothing was, if at all.
    pub(super) remember_as: Option<Pair>,
    /// How long the path of the directory above is.
    pub(super) above: usize,
}

impl Level {
    pub(super) fn new(
        new: Option<Reading>,
        old: Vec<Reading>,
        matters: bool,
        above: usize,
    ) -> Self {
        let waiting = VecDeque::new();
        Self { new, old, waiting, matters, has_interest: false, remember_as: None, above }
    }

    /// How many bytes of trees were compared.
    pub(super) fn compared(&self) -> usize {
        self.new.iter().chain(&self.old).map(|reading| reading.at).sum()
    }

    /// The next entry that is different; with `removed_too` also those that only a parent
    /// has. Trees of parents that are damaged from here on are added to `lost`.
    ///
    /// # Errors
    /// When the new tree is damaged from here on. It is unknown then whether what the parents
    /// have here is gone.
    pub(super) fn next(
        &mut self,
        removed_too: bool,
        lost: &mut Vec<ObjectId>,
    ) -> Result<Option<Different>, GitError> {
        if let Some(next) = self.waiting.pop_front() {
            return Ok(Some(next));
        }
        let Self { new, old, waiting, .. } = self;
        let mut cursors: Vec<Cursor<'_>> =
            old.iter().map(|old| Cursor::new(old.id, old.rest())).collect();
        let mut read = 0;
        if let Some(new) = new {
            let mut sides: Vec<Side> = Vec::new();
            let mut removed: Vec<Entry<'_>> = Vec::new();
            for entry in entries(new.id, new.rest()) {
                let entry = entry?;
                read += entry.encoded.len();
                sides.clear();
                let mut is_same = false;
                for cursor in &mut cursors {
                    match cursor.advance(&entry, &mut sides, &mut removed) {
                        Ok(here) => is_same |= here,
                        Err(_) => lost.push(cursor.end()),
                    }
                }
                let gone = removed.drain(..).filter(|_| removed_too);
                waiting.extend(gone.map(|gone| Different::removed(&gone)));
                if !is_same {
                    let new = Some(Side { mode: entry.mode, id: entry.id });
                    let old = std::mem::take(&mut sides);
                    waiting.push_back(Different { name: entry.name.to_vec(), new, old });
                }
                if !waiting.is_empty() {
                    break;
                }
            }
        }
        if waiting.is_empty() && removed_too {
            for cursor in &mut cursors {
                for gone in cursor.rest() {
                    match gone {
                        Ok(gone) => waiting.push_back(Different::removed(&gone)),
                        Err(_) => lost.push(cursor.tree),
                    }
                }
                cursor.end();
            }
        }
        let left: Vec<usize> = cursors.iter().map(Cursor::left).collect();
        for (old, left) in old.iter_mut().zip(left) {
            old.at = old.tree.data().len() - left;
        }
        if let Some(new) = new {
            new.at += read;
        }
        Ok(waiting.pop_front())
    }
}
