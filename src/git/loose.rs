//! Loose objects: a file each, its name the object's id.
//!
//! libgit2 reads them too, but never ends on one that was cut off.
//!
//! Source: gitrepository-layout(5), "objects/[0-9a-f][0-9a-f]"; write_loose_object in git's
//! object-file.c: a zlib stream of `<kind> SP <size> NUL <content>`.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use libdeflater::Decompressor;
use zlib_rs::{Inflate, InflateFlush, Status};

use super::{GitError, IdSet, ObjectId, ObjectKind};

/// The head of a loose object is shorter than this.
const HEAD: usize = 64;
/// What is allocated before it is known that so much is really there.
const STEP: usize = 1 << 20;
/// Larger objects are inflated step by step.
const AT_ONCE: usize = 16 << 20;

/// An open loose object.
pub(super) struct Loose {
    id: ObjectId,
    /// Its kind.
    pub(super) kind: ObjectKind,
    /// How many bytes its content has.
    pub(super) size: usize,
    /// How many bytes stand before the content.
    head: usize,
    inflate: Inflate,
    /// What of the file has been read, and how much of that was inflated.
    packed: Vec<u8>,
    used: usize,
    file: File,
    /// What of the content came along with the head.
    content: Vec<u8>,
}

/// Opens an object, if it is loose in a directory.
pub(super) fn open(directory: &Path, id: ObjectId) -> Result<Option<Loose>, GitError> {
    let file = match File::open(path(directory, id)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(id, &error.to_string())),
    };
    Loose::begin(id, file).map(Some)
}

/// Whether an object is loose in a directory.
pub(super) fn is_there(directory: &Path, id: ObjectId) -> bool {
    path(directory, id).exists()
}

/// All objects that are loose in a directory.
pub(super) fn all(directory: &Path) -> IdSet {
    let names = |path: &Path| -> Vec<OsString> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name()).collect()
    };
    let mut found = IdSet::default();
    for first in names(directory).into_iter().filter(|name| name.len() == 2) {
        for rest in names(&directory.join(&first)) {
            let name = [first.as_encoded_bytes(), rest.as_encoded_bytes()].concat();
            found.extend(ObjectId::from_hex(&name));
        }
    }
    found
}

fn path(directory: &Path, id: ObjectId) -> PathBuf {
    let name = id.to_string();
    let (first, rest) = name.split_at_checked(2).unwrap_or(("", ""));
    directory.join(first).join(rest)
}

fn unreadable(id: ObjectId, reason: &str) -> GitError {
    GitError::Unreadable { id, reason: reason.to_owned() }
}

const CUT: &str = "its file is cut off or damaged";

impl Loose {
    fn begin(id: ObjectId, mut file: File) -> Result<Self, GitError> {
        let broken = || unreadable(id, CUT);
        let mut packed = Vec::new();
        file.by_ref()
            .take(4096)
            .read_to_end(&mut packed)
            .map_err(|error| unreadable(id, &error.to_string()))?;
        let mut inflate = Inflate::new(true, 15);
        let mut content = vec![0; HEAD];
        inflate.decompress(&packed, &mut content, InflateFlush::NoFlush).ok().ok_or_else(broken)?;
        let used = at(inflate.total_in());
        content.truncate(at(inflate.total_out()));
        let nul = memchr::memchr(0, &content).ok_or_else(broken)?;
        let (head, rest) = content.split_at_checked(nul).ok_or_else(broken)?;
        let mut words = head.split(|&byte| byte == b' ');
        let kind = words.next().and_then(ObjectKind::from_name).ok_or_else(broken)?;
        let size = words.next().and_then(|size| std::str::from_utf8(size).ok()?.parse().ok());
        let size = size.ok_or_else(broken)?;
        let content = rest.get(1..).unwrap_or_default().to_vec();
        Ok(Self { id, kind, size, head: nul + 1, inflate, packed, used, file, content })
    }

    /// The content, or its first `most` bytes.
    pub(super) fn read(mut self, most: usize) -> Result<Vec<u8>, GitError> {
        let id = self.id;
        let broken = || unreadable(id, CUT);
        let wanted = self.size.min(most);
        if most >= self.size {
            let rest = self.file.read_to_end(&mut self.packed);
            rest.map_err(|error| unreadable(self.id, &error.to_string()))?;
            if let Some(content) = self.at_once() {
                return Ok(content);
            }
        }
        let mut content = std::mem::take(&mut self.content);
        let begun = at(self.inflate.total_out()) - content.len();
        let mut used = self.used;
        while content.len() < wanted {
            let done = content.len();
            content.resize(wanted.min(done + STEP.max(done)), 0);
            let before = self.inflate.total_in();
            let (from, to) = (self.packed.get(used..), content.get_mut(done..));
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            let status =
                self.inflate.decompress(from, to, InflateFlush::NoFlush).ok().ok_or_else(broken)?;
            used += at(self.inflate.total_in() - before);
            content.truncate(at(self.inflate.total_out()) - begun);
            if content.len() == done && !self.more(&mut used)? {
                return Err(broken());
            }
            if matches!(status, Status::StreamEnd) && content.len() < wanted {
                return Err(broken());
            }
        }
        content.truncate(wanted);
        Ok(content)
    }

    /// All of the content, from a file that has been read: much quicker than step by step.
    /// `None` when it is large or damaged.
    fn at_once(&self) -> Option<Vec<u8>> {
        if self.content.len() == self.size || self.size > AT_ONCE {
            return None;
        }
        let mut all = vec![0; self.head + self.size];
        let written = Decompressor::new().zlib_decompress(&self.packed, &mut all).ok()?;
        all.drain(..self.head);
        (written == self.head + self.size).then_some(all)
    }

    /// Reads more of the file; whether there was more.
    fn more(&mut self, used: &mut usize) -> Result<bool, GitError> {
        self.packed.drain(..*used);
        *used = 0;
        let more = self.file.by_ref().take(STEP as u64).read_to_end(&mut self.packed);
        more.map(|count| count > 0).map_err(|error| unreadable(self.id, &error.to_string()))
    }
}

fn at(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
