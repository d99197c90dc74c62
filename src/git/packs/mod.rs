//! A fast way to the objects in packs, for scans that read very many.
//!
//! It only reads, needs no locks, and gives an object or nothing: whatever is not in a
//! pack, is too large or is not as it should be is left to libgit2, which also says what is
//! wrong with it. libgit2 takes locks for every object, allocates anew for each, and halves
//! its way through the index; over a whole history that is most of the work.

mod data;
mod index;
mod inflate;
mod layout;
mod order;
mod reader;
mod table;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use memmap2::Mmap;

use data::Data;
use index::Index;
use layout::Layout;
pub use order::{Climber, Files};
pub(super) use reader::Reader;
use table::{Answer, Table};

use super::ObjectKind;
use super::directories::Directory;

/// The packs of some object directories.
pub(super) struct Packs {
    packs: Vec<Pack>,
    count: u32,
    table: OnceLock<Option<Table>>,
}

struct Pack {
    /// The number of its first object.
    first: u32,
    /// Whether a push has brought it and is not accepted yet.
    is_new: bool,
    index: Index,
    data: Data,
    layout: OnceLock<Layout>,
}

/// Which object in the packs of a repository; numbers are dense, and near for objects that are
/// stored near each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(u32);

impl Place {
    /// A number that no other object in the packs has, below how many there are.
    #[must_use]
    pub fn number(self) -> usize {
        self.0 as usize
    }
}

/// More packs are not opened: each takes two mappings.
const MOST_PACKS: usize = 1000;
/// Of more objects no table is made: each takes 32 bytes in it.
const MOST_IN_TABLE: usize = 4 << 20;

impl Packs {
    /// Opens the packs of object directories. What can't be opened is left out.
    pub(super) fn open(directories: &[Directory], id_length: usize) -> Self {
        let mut found: Vec<(u64, PathBuf, bool)> = Vec::new();
        for directory in directories {
            let Ok(entries) = std::fs::read_dir(directory.path.join("pack")) else { continue };
            for entry in entries.flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|extension| extension == "idx")
                    && let Ok(data) = std::fs::metadata(path.with_extension("pack"))
                {
                    found.push((data.len(), path, directory.is_quarantine));
                }
            }
        }
        // Most objects are in the largest pack.
        found.sort_by(|a, b| b.cmp(a));
        let mut all = Self { packs: Vec::new(), count: 0, table: OnceLock::new() };
        for (_, path, is_new) in found.into_iter().take(MOST_PACKS) {
            let index = map(&path).and_then(|map| Index::new(map, id_length));
            let data = map(&path.with_extension("pack")).and_then(|map| Data::new(map, id_length));
            let (Some(index), Some(data)) = (index, data) else { continue };
            let Some(count) = all.count.checked_add(index.len()) else { break };
            let layout = OnceLock::new();
            all.packs.push(Pack { first: all.count, is_new, index, data, layout });
            all.count = count;
        }
        all
    }

    /// How many objects there are; one that is in two packs counts twice.
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    /// Prepares for asking for the places of very many objects.
    pub(super) fn hurry(&self) {
        if self.count() > MOST_IN_TABLE {
            return;
        }
        self.table.get_or_init(|| {
            let mut table = Table::new(self.count())?;
            for pack in &self.packs {
                for position in 0..pack.index.len() {
                    let number = pack.layout().number(position);
                    if let Some((id, number)) = pack.index.id(position).zip(number) {
                        table.add(id, pack.first + number);
                    }
                }
            }
            Some(table)
        });
    }

    /// The place of an object.
    pub(super) fn place(&self, id: &[u8]) -> Option<Place> {
        match self.table.get().and_then(Option::as_ref).map(|table| table.find(id)) {
            Some(Answer::Absent) => return None,
            Some(Answer::Number(number)) if id.len() == 20 || self.has_id(number, id) => {
                return Some(Place(number));
            }
            _ => {}
        }
        let place = |pack: &Pack| {
            let number = pack.layout().number(pack.index.find(id)?)?;
            Some(Place(pack.first + number))
        };
        self.packs.iter().find_map(place)
    }

    /// Which pack an object is in, and where it begins there.
    pub(super) fn find(&self, id: &[u8]) -> Option<(u32, u64)> {
        let find = |pack: &Pack| pack.index.offset(pack.index.find(id)?);
        (0..).zip(&self.packs).find_map(|(at, pack)| Some((at, find(pack)?)))
    }

    /// Whether an object is in a pack that was there before the push.
    pub(super) fn has_before(&self, id: &[u8]) -> bool {
        self.packs.iter().any(|pack| !pack.is_new && pack.index.find(id).is_some())
    }

    fn has_id(&self, number: u32, id: &[u8]) -> bool {
        let id_of = |(_, pack, number): (u32, &Pack, u32)| -> bool {
            let position = pack.layout().position(number);
            position.and_then(|position| pack.index.id(position)) == Some(id)
        };
        self.within(number).is_some_and(id_of)
    }

    /// The pack of an object, and its number in there.
    fn within(&self, number: u32) -> Option<(u32, &Pack, u32)> {
        let at = self.packs.partition_point(|pack| pack.first <= number).checked_sub(1)?;
        let pack = self.packs.get(at)?;
        Some((u32::try_from(at).ok()?, pack, number - pack.first))
    }

    /// Reads the object at a place.
    pub(super) fn read<'r>(
        &self,
        reader: &'r mut Reader,
        place: Place,
    ) -> Option<(ObjectKind, &'r [u8])> {
        let (pack, offset) = self.offset(place)?;
        let (kind, data) = reader.read(self, pack, offset)?;
        Some((kind_of(kind)?, data))
    }

    /// Reads an object to be kept.
    pub(super) fn take(&self, reader: &mut Reader, id: &[u8]) -> Option<(ObjectKind, Box<[u8]>)> {
        let (pack, offset) = self.find(id)?;
        let (kind, data) = reader.take(self, pack, offset)?;
        Some((kind_of(kind)?, data))
    }

    /// Which pack a place is in, and where the object begins there.
    fn offset(&self, place: Place) -> Option<(u32, u64)> {
        let (at, pack, number) = self.within(place.0)?;
        Some((at, pack.layout().offset(number)?))
    }

    fn pack(&self, pack: u32) -> Option<&Pack> {
        self.packs.get(pack as usize)
    }
}

impl Pack {
    fn layout(&self) -> &Layout {
        self.layout.get_or_init(|| Layout::new(&self.index))
    }
}

/// What the type's number in a pack stands for.
fn kind_of(number: u8) -> Option<ObjectKind> {
    match number {
        1 => Some(ObjectKind::Commit),
        2 => Some(ObjectKind::Tree),
        3 => Some(ObjectKind::Blob),
        4 => Some(ObjectKind::Tag),
        _ => None,
    }
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
