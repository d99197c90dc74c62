//! UTF-7 (RFC 2152) and its variant for mailbox names (RFC 3501, 5.1.3).

use base64::Engine;
use base64::alphabet::{self, Alphabet};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// UTF-7: `+` starts a run of modified base64 over UTF-16BE, `-` or any other character ends
/// it; `+-` is a plus sign.
pub(super) fn utf7(text: &[u8]) -> String {
    decode(text, b'+', b'/', &alphabet::STANDARD)
}

/// The same with `&` for `+`, and `,` for `/`.
pub(super) fn utf7_imap(text: &[u8]) -> String {
    decode(text, b'&', b',', &alphabet::IMAP_MUTF7)
}

fn decode(text: &[u8], shift: u8, last: u8, alphabet: &Alphabet) -> String {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);
    let engine = GeneralPurpose::new(alphabet, config.with_decode_allow_trailing_bits(true));
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(shift, rest) {
        let (before, run) = rest.split_at(at);
        out.extend_from_slice(before);
        let run = run.get(1..).unwrap_or_default();
        let is_coded = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'+' || *byte == last;
        let length = run.iter().position(|byte| !is_coded(byte)).unwrap_or(run.len());
        let (coded, after) = run.split_at(length);
        if coded.is_empty() {
            out.push(shift);
        } else {
            // A run that leaves a dangling sextet decodes up to it.
            let whole = coded.len() - usize::from(coded.len() % 4 == 1);
            let bytes = engine.decode(coded.get(..whole).unwrap_or_default()).unwrap_or_default();
            // Bits that fill up the last byte make no code unit.
            let units = bytes.chunks_exact(2).map(|unit| match *unit {
                [high, low] => u16::from_be_bytes([high, low]),
                _ => 0,
            });
            let text: String = char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect();
            out.extend_from_slice(text.as_bytes());
        }
        rest = after.strip_prefix(b"-").unwrap_or(after);
    }
    out.extend_from_slice(rest);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_decoded() {
        assert_eq!(utf7(b"+AEE-ssisted-by: +-x"), "Assisted-by: +x");
        assert_eq!(utf7(b"Hi Mom +Jjo--!"), "Hi Mom \u{263a}-!");
        assert_eq!(utf7(b"+AEEAcwBz.isted"), "Ass.isted");
        assert_eq!(utf7_imap(b"&AEE-ssisted &- &Jjo-"), "Assisted & \u{263a}");
    }
}
