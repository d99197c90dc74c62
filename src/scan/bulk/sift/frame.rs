//! A tree on the way of sifting: where the look at its entries stands, beside the tree that
//! was seen last at the same path. Sifting keeps these itself and does not recurse, for trees
//! can nest deeper than a stack is.

use super::super::same_entries::{Old, in_order};
use crate::git::{Entry, GitError, ObjectId, Place, entries};

/// A tree whose entries were all looked at.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) raw: Vec<u8>,
    /// Where in it the entries begin that are of interest.
    pub(super) kept: Vec<usize>,
}

/// About what a tree that was seen takes beside its bytes.
const SEEN_EACH: usize = 128;

impl Seen {
    pub(super) fn weight(&self) -> usize {
        if self.raw.capacity() == 0 { 0 } else { self.raw.capacity() + SEEN_EACH }
    }
}

/// A tree, and how far its entries were looked at.
pub(super) struct Frame {
    pub(super) tree: ObjectId,
    pub(super) place: Option<Place>,
    /// The hash of its path.
    pub(super) path: u64,
    pub(super) now: Seen,
    pub(super) before: Seen,
    /// What it holds of interest.
    pub(super) holds: Vec<u8>,
    /// Whether anything is in doubt.
    pub(super) doubt: bool,
    /// How many levels of directories it is about to have.
    pub(super) height: u16,
    /// Where the look stands, and where it does in the tree before.
    at: usize,
    old_at: usize,
    /// Where the entry before begins, and whether it was put in: only then can the order be
    /// another than it was.
    last: Option<usize>,
    put_in: bool,
}

impl Frame {
    pub(super) fn new(tree: ObjectId, place: Option<Place>, path: u64, now: Seen) -> Self {
        Self {
            tree,
            place,
            path,
            now,
            before: Seen::default(),
            holds: Vec::new(),
            doubt: false,
            height: 0,
            at: 0,
            old_at: 0,
            last: None,
            put_in: false,
        }
    }

    fn entry_at(&self, at: usize) -> Option<Result<Entry<'_>, GitError>> {
        entries(self.tree, self.now.raw.get(at..).unwrap_or_default()).next()
    }

    /// Moves to the next entry that the tree before has not; whether there is one.
    pub(super) fn advance(&mut self) -> bool {
        let (tree, before) = (self.tree, &self.before);
        let mut old = Old { tree, raw: &before.raw, at: self.old_at, kept: &before.kept };
        let again = old.again(&self.now.raw, self.at);
        self.old_at = old.at;
        if let Some((final_one, end)) = again {
            self.doubt |= self.put_in
                && !in_order(self.last.and_then(|at| self.entry_at(at)), self.entry_at(self.at));
            (self.last, self.put_in, self.at) = (Some(final_one), false, end);
        }
        let entry = match self.entry_at(self.at) {
            None => return false,
            Some(Err(_)) => {
                self.doubt = true;
                return false;
            }
            Some(Ok(entry)) => entry,
        };
        let before = &self.before;
        let mut old = Old { tree, raw: &before.raw, at: self.old_at, kept: &before.kept };
        let instead = old.instead(&entry);
        let is_doubtful = (self.put_in || !instead)
            && self.last.is_some()
            && !in_order(self.last.and_then(|at| self.entry_at(at)), Some(Ok(entry)));
        self.old_at = old.at;
        self.doubt |= is_doubtful;
        self.put_in = !instead;
        true
    }

    /// The entry at which the look stands.
    pub(super) fn entry(&self) -> Option<Entry<'_>> {
        self.entry_at(self.at)?.ok()
    }

    /// Goes past that entry. Of one that is of interest count its mode, its name and the class
    /// of what it holds; which object it is only where the entry itself is of interest.
    pub(super) fn pass(&mut self, interest: Option<&Interest>) {
        let Some(entry) = self.entry() else { return };
        let (length, id) = (entry.encoded.len(), entry.id.as_bytes().len());
        if let Some(&Interest { class, with_object }) = interest {
            let head = length - if with_object { 0 } else { id };
            let Self { now, holds, at, .. } = self;
            holds.extend_from_slice(now.raw.get(*at..*at + head).unwrap_or_default());
            holds.extend_from_slice(&class.to_le_bytes());
            now.kept.push(*at);
        }
        self.last = Some(self.at);
        self.at += length;
    }
}

/// Of what interest an entry is.
pub(super) struct Interest {
    /// The number of the class of what it holds.
    pub(super) class: u32,
    /// Whether its object counts.
    pub(super) with_object: bool,
}

/// The hash of a path, from that of its directory.
pub(super) fn step(path: u64, name: &[u8]) -> u64 {
    let mut hash = path ^ 0xcbf2_9ce4_8422_2325;
    for &byte in name {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ hash >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
