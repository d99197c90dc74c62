//! Doors to the readers of packs for [`crate::fuzzing`].

use super::data::{Data, Form, Head, apply};
use super::index::Index;
use super::inflate::Inflater;

/// What an index says of one object: its id, its offset, and the position at which the id is
/// found.
pub type Indexed = (Vec<u8>, Option<u64>, Option<u32>);

/// The objects of a pack's index, at most `most` of them, and the position of `wanted`; `None`
/// when it is no index.
pub fn pack_index<M: AsRef<[u8]>>(
    bytes: M,
    id_length: usize,
    most: u32,
    wanted: &[u8],
) -> Option<(Vec<Indexed>, Option<u32>)> {
    let index = Index::new(bytes, id_length).ok()?;
    let all = (0..index.len().min(most)).map_while(|position| {
        let id = index.id(position)?;
        Some((id.to_vec(), index.offset(position), index.find(id)))
    });
    Some((all.collect(), index.find(wanted)))
}

/// An entry of a pack, with its data inflated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackEntry {
    /// The number of its type, where it holds its object as it is.
    pub kind: Option<u8>,
    /// Where its base is, if that is in the same pack.
    pub base: Option<u64>,
    /// The id of its base.
    pub base_id: Option<Vec<u8>>,
    /// The size that its head gives.
    pub size: usize,
    /// Its data; `None` when they are damaged.
    pub data: Option<Vec<u8>>,
    /// The first bytes of its data, as many as were wanted.
    pub beginning: Option<Vec<u8>>,
}

/// Reads the entry at an offset of a pack of `count` objects; `None` when there is none.
pub fn pack_entry<M: AsRef<[u8]>>(
    bytes: M,
    id_length: usize,
    count: u32,
    offset: u64,
    wanted: usize,
) -> Option<PackEntry> {
    let pack = Data::new(bytes, id_length, count).ok()?;
    let entry = pack.entry(offset).ok()?;
    let (kind, base, base_id) = match entry.form {
        Form::Whole(kind) => (Some(kind), None, None),
        Form::OnOffset(base) => (None, Some(base), None),
        Form::OnId(id) => (None, None, Some(id.to_vec())),
    };
    let mut inflater = Inflater::new();
    let mut inflated = |wanted: usize| {
        let mut out = Vec::new();
        inflater.inflate(&entry, wanted, &mut out).ok()?;
        Some(out)
    };
    let (data, beginning) = (inflated(usize::MAX), inflated(wanted));
    Some(PackEntry { kind, base, base_id, size: entry.size, data, beginning })
}

/// What a delta makes of a base, or the first `most` bytes of that, and the size of the whole;
/// `None` when the delta does not fit.
#[must_use]
pub fn delta(base: &[u8], delta: &[u8], most: usize) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let size = apply(Head::whole(base), Head::whole(delta), most, &mut out).ok()?;
    Some((out, size))
}
