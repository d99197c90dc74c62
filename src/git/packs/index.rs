//! A pack's index: from object ids to places in the pack.
//!
//! Ids are digests, so they are spread evenly: where one stands is computed, and the
//! guess corrected, instead of halving a range twenty times in cold memory. Both versions are
//! read; every look into the file is checked.
//!
//! Source: gitformat-pack(5), "Original (version 1) pack-*.idx files have the following
//! format" and "Version 2 pack-*.idx files".

use crate::git::damage::Damage;
use crate::git::hash;

/// An index file.
pub(super) struct Index<M> {
    bytes: M,
    fan: Vec<u32>,
    id_length: usize,
    /// Where the first id is, and how far it is from one to the next.
    ids: usize,
    id_step: usize,
    /// The same of the offsets.
    offsets: usize,
    offset_step: usize,
    /// Where the offsets of 64 bits are, and where they end; `None` in version 1.
    long: Option<(usize, usize)>,
}

const HEAD: &[u8] = b"\xfftOc\0\0\0\x02";
const FAN: usize = 256;
/// After so many guesses the range is halved, so that ids that somebody chose cost no more
/// than a search always did.
const GUESSES: usize = 6;

impl<M: AsRef<[u8]>> Index<M> {
    /// Reads the head of an index.
    pub(super) fn new(bytes: M, id_length: usize) -> Result<Self, Damage> {
        let all = bytes.as_ref();
        let has_version = all.starts_with(HEAD.get(..4).unwrap_or_default());
        let begin = match all.starts_with(HEAD) {
            true => HEAD.len(),
            false if has_version => return Err(Damage("an index is of an unknown version")),
            false => 0,
        };
        let ids = begin + FAN * 4;
        let fan = all.get(begin..ids).ok_or(Damage("an index is cut off"))?;
        let fan = fan.chunks_exact(4).map(number).collect::<Option<Vec<u32>>>();
        let fan = fan.filter(|fan| fan.is_sorted()).ok_or(Damage("an index is out of order"))?;
        let count = fan.last().copied().unwrap_or_default() as usize;
        let checksums = 2 * id_length;
        let size = all.len();
        let wrong = Damage("an index does not have the size for what it lists");
        let end = |each: usize| count.checked_mul(each).and_then(|them| them.checked_add(ids));
        if !has_version {
            let id_step = id_length + 4;
            if end(id_step).and_then(|end| end.checked_add(checksums)) != Some(size) {
                return Err(wrong);
            }
            let (ids, offsets) = (ids + 4, ids);
            return Ok(Self {
                bytes,
                fan,
                id_length,
                ids,
                id_step,
                offsets,
                offset_step: id_step,
                long: None,
            });
        }
        // Checksums of the entries stand between ids and offsets.
        let offsets = end(id_length + 4).ok_or(wrong)?;
        let long = end(id_length + 8).ok_or(wrong)?;
        let end = size.checked_sub(checksums).filter(|&end| end >= long).ok_or(wrong)?;
        let many = (end - long) / 8;
        // Git writes as many as it needs: never one for each (check_packed_git_idx in its
        // packfile.c).
        if !(end - long).is_multiple_of(8) || many > count.saturating_sub(1) {
            return Err(wrong);
        }
        let long = Some((long, end));
        Ok(Self { bytes, fan, id_length, ids, id_step: id_length, offsets, offset_step: 4, long })
    }

    /// How many objects the pack has.
    pub(super) fn len(&self) -> u32 {
        self.fan.last().copied().unwrap_or_default()
    }

    /// The checksum of the pack that it belongs to.
    pub(super) fn checksum_of_pack(&self) -> Option<&[u8]> {
        let bytes = self.bytes.as_ref();
        let from = bytes.len().checked_sub(2 * self.id_length)?;
        bytes.get(from..from + self.id_length)
    }

    /// Whether it has the checksum that stands at its end; reads all of it.
    pub(super) fn is_sound(&self) -> bool {
        let bytes = self.bytes.as_ref();
        let parts =
            bytes.len().checked_sub(self.id_length).and_then(|at| bytes.split_at_checked(at));
        parts.is_some_and(|(content, sum)| hash::digest(self.id_length, &[content]) == sum)
    }

    /// The id of the object at a position.
    pub(super) fn id(&self, position: u32) -> Option<&[u8]> {
        let start = self.ids + position as usize * self.id_step;
        self.bytes.as_ref().get(start..start + self.id_length)
    }

