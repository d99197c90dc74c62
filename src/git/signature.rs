//! The public key inside an SSH signature.
//!
//! Source: PROTOCOL.sshsig in OpenSSH: an armoured blob of `SSHSIG`, a uint32 version,
//! then the public key as a length-prefixed string. The signature itself is not
//! verified here: the key says who claims to have signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BEGIN: &[u8] = b"-----BEGIN SSH SIGNATURE-----";
const MAGIC: &[u8] = b"SSHSIG";
/// No SSH public key blob is longer (RSA of 16384 bits takes some 2 KiB).
const LONGEST_KEY: usize = 8192;

/// The public key blob of an armoured SSH signature, in the encoding of the second
/// field of a `.pub` file before base64; `None` for other kinds of signature.
#[must_use]
pub fn ssh_public_key(armoured: &[u8]) -> Option<Vec<u8>> {
    let body = armoured.trim_ascii().strip_prefix(BEGIN)?;
    let base64: Vec<u8> = body
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .take_while(|byte| *byte != b'-' && *byte != b'=')
        .take(LONGEST_KEY / 3 * 4)
        .collect();
    // Only whole groups are decoded: the key stands at the start of the blob.
    let whole = base64.get(..base64.len() / 4 * 4)?;
    let blob = STANDARD.decode(whole).ok()?;
    let rest = blob.strip_prefix(MAGIC)?;
    let (_version, rest) = rest.split_at_checked(4)?;
    let (length, rest) = rest.split_at_checked(4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    rest.get(..usize::try_from(length).ok()?).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_key_is_found_across_line_breaks() {
        let mut blob = b"SSHSIG\0\0\0\x01\0\0\0\x05hello\0\0\0\x03git".to_vec();
        blob.extend_from_slice(&[7; 100]);
        let text = STANDARD.encode(blob);
        let (one, two) = text.split_at(9);
        let armoured =
            format!("-----BEGIN SSH SIGNATURE-----\n {one}\n {two}\n -----END SSH SIGNATURE-----");
        assert_eq!(ssh_public_key(armoured.as_bytes()).as_deref(), Some(&b"hello"[..]));
        assert_eq!(ssh_public_key(b"-----BEGIN PGP SIGNATURE-----\nabcd"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(tail: Vec<u8>) {
            let _ = ssh_public_key(&[BEGIN, tail.as_slice()].concat());
        }
    }
}
