//! Which commits of a large scan change anything of interest at all.
//!
//! A commit's tree is compared with its parents' trees only when something in it could
//! matter: a name that a path marker asks for, or a file with a content marker. For each
//! tree that is worked out once, from the same of its subtrees: trees that hold the same
//! things of interest in the same places are of one *class*. A commit whose tree is of
//! the class of a parent's tree brings nothing of interest, and no comparison could find
//! anything. What is in doubt (an object that is in no pack or can't be read, a tree that
//! is not in order) counts as of interest, so it is compared and gives the proper error.

mod frame;

use std::collections::HashMap;

use super::files_seen::{FileState, FilesSeen};
use crate::config::limits::LARGEST_FILE;
use crate::git::{IdMap, Mode, NumberMap, ObjectId, ObjectKind, Objects, Place};
use crate::marker::Matchers;

use frame::{Frame, Interest, Seen, step};

/// What a tree holds of interest: a number for each distinct content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Class(u32);

impl Class {
    /// Not worked out yet.
    const UNSEEN: Self = Self(0);
    /// Nothing of interest.
    const EMPTY: Self = Self(1);
    /// It can't be told.
    const DOUBT: Self = Self(2);
    /// No tree but a file, and of no interest.
    const PLAIN: Self = Self(3);
    /// An entry that is of interest itself, whatever is below it.
    const ITSELF: Self = Self(4);
    /// The first of the trees that hold something.
    const FIRST: u32 = 5;
}

/// Sorts trees into classes.
pub(super) struct Sift<'o> {
    objects: &'o Objects<'o>,
    matchers: &'o Matchers,
    contents: bool,
    /// By the number of a packed object: the class of a tree, and for a file whether it
    /// is of interest.
    packed: Vec<Class>,
    /// Of trees in no pack.
    loose: IdMap<Class>,
    /// By the same numbers the levels of directories of a tree; empty as long as all have few.
    heights: Vec<u16>,
    loose_heights: IdMap<u16>,
    distinct: HashMap<Box<[u8]>, Class>,
    /// The tree last seen at a path, by the path's hash: most of its entries come again.
    seen: NumberMap<Seen>,
    seen_bytes: usize,
    free: Vec<Vec<u8>>,
    free_kept: Vec<Vec<usize>>,
}

/// How many bytes the trees last seen may hold.
const SEEN_BYTES: usize = 32 << 20;
/// Buffers that are kept for further trees.
const FREE: usize = 64;
const LARGEST_BUFFER: usize = 1 << 20;
/// Heights of trees are noted from the first tree on that has more levels than this.
const LEVELS_BEFORE_HEIGHTS: u16 = 256;
/// Higher trees are left to the comparison, which says of trees that nest too deeply that they
/// do. The height that is noted may be too large by what was not noted before.
const MOST_LEVELS: u16 = 2048 - LEVELS_BEFORE_HEIGHTS;

impl<'o> Sift<'o> {
    /// Nothing is sorted yet. Files are of interest where `files` says what is in them.
    pub(super) fn new(
        objects: &'o Objects<'o>,
        matchers: &'o Matchers,
        files: Option<&FilesSeen>,
    ) -> Self {
        let class = |state: &FileState| match state {
            FileState::Unread => Class::UNSEEN,
            FileState::Plain => Class::PLAIN,
            FileState::Marked => Class::DOUBT,
        };
        let packed = match files {
            Some(files) => files.states().iter().map(class).collect(),
            None => vec![Class::UNSEEN; objects.packed()],
        };
        Self {
            objects,
            matchers,
            contents: files.is_some(),
            packed,
            loose: IdMap::default(),
            heights: Vec::new(),
            loose_heights: IdMap::default(),
            distinct: HashMap::new(),
            seen: NumberMap::default(),
            seen_bytes: 0,
            free: Vec::new(),
            free_kept: Vec::new(),
        }
    }

    /// Whether a comparison of a commit's tree with its parents' could find anything.
    pub(super) fn matters(&mut self, tree: ObjectId, parents: &[ObjectId]) -> bool {
        let class = self.class(tree);
        // The parents are asked in any case: one that was lost has to be told.
        let mut same = class == Class::EMPTY;
        let mut doubt = class == Class::DOUBT;
        for &parent in parents {
            let parent = self.class(parent);
            same |= parent == class;
            doubt |= parent == Class::DOUBT;
        }
        doubt || !same
    }

