//! All files in packs, each read once: a file that is stored whole first, then those that
//! are deltas to it, then the deltas to them. Of each only the beginning is put together,
//! unless that does not tell enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::data::{Form, Head, apply};
use super::inflate::Inflater;
use super::{Mapped, Pack, Packs, Place, Reader};
use crate::git::damage::Damage;
use crate::git::{GitError, ObjectKind};

/// The type number of a blob.
const BLOB: u8 = 3;
/// How many files that are stored whole a thread takes at a time.
const AT_ONCE: usize = 32;
/// What is kept of those few files that are read whole: slots, and bytes.
const KEPT: (usize, usize) = (1 << 8, 16 << 20);
/// How much of a file is put together at first: more than git looks at to tell whether it is
/// binary, and more than its first lines mostly.
const HEAD: usize = 8 << 10;

/// Files on more deltas than that are left to others; git makes no longer chains
/// (pack.depth in git-config(1)).
const LONGEST_CHAIN: usize = 5000;

/// Larger files, and those that are deltas to them, are left to others, who can say that not
/// all of one was looked at.
const LARGEST: usize = 16 << 20;

/// The files in packs, for any number of threads to look at.
pub struct Files<M = Mapped> {
    packs: Arc<Packs<M>>,
    forests: Vec<Forest>,
    /// Those that are stored whole, by the number of their pack.
    roots: Vec<(usize, u32)>,
    /// The first of them that no thread has taken yet.
    next: AtomicUsize,
}

impl<M: AsRef<[u8]>> Files<M> {
    pub(in crate::git) fn new(packs: Arc<Packs<M>>) -> Self {
        let forest =
            |pack: &Pack<M>| if pack.is_sound() { Forest::new(pack) } else { Forest::default() };
        let forests: Vec<Forest> = packs.packs.iter().map(forest).collect();
        let of = |(nth, forest): (usize, &Forest)| {
            forest.roots.iter().map(move |&root| (nth, root)).collect::<Vec<_>>()
        };
        let roots = forests.iter().enumerate().flat_map(of).collect();
        Self { packs, forests, roots, next: AtomicUsize::new(0) }
    }

    /// What looks at files that no other thread looks at. `test` tells what is to be known of
    /// a file from its beginning; with `true`, from the whole of it. `None` when that needs
    /// the whole file, or, of a whole one, when it is to be left out.
    pub fn climber<'f, T>(
        &'f self,
        test: impl Fn(&[u8], bool) -> Option<T> + 'f,
    ) -> DeltaWalker<'f, T, M> {
        DeltaWalker {
            files: self,
            test: Box::new(test),
            inflater: Inflater::new(),
            made: Vec::new(),
            delta: Vec::new(),
            ahead: Vec::new(),
            wholes: Reader::new(KEPT.0, KEPT.1),
            found: Vec::new(),
        }
    }
}

/// Which objects of a pack are deltas to which, by their numbers.
#[derive(Default)]
struct Forest {
    /// Files that are stored whole.
    roots: Vec<u32>,
    /// The deltas to all objects, one object after the other, and where those of each end.
    deltas: Vec<u32>,
    ends: Vec<u32>,
}

impl Forest {
    fn new<M: AsRef<[u8]>>(pack: &Pack<M>) -> Self {
        let layout = pack.layout();
        let offsets = layout.offsets();
        let count = offsets.len();
        let mut roots = Vec::new();
        let mut bases: Vec<Option<u32>> = Vec::with_capacity(count);
        for (number, offset) in offsets.enumerate() {
            bases.push(match pack.data.entry(offset).ok().map(|entry| entry.form) {
                Some(Form::Whole(BLOB)) => {
                    roots.extend(u32::try_from(number));
                    None
                }
                Some(Form::OnOffset(base)) => layout.number_at(number, base),
                Some(Form::OnId(id)) => {
                    pack.index.find(id).and_then(|position| layout.number(position))
                }
                Some(Form::Whole(_)) | None => None,
            });
        }
        let mut ends = vec![0_u32; count];
        for &base in bases.iter().flatten() {
            if let Some(count) = ends.get_mut(base as usize) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        let mut deltas = vec![0; sum as usize];
        for (at, base) in bases.iter().enumerate().rev() {
            // Filled from its end, each range leaves where it starts.
            let Some(end) = base.and_then(|base| ends.get_mut(base as usize)) else { continue };
            *end -= 1;
            if let Some((slot, at)) = deltas.get_mut(*end as usize).zip(u32::try_from(at).ok()) {
                *slot = at;
            }
        }
        ends.push(sum);
        Self { roots, deltas, ends }
    }

    /// The deltas to an object.
    fn deltas(&self, at: u32) -> &[u32] {
        let end = |at: usize| self.ends.get(at).map(|&end| end as usize);
        let (from, to) = (end(at as usize), end(at as usize + 1));
        from.zip(to).and_then(|(from, to)| self.deltas.get(from..to)).unwrap_or_default()
    }
}

/// What is to be known of a file from its beginning, or with `true` from the whole of it.
type Test<'f, T> = dyn Fn(&[u8], bool) -> Option<T> + 'f;

/// One thread's look at files: goes from an object to its deltas, and from them to theirs.
pub struct DeltaWalker<'f, T, M = Mapped> {
    files: &'f Files<M>,
    test: Box<Test<'f, T>>,
    inflater: Inflater,
    /// The beginnings of an object, of a delta to it, and so on, and the size of each.
    made: Vec<(Vec<u8>, usize)>,
    delta: Vec<u8>,
    /// What is still to be made, and how many objects it stands on.
    ahead: Vec<(u32, usize)>,
    wholes: Reader,
    /// What the test has told. Files that can't be read are not among them, nor those that
    /// are deltas to an object in another pack.
    pub found: Vec<(Place, T)>,
}

