//! A pack's entries, and how a delta is applied.
//!
//! Nothing here trusts a size: what a header or a delta promises is allocated within a
//! bound only, and must be what comes out.
//!
//! Source: gitformat-pack(5), "pack-*.pack files have the following format" and
//! "Deltified representation".

use memmap2::Mmap;

/// Larger objects are left to others.
const LARGEST: usize = 16 << 20;

/// Larger buffers are made to measure.
const LARGE: usize = 64 << 10;

/// A pack file.
pub(super) struct Data {
    map: Mmap,
    id_length: usize,
}

/// The head of an entry.
pub(super) struct Entry<'a> {
    pub(super) form: Form<'a>,
    /// How many bytes its data inflates to.
    pub(super) size: usize,
    /// Its data, and whatever follows in the pack.
    pub(super) data: &'a [u8],
}

/// How an entry holds its object.
pub(super) enum Form<'a> {
    /// As it is; the type's number.
    Whole(u8),
    /// As a delta to the entry at an offset.
    OnOffset(u64),
    /// As a delta to the object of an id.
    OnId(&'a [u8]),
}

impl Data {
    /// Reads the head of a pack; `None` when it is none.
    pub(super) fn new(map: Mmap, id_length: usize) -> Option<Self> {
        let version = map.strip_prefix(b"PACK\0\0\0")?.first()?;
        matches!(version, 2 | 3).then_some(Self { map, id_length })
    }

    /// The entry at an offset.
    pub(super) fn entry(&self, offset: u64) -> Option<Entry<'_>> {
        // What follows the last entry is a checksum.
        let end = self.map.len().checked_sub(self.id_length)?;
        let mut rest = self.map.get(usize::try_from(offset).ok()?..end)?;
        let mut byte = take(&mut rest)?;
        let kind = byte >> 4 & 7;
        let mut size = u64::from(byte & 15);
        let mut shift = 4;
        while byte & 0x80 != 0 {
            byte = take(&mut rest)?;
            size |= u64::from(byte & 0x7f).checked_shl(shift)?;
            shift += 7;
        }
        let size = usize::try_from(size).ok().filter(|&size| size <= LARGEST && shift < 60)?;
        let form = match kind {
            1..=4 => Form::Whole(kind),
            6 => {
                byte = take(&mut rest)?;
                let mut distance = u64::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = take(&mut rest)?;
                    distance = distance.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
                }
                Form::OnOffset(offset.checked_sub(distance.max(1))?)
            }
            7 => {
                let (id, after) = rest.split_at_checked(self.id_length)?;
                rest = after;
                Form::OnId(id)
            }
            _ => return None,
        };
        Some(Entry { form, size, data: rest })
    }
}

fn take(rest: &mut &[u8]) -> Option<u8> {
    let (&byte, after) = rest.split_first()?;
    *rest = after;
    Some(byte)
}

/// The beginning of something, and how many bytes the whole of it has.
#[derive(Clone, Copy)]
pub(super) struct Head<'a> {
    pub(super) data: &'a [u8],
    pub(super) size: usize,
}

impl<'a> Head<'a> {
    pub(super) fn whole(data: &'a [u8]) -> Self {
        Self { data, size: data.len() }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.data.len() == self.size
    }
}

/// Puts together in `out` what a delta makes of its base, or only the first `most` bytes of
/// that; of how many bytes. Where only the beginning of base or delta is there, it may be
/// less. `None` when it can't be right.
pub(super) fn apply(
    base: Head<'_>,
    delta: Head<'_>,
    most: usize,
    out: &mut Vec<u8>,
) -> Option<usize> {
    let mut rest = delta.data;
    if length(&mut rest)? != base.size {
        return None;
    }
    let size = length(&mut rest)?;
    if size > LARGEST {
        return None;
    }
    make_room(out, size.min(most));
    out.clear();
    while let Some(command) = command(&mut rest) {
        let piece = match command {
            Command::Insert(literal) => literal,
            Command::Copy { from, end } if end <= base.size => match base.data.get(from..end) {
                Some(piece) => piece,
                None => {
                    let there = base.data.get(from..).unwrap_or_default();
                    out.extend_from_slice(there.get(..most - out.len()).unwrap_or(there));
                    break;
                }
            },
            Command::Copy { .. } => return None,
        };
        if piece.is_empty() || piece.len() > size - out.len() {
            return None;
        }
        out.extend_from_slice(piece.get(..most - out.len()).unwrap_or(piece));
        if out.len() >= most {
            break;
        }
    }
    let is_cut = out.len() >= most || !base.is_whole() || !delta.is_whole();
    let is_right = if is_cut { out.len() <= size } else { rest.is_empty() && out.len() == size };
    is_right.then_some(size)
}

