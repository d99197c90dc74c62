//! The packs of a repository: objects by id or by place, and all files in one pass.
//!
//! It only reads and needs no locks. Every look into a file is checked, nothing that stands
//! in one is believed before, and an object is given whole or as the fault that it has.
//! libgit2 takes locks for every object, allocates for each, halves its way through the
//! index, and reads beyond the end of a file whose index is damaged.
//!
//! An index is believed without question once its checksum was verified, which takes a look
//! at all of it: a large scan asks for that ([`Packs::place`], [`Files`]), and so does a
//! caller that has not found an object. What is read through an index that was not verified
//! is for the caller to hash.

mod data;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod index;
mod inflate;
mod layout;
mod mapped;
mod open;
mod order;
mod reader;
mod table;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::OnceLock;

use data::{Data, Entry};
use index::Index;
use layout::Layout;
pub use mapped::Mapped;
pub use order::{DeltaWalker, Files};
pub(super) use reader::Reader;
use table::{Answer, Table};

use super::damage::{Damage, Fault};
use super::{GitError, ObjectId, ObjectKind, loose};

/// Asked before a large object is put together, with its size in bytes, and with 0 now and
/// then in a long chain of deltas. An error ends the reading.
pub(in crate::git) type Admit<'a> = &'a dyn Fn(usize) -> Result<(), GitError>;

/// The kind of an object, and its content.
pub(in crate::git) type Taken<K> = (K, Box<[u8]>);

/// The packs of some object directories.
pub(super) struct Packs<M = Mapped> {
    /// How many bytes ids have.
    id_length: usize,
    packs: Vec<Pack<M>>,
    count: u32,
    table: OnceLock<Option<Table>>,
    /// The directories, for bases of deltas that are loose.
    directories: Vec<PathBuf>,
    /// The indexes that were found, the largest pack's first.
    pub(super) indexes: Vec<PathBuf>,
    /// Where further objects may be, which could not be looked at, and why.
    unopened: Vec<String>,
}

struct Pack<M> {
    /// Its file's name.
    name: String,
    /// The number of its first object.
    first: u32,
    /// Whether a push has brought it and is not accepted yet.
    is_new: bool,
    index: Index<M>,
    data: Data<M>,
    layout: OnceLock<Layout>,
    is_sound: OnceLock<bool>,
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

/// Of more objects no table is made: each takes 32 bytes in it.
const MOST_IN_TABLE: usize = 4 << 20;

impl<M: AsRef<[u8]>> Packs<M> {
    /// No packs yet; `directories` are where loose objects are, and ids have `id_length` bytes.
    pub(super) fn new(directories: Vec<PathBuf>, id_length: usize) -> Self {
        Self {
            id_length,
            packs: Vec::new(),
            count: 0,
            table: OnceLock::new(),
            directories,
            indexes: Vec::new(),
            unopened: Vec::new(),
        }
    }

    /// Adds a pack, unless it and its index are not what they have to be.
    pub(super) fn add(
        &mut self,
        name: &str,
        is_new: bool,
        index: M,
        data: M,
    ) -> Result<(), Damage> {
        let id_length = self.id_length;
        let index = Index::new(index, id_length)?;
        let data = Data::new(data, id_length, index.len())?;
        if index.checksum_of_pack() != data.checksum() {
            return Err(Damage("the index is that of another pack"));
        }
        let count =
            self.count.checked_add(index.len()).ok_or(Damage("there are too many objects"))?;
        let (layout, is_sound) = (OnceLock::new(), OnceLock::new());
        let (name, first) = (name.to_owned(), self.count);
        self.packs.push(Pack { name, first, is_new, index, data, layout, is_sound });
        self.count = count;
        Ok(())
    }

    /// The ids of the first objects of each pack, for [`crate::fuzzing`].
    #[cfg(feature = "fuzzing")]
    pub(super) fn ids(&self, most: u32) -> Vec<ObjectId> {
        let of = |pack: &Pack<M>| {
            let ids = (0..pack.index.len().min(most)).filter_map(|at| pack.index.id(at));
            ids.filter_map(ObjectId::from_bytes).collect::<Vec<_>>()
        };
        self.packs.iter().flat_map(of).collect()
    }

