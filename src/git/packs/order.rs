//! All files in packs, in the order in which they are stored: where each is mostly a delta
//! to one that was read just before.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::data::Form;
use super::{Pack, Packs, Place, Reader};
use crate::git::ObjectKind;

/// The type number of a blob.
const BLOB: u8 = 3;
/// With fewer files a second thread is not worth its start.
const MANY: usize = 2000;
/// What a reader keeps here: the last few files are enough.
const KEPT: (usize, usize) = (1 << 12, 16 << 20);

impl Packs {
    /// Whether `test` holds, for each file in the packs, on two threads if there are many.
    /// Files that can't be read, and those whose type only another object tells, are left
    /// out. `goes_on` is told the size of each file that was read, and ends it by `false`.
    pub(in crate::git) fn files(
        &self,
        test: &(dyn Fn(&[u8]) -> bool + Sync),
        goes_on: &dyn Fn(usize) -> bool,
    ) -> Vec<(Place, bool)> {
        let files: Vec<Place> = self.packs.iter().flat_map(Pack::files).collect();
        let ended = AtomicBool::new(false);
        let look = |files: &[Place], read: &dyn Fn(usize) -> bool| -> Vec<(Place, bool)> {
            let mut reader = Reader::new(KEPT.0, KEPT.1);
            let mut found = Vec::with_capacity(files.len());
            for &place in files {
                if let Some((ObjectKind::Blob, content)) = self.read(&mut reader, place) {
                    found.push((place, test(content)));
                    if !read(content.len()) {
                        ended.store(true, Ordering::Relaxed);
                        break;
                    }
                }
            }
            found
        };
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        if files.len() < MANY || threads < 2 {
            return look(&files, goes_on);
        }
        let (one, other) = files.split_at(files.len() / 2);
        // Files and bytes that the second thread has read and that were not told yet.
        let read = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                look(other, &|size| {
                    read.fetch_add(size, Ordering::Relaxed);
                    !ended.load(Ordering::Relaxed)
                })
            });
            let mut all = look(one, &|size| goes_on(size + read.swap(0, Ordering::Relaxed)));
            // What a thread did not come to is looked at when it is asked for.
            all.extend(other.join().unwrap_or_default());
            all
        })
    }
}

impl Pack {
    /// The files in this pack, in its order.
    fn files(&self) -> Vec<Place> {
        let offset = |position| Some((self.index.offset(position)?, position));
        let mut all: Vec<(u64, u32)> = (0..self.index.len()).filter_map(offset).collect();
        all.sort_unstable();
        let mut kinds: Vec<u8> = Vec::with_capacity(all.len());
        for &(offset, _) in &all {
            let kind = match self.data.entry(offset).map(|entry| entry.form) {
                Some(Form::Whole(kind)) => kind,
                Some(Form::OnOffset(base)) => kind_before(&all, &kinds, base).unwrap_or(0),
                Some(Form::OnId(_)) | None => 0,
            };
            kinds.push(kind);
        }
        let files = all.iter().zip(kinds).filter(|(_, kind)| *kind == BLOB);
        files.map(|(&(_, position), _)| Place(self.first + position)).collect()
    }
}

/// The kind of the object at an offset before the one that comes next; mostly it is near.
fn kind_before(all: &[(u64, u32)], kinds: &[u8], base: u64) -> Option<u8> {
    let mut end = kinds.len();
    let mut step = 1;
    let start = loop {
        let at = kinds.len().saturating_sub(step);
        match all.get(at)?.0.cmp(&base) {
            std::cmp::Ordering::Equal => return kinds.get(at).copied(),
            std::cmp::Ordering::Less => break at,
            std::cmp::Ordering::Greater if at == 0 => return None,
            std::cmp::Ordering::Greater => end = at,
        }
        step *= 2;
    };
    let within = all.get(start..end)?;
    let at = within.binary_search_by_key(&base, |(offset, _)| *offset).ok()?;
    kinds.get(start + at).copied()
}