    /// The class of a tree.
    fn class(&mut self, id: ObjectId) -> Class {
        let mut frames: Vec<Frame> = match self.begin(id, 0) {
            Begun::Known(class, _) => return class,
            Begun::Tree(frame) => vec![*frame],
        };
        let mut done: Option<(Class, u16)> = None;
        while let Some(mut frame) = frames.pop() {
            if let Some((class, height)) = done.take() {
                pass(&mut frame, class, height);
            }
            match self.look(&mut frame) {
                Some(below) => {
                    frames.push(frame);
                    frames.push(below);
                    self.note_heights(frames.len());
                }
                None => done = Some(self.end(frame)),
            }
        }
        done.map_or(Class::DOUBT, |(class, _)| class)
    }

    /// Begins with a tree at a path, unless its class is known.
    fn begin(&mut self, id: ObjectId, path: u64) -> Begun {
        let place = self.objects.place(id);
        let known = match place {
            Some(place) => self.packed.get(place.number()),
            None => self.loose.get(&id),
        };
        match known {
            None | Some(&Class::UNSEEN) => {}
            // A file in the place of a directory.
            Some(&Class::PLAIN) => return Begun::Known(Class::DOUBT, 0),
            Some(&known) => return Begun::Known(known, self.height(id, place)),
        }
        let mut raw = self.free.pop().unwrap_or_default();
        if !self.read(id, place, &mut raw) {
            self.keep_free(raw);
            self.put(id, place, Class::DOUBT, 0);
            return Begun::Known(Class::DOUBT, 0);
        }
        let kept = self.free_kept.pop().unwrap_or_default();
        let mut frame = Frame::new(id, place, path, Seen { raw, kept });
        frame.before = self.seen.remove(&path).unwrap_or_default();
        self.seen_bytes -= frame.before.weight();
        frame.holds = self.free.pop().unwrap_or_default();
        frame.holds.clear();
        Begun::Tree(Box::new(frame))
    }

    /// Notes what is known of a tree.
    fn put(&mut self, id: ObjectId, place: Option<Place>, class: Class, height: u16) {
        match place {
            Some(place) => {
                if let Some(slot) = self.packed.get_mut(place.number()) {
                    *slot = class;
                }
                if let Some(slot) = self.heights.get_mut(place.number()) {
                    *slot = height;
                }
            }
            None => {
                self.loose.insert(id, class);
                if !self.heights.is_empty() {
                    self.loose_heights.insert(id, height);
                }
            }
        }
    }

    /// How many levels of directories a tree has at most.
    fn height(&self, id: ObjectId, place: Option<Place>) -> u16 {
        let known = match place {
            Some(place) => self.heights.get(place.number()),
            None => self.loose_heights.get(&id),
        };
        match known {
            None if self.heights.is_empty() => 0,
            None | Some(0) => LEVELS_BEFORE_HEIGHTS,
            Some(&height) => height,
        }
    }

    /// Begins to note heights when a tree has many levels.
    fn note_heights(&mut self, levels: usize) {
        if self.heights.is_empty() && levels > usize::from(LEVELS_BEFORE_HEIGHTS) {
            // One more, so that it is not empty where no object is in a pack.
            self.heights.resize(self.packed.len() + 1, 0);
        }
    }

    fn read(&self, id: ObjectId, place: Option<Place>, raw: &mut Vec<u8>) -> bool {
        if place.is_some_and(|place| self.objects.read_at(place, ObjectKind::Tree, raw)) {
            return true;
        }
        let Ok(object) = self.objects.read_kind(id, ObjectKind::Tree) else { return false };
        raw.clear();
        raw.extend_from_slice(object.data());
        true
    }

