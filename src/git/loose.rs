//! Loose objects: a file each, its name the object's id.
//!
//! An object that is read whole is read to the end of its stream, which has a checksum there,
//! and to the end of its file, as git reads it.
//!
//! Source: gitrepository-layout(5), "objects/[0-9a-f][0-9a-f]"; `write_loose_object`,
//! `parse_loose_header` and `unpack_loose_rest` in git's object-file.c: a zlib stream of
//! `<kind> SP <size> NUL <content>`.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use libdeflater::{Decompressor, adler32};
use zlib_rs::{Inflate, InflateFlush, Status};

use super::{GitError, IdSet, ObjectId, ObjectKind};
use crate::file;

/// The head of a loose object is shorter than this.
const HEAD: usize = 64;
/// What is allocated before it is known that so much is really there.
const STEP: usize = 1 << 20;
/// Larger objects are inflated step by step.
const AT_ONCE: usize = 16 << 20;
/// Larger objects are not read whole.
const LARGEST: usize = 2 << 30;

/// An open loose object.
pub(super) struct Loose<R = File> {
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
    file: R,
    /// What of the content came along with the head.
    content: Vec<u8>,
}

/// Opens an object, if it is loose in a directory.
pub(super) fn open(directory: &Path, id: ObjectId) -> Result<Option<Loose>, GitError> {
    let file = match file::open(&path(directory, id)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(id, &error.to_string())),
    };
    Loose::begin(id, file).map(Some)
}

