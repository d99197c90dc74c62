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
        usize::try_from(hash * (self.slots.len() - PROBES) as u128 >> 64).unwrap_or_default()
    }
}
