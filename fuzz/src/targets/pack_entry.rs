//! Entries of packs and deltas, read from memory and from a mapped file.

use provost::fuzzing::{delta, pack_entry};

/// The most bytes that a byte of a deflate stream can stand for.
const MOST_FROM_A_BYTE: usize = 1032;

pub(crate) fn run(data: &[u8]) {
    let Some((&[choice, at, wanted], bytes)) = data.split_first_chunk() else { return };
    if choice & 1 == 0 {
        entry(choice, at, usize::from(wanted), bytes);
    } else {
        let (base, changes) = bytes.split_at(bytes.len().min(usize::from(at)));
        deltas(base, changes, usize::from(wanted));
    }
}

fn entry(choice: u8, at: u8, wanted: usize, entries: &[u8]) {
    let id_length = if choice & 2 == 0 { 20 } else { 32 };
    // The head and the checksum are those of a pack, so that the entries are reached.
    let mut bytes = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
    bytes.extend_from_slice(entries);
    bytes.extend(vec![0; id_length]);
    let offset = 12 + u64::from(at);
    let read = pack_entry(&bytes, id_length, 1, offset, wanted);
    if choice & 4 != 0 {
        let file = crate::mapped(&bytes).expect("a file that is not empty");
        assert_eq!(pack_entry(file, id_length, 1, offset, wanted), read);
    }
    assert_eq!(pack_entry(&bytes, id_length, 2, offset, wanted), None, "of another number");
    let Some(read) = read else { return };
    let ways = [read.kind.is_some(), read.base.is_some(), read.base_id.is_some()];
    assert_eq!(ways.into_iter().filter(|&it| it).count(), 1);
    assert!(read.base.is_none_or(|base| base < offset), "a base that comes later");
    if let Some(data) = &read.data {
        assert_eq!(data.len(), read.size);
        assert!(data.len() <= entries.len() * MOST_FROM_A_BYTE);
        let beginning = read.beginning.as_ref().expect("whole data have a beginning");
        assert_eq!(beginning.len(), wanted.min(data.len()));
        assert!(data.starts_with(beginning));
    }
}

fn deltas(base: &[u8], changes: &[u8], most: usize) {
    let whole = delta(base, changes, usize::MAX);
    if let Some((made, size)) = &whole {
        assert_eq!(made.len(), *size);
        assert!(made.len() <= changes.len() * base.len().max(1));
        let (cut, of) = delta(base, changes, most).expect("a beginning of what fits");
        assert_eq!(of, *size);
        assert!(made.starts_with(&cut) && cut.len() == most.min(*size));
    }
    assert_eq!(whole.map(|(made, _)| made), by_the_book(base, changes));
}

/// What gitformat-pack(5) says of deltas, as plainly as it can be written.
fn by_the_book(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let mut rest = delta.iter().copied();
    let mut size = || {
        let mut value = 0_u64;
        for shift in (0..56).step_by(7) {
            let byte = rest.next()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    };
    if size()? != base.len() as u64 {
        return None;
    }
    let size = size()?;
    let mut out = Vec::new();
    while let Some(command) = rest.next() {
        if command & 0x80 == 0 {
            // A command of 0 is reserved.
            let literal: Vec<u8> = rest.by_ref().take(usize::from(command)).collect();
            if command == 0 || literal.len() < usize::from(command) {
                return None;
            }
            out.extend(literal);
        } else {
            let mut number = |bits: u8, count: u32| {
                let mut value = 0_usize;
                for nth in (0..count).filter(|nth| bits >> nth & 1 != 0) {
                    value |= usize::from(rest.next()?) << (8 * nth);
                }
                Some(value)
            };
            let from = number(command, 4)?;
            let count = match number(command >> 4 & 7, 3)? {
                0 => 0x10000,
                count => count,
            };
            out.extend_from_slice(base.get(from..from.checked_add(count)?)?);
        }
        if out.len() as u64 > size {
            return None;
        }
    }
    (out.len() as u64 == size).then_some(out)
}
