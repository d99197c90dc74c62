//! A fast way to the objects in packs, for scans that read very many.
//!
//! It only reads, needs no locks, and gives an object or nothing: whatever is not in a
//! pack, is too large or is not as it should be is left to libgit2, which also says what is
//! wrong with it. libgit2 takes locks for every object, allocates anew for each, and halves
//! its way through the index; over a whole history that is most of the work.

mod data;
mod index;
mod reader;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use data::Data;
use index::Index;
pub(super) use reader::Reader;

use super::ObjectKind;

/// The packs of some object directories.
pub(super) struct Packs {
    packs: Vec<Pack>,
    count: u32,
}

struct Pack {
    /// The number of its first object.
    first: u32,
    index: Index,
    data: Data,
}

/// Where an object is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// A number that no other place has, below [`Packs::count`].
    number: u32,
    pack: u32,
    offset: u64,
}

impl Place {
    /// A number that no other place of the same repository has; numbers are dense.
    #[must_use]
    pub fn number(self) -> usize {
        self.number as usize
    }
}

/// Git follows no more alternates of alternates (odb.c in git).
const DEEPEST_ALTERNATE: usize = 5;
/// More packs are not opened: each takes two mappings.
const MOST_PACKS: usize = 1000;

impl Packs {
    /// Opens the packs of object directories and of their alternates. What can't be opened
    /// is left out.
    pub(super) fn open(directories: &[PathBuf], id_length: usize) -> Self {
        let mut found: Vec<(u64, PathBuf)> = Vec::new();
        for directory in with_alternates(directories) {
            let Ok(entries) = std::fs::read_dir(directory.join("pack")) else { continue };
            for entry in entries.flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|extension| extension == "idx")
                    && let Ok(data) = std::fs::metadata(path.with_extension("pack"))
                {
                    found.push((data.len(), path));
                }
            }
        }
        // Most objects are in the largest pack.
        found.sort_by(|a, b| b.cmp(a));
        let mut all = Self { packs: Vec::new(), count: 0 };
        for (_, path) in found.into_iter().take(MOST_PACKS) {
            let index = map(&path).and_then(|map| Index::new(map, id_length));
            let data = map(&path.with_extension("pack")).and_then(|map| Data::new(map, id_length));
            let (Some(index), Some(data)) = (index, data) else { continue };
            let Some(count) = all.count.checked_add(index.len()) else { break };
            all.packs.push(Pack { first: all.count, index, data });
            all.count = count;
        }
        all
    }

    /// How many objects there are; one that is in two packs counts twice.
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    /// Where an object is.
    pub(super) fn find(&self, id: &[u8]) -> Option<Place> {
        self.packs.iter().enumerate().find_map(|(pack, it)| {
            let position = it.index.find(id)?;
            let offset = it.index.offset(position)?;
            Some(Place { number: it.first + position, pack: u32::try_from(pack).ok()?, offset })
        })
    }

    /// Reads an object.
    pub(super) fn read<'r>(
        &self,
        reader: &'r mut Reader,
        place: Place,
    ) -> Option<(ObjectKind, &'r [u8])> {
        let (kind, data) = reader.read(self, place.pack, place.offset)?;
        let kind = match kind {
            1 => ObjectKind::Commit,
            2 => ObjectKind::Tree,
            3 => ObjectKind::Blob,
            4 => ObjectKind::Tag,
            _ => return None,
        };
        Some((kind, data))
    }

    fn pack(&self, pack: u32) -> Option<&Pack> {
        self.packs.get(pack as usize)
    }
}

/// Object directories, and those that their `info/alternates` name
/// (gitrepository-layout(5)), each once.
fn with_alternates(directories: &[PathBuf]) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = Vec::new();
    let mut level = directories.to_vec();
    for _ in 0..=DEEPEST_ALTERNATE {
        let mut next = Vec::new();
        for directory in level {
            let directory = directory.canonicalize().unwrap_or(directory);
            if all.contains(&directory) {
                continue;
            }
            let listed = std::fs::read(directory.join("info/alternates")).unwrap_or_default();
            next.extend(alternates(&directory, &listed));
            all.push(directory);
        }
        level = next;
    }
    all
}

fn alternates(directory: &Path, listed: &[u8]) -> Vec<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let lines = listed.split(|&byte| byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    lines.map(|line| directory.join(std::ffi::OsStr::from_bytes(line))).collect()
}

fn map(path: &Path) -> Option<Mmap> {
    let file = File::open(path).ok()?;
    #[expect(unsafe_code, reason = "there is no mapping a file without it")]
    // SAFETY: git writes a pack under another name and never changes it afterwards, so
    // what is mapped stays as it is; git and libgit2 rely on the same.
    unsafe {
        Mmap::map(&file).ok()
    }
}
