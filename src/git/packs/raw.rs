//! The readers of packs by themselves; see [`crate::git::stored`].

use super::data::{Data, Head, apply};
use super::index::Index;
use super::inflate::Inflater;
use super::layout::Layout;
use crate::git::damage::Damage;

/// Reads an index: looks an id up, and up to `most` ids and offsets.
pub(in crate::git) fn index(
    bytes: &[u8],
    id_length: usize,
    wanted: &[u8],
    most: u32,
) -> Result<Option<u64>, Damage> {
    let index = Index::new(bytes, id_length)?;
    for position in 0..index.len().min(most) {
        let id = index.id(position).ok_or(Damage("an id is not there"))?;
        let _ = (index.find(id), index.offset(position));
    }
    let _ = (Layout::new(&index).offsets().len(), index.is_sound());
    Ok(index.find(wanted).and_then(|position| index.offset(position)))
}

/// Reads an entry of a pack, and inflates its data.
pub(in crate::git) fn entry(bytes: &[u8], id_length: usize, offset: u64) -> Result<usize, Damage> {
    let count = bytes.get(8..12).and_then(|count| count.try_into().ok());
    let count = u32::from_be_bytes(count.ok_or(Damage("the pack is cut off"))?);
    let data = Data::new(bytes, id_length, count)?;
    let entry = data.entry(offset)?;
    let mut out = Vec::new();
    let mut inflater = Inflater::new();
    let _ = inflater.inflate(&entry, 100, &mut out);
    if entry.size > 1 << 26 {
        return Ok(out.len());
    }
    inflater.inflate(&entry, usize::MAX, &mut out)?;
    Ok(out.len())
}

/// Applies a delta.
pub(in crate::git) fn delta(base: &[u8], delta: &[u8], most: usize) -> Result<Vec<u8>, Damage> {
    let mut out = Vec::new();
    apply(Head::whole(base), Head::whole(delta), most, &mut out)?;
    Ok(out)
}
