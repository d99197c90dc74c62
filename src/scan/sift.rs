//! Which commits of a large scan change anything of interest at all.
//!
//! A commit's tree is compared with its parents' trees only when something in it could
//! matter: a name that a path marker asks for, or a file with a content marker. For each
//! tree that is worked out once, from the same of its subtrees: trees that hold the same
//! things of interest in the same places are of one *class*. A commit whose tree is of
//! the class of a parent's tree brings nothing of interest, and no comparison could find
//! anything. What is in doubt (an object that is in no pack or can't be read, a tree that
//! is not in order) counts as of interest, so it is compared and gives the proper error.

use std::collections::HashMap;
use std::sync::Arc;

use super::again::{Old, in_order};
use super::files::PackedFiles;
use super::second::Second;
use crate::config::limits::LARGEST_FILE;
use crate::git::{Entry, IdMap, Mode, NumberMap, ObjectId, ObjectKind, Objects, Place, entries};
use crate::marker::{Matchers, Text};

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
    distinct: HashMap<Box<[u8]>, Class>,
    /// The tree last seen at a path, by the path's hash: most of its entries come again.
    seen: NumberMap<Seen>,
    seen_bytes: usize,
    free: Vec<Vec<u8>>,
    free_kept: Vec<Vec<usize>>,
    /// The marks in files, by the number of the file.
    marks: Arc<NumberMap<Arc<[Text]>>>,
}

/// Which packed files are of interest, and the marks in these.
pub(super) struct FilesSeen(Vec<Class>, Arc<NumberMap<Arc<[Text]>>>);

/// A tree whose entries were all looked at.
#[derive(Default)]
struct Seen {
    raw: Vec<u8>,
    /// Where in it the entries begin that are of interest.
    kept: Vec<usize>,
}

/// With fewer objects in packs a second thread gains less than its start costs.
const FOR_TWO: usize = 5000;
/// How many bytes the trees last seen may hold.
const SEEN_BYTES: usize = 32 << 20;
/// About what each of them takes beside its bytes.
const SEEN_EACH: usize = 128;
/// Buffers that are kept for further trees.
const FREE: usize = 64;
const LARGEST_BUFFER: usize = 1 << 20;
/// Deeper trees are left to the comparison, which refuses them deeper still.
const DEEPEST: usize = 1000;

impl<'o> Sift<'o> {
    pub(super) fn new(objects: &'o Objects<'o>, matchers: &'o Matchers, contents: bool) -> Self {
        objects.hurry();
        let packed = FilesSeen(vec![Class::UNSEEN; objects.packed()], Arc::default());
        Self::with(objects, matchers, contents, packed)
    }

    /// The same on another thread, with what the first has seen of files.
    pub(super) fn with(
        objects: &'o Objects<'o>,
        matchers: &'o Matchers,
        contents: bool,
        FilesSeen(packed, marks): FilesSeen,
    ) -> Self {
        Self {
            objects,
            matchers,
            contents: contents && !matchers.content.is_empty(),
            packed,
            loose: IdMap::default(),
            distinct: HashMap::new(),
            seen: NumberMap::default(),
            seen_bytes: 0,
            free: Vec::new(),
            free_kept: Vec::new(),
            marks,
        }
    }

    /// Whether a comparison of a commit's tree with its parents' could find anything.
    pub(super) fn matters(&mut self, tree: ObjectId, parents: &[ObjectId]) -> bool {
        let class = self.class(tree, 0, 0);
        // The parents are asked in any case: one that was lost has to be told.
        let mut same = class == Class::EMPTY;
        let mut doubt = class == Class::DOUBT;
        for &parent in parents {
            let parent = self.class(parent, 0, 0);
            same |= parent == class;
            doubt |= parent == Class::DOUBT;
        }
        doubt || !same
    }

    /// Reads all files in packs, if their contents are wanted; a second thread may have begun.
    pub(super) fn read_files(&mut self, second: Option<Second>) {
        if !self.contents {
            return;
        }
        let (objects, matchers) = (self.objects, self.matchers);
        let begun = second.and_then(|second| second.files(matchers, objects));
        let found = begun.unwrap_or_else(|| {
            let files = PackedFiles::new(objects);
            let share = |objects: &Objects<'_>| files.share(matchers).all(objects);
            if objects.packed() < FOR_TWO {
                return share(objects);
            }
            let (mut found, other) = objects.beside(|| share(objects), share);
            found.extend(other.unwrap_or_default());
            found
        });
        let mut marks = NumberMap::default();
        for (place, texts) in found {
            let is_plain = texts.as_ref().is_some_and(Vec::is_empty);
            if let Some(slot) = self.packed.get_mut(place.number()) {
                *slot = if is_plain { Class::PLAIN } else { Class::DOUBT };
            }
            if let Some(texts) = texts.filter(|texts| !texts.is_empty()) {
                marks.insert(place.number() as u64, texts.into());
            }
        }
        self.marks = Arc::new(marks);
    }

