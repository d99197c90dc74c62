//! Where objects are, by id, in memory: for scans that look up a large part of all.
//!
//! A look into an index of many megabytes waits for memory four or five times; a look
//! into this table once. Ids are digests already, so their first bytes are the hash, and
//! the table is filled from front to back.

use memmap2::MmapMut;

/// How much of an id is kept here; of a longer one the rest is compared elsewhere.
const KEPT: usize = 20;
/// Slots looked at; whoever finds no room within them is left out, and whoever looks at so
/// many in vain has to look elsewhere. Only ids that somebody chose come to that.
const PROBES: usize = 64;
/// A slot: the beginning of an id, and one more than its number; all zero when it is empty.
const SLOT: usize = KEPT + 4;

/// Numbers of objects by id.
pub(super) struct Table {
    slots: MmapMut,
}

/// What a table says of an id.
pub(super) enum Answer {
    /// It has this number, if the bytes beyond those kept here agree.
    Number(u32),
    /// It is not there.
    Absent,
    /// It may be there.
    Unknown,
}

impl Table {
    /// An empty table for so many objects; `None` when there is not so much memory.
    pub(super) fn new(count: usize) -> Option<Self> {
        let slots = MmapMut::map_anon((count + count / 3 + PROBES) * SLOT).ok()?;
        // Every look is at another page, so large ones save half of the time. Where there are
        // none, it works as well.
        #[cfg(target_os = "linux")]
        let _ = slots.advise(memmap2::Advice::HugePage);
        Some(Self { slots })
    }

    /// Adds an object; of several of the same id the first counts.
    pub(super) fn add(&mut self, id: &[u8], number: u32) {
        let Some(&key) = id.first_chunk() else { return };
        let start = self.start(&key);
        let (slots, _) = self.slots.as_chunks_mut();
        for slot in slots.iter_mut().skip(start).take(PROBES) {
            match content(slot) {
                Some((there, _)) if there == key => return,
                Some(_) => {}
                None => {
                    let (left, right) = slot.split_at_mut(KEPT);
                    left.copy_from_slice(&key);
                    right.copy_from_slice(&(number + 1).to_ne_bytes());
                    return;
                }
            }
        }
    }

    /// Looks an id up.
    pub(super) fn find(&self, id: &[u8]) -> Answer {
        let Some(key) = id.first_chunk() else { return Answer::Unknown };
        let (slots, _) = self.slots.as_chunks();
        for slot in slots.iter().skip(self.start(key)).take(PROBES) {
            match content(slot) {
                Some((there, number)) if there == *key => return Answer::Number(number),
                Some(_) => {}
                None => return Answer::Absent,
            }
        }
        Answer::Unknown
    }

    fn start(&self, key: &[u8; KEPT]) -> usize {
        let [a, b, c, d, e, f, g, h, ..] = *key;
        let hash = u128::from(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
        let starts = self.slots.len() / SLOT - PROBES;
        usize::try_from((hash * starts as u128) >> 64).unwrap_or_default()
    }
}

/// What is in a slot, if it is not empty.
fn content(slot: &[u8; SLOT]) -> Option<([u8; KEPT], u32)> {
    let (key, number) = (slot.first_chunk()?, slot.last_chunk()?);
    Some((*key, u32::from_ne_bytes(*number).checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(first: u8, last: u32) -> Vec<u8> {
        [&[first; 16][..], &last.to_be_bytes()].concat()
    }

    #[test]
    fn ids_are_found_by_their_number() {
        let mut table = Table::new(256).unwrap();
        (0..=255).for_each(|first| table.add(&id(first, 7), u32::from(first)));
        // The first of the same id counts.
        table.add(&id(9, 7), 1000);
        for first in 0..=255 {
            let found = table.find(&id(first, 7));
            assert!(matches!(found, Answer::Number(number) if number == u32::from(first)));
            assert!(matches!(table.find(&id(first, 8)), Answer::Absent));
        }
    }

    /// Ids that somebody has made to begin alike cost a bounded search, and are looked for
    /// elsewhere.
    #[test]
    fn ids_that_crowd_are_not_lost() {
        let mut table = Table::new(1000).unwrap();
        (0..1000).for_each(|last| table.add(&id(255, last), last));
        for last in 0..1000 {
            match table.find(&id(255, last)) {
                Answer::Number(number) => assert_eq!(number, last),
                Answer::Unknown => assert!(last >= PROBES as u32),
                Answer::Absent => panic!("{last} is lost"),
            }
        }
    }
}
