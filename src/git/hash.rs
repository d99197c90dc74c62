//! Git's hash functions: ids of objects, and checksums of files.
//!
//! They prove that data is not damaged. SHA-1 without detection of collisions is enough for
//! that; against forged objects git checks what it receives.
//!
//! Source: git-hash-object(1); gitformat-pack(5) for the checksums.

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::{ObjectId, ObjectKind};

/// The digest of some bytes by the hash function with ids of a length: 20 for SHA-1, 32 for
/// SHA-256.
pub(super) fn digest(id_length: usize, parts: &[&[u8]]) -> Vec<u8> {
    if id_length == 20 { of::<Sha1>(parts) } else { of::<Sha256>(parts) }
}

fn of<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().to_vec()
}

/// Whether an object has the id that its kind and content give.
pub(super) fn is_id_of(id: ObjectId, kind: ObjectKind, content: &[u8]) -> bool {
    let head = format!("{} {}\0", kind.name(), content.len());
    digest(id.as_bytes().len(), &[head.as_bytes(), content]) == id.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git() {
        for hex in [
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
        ] {
            let id = ObjectId::from_hex(hex.as_bytes()).unwrap();
            assert!(is_id_of(id, ObjectKind::Blob, b""));
            assert!(!is_id_of(id, ObjectKind::Tree, b""));
            assert!(!is_id_of(id, ObjectKind::Blob, b"\n"));
        }
    }
}
