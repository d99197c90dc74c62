//! What of a tree is as it was in another: two versions of a directory differ in one entry
//! mostly, and only that one has to be looked at.

use crate::git::{Entry, GitError, ObjectId, entries};

/// Where the comparison stands in the tree that was seen before.
pub(super) struct Old<'a> {
    pub(super) tree: ObjectId,
    /// Its bytes, and how far in them the comparison is.
    pub(super) raw: &'a [u8],
    pub(super) at: usize,
    /// Where the entries of interest begin.
    pub(super) kept: &'a [usize],
}

impl Old<'_> {
    /// The entries from `at` on that were there before too, and of no interest: where the
    /// last of them begins, and where they end.
    pub(super) fn again(&mut self, raw: &[u8], at: usize) -> Option<(usize, usize)> {
        let new = raw.get(at..)?;
        let old = self.raw.get(self.at..)?;
        let same = shared(new, old);
        let first_kept = self.kept.partition_point(|&kept| kept < self.at);
        let kept = self.kept.get(first_kept).map_or(usize::MAX, |kept| kept - self.at);
        let mut length = 0;
        let mut last = 0;
        if kept == usize::MAX && same == new.len() && same == old.len() {
            length = same;
        }
        while length < same && length != kept {
            let Some(name) = new.get(length..same).and_then(|rest| memchr::memchr(0, rest)) else {
                break;
            };
            let end = length + name + 1 + self.tree.as_bytes().len();
            if end > same {
                break;
            }
            last = length;
            length = end;
        }
        self.at += length;
        (length > 0).then_some((at + last, at + length))
    }

    /// Whether the next entry is of the same name and mode as this one. Moves past that, or
    /// past everything that stands before this one.
    pub(super) fn instead(&mut self, entry: &Entry<'_>) -> bool {
        let head = entry.encoded.len() - entry.id.as_bytes().len();
        let rest = self.raw.get(self.at..).unwrap_or_default();
        if entry.encoded.get(..head).is_some_and(|head| rest.starts_with(head)) {
            self.at += entry.encoded.len();
            return true;
        }
        while let Some(Ok(mine)) =
            entries(self.tree, self.raw.get(self.at..).unwrap_or_default()).next()
            && !entry.is_before(&mine)
        {
            self.at += mine.encoded.len();
            if !mine.is_before(entry) {
                break;
            }
        }
        false
    }
}

type Next<'a> = Option<Result<Entry<'a>, GitError>>;

/// Whether two entries side by side are in git's order.
pub(super) fn in_order(one: Next<'_>, next: Next<'_>) -> bool {
    matches!((one, next), (Some(Ok(one)), Some(Ok(next))) if one.is_before(&next))
}

/// How many bytes two texts have in common at their start.
fn shared(one: &[u8], other: &[u8]) -> usize {
    const STEP: usize = 32;
    let steps = one.chunks_exact(STEP).zip(other.chunks_exact(STEP));
    let steps = steps.take_while(|(one, other)| one == other).count() * STEP;
    let one = one.get(steps..).unwrap_or_default();
    let other = other.get(steps..).unwrap_or_default();
    steps + one.iter().zip(other).take_while(|(one, other)| one == other).count()
}
