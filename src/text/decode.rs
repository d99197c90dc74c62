//! The `encoding` header of a commit: what the message says when it is believed.
//!
//! Byte-wise matching already reads every encoding in which ASCII stands for itself.
//! This is for the others (UTF-16, UTF-7, ISO-2022-JP, …), in which a marker can hide.
//! Names are those of the WHATWG Encoding Standard, plus UTF-7 (RFC 2152) and UTF-32.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Decodes a message by the name in its `encoding` header.
///
/// Returns `None` when the name is unknown or names an encoding whose ASCII bytes are
/// plain ASCII, so that there is nothing more to see than the bytes themselves show.
#[must_use]
pub fn decode(label: &[u8], message: &[u8]) -> Option<String> {
    let name = String::from_utf8_lossy(label).trim().to_ascii_lowercase().replace('_', "-");
    match name.as_str() {
        "utf-7" | "utf7" | "unicode-1-1-utf-7" => Some(utf7(message)),
        "utf-32" | "utf-32le" | "utf-32be" | "ucs-4" | "ucs-4le" | "ucs-4be" => {
            Some(without_nul(message))
        }
        "utf-16" | "ucs-2" | "utf-16be" | "ucs-2be" => {
            Some(encoding_rs::UTF_16BE.decode(message).0.into_owned())
        }
        _ => {
            let encoding = encoding_rs::Encoding::for_label(name.as_bytes())?;
            if encoding == encoding_rs::UTF_8 || encoding.is_single_byte() {
                return None;
            }
            Some(encoding.decode(message).0.into_owned())
        }
    }
}

/// The message with its NUL bytes taken out: shows ASCII text written in UTF-16 or
/// UTF-32 of either byte order, whatever a header says.
#[must_use]
pub fn without_nul(message: &[u8]) -> String {
    let kept: Vec<u8> = message.iter().copied().filter(|&byte| byte != 0).collect();
    String::from_utf8_lossy(&kept).into_owned()
}

/// UTF-7 (RFC 2152): `+` starts a run of modified base64 over UTF-16BE, `-` or any
/// other character ends it; `+-` is a plus sign.
fn utf7(message: &[u8]) -> String {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone);
    let config = config.with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let mut out = Vec::with_capacity(message.len());
    let mut rest = message;
    while let Some(plus) = rest.iter().position(|&byte| byte == b'+') {
        let (before, run) = rest.split_at(plus);
        out.extend_from_slice(before);
        let run = run.get(1..).unwrap_or_default();
        let length = run
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'/'))
            .unwrap_or(run.len());
        let (coded, after) = run.split_at(length);
        if coded.is_empty() {
            out.push(b'+');
        } else {
            // A run that leaves a dangling sextet decodes up to it.
            let whole = coded.len() - usize::from(coded.len() % 4 == 1);
            let bytes = engine.decode(coded.get(..whole).unwrap_or_default()).unwrap_or_default();
            let text = encoding_rs::UTF_16BE.decode(&bytes).0.into_owned();
            out.extend_from_slice(text.trim_end_matches('\u{fffd}').as_bytes());
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
    fn utf7_is_read() {
        assert_eq!(decode(b"UTF-7", b"+AEE-ssisted-by: +-x").as_deref(), Some("Assisted-by: +x"));
        assert_eq!(decode(b"utf-7", b"Hi Mom +Jjo--!").as_deref(), Some("Hi Mom ☺-!"));
    }

    #[test]
    fn encodings_whose_ascii_is_ascii_add_nothing() {
        assert_eq!(decode(b"ISO-8859-1", b"caf\xe9"), None);
        assert_eq!(decode(b"no-such-thing", b"x"), None);
    }

    #[test]
    fn utf16_shows_its_text() {
        assert_eq!(decode(b"UTF-16LE", b"A\0b\0").as_deref(), Some("Ab"));
        assert_eq!(without_nul(b"\0A\0b"), "Ab");
    }
}