/// Sees to it that so many bytes find room in a buffer that is used again and again, and
/// mostly the next ones as well; what is in it may be lost.
pub(super) fn make_room(out: &mut Vec<u8>, size: usize) {
    if out.capacity() < size {
        // What was in it is not moved, and fresh memory is zero without being written.
        *out = vec![0; if size < LARGE { size.next_power_of_two() } else { size }];
    }
}

/// What a delta says next.
enum Command<'d> {
    Insert(&'d [u8]),
    Copy { from: usize, end: usize },
}

/// Takes the next command of a delta; `None` when there is none, or only a part of one.
fn command<'d>(rest: &mut &'d [u8]) -> Option<Command<'d>> {
    let mut at = *rest;
    let command = take(&mut at)?;
    let taken = if command & 0x80 == 0 {
        // A command of 0 is reserved.
        let (literal, after) = at.split_at_checked(usize::from(command).max(1))?;
        at = after;
        Command::Insert(if command == 0 { b"" } else { literal })
    } else {
        let mut argument = |bits: u8, count: u32| -> Option<usize> {
            let mut value = 0;
            for nth in 0..count {
                if bits >> nth & 1 != 0 {
                    value |= usize::from(take(&mut at)?) << (8 * nth);
                }
            }
            Some(value)
        };
        let from = argument(command, 4)?;
        let count = match argument(command >> 4, 3)? {
            0 => 0x10000,
            count => count,
        };
        Command::Copy { from, end: from.checked_add(count)? }
    };
    *rest = at;
    Some(taken)
}

/// A length in a delta's head.
fn length(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..56).step_by(7) {
        let byte = take(rest)?;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn head(data: &[u8], most: usize) -> Head<'_> {
        Head { data: &data[..data.len().min(most)], size: data.len() }
    }

    fn applied(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let size = apply(head(base, usize::MAX), head(delta, usize::MAX), usize::MAX, &mut out)?;
        assert_eq!(size, out.len());
        Some(out)
    }

    #[test]
    fn a_delta_copies_and_inserts() {
        // Base of 5 bytes, result of 6: copy 2 from 3, insert `xy`, copy 2 from 0.
        let delta = [5, 6, 0x91, 3, 2, 2, b'x', b'y', 0x90, 2];
        assert_eq!(applied(b"abcde", &delta).as_deref(), Some(&b"dexyab"[..]));
    }

    #[test]
    fn a_delta_that_promises_anything_else_is_refused() {
        for delta in [
            &[4, 2, 0x90, 2][..],                     // another base
            &[5, 3, 0x90, 2],                         // less than promised
            &[5, 1, 0x90, 2],                         // more than promised
            &[5, 2, 0x91, 4, 2],                      // beyond the base
            &[5, 2, 0],                               // the reserved command
            &[5, 2, 2, b'x'],                         // cut
            &[5, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], // too large
            &[],
        ] {
            assert_eq!(applied(b"abcde", delta), None, "{delta:?}");
        }
    }

    proptest! {
        #[test]
        fn any_delta_is_taken(base: Vec<u8>, delta: Vec<u8>) {
            if let Some(made) = applied(&base, &delta) {
                prop_assert!(made.len() <= LARGEST);
            }
        }

        #[test]
        fn what_is_made_of_beginnings_is_a_beginning(
            base in proptest::collection::vec(any::<u8>(), 1..64),
            copies in proptest::collection::vec((0..64_usize, 1..64_usize), 1..8),
            cuts: (u8, u8, u8),
        ) {
            let mut delta = Vec::new();
            let mut size = 0;
            for (nth, (from, count)) in copies.into_iter().enumerate() {
                let from = from % base.len();
                let count = count.min(base.len() - from);
                if nth % 3 == 0 {
                    delta.extend_from_slice(&[2, b'x', b'y']);
                    size += 2;
                }
                delta.extend_from_slice(&[0x91, from as u8, count as u8]);
                size += count;
            }
            let head_of = [base.len() as u8, size as u8 & 0x7f | 0x80, (size >> 7) as u8];
            let delta = [&head_of[..], &delta].concat();
            let whole = applied(&base, &delta).unwrap();
            let mut out = Vec::new();
            let (base_cut, delta_cut, most) = cuts;
            let (base, delta) = (head(&base, base_cut.into()), head(&delta, delta_cut.into()));
            if let Some(of) = apply(base, delta, most.into(), &mut out) {
                prop_assert_eq!(of, whole.len());
                prop_assert!(whole.starts_with(&out));
            }
        }
    }
}
