//! A parent's tree in a comparison entry by entry, which stands where the new tree stands.

use super::tree::{Entry, Mode, entries};
use super::{GitError, ObjectId};

/// One side of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// What the entry is.
    pub mode: Mode,
    /// Its object.
    pub id: ObjectId,
}

/// Where the comparison stands in a parent's tree.
pub(super) struct Cursor<'a> {
    pub(super) tree: ObjectId,
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(tree: ObjectId, raw: &'a [u8]) -> Self {
        Self { tree, rest: raw }
    }

    /// The entries that the comparison has not come to.
    pub(super) fn rest(&self) -> impl Iterator<Item = Result<Entry<'a>, GitError>> + use<'a> {
        entries(self.tree, self.rest)
    }

    /// How many bytes the comparison has not come to.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// Ends the comparison with this tree, which is damaged from here on; which one it is.
    pub(super) fn end(&mut self) -> ObjectId {
        self.rest = &[];
        self.tree
    }

    /// Moves past everything that sorts before `entry`, collecting it, and past the same
    /// entry, if it is there; whether it is there unchanged.
    pub(super) fn advance(
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
