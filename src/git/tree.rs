//! Tree objects, walked without copying.
//!
//! Source: tree.c in git: entries are `mode SP name NUL id`, sorted by name as bytes,
//! a directory sorting as if its name ended in `/`. What git cannot decode is an error here;
//! what it merely finds odd (`fsck` warns of leading zeros, say) is read as it reads it.

use super::{GitError, ObjectId};

/// What a tree entry is, by the file type in its mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A directory.
    Tree,
    /// A file, executable or not.
    Blob,
    /// A symbolic link; its blob is the target path.
    Link,
    /// A submodule's commit, which is not in this repository. Git takes every file type
    /// that it does not know for this one.
    Commit,
}

impl Mode {
    /// Whether it can stand where a directory is looked for without being one.
    #[must_use]
    pub fn is_in_place_of_directory(self) -> bool {
        matches!(self, Self::Link | Self::Commit)
    }

    /// Reads the octal digits of a mode; `None` where git calls the entry malformed: without
    /// a digit, and with any other character.
    ///
    /// The digits are a number of any length, of which git looks at the lowest 16 bits.
    ///
    /// Source: `parse_mode` and `canon_mode` in git's object.h (`get_mode` in tree-walk.c of
    /// older versions).
    #[must_use]
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        if digits.is_empty() {
            return None;
        }
        let mut mode = 0_u16;
        for &digit in digits {
            let value = digit.checked_sub(b'0').filter(|&value| value < 8)?;
            mode = mode << 3 | u16::from(value);
        }
        Some(match mode & FILE_TYPE {
            0o100_000 => Self::Blob,
            0o120_000 => Self::Link,
            0o040_000 => Self::Tree,
            _ => Self::Commit,
        })
    }
}

/// The bits of a mode that hold the file type: `S_IFMT` in inode(7).
const FILE_TYPE: u16 = 0o170_000;

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
    // Most modes have six digits, so looking for the blank byte by byte is quickest.
    let space = raw.iter().position(|&byte| byte == b' ')?;
    let mode = Mode::from_digits(raw.get(..space)?)?;
    let named = raw.get(space + 1..)?;
    let nul = memchr::memchr(0, named).filter(|&nul| nul > 0)?;
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

    #[test]
    fn modes_are_numbers() {
        for (digits, mode) in [
            ("40000", Mode::Tree),
            ("040000", Mode::Tree),
            ("0000000000000000000000040000", Mode::Tree),
            ("40755", Mode::Tree),
            ("120000", Mode::Link),
            ("0120000", Mode::Link),
            ("120777", Mode::Link),
            ("100664", Mode::Blob),
            ("0100644", Mode::Blob),
            // Beyond its lowest 16 bits a mode is not looked at.
            ("7700000100644", Mode::Blob),
            ("160000", Mode::Commit),
            ("10644", Mode::Commit),
            ("20000", Mode::Commit),
            ("60000", Mode::Commit),
            ("140000", Mode::Commit),
            ("0", Mode::Commit),
            ("644", Mode::Commit),
        ] {
            assert_eq!(Mode::from_digits(digits.as_bytes()), Some(mode), "{digits}");
        }
        for digits in ["", "10064x", "100 644", "-40000", "8", "100648", "+40000"] {
            assert_eq!(Mode::from_digits(digits.as_bytes()), None, "{digits}");
        }
    }

    #[test]
    fn what_git_cannot_decode_is_an_error() {
        let id = ObjectId::from_bytes(&[1; 20]).unwrap();
        for head in ["100644 \0", " a\0", "100648 a\0", "1006440000", "100644\0"] {
            let raw = [head.as_bytes(), &[2; 20]].concat();
            assert!(entries(id, &raw).any(|entry| entry.is_err()), "{head:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked(raw: Vec<u8>) {
            let id = ObjectId::from_bytes(&[1; 20]).unwrap();
            prop_assert!(entries(id, &raw).count() <= raw.len());
        }
    }
}
