//! What loose refs, packed refs and the list of shallow commits hold.

use provost::fuzzing::{loose_ref, packed_refs, shallow};
use provost::git::ObjectId;

pub(crate) fn run(data: &[u8]) {
    for id_length in [20, 32] {
        if let Ok(held) = loose_ref(data, id_length) {
            let is_id = ObjectId::from_hex(&held).is_some_and(|id| !id.is_null());
            let head: &[u8] = if is_id { b"" } else { b"ref: " };
            let written = [head, &held, b"\n"].concat();
            assert_eq!(loose_ref(&written, id_length).ok(), Some(held));
        }
        if let Ok(refs) = packed_refs(data, id_length) {
            let mut written = b"# pack-refs with: peeled \n".to_vec();
            for (name, id) in &refs {
                assert!(!id.is_null() && id.as_bytes().len() == id_length);
                written.extend(id.to_string().into_bytes());
                written.push(b' ');
                written.extend_from_slice(name);
                written.push(b'\n');
            }
            assert_eq!(packed_refs(&written, id_length).ok(), Some(refs));
        }
        if let Ok(ids) = shallow(data, id_length) {
            let written: String = ids.iter().map(|id| format!("{id}\n")).collect();
            let again = shallow(written.as_bytes(), id_length);
            assert_eq!(again.map(|ids| ids.len()).ok(), Some(ids.len()));
        }
    }
}