    /// The position of an id.
    pub(super) fn find(&self, id: &[u8]) -> Option<u32> {
        let first = usize::from(*id.first()?);
        let mut low = first.checked_sub(1).map_or(Some(0), |at| self.fan.get(at).copied())?;
        let mut high = *self.fan.get(first)?;
        let wanted = spread(id)?;
        let (mut low_value, mut high_value) = (0, u64::MAX);
        let mut guesses = 0;
        while low < high {
            guesses += 1;
            let middle = if guesses > GUESSES {
                u32::midpoint(low, high)
            } else {
                let part = u128::from(wanted.saturating_sub(low_value));
                let whole = u128::from(high_value.saturating_sub(low_value)).max(1);
                let steps = part * u128::from(high - low) / whole;
                low + u32::try_from(steps).ok()?.min(high - low - 1)
            };
            let there = self.id(middle)?;
            match there.cmp(id) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => (low, low_value) = (middle + 1, spread(there)?),
                std::cmp::Ordering::Greater => (high, high_value) = (middle, spread(there)?),
            }
        }
        None
    }

    /// Where the object at a position begins in the pack.
    pub(super) fn offset(&self, position: u32) -> Option<u64> {
        let bytes = self.bytes.as_ref();
        let start = self.offsets + position as usize * self.offset_step;
        let offset = number(bytes.get(start..start + 4).filter(|_| position < self.len())?)?;
        match self.long {
            Some((long, end)) if offset >= 1 << 31 => {
                let start = long + (offset & 0x7fff_ffff) as usize * 8;
                let offset = bytes.get(..end)?.get(start..start + 8)?;
                Some(u64::from_be_bytes(offset.try_into().ok()?))
            }
            _ => Some(u64::from(offset)),
        }
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// What orders the ids that have the first byte in common.
fn spread(id: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(id.get(1..9)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An index of sorted ids; the offset of each is its position, the last one's beyond
    /// 32 bits.
    fn index(ids: &[[u8; 20]]) -> Vec<u8> {
        let mut bytes = HEAD.to_vec();
        for first in 0..=255 {
            let count = ids.iter().filter(|id| id[0] <= first).count();
            bytes.extend((count as u32).to_be_bytes());
        }
        bytes.extend(ids.concat());
        bytes.extend(vec![0; ids.len() * 4]);
        for position in 0..ids.len() as u32 {
            let last = position > 0 && position as usize == ids.len() - 1;
            bytes.extend(if last { 1_u32 << 31 } else { position }.to_be_bytes());
        }
        if ids.len() > 1 {
            bytes.extend((1_u64 << 40).to_be_bytes());
        }
        sealed(bytes)
    }

    /// The same in version 1; the offset of each is its position.
    fn old_index(ids: &[[u8; 20]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for first in 0..=255 {
            let count = ids.iter().filter(|id| id[0] <= first).count();
            bytes.extend((count as u32).to_be_bytes());
        }
        for (position, id) in ids.iter().enumerate() {
            bytes.extend((position as u32).to_be_bytes());
            bytes.extend(id);
        }
        sealed(bytes)
    }

    fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.extend([7; 20]);
        bytes.extend(hash::digest(20, &[&bytes]));
        bytes
    }

    #[test]
    fn an_index_is_of_the_size_that_fits_what_it_lists() {
        for whole in [index(&[[1; 20], [2; 20]]), old_index(&[[1; 20], [2; 20]])] {
            assert!(Index::new(&whole[..], 20).is_ok());
            for length in 0..whole.len() {
                // Without its offsets of 64 bits it has a size that fits, but no checksum.
                let index = Index::new(&whole[..length], 20);
                assert!(index.map_or(true, |index| !index.is_sound()), "{length}");
            }
            assert!(Index::new([&whole[..], &[0]].concat(), 20).is_err());
            assert!(Index::new([&whole[..], &[0; 8]].concat(), 20).is_err());
        }
    }

    #[test]
    fn a_changed_bit_is_seen_at_the_head_or_by_the_checksum() {
        for whole in [index(&[[1; 20], [2; 20]]), old_index(&[[1; 20], [2; 20]])] {
            for bit in 0..whole.len() * 8 {
                let mut bytes = whole.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(Index::new(bytes, 20).map_or(true, |index| !index.is_sound()), "{bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn ids_are_found_however_they_are_spread(
            mut ids: Vec<[u8; 20]>,
            alike in 0_usize..20,
            absent: [u8; 20],
            is_old: bool,
        ) {
            for id in &mut ids {
                id[..alike].fill(7);
            }
            ids.sort_unstable();
            ids.dedup();
            prop_assume!(!ids.is_empty());
            let bytes = if is_old { old_index(&ids) } else { index(&ids) };
            let index = Index::new(bytes, 20).unwrap();
            prop_assert!(index.is_sound());
            for (position, id) in ids.iter().enumerate() {
                prop_assert_eq!(index.find(id), Some(position as u32));
                prop_assert_eq!(index.id(position as u32), Some(&id[..]));
                let is_long = !is_old && position > 0 && position == ids.len() - 1;
                let offset = if is_long { 1 << 40 } else { position as u64 };
                prop_assert_eq!(index.offset(position as u32), Some(offset));
            }
            prop_assert_eq!(index.find(&absent).is_some(), ids.contains(&absent));
        }

        #[test]
        fn any_bytes_behind_a_head_are_read(fan in 0_u32..4, rest: Vec<u8>, id: [u8; 20]) {
            let fans = fan.to_be_bytes().repeat(FAN);
            if let Ok(index) = Index::new([HEAD, &fans, &rest].concat(), 20) {
                let found = index.find(&id).unwrap_or(u32::MAX);
                let _ = (index.offset(found), index.id(found), index.offset(0));
            }
        }
    }
}
