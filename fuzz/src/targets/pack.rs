//! A pack with its index: every way to its objects gives the same.

use provost::fuzzing::{is_id_of, pack};

pub(crate) fn run(data: &[u8]) {
    let Some((&[choice, high, low], bytes)) = data.split_first_chunk() else { return };
    let id_length = if choice & 1 == 0 { 20 } else { 32 };
    // The index first, then the pack.
    let at = (usize::from(high) << 8 | usize::from(low)).min(bytes.len());
    let (index, objects) = bytes.split_at(at);
    let Ok(all) = pack(index, objects, id_length) else { return };
    assert!(all.len() * id_length <= index.len());
    for (id, object) in &all {
        assert_eq!(id.as_bytes().len(), id_length);
        // Reading does not prove an id; only hashing what was read can, and one content has
        // one id.
        if let Ok((kind, content)) = object
            && is_id_of(*id, *kind, content)
        {
            let changed = [content, b"x".as_slice()].concat();
            assert!(!is_id_of(*id, *kind, &changed));
        }
    }
}
