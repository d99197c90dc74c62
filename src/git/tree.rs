//! Tree objects, walked without copying.
//!
//! Source: tree.c in git: entries are `mode SP name NUL id`, sorted by name as bytes,
//! a directory sorting as if its name ended in `/`.

use super::{GitError, ObjectId};

/// What a tree entry is. Git stores it as octal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A directory.
    Tree,
    /// A file, executable or not.
    Blob,
    /// A symbolic link; its blob is the target path.
    Link,
    /// A submodule's commit, which is not in this repository.
    Commit,
}

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it is.
    pub mode: Mode,
    /// Its name.
    pub name: &'a [u8],
    /// The object.
    pub id: ObjectId,
    /// The whole entry as it is stored.
    pub encoded: &'a [u8],
}

impl Entry<'_> {
    /// Whether this entry sorts before another.
    #[must_use]
    pub fn is_before(&self, other: &Self) -> bool {
        let shared = self.name.len().min(other.name.len());
        let (mine, my_rest) = self.name.split_at(shared);
        let (theirs, their_rest) = other.name.split_at(shared);
        mine.cmp(theirs).then_with(|| self.end(my_rest).cmp(other.end(their_rest))).is_lt()
    }

    /// Git sorts a directory as if its name ended in a slash.
    pub(super) fn sort_key(&self) -> impl Iterator<Item = u8> {
        self.end(self.name)
    }

    fn end<'r>(&self, rest: &'r [u8]) -> impl Iterator<Item = u8> + use<'r> {
        rest.iter().copied().chain((self.mode == Mode::Tree).then_some(b'/'))
    }
}

/// The entries of a raw tree object of the given id length (20 or 32 bytes).
pub fn entries(tree: ObjectId, raw: &[u8]) -> impl Iterator<Item = Result<Entry<'_>, GitError>> {
    let length = tree.as_bytes().len();
    let mut rest = raw;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        match entry(rest, length) {
            Some((entry, after)) => {
                rest = after;
                Some(Ok(entry))
            }
            None => {
                rest = b"";
                Some(Err(GitError::Malformed { id: tree, reason: "a tree entry is cut or broken" }))
            }
        }
    })
}

fn entry(raw: &[u8], length: usize) -> Option<(Entry<'_>, &[u8])> {
    let space = raw.iter().take(8).position(|&byte| byte == b' ')?;
    let mode = match raw.get(..space)? {
        b"40000" | b"040000" => Mode::Tree,
        b"120000" => Mode::Link,
        b"160000" => Mode::Commit,
        _ => Mode::Blob,
    };
    let named = raw.get(space + 1..)?;
    let nul = memchr::memchr(0, named)?;
    let (name, rest) = named.split_at(nul);
    let (id, after) = rest.get(1..)?.split_at_checked(length)?;
    let encoded = raw.get(..raw.len() - after.len())?;
    Some((Entry { mode, name, id: ObjectId::from_bytes(id)?, encoded }, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_are_walked_and_a_cut_tree_is_an_error() {
        let id = ObjectId::from_bytes(&[1; 20]).unwrap();
        let mut raw = b"100644 a b\0".to_vec();
        raw.extend_from_slice(&[2; 20]);
        raw.extend_from_slice(b"40000 dir\0");
        raw.extend_from_slice(&[3; 20]);
        let all: Vec<_> = entries(id, &raw).collect::<Result<_, _>>().unwrap();
        assert_eq!((all[0].mode, all[0].name), (Mode::Blob, &b"a b"[..]));
        assert_eq!((all[1].mode, all[1].name), (Mode::Tree, &b"dir"[..]));
        raw.pop();
        assert!(entries(id, &raw).any(|entry| entry.is_err()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked(raw: Vec<u8>) {
            let id = ObjectId::from_bytes(&[1; 20]).unwrap();
            prop_assert!(entries(id, &raw).count() <= raw.len());
        }
    }
}
