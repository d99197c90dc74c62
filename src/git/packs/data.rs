//! A pack's entries, and how a delta is applied.
//!
//! Nothing here trusts a size: what a header or a delta promises is allocated within a
//! bound only, and must be what comes out.
//!
//! Source: gitformat-pack(5), "pack-*.pack files have the following format" and
//! "Deltified representation".

use crate::git::damage::Damage;

/// Larger objects are not put together in memory.
const LARGEST: usize = 2 << 30;

/// Larger buffers are of exactly the size that is needed.
const LARGE: usize = 64 << 10;
/// Of larger buffers it is an error that there is no memory for them.
const HUGE: usize = 16 << 20;

/// The most bytes that a byte of a deflate stream can stand for (zlib's technical notes).
const MOST_FROM_A_BYTE: usize = 1032;

/// The signature, the version and the number of objects.
const HEAD: usize = 12;

/// A pack file.
pub(super) struct Data<M> {
    bytes: M,
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

const CUT: Damage = Damage("its entry in a pack is cut off");
const NO_SIZE: Damage = Damage("its entry in a pack has no valid size");
const NO_KIND: Damage = Damage("its entry in a pack is of no known kind");
const NO_BASE: Damage = Damage("its entry in a pack names no valid base");
const OUTSIDE: Damage = Damage("an index places it outside of its pack");
const TOO_LARGE: Damage = Damage("it is larger than 2 GiB");
const NO_MEMORY: Damage = Damage("there is not enough memory for it");
const BAD_DELTA: Damage = Damage("its delta does not fit the base");

impl<M: AsRef<[u8]>> Data<M> {
    /// Reads the head of a pack of that number of objects.
    pub(super) fn new(bytes: M, id_length: usize, count: u32) -> Result<Self, Damage> {
        let head = bytes.as_ref().get(..HEAD).and_then(|head| head.strip_prefix(b"PACK\0\0\0"));
        match head.and_then(|head| head.split_first()) {
            Some((2 | 3, number)) if number == count.to_be_bytes() => Ok(Self { bytes, id_length }),
            Some((2 | 3, _)) => Err(Damage("the pack and its index differ in how much they hold")),
            _ => Err(Damage("the pack does not begin as one")),
        }
    }

    /// The checksum at its end.
    pub(super) fn checksum(&self) -> Option<&[u8]> {
        let bytes = self.bytes.as_ref();
        bytes.get(bytes.len().checked_sub(self.id_length)?..)
    }

    /// The entry at an offset.
    pub(super) fn entry(&self, offset: u64) -> Result<Entry<'_>, Damage> {
        let bytes = self.bytes.as_ref();
        // What follows the last entry is a checksum.
        let entries = bytes.len().checked_sub(self.id_length).and_then(|end| bytes.get(..end));
        let from = usize::try_from(offset).ok().filter(|&from| from >= HEAD);
        let rest = from.zip(entries).and_then(|(from, entries)| entries.get(from..));
        let mut rest = rest.ok_or(OUTSIDE)?;
        let mut byte = take(&mut rest).ok_or(CUT)?;
        let kind = byte >> 4 & 7;
        let mut size = u64::from(byte & 15);
        let mut shift = 4;
        while byte & 0x80 != 0 {
            byte = take(&mut rest).ok_or(CUT)?;
            if shift > 57 {
                return Err(NO_SIZE);
            }
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
        }
        let form = match kind {
            1..=4 => Form::Whole(kind),
            6 => Form::OnOffset(base_offset(offset, &mut rest)?),
            7 => {
                let (id, after) = rest.split_at_checked(self.id_length).ok_or(CUT)?;
                rest = after;
                Form::OnId(id)
            }
            _ => return Err(NO_KIND),
        };
        let size = usize::try_from(size).ok().filter(|size| size / MOST_FROM_A_BYTE <= rest.len());
        Ok(Entry { form, size: size.ok_or(NO_SIZE)?, data: rest })
    }
}

/// Where the base of the entry at an offset begins: a distance back from that.
fn base_offset(offset: u64, rest: &mut &[u8]) -> Result<u64, Damage> {
    let mut byte = take(rest).ok_or(CUT)?;
    let mut distance = u64::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = take(rest).ok_or(CUT)?;
        let more = distance.checked_add(1).and_then(|distance| distance.checked_mul(128));
        distance = more.ok_or(NO_BASE)? | u64::from(byte & 0x7f);
    }
    offset.checked_sub(distance).filter(|_| distance > 0).ok_or(NO_BASE)
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

/// The size of what a delta makes of a base of a size.
pub(super) fn size_of_result(base: usize, delta: &[u8]) -> Result<usize, Damage> {
    let mut rest = delta;
    if length(&mut rest) != Some(base) {
        return Err(BAD_DELTA);
    }
    length(&mut rest).ok_or(BAD_DELTA)
}

/// Puts together in `out` what a delta makes of its base, or only the first `most` bytes of
/// that; of how many bytes. Where only the beginning of base or delta is there, it may be
/// less.
pub(super) fn apply(
    base: Head<'_>,
    delta: Head<'_>,
    most: usize,
    out: &mut Vec<u8>,
) -> Result<usize, Damage> {
    let mut rest = delta.data;
    if length(&mut rest) != Some(base.size) {
        return Err(BAD_DELTA);
    }
    let size = length(&mut rest).ok_or(BAD_DELTA)?;
    make_room(out, size.min(most))?;
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
            Command::Copy { .. } => return Err(BAD_DELTA),
        };
        if piece.is_empty() || piece.len() > size - out.len() {
            return Err(BAD_DELTA);
        }
        out.extend_from_slice(piece.get(..most - out.len()).unwrap_or(piece));
        if out.len() >= most {
            break;
        }
    }
    let is_cut = out.len() >= most || !base.is_whole() || !delta.is_whole();
    let is_right = if is_cut { out.len() <= size } else { rest.is_empty() && out.len() == size };
    if is_right { Ok(size) } else { Err(BAD_DELTA) }
}

/// Sees to it that so many bytes find room in a buffer that is used again and again, and
/// mostly the next ones as well; what is in it may be lost.
pub(super) fn make_room(out: &mut Vec<u8>, size: usize) -> Result<(), Damage> {
    if out.capacity() < size {
        if size > LARGEST {
            return Err(TOO_LARGE);
        }
        // What was in it is not moved.
        *out = Vec::new();
        if size > HUGE {
            // A refusal is an error here, and would be the end of the process below.
            return out.try_reserve_exact(size).ok().ok_or(NO_MEMORY);
        }
        // Fresh memory is zero without being written.
        *out = vec![0; if size < LARGE { size.next_power_of_two() } else { size }];
    }
    Ok(())
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
    let mut value: usize = 0;
    for shift in (0..usize::BITS - 8).step_by(7) {
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
        let (base, delta) = (head(base, usize::MAX), head(delta, usize::MAX));
        let size = apply(base, delta, usize::MAX, &mut out).ok()?;
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
            if let Ok(of) = apply(base, delta, most.into(), &mut out) {
                prop_assert_eq!(of, whole.len());
                prop_assert!(whole.starts_with(&out));
            }
        }
    }
}