    /// Looks at the entries of a tree that the one last seen at this path has not; the first
    /// subtree whose class has to be found out before.
    fn look(&mut self, frame: &mut Frame) -> Option<Frame> {
        while frame.advance() {
            let Some(entry) = frame.entry() else { break };
            let is_key = self.matchers.path.is_key(entry.name);
            let class = match entry.mode {
                _ if is_key => Class::ITSELF,
                Mode::Tree => match self.begin(entry.id, step(frame.path, entry.name)) {
                    Begun::Known(class, height) => {
                        pass(frame, class, height);
                        continue;
                    }
                    Begun::Tree(below) => return Some(*below),
                },
                Mode::Blob if self.contents && !self.is_plain(entry.id) => Class::ITSELF,
                _ => Class::EMPTY,
            };
            pass(frame, class, 0);
        }
        None
    }

    /// Ends with a tree; its class and how many levels it has.
    fn end(&mut self, frame: Frame) -> (Class, u16) {
        let Frame { tree, place, path, now, before, holds, doubt, height, .. } = frame;
        let height = height.saturating_add(1);
        let doubt = doubt || height > MOST_LEVELS;
        let class = match (doubt, holds.is_empty()) {
            (true, _) => Class::DOUBT,
            (false, true) => Class::EMPTY,
            (false, false) => self.intern(&holds),
        };
        self.put(tree, place, class, height);
        let gone = if doubt {
            now
        } else {
            self.remember(path, now);
            before
        };
        self.keep_free(holds);
        self.keep_free(gone.raw);
        if gone.kept.capacity() > 0 && self.free_kept.len() < FREE {
            self.free_kept.push(gone.kept);
            self.free_kept.last_mut().map(Vec::clear);
        }
        (class, height)
    }

    /// Keeps a buffer for further trees.
    fn keep_free(&mut self, buffer: Vec<u8>) {
        let capacity = buffer.capacity();
        if self.free.len() < FREE && capacity > 0 && capacity <= LARGEST_BUFFER {
            self.free.push(buffer);
        }
    }

    fn remember(&mut self, path: u64, seen: Seen) {
        if self.seen_bytes > SEEN_BYTES {
            self.seen.clear();
            self.seen_bytes = 0;
        }
        self.seen_bytes += seen.weight();
        // A path of the same hash may have come in between.
        let other = self.seen.insert(path, seen);
        self.seen_bytes -= other.unwrap_or_default().weight();
    }

    fn intern(&mut self, holds: &[u8]) -> Class {
        if let Some(&known) = self.distinct.get(holds) {
            return known;
        }
        let next = u32::try_from(self.distinct.len()).unwrap_or(u32::MAX);
        let next = next.saturating_add(Class::FIRST);
        self.distinct.insert(holds.into(), Class(next));
        Class(next)
    }

    /// Whether a file is certainly of no interest.
    fn is_plain(&mut self, id: ObjectId) -> bool {
        let Some(place) = self.objects.place(id) else { return false };
        match self.packed.get(place.number()) {
            Some(&Class::UNSEEN) => {}
            known => return known == Some(&Class::PLAIN),
        }
        let mut content = self.free.pop().unwrap_or_default();
        let plain = self.objects.read_at(place, ObjectKind::Blob, &mut content)
            && self.has_no_marks(&content);
        self.keep_free(content);
        if let Some(slot) = self.packed.get_mut(place.number()) {
            *slot = if plain { Class::PLAIN } else { Class::DOUBT };
        }
        plain
    }

    fn has_no_marks(&self, content: &[u8]) -> bool {
        if content.len() > LARGEST_FILE {
            return false;
        }
        let found = self.matchers.content.look(self.objects, content);
        found.texts.is_empty() && !found.is_cut
    }
}

/// A tree that is to be sorted.
enum Begun {
    /// Its class was known, and at most how many levels it has.
    Known(Class, u16),
    /// It has to be looked at.
    Tree(Box<Frame>),
}

/// Goes past the entry of a tree at which the look stands, whose class is known now.
fn pass(frame: &mut Frame, class: Class, height: u16) {
    frame.height = frame.height.max(height);
    frame.doubt |= class == Class::DOUBT;
    let is_of_interest = class != Class::DOUBT && class != Class::EMPTY;
    let interest = Interest { class: class.0, with_object: class == Class::ITSELF };
    frame.pass(is_of_interest.then_some(&interest));
}

#[cfg(test)]
mod tests;