    /// What was seen of files, for another thread; to be asked before any tree is looked at.
    pub(super) fn clone_files(&self) -> FilesSeen {
        FilesSeen(self.packed.clone(), Arc::clone(&self.marks))
    }

    /// The marks in a file, if they are known.
    pub(super) fn marks(&self, id: ObjectId) -> Option<&[Text]> {
        let number = self.objects.place(id)?.number();
        if self.packed.get(number) == Some(&Class::PLAIN) {
            return Some(&[]);
        }
        self.marks.get(&(number as u64)).map(|texts| &**texts)
    }

    /// The class of a tree at a path.
    fn class(&mut self, id: ObjectId, path: u64, depth: usize) -> Class {
        let place = self.objects.place(id);
        let known = match place {
            Some(place) => self.packed.get(place.number()),
            None => self.loose.get(&id),
        };
        match known {
            None | Some(&Class::UNSEEN) => {}
            // A file in the place of a directory.
            Some(&Class::PLAIN) => return Class::DOUBT,
            Some(&known) => return known,
        }
        if depth > DEEPEST {
            return Class::DOUBT;
        }
        let mut raw = self.free.pop().unwrap_or_default();
        let class = if self.read(id, place, &mut raw) {
            self.look(id, raw, path, depth)
        } else {
            Class::DOUBT
        };
        match place {
            Some(place) => {
                if let Some(slot) = self.packed.get_mut(place.number()) {
                    *slot = class;
                }
            }
            None => {
                self.loose.insert(id, class);
            }
        }
        class
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

    /// Looks at the entries of a tree that the one last seen at this path has not.
    fn look(&mut self, tree: ObjectId, raw: Vec<u8>, path: u64, depth: usize) -> Class {
        let before = self.seen.remove(&path).unwrap_or_default();
        self.seen_bytes -= before.weight();
        let mut old = Old { tree, raw: &before.raw, at: 0, kept: &before.kept };
        let mut holds = self.free.pop().unwrap_or_default();
        holds.clear();
        let mut kept = self.free_kept.pop().unwrap_or_default();
        let mut doubt = false;
        let next = |at: usize| entries(tree, raw.get(at..).unwrap_or_default()).next();
        // Where the entry before begins, and whether it was put in: only then can the order
        // be another than it was.
        let mut last = None;
        let mut put_in = false;
        let mut at = 0;
        loop {
            if let Some((final_one, end)) = old.again(&raw, at) {
                doubt |= put_in && !in_order(last.and_then(next), next(at));
                (last, put_in, at) = (Some(final_one), false, end);
            }
            let Some(entry) = next(at) else { break };
            let Ok(entry) = entry else {
                doubt = true;
                break;
            };
            let instead = old.instead(&entry);
            if put_in || !instead {
                doubt |= last.is_some() && !in_order(last.and_then(next), Some(Ok(entry)));
            }
            put_in = !instead;
            let class = self.entry(&entry, path, depth);
            if class == Class::DOUBT {
                doubt = true;
            } else if class != Class::EMPTY {
                kept.push(at);
                let id = if class == Class::ITSELF { 0 } else { entry.id.as_bytes().len() };
                // Of a subtree counts what it holds, not which one it is.
                let head = entry.encoded.len() - id;
                holds.extend_from_slice(entry.encoded.get(..head).unwrap_or_default());
                holds.extend_from_slice(&class.0.to_le_bytes());
            }
            last = Some(at);
            at += entry.encoded.len();
        }
        let class = match (doubt, holds.is_empty()) {
            (true, _) => Class::DOUBT,
            (false, true) => Class::EMPTY,
            (false, false) => self.intern(&holds),
        };
        let now = Seen { raw, kept };
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
        class
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

    /// Of what interest an entry is.
    fn entry(&mut self, entry: &Entry<'_>, path: u64, depth: usize) -> Class {
        if self.matchers.path.is_key(entry.name) {
            return Class::ITSELF;
        }
        match entry.mode {
            Mode::Tree => self.class(entry.id, step(path, entry.name), depth + 1),
            Mode::Blob if self.contents && !self.is_plain(entry.id) => Class::ITSELF,
            _ => Class::EMPTY,
        }
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

impl Seen {
    fn weight(&self) -> usize {
        if self.raw.capacity() == 0 { 0 } else { self.raw.capacity() + SEEN_EACH }
    }
}

/// The hash of a path, from that of its directory.
fn step(path: u64, name: &[u8]) -> u64 {
    let mut hash = path ^ 0xcbf2_9ce4_8422_2325;
    for &byte in name {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ hash >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