impl<T, M: AsRef<[u8]>> DeltaWalker<'_, T, M> {
    /// Looks at some more files; whether there may be others. `goes_on` is told how many
    /// bytes of each file were read, and ends it by `false`.
    pub(in crate::git) fn some(&mut self, goes_on: &dyn Fn(usize) -> bool) -> bool {
        let files = self.files;
        let from = files.next.fetch_add(AT_ONCE, Ordering::Relaxed);
        let to = files.roots.len().min(from.saturating_add(AT_ONCE));
        let mine = files.roots.get(from..to).unwrap_or_default();
        for &(nth, root) in mine {
            let (pack, forest) = (files.packs.packs.get(nth), files.forests.get(nth));
            let Some((pack, forest)) = pack.zip(forest) else { continue };
            if self.climb(pack, forest, root, goes_on).is_none() {
                return false;
            }
        }
        !mine.is_empty()
    }

    /// Looks at a file and at all that are deltas to it; `None` when it is ended.
    fn climb(
        &mut self,
        pack: &Pack<M>,
        forest: &Forest,
        root: u32,
        goes_on: &dyn Fn(usize) -> bool,
    ) -> Option<()> {
        self.ahead.clear();
        self.ahead.push((root, 0));
        while let Some((at, depth)) = self.ahead.pop() {
            let Some(offset) = pack.layout().offset(at) else { continue };
            // What stands on something broken is left to others, who say so.
            if self.make(pack, offset, depth).is_err() {
                continue;
            }
            if depth < LONGEST_CHAIN {
                let deeper = forest.deltas(at).iter().rev().map(|&delta| (delta, depth + 1));
                self.ahead.extend(deeper);
            }
            if !goes_on(self.look(Place(pack.first + at), depth)) {
                return None;
            }
        }
        Some(())
    }

    /// Puts together the beginning of an object that stands on so many others.
    fn make(&mut self, pack: &Pack<M>, offset: u64, depth: usize) -> Result<(), Damage> {
        const NOTHING_BELOW: Damage = Damage("its base was not put together");
        if self.made.len() <= depth {
            self.made.resize_with(depth + 1, Default::default);
        }
        let entry = pack.data.entry(offset)?;
        let split = self.made.split_at_mut_checked(depth);
        let (below, (out, size)) = split
            .and_then(|(below, mine)| Some((below, mine.first_mut()?)))
            .ok_or(NOTHING_BELOW)?;
        *size = match below.last() {
            None => {
                self.inflater.inflate(&entry, HEAD, out)?;
                entry.size
            }
            Some((data, size)) => {
                self.inflater.inflate(&entry, HEAD, &mut self.delta)?;
                let delta = Head { data: &self.delta, size: entry.size };
                apply(Head { data, size: *size }, delta, HEAD, out)?
            }
        };
        if *size > LARGEST { Err(Damage("it is too large to be looked at here")) } else { Ok(()) }
    }

    /// Tests the file that was put together; how many bytes were read.
    fn look(&mut self, place: Place, depth: usize) -> usize {
        let Some((data, size)) = self.made.get(depth) else { return 0 };
        let head = Head { data, size: *size };
        let mut bytes = head.data.len();
        let mut tested = (self.test)(head.data, head.is_whole());
        if tested.is_none()
            && !head.is_whole()
            // A large one is read where that can be asked for.
            && let Ok((ObjectKind::Blob, whole)) =
                self.files.packs.read(&mut self.wholes, place, &|_| Err(GitError::Stopped))
        {
            bytes += whole.len();
            tested = (self.test)(whole, true);
        }
        self.found.extend(tested.map(|tested| (place, tested)));
        bytes
    }
}
