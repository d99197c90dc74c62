//! Indexes of packs, read from memory and from a mapped file.

use provost::fuzzing::pack_index;

/// More objects are not asked for.
const MOST: u32 = 2000;

pub(crate) fn run(data: &[u8]) {
    let Some((&choice, bytes)) = data.split_first() else { return };
    let id_length = if choice & 1 == 0 { 20 } else { 32 };
    let wanted = bytes.rchunks(id_length).next().unwrap_or_default();
    let read = pack_index(bytes, id_length, MOST, wanted);
    if choice & 2 != 0 {
        let file = crate::mapped(bytes);
        assert_eq!(file.and_then(|file| pack_index(file, id_length, MOST, wanted)), read);
    }
    let Some((all, found)) = read else { return };
    assert!(all.len() * id_length <= bytes.len());
    let is_sorted = all.windows(2).all(|pair| pair[0].0 < pair[1].0);
    for (position, (id, offset, at)) in (0..).zip(&all) {
        assert_eq!(id.len(), id_length);
        // Where the ids are in order below their fan, each is found at its position.
        if is_sorted && let Some(at) = at {
            assert_eq!(*at, position);
        }
        if id_length == 20 {
            assert!(offset.is_none_or(|offset| offset < 1 << 63 || bytes.len() > 1024));
        }
    }
    if let Some(found) = found
        && let Some((id, ..)) = all.get(found as usize)
    {
        assert_eq!(id, wanted);
    }
}
