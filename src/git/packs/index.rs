//! A pack's index: from object ids to places in the pack.
//!
//! Ids are digests, so they are spread evenly: where one stands is computed, and the
//! guess corrected, instead of halving a range twenty times in cold memory. Only version 2
//! is read, which git has written since 2008; every look into the file is checked.
//!
//! Source: gitformat-pack(5), "Version 2 pack-*.idx files".

use memmap2::Mmap;

/// An index file.
pub(super) struct Index {
    map: Mmap,
    fan: Vec<u32>,
    id_length: usize,
}

const HEAD: &[u8] = b"\xfftOc\0\0\0\x02";
const FAN: usize = 256;
const IDS: usize = HEAD.len() + FAN * 4;
/// After so many guesses the range is halved, so that ids that somebody chose cost no more
/// than a search always did.
const GUESSES: usize = 6;

impl Index {
    /// Reads the head of an index; `None` when it is none of this version.
    pub(super) fn new(map: Mmap, id_length: usize) -> Option<Self> {
        let fan = map.strip_prefix(HEAD)?.get(..FAN * 4)?;
        let fan = fan.chunks_exact(4).map(number).collect::<Option<Vec<u32>>>()?;
        let index = Self { map, fan, id_length };
        let least = IDS + index.len() as usize * (id_length + 8) + 2 * id_length;
        (index.fan.is_sorted() && index.map.len() >= least).then_some(index)
    }

    /// How many objects the pack has.
    pub(super) fn len(&self) -> u32 {
        self.fan.last().copied().unwrap_or_default()
    }

    /// The id of the object at a position.
    pub(super) fn id(&self, position: u32) -> Option<&[u8]> {
        let start = IDS + position as usize * self.id_length;
        self.map.get(start..start + self.id_length)
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
        let count = self.len() as usize;
        let offsets = IDS + count * (self.id_length + 4);
        let start = offsets + position as usize * 4;
        let offset = number(self.map.get(start..start + 4)?)?;
        if offset < 1 << 31 {
            return Some(u64::from(offset));
        }
        let start = offsets + count * 4 + (offset & 0x7fff_ffff) as usize * 8;
        Some(u64::from_be_bytes(self.map.get(start..start + 8)?.try_into().ok()?))
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
    use memmap2::MmapMut;
    use proptest::prelude::*;

    fn mapped(bytes: &[u8]) -> Mmap {
        let mut map = MmapMut::map_anon(bytes.len().max(1)).unwrap();
        map[..bytes.len()].copy_from_slice(bytes);
        map.make_read_only().unwrap()
    }

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
            let last = position as usize == ids.len() - 1;
            bytes.extend(if last { 1_u32 << 31 } else { position }.to_be_bytes());
        }
        bytes.extend((1_u64 << 40).to_be_bytes());
        bytes.extend([0; 40]);
        bytes
    }

    proptest! {
        #[test]
        fn ids_are_found_however_they_are_spread(
            mut ids: Vec<[u8; 20]>,
            alike in 0_usize..20,
            absent: [u8; 20],
        ) {
            for id in &mut ids {
                id[..alike].fill(7);
            }
            ids.sort_unstable();
            ids.dedup();
            prop_assume!(!ids.is_empty());
            let index = Index::new(mapped(&index(&ids)), 20).unwrap();
            for (position, id) in ids.iter().enumerate() {
                prop_assert_eq!(index.find(id), Some(position as u32));
                prop_assert_eq!(index.id(position as u32), Some(&id[..]));
                let offset = if position == ids.len() - 1 { 1 << 40 } else { position as u64 };
                prop_assert_eq!(index.offset(position as u32), Some(offset));
            }
            prop_assert_eq!(index.find(&absent).is_some(), ids.contains(&absent));
        }

        #[test]
        fn any_bytes_behind_a_head_are_read(fan in 0_u32..4, rest: Vec<u8>, id: [u8; 20]) {
            let fans = fan.to_be_bytes().repeat(FAN);
            if let Some(index) = Index::new(mapped(&[HEAD, &fans, &rest].concat()), 20) {
                let found = index.find(&id).unwrap_or(u32::MAX);
                let _ = (index.offset(found), index.id(found), index.offset(0));
            }
        }
    }
}
