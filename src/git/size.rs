//! The size of a change: lines added and removed, as `git diff --numstat` counts them.

use git2::Patch;

use super::{
    Change, Changes, GitError, Mode, Object, ObjectId, ObjectKind, Objects, Side, Visitor,
};

/// Larger files are not compared line by line: all their lines count.
const LARGEST: usize = 4 << 20;

/// Counts the lines that a commit's tree adds to and takes from those of its parents; for
/// a merge, only in files that differ from every parent's.
///
/// # Errors
/// When a tree or file can't be read.
pub fn changed_lines(
    objects: &Objects<'_>,
    tree: ObjectId,
    parents: &[ObjectId],
) -> Result<usize, GitError> {
    let mut count = Count { objects, lines: 0 };
    Changes::new(objects).all(tree, parents, &mut count)?;
    Ok(count.lines)
}

struct Count<'o> {
    objects: &'o Objects<'o>,
    lines: usize,
}

impl Visitor for Count<'_> {
    fn matters(&self, _: &[u8]) -> bool {
        true
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        let (old, new) = (self.content(change.old)?, self.content(change.new)?);
        let old = old.as_ref().map_or(&[][..], Object::data);
        let new = new.as_ref().map_or(&[][..], Object::data);
        let whole = |text: &[u8]| memchr::memchr_iter(b'\n', text).count();
        let lines = if old.len().max(new.len()) > LARGEST {
            whole(old) + whole(new)
        } else {
            let patch = Patch::from_buffers(old, None, new, None, None);
            let stats = patch.and_then(|patch| patch.line_stats());
            stats.map_or_else(|_| whole(old) + whole(new), |(_, added, gone)| added + gone)
        };
        self.lines = self.lines.saturating_add(lines);
        Ok(true)
    }
}

impl Count<'_> {
    /// A file; of links and submodules, nothing.
    fn content(&self, side: Option<Side>) -> Result<Option<Object>, GitError> {
        let side = side.filter(|side| side.mode == Mode::Blob);
        side.map(|side| self.objects.read_kind(side.id, ObjectKind::Blob)).transpose()
    }
}
