//! Looking files up by their paths, each directory of a tree read once for all of them.

use std::collections::HashMap;

use super::tree::{Mode, entries};
use super::{GitError, ObjectId, Objects, Side};

/// Looks files up, within a bound on the tree entries that are read.
pub struct Lookup<'o> {
    objects: &'o Objects<'o>,
    left: usize,
    looked_at: u64,
}

/// What is asked for below a directory, by the first name of its path.
#[derive(Default)]
struct Asked<'p> {
    /// The places of the paths that end with this name.
    here: Vec<usize>,
    /// The rests of the others, with their places.
    below: Vec<(&'p [u8], usize)>,
}

impl<'o> Lookup<'o> {
    /// A lookup that reads at most `most` tree entries altogether.
    #[must_use]
    pub fn new(objects: &'o Objects<'o>, most: usize) -> Self {
        Self { objects, left: most, looked_at: 0 }
    }

    /// Returns what a tree has at each of these paths: a file, link or submodule. A path that
    /// a malformed tree has twice counts as absent.
    ///
    /// # Errors
    /// When a tree can't be read, or the bound is reached.
    pub fn sides(
        &mut self,
        tree: ObjectId,
        paths: &[&[u8]],
    ) -> Result<Vec<Option<Side>>, GitError> {
        let mut found: Vec<Vec<Side>> = vec![Vec::new(); paths.len()];
        let paths: Vec<_> = paths.iter().enumerate().map(|(at, &path)| (path, at)).collect();
        let looked = self.directory(tree, &paths, &mut found);
        self.objects.step(std::mem::take(&mut self.looked_at))?;
        looked?;
        let only = |sides: Vec<Side>| match sides.as_slice() {
            [side] => Some(*side),
            _ => None,
        };
        Ok(found.into_iter().map(only).collect())
    }

    fn directory(
        &mut self,
        tree: ObjectId,
        paths: &[(&[u8], usize)],
        found: &mut [Vec<Side>],
    ) -> Result<(), GitError> {
        let mut asked: HashMap<&[u8], Asked<'_>> = HashMap::new();
        for &(path, at) in paths {
            match memchr::memchr(b'/', path).map(|slash| path.split_at(slash)) {
                Some((name, rest)) => {
                    let rest = rest.get(1..).unwrap_or_default();
                    asked.entry(name).or_default().below.push((rest, at));
                }
                None => asked.entry(path).or_default().here.push(at),
            }
        }
        let object = self.objects.tree(tree)?;
        for entry in entries(tree, object.data()) {
            let entry = entry?;
            let reason = "looking files up in it takes too long";
            self.left = self.left.checked_sub(1).ok_or(GitError::Malformed { id: tree, reason })?;
            self.looked_at += 1;
            let Some(asked) = asked.get(entry.name) else { continue };
            if entry.mode == Mode::Tree {
                if !asked.below.is_empty() {
                    self.directory(entry.id, &asked.below, found)?;
                }
                continue;
            }
            for &at in &asked.here {
                if let Some(sides) = found.get_mut(at) {
                    sides.push(Side { mode: entry.mode, id: entry.id });
                }
            }
        }
        Ok(())
    }
}
