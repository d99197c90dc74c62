//! SSH signatures: `git::ssh_public_key`.

use provost::git::ssh_public_key;

const BEGIN: &[u8] = b"-----BEGIN SSH SIGNATURE-----";
/// No key is longer.
const LONGEST_KEY: usize = 8192;

pub(crate) fn run(data: &[u8]) {
    for armoured in [data.to_vec(), [BEGIN, b"\n", data].concat()] {
        let Some(key) = ssh_public_key(&armoured) else { continue };
        assert!(key.len() <= LONGEST_KEY && key.len() <= armoured.len());
        // Line ends within the base64 change nothing.
        let mut wrapped = BEGIN.to_vec();
        let body = armoured.trim_ascii().strip_prefix(BEGIN).unwrap_or_default();
        for chunk in body.chunks(7) {
            wrapped.extend_from_slice(b"\n ");
            wrapped.extend_from_slice(chunk);
        }
        assert_eq!(ssh_public_key(&wrapped), Some(key));
    }
}
