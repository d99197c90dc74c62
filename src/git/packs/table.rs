//! Where objects are, by id, in memory: for scans that look up a large part of all.
//!
//! A look into an index of many megabytes waits for memory four or five times; a look
//! into this table once. Ids are digests already, so their first bytes are the hash, and
//! the table is filled from front to back.

/// How much of an id is kept here; of a longer one the rest is compared elsewhere.
const KEPT: usize = 20;
/// Slots looked at; whoever finds no room within them is left out, and whoever looks at so
/// many in vain has to look elsewhere. Only ids that somebody chose come to that.
const PROBES: usize = 64;
/// Number of an empty slot.
const EMPTY: u32 = u32::MAX;

/// Numbers of objects by id.
pub(super) struct Table {
    slots: Vec<([u8; KEPT], u32)>,
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
    /// An empty table for so many objects.
    pub(super) fn new(count: usize) -> Self {
        Self { slots: vec![([0; KEPT], EMPTY); count + count / 3 + PROBES] }
    }

    /// Adds an object; of several of the same id the first counts.
    pub(super) fn add(&mut self, id: &[u8], number: u32) {
        let Some(&key) = id.first_chunk() else { return };
        let start = self.start(&key);
        for slot in self.slots.iter_mut().skip(start).take(PROBES) {
            if slot.1 == EMPTY {
                *slot = (key, number);
                return;
            }
            if slot.0 == key {
                return;
            }
        }
    }

    /// Looks an id up.
    pub(super) fn find(&self, id: &[u8]) -> Answer {
        let Some(key) = id.first_chunk() else { return Answer::Unknown };
        let start = self.start(key);
        for slot in self.slots.iter().skip(start).take(PROBES) {
            if slot.1 == EMPTY {
                return Answer::Absent;
            }
            if slot.0 == *key {
                return Answer::Number(slot.1);
            }
        }
        Answer::Unknown
    }

    fn start(&self, key: &[u8; KEPT]) -> usize {
        let [a, b, c, d, e, f, g, h, ..] = *key;
        let hash = u128::from(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
        usize::try_from((hash * (self.slots.len() - PROBES) as u128) >> 64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(first: u8, last: u32) -> Vec<u8> {
        [&[first; 16][..], &last.to_be_bytes()].concat()
    }

    #[test]
    fn ids_are_found_by_their_number() {
        let mut table = Table::new(256);
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
        let mut table = Table::new(1000);
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