/// Whether an object is loose in a directory, or that can't be told.
pub(super) fn is_there(directory: &Path, id: ObjectId) -> bool {
    path(directory, id).try_exists().unwrap_or(true)
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
const GARBAGE: &str = "its file goes on after its end";

impl<R: Read> Loose<R> {
    /// Reads the head of an object.
    pub(super) fn begin(id: ObjectId, mut file: R) -> Result<Self, GitError> {
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
        let (kind, size) = parse_head(head).ok_or_else(broken)?;
        let content = rest.get(1..).unwrap_or_default().to_vec();
        Ok(Self { id, kind, size, head: nul + 1, inflate, packed, used, file, content })
    }

    /// The content, or its first `most` bytes. All of the content is what its checksum says.
    pub(super) fn read(mut self, most: usize) -> Result<Vec<u8>, GitError> {
        if most < self.size {
            return self.inflate(most);
        }
        if self.size > LARGEST {
            return Err(unreadable(self.id, "it is larger than 2 GiB"));
        }
        if self.size <= AT_ONCE {
            return self.at_once();
        }
        let content = self.inflate(self.size)?;
        self.end()?;
        Ok(content)
    }

    /// All of the content: much quicker than step by step.
    fn at_once(mut self) -> Result<Vec<u8>, GitError> {
        let broken = || unreadable(self.id, CUT);
        // No object of this size takes more; what follows is garbage.
        let most = self.head + self.size + self.size / 512 + HEAD;
        let rest = self.file.by_ref().take(most.max(STEP) as u64).read_to_end(&mut self.packed);
        rest.map_err(|error| unreadable(self.id, &error.to_string()))?;
        let mut all = vec![0; self.head + self.size];
        let mut decompressor = Decompressor::new();
        let written = decompressor.zlib_decompress(&self.packed, &mut all);
        if written.ok() != Some(all.len()) {
            return Err(broken());
        }
        // The checksum that was found right ends the stream, and has to end the file. Where the
        // same bytes stand further up, they may have ended it there.
        let checksum = adler32(&all).to_be_bytes();
        let (before, last) = self.packed.split_at(self.packed.len().saturating_sub(4));
        let mut was_earlier = || match self.packed.split_last() {
            Some((_, shorter)) if memchr::memmem::find(shorter, &checksum).is_some() => {
                decompressor.zlib_decompress(shorter, &mut vec![0; all.len()]).is_ok()
            }
            _ => false,
        };
        if before.is_empty() || last != checksum || was_earlier() {
            return Err(unreadable(self.id, GARBAGE));
        }
        all.drain(..self.head);
        Ok(all)
    }

    /// Inflates the first bytes of the content.
    fn inflate(&mut self, wanted: usize) -> Result<Vec<u8>, GitError> {
        let id = self.id;
        let broken = || unreadable(id, CUT);
        let mut content = std::mem::take(&mut self.content);
        let begun = at(self.inflate.total_out()) - content.len();
        while content.len() < wanted {
            let done = content.len();
            let step = (wanted - done).min(STEP.max(done));
            content.try_reserve(step).ok().ok_or_else(|| unreadable(id, NO_MEMORY))?;
            content.resize(done + step, 0);
            let is_end = self.step(content.get_mut(done..).unwrap_or_default())?;
            content.truncate(at(self.inflate.total_out()) - begun);
            let has_stalled = content.len() == done && !self.more()?;
            if has_stalled || is_end && content.len() < wanted {
                return Err(broken());
            }
        }
        content.truncate(wanted);
        Ok(content)
    }

    /// Inflates into a buffer; whether the stream is at its end.
    fn step(&mut self, to: &mut [u8]) -> Result<bool, GitError> {
        let before = self.inflate.total_in();
        let from = self.packed.get(self.used..).unwrap_or_default();
        let status = self.inflate.decompress(from, to, InflateFlush::NoFlush);
        let status = status.ok().ok_or_else(|| unreadable(self.id, CUT))?;
        self.used += at(self.inflate.total_in() - before);
        Ok(matches!(status, Status::StreamEnd))
    }

    /// Reads the end of the stream, where all of the content has been inflated.
    fn end(&mut self) -> Result<(), GitError> {
        let whole = self.inflate.total_out();
        while !self.step(&mut [0])? {
            if self.inflate.total_out() > whole || self.used == self.packed.len() && !self.more()? {
                return Err(unreadable(self.id, CUT));
            }
        }
        if self.inflate.total_out() > whole {
            return Err(unreadable(self.id, CUT));
        }
        if self.used < self.packed.len() || self.more()? {
            return Err(unreadable(self.id, GARBAGE));
        }
        Ok(())
    }

    /// Reads more of the file; whether there was more.
    fn more(&mut self) -> Result<bool, GitError> {
        self.packed.drain(..self.used);
        self.used = 0;
        let more = self.file.by_ref().take(STEP as u64).read_to_end(&mut self.packed);
        more.map(|count| count > 0).map_err(|error| unreadable(self.id, &error.to_string()))
    }
}

const NO_MEMORY: &str = "there is not enough memory for it";

/// The kind and the size in `<kind> SP <size>`, the size in its shortest form.
fn parse_head(head: &[u8]) -> Option<(ObjectKind, usize)> {
    let (kind, size) = head.split_at_checked(memchr::memchr(b' ', head)?)?;
    let digits = size.get(1..)?;
    let is_shortest = digits.len() == 1 || !digits.starts_with(b"0");
    if digits.is_empty() || !is_shortest || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((ObjectKind::from_name(kind)?, std::str::from_utf8(digits).ok()?.parse().ok()?))
}

fn at(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use libdeflater::{CompressionLvl, Compressor};

    fn id() -> ObjectId {
        ObjectId::from_bytes(&[1; 20]).unwrap()
    }

    fn deflated(data: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(CompressionLvl::default());
        let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
        let length = compressor.zlib_compress(data, &mut out).unwrap();
        out.truncate(length);
        out
    }

    fn read(file: &[u8], most: usize) -> Result<(ObjectKind, Vec<u8>), String> {
        let loose = Loose::begin(id(), file).map_err(|error| error.to_string())?;
        let kind = loose.kind;
        Ok((kind, loose.read(most).map_err(|error| error.to_string())?))
    }

    /// Sizes around what comes along with the head, and what is inflated at once.
    #[test]
    fn objects_of_all_sizes_are_read_to_their_end() {
        for size in [0, 1, 40, 56, 57, 100, 5000, AT_ONCE + 1] {
            let content: Vec<u8> = (0..size).map(|at| (at / 3 % 251) as u8).collect();
            let head = format!("blob {size}\0").into_bytes();
            let file = deflated(&[&head[..], &content].concat());
            assert_eq!(read(&file, usize::MAX), Ok((ObjectKind::Blob, content.clone())), "{size}");
            let begin = content.get(..10).unwrap_or(&content);
            assert_eq!(read(&file, 10), Ok((ObjectKind::Blob, begin.to_vec())), "{size}");
            // Bytes behind the end, and a file that lacks its last one.
            let more = [&file[..], &file[file.len() - 4..]].concat();
            for more in [more, [&file[..], &[0]].concat(), [&file[..], &[1; 5000]].concat()] {
                let why = read(&more, usize::MAX);
                assert!(why.is_err_and(|why| why.contains("goes on after its end")), "{size}");
            }
            assert!(read(&file[..file.len() - 1], usize::MAX).is_err(), "{size}");
            // A head that promises one byte more or less.
            for wrong in [size + 1, size.saturating_sub(1)] {
                let head = format!("blob {wrong}\0").into_bytes();
                let file = deflated(&[&head[..], &content].concat());
                assert!(wrong == size || read(&file, usize::MAX).is_err(), "{size}");
            }
        }
    }

    #[test]
    fn a_changed_bit_is_seen_wherever_it_is() {
        let content = b"tree 1\nauthor a\n\nA message of a few words, of a few words.\n";
        let head = format!("commit {}\0", content.len()).into_bytes();
        let file = deflated(&[&head[..], content].concat());
        for bit in 0..file.len() * 8 {
            let mut changed = file.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(read) = read(&changed, usize::MAX) {
                assert_eq!(read, (ObjectKind::Commit, content.to_vec()), "bit {bit}");
            }
        }
        for length in 0..file.len() {
            assert!(read(&file[..length], usize::MAX).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_head_is_in_its_shortest_form() {
        for head in [
            "blob",
            "blob ",
            "blob x",
            "blob 05",
            "blob +5",
            "blob 5 ",
            "blob 5 x",
            " blob 5",
            "blob  5",
            "blot 5",
            "blob 99999999999999999999",
            "blob -5",
            "",
        ] {
            let file = deflated(format!("{head}\0hello").as_bytes());
            assert!(read(&file, usize::MAX).is_err(), "{head:?}");
        }
        let large = deflated(b"blob 2147483649\0hello");
        let why = read(&large, usize::MAX).unwrap_err();
        assert!(why.contains("larger than 2 GiB"), "{why}");
        assert_eq!(read(&large, 3), Ok((ObjectKind::Blob, b"hel".to_vec())));
        assert!(read(b"", usize::MAX).is_err());
    }
}