    /// How many objects there are; one that is in two packs counts twice.
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    /// Prepares for asking for the places of very many objects.
    pub(super) fn build_id_table(&self) {
        if self.count() > MOST_IN_TABLE {
            return;
        }
        self.table.get_or_init(|| {
            let mut table = Table::new(self.count())?;
            for pack in self.packs.iter().filter(|pack| pack.is_sound()) {
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

    /// The place of an object. One that is only in packs whose indexes are damaged has none.
    pub(super) fn place(&self, id: &[u8]) -> Option<Place> {
        match self.table.get().and_then(Option::as_ref).map(|table| table.find(id)) {
            Some(Answer::Absent) => return None,
            Some(Answer::Number(number)) if id.len() == 20 || self.has_id(number, id) => {
                return Some(Place(number));
            }
            _ => {}
        }
        let place = |pack: &Pack<M>| {
            let number = pack.layout().number(pack.index.find(id)?)?;
            Some(Place(pack.first + number))
        };
        self.packs.iter().filter(|pack| pack.is_sound()).find_map(place)
    }

    /// Which pack an object is in, and where it begins there.
    pub(super) fn find(&self, id: &[u8]) -> Option<(u32, u64)> {
        self.find_all(id).next()
    }

    /// The same of every copy of an object.
    pub(super) fn find_all(&self, id: &[u8]) -> impl Iterator<Item = (u32, u64)> {
        let find = move |(at, pack): (u32, &Pack<M>)| {
            // An offset that is not there leads to no entry.
            let position = pack.index.find(id)?;
            Some((at, pack.index.offset(position).unwrap_or(u64::MAX)))
        };
        (0..).zip(&self.packs).filter_map(find)
    }

    /// Where the base of a delta in a pack is, if it is in a pack: mostly in the same.
    fn base(&self, pack: u32, id: &[u8]) -> Option<(u32, u64)> {
        let mine = self.pack(pack).and_then(|it| it.index.offset(it.index.find(id)?));
        mine.map(|offset| (pack, offset)).or_else(|| self.find(id))
    }

    /// The base of a delta that is in no pack.
    fn loose_base(&self, id: &[u8], admit: Admit<'_>) -> Result<(u8, Vec<u8>), Fault> {
        let id = ObjectId::from_bytes(id).ok_or(Damage("its base has no valid id"))?;
        for directory in &self.directories {
            let open = loose::open(directory, id).map_err(Fault::Other)?;
            if let Some(base) = open {
                admit(base.size).map_err(Fault::Other)?;
                let number = number_of(base.kind);
                return Ok((number, base.read(usize::MAX).map_err(Fault::Other)?));
            }
        }
        Err(Fault::NoBase(id))
    }

    /// Why objects may be there that are not found: packs that were not opened, or whose
    /// indexes are damaged. Empty when what is not found is not there.
    pub(super) fn doubts(&self) -> Vec<String> {
        let damaged = self.packs.iter().filter(|pack| !pack.is_sound());
        let damaged = damaged.map(|pack| format!("the index of {} is damaged", pack.name));
        self.unopened.iter().cloned().chain(damaged).collect()
    }

    /// Whether the index of a pack is known to be sound, without a look at it.
    pub(super) fn is_known_sound(&self, pack: u32) -> bool {
        self.pack(pack).is_some_and(|pack| pack.is_sound.get() == Some(&true))
    }

    /// Whether an object is in a pack that was there before the push.
    pub(super) fn has_before(&self, id: &[u8]) -> bool {
        self.packs.iter().any(|pack| !pack.is_new && pack.index.find(id).is_some())
    }

    fn has_id(&self, number: u32, id: &[u8]) -> bool {
        let id_of = |(_, pack, number): (u32, &Pack<M>, u32)| -> bool {
            let position = pack.layout().position(number);
            position.and_then(|position| pack.index.id(position)) == Some(id)
        };
        self.within(number).is_some_and(id_of)
    }

    /// The pack of an object, and its number in there.
    fn within(&self, number: u32) -> Option<(u32, &Pack<M>, u32)> {
        let at = self.packs.partition_point(|pack| pack.first <= number).checked_sub(1)?;
        let pack = self.packs.get(at)?;
        Some((u32::try_from(at).ok()?, pack, number - pack.first))
    }

    /// Reads the object at a place.
    pub(super) fn read<'r>(
        &self,
        reader: &'r mut Reader,
        place: Place,
        admit: Admit<'_>,
    ) -> Result<(ObjectKind, &'r [u8]), Fault> {
        let at = self.offset(place).ok_or(Damage("there is no such place"))?;
        let (kind, data) = reader.read(self, at, admit)?;
        Ok((kind_of(kind)?, data))
    }

    /// Reads the object that begins at an offset of a pack, to be kept.
    pub(super) fn take(
        &self,
        reader: &mut Reader,
        at: (u32, u64),
        admit: Admit<'_>,
    ) -> Result<Taken<ObjectKind>, Fault> {
        let (kind, data) = reader.take(self, at, admit)?;
        Ok((kind_of(kind)?, data))
    }

    /// Reads the beginning of an object that is stored whole and has more bytes than that;
    /// `None` of any other.
    pub(super) fn take_head(
        &self,
        reader: &mut Reader,
        at: (u32, u64),
        most: usize,
    ) -> Result<Option<Taken<ObjectKind>>, Fault> {
        let Some((kind, data)) = reader.take_head(self, at, most)? else { return Ok(None) };
        Ok(Some((kind_of(kind)?, data)))
    }

    /// Which pack a place is in, and where the object begins there.
    fn offset(&self, place: Place) -> Option<(u32, u64)> {
        let (at, pack, number) = self.within(place.0)?;
        Some((at, pack.layout().offset(number)?))
    }

    /// The entry at an offset of a pack.
    fn entry(&self, pack: u32, offset: u64) -> Result<Entry<'_>, Damage> {
        self.pack(pack).ok_or(Damage("there is no such pack"))?.data.entry(offset)
    }

    fn pack(&self, pack: u32) -> Option<&Pack<M>> {
        self.packs.get(pack as usize)
    }
}

impl<M: AsRef<[u8]>> Pack<M> {
    /// Whether its index has the checksum that stands in it; looked at once.
    fn is_sound(&self) -> bool {
        *self.is_sound.get_or_init(|| self.index.is_sound())
    }

    fn layout(&self) -> &Layout {
        self.layout.get_or_init(|| Layout::new(&self.index))
    }
}

/// What the type's number in a pack stands for.
fn kind_of(number: u8) -> Result<ObjectKind, Damage> {
    match number {
        1 => Ok(ObjectKind::Commit),
        2 => Ok(ObjectKind::Tree),
        3 => Ok(ObjectKind::Blob),
        4 => Ok(ObjectKind::Tag),
        _ => Err(Damage("it is of no known kind")),
    }
}

fn number_of(kind: ObjectKind) -> u8 {
    match kind {
        ObjectKind::Commit => 1,
        ObjectKind::Tree => 2,
        ObjectKind::Blob => 3,
        ObjectKind::Tag => 4,
    }
}
