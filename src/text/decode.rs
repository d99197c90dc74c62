//! The `encoding` header of a commit: what the message says when it is believed.
//!
//! Byte-wise matching already reads every encoding in which ASCII stands for itself.
//! This is for the others (UTF-16, UTF-7, ISO-2022-JP, …), in which a marker can hide.
//! Names are those of the WHATWG Encoding Standard, plus UTF-7 (RFC 2152) and UTF-32.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// What believing an `encoding` header shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// The bytes show as much by themselves: ASCII stands for ASCII.
    AsItIs,
    /// The text.
    Text(String),
    /// Nobody here knows the encoding, and the message is not plain ASCII.
    Unknown,
}

/// Decodes a message by the name in its `encoding` header.
#[must_use]
pub fn decode(label: &[u8], message: &[u8]) -> Decoded {
    let name = String::from_utf8_lossy(label).trim().to_ascii_lowercase().replace('_', "-");
    match name.as_str() {
        "utf-7" | "utf7" | "unicode-1-1-utf-7" => Decoded::Text(utf7(message)),
        "utf-32" | "utf-32le" | "utf-32be" | "ucs-4" | "ucs-4le" | "ucs-4be" => {
            Decoded::Text(without_nul(message))
        }
        "utf-16" | "ucs-2" | "utf-16be" | "ucs-2be" => {
            Decoded::Text(encoding_rs::UTF_16BE.decode(message).0.into_owned())
        }
        // ECMA-35 switches character sets by escapes that may stand inside a word.
        _ if name.starts_with("iso-2022") || name.starts_with("csiso2022") => {
            Decoded::Text(String::from_utf8_lossy(&without_escapes(message)).into_owned())
        }
        _ => match encoding_rs::Encoding::for_label(name.as_bytes()) {
            Some(encoding) if encoding == encoding_rs::UTF_8 || encoding.is_single_byte() => {
                Decoded::AsItIs
            }
            Some(encoding) => Decoded::Text(encoding.decode(message).0.into_owned()),
            None if message.is_ascii() => Decoded::AsItIs,
            None => Decoded::Unknown,
        },
    }
}

/// The message without escape sequences: those that switch character sets (ECMA-35, with
/// shift-in and shift-out) and those that set colours (ECMA-48).
#[must_use]
pub fn without_escapes(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len());
    let mut rest = message;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            0x0e | 0x0f => {}
            0x1b => {
                // `ESC [` parameters and intermediates, or `ESC` intermediates; one final.
                let control = rest.first() == Some(&b'[');
                let body = if control { rest.get(1..).unwrap_or_default() } else { rest };
                let middle = |byte: &u8| {
                    (0x20..=0x2f).contains(byte) || control && (0x30..=0x3f).contains(byte)
                };
                let length = body.iter().take(16).take_while(|byte| middle(byte)).count();
                let last = usize::from(body.get(length).is_some_and(|b| (0x30..=0x7e).contains(b)));
                rest = body.get(length + last..).unwrap_or_default();
            }
            _ => out.push(byte),
        }
    }
    out
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

    fn text(text: &str) -> Decoded {
        Decoded::Text(text.to_owned())
    }

    #[test]
    fn escapes_go_and_the_text_stays() {
        assert_eq!(without_escapes(b"a\x1b(Bb\x1b$)C\x0ec\x1b[1;31md\x1b"), b"abcd");
        assert_eq!(decode(b"ISO-2022-KR", b"nore\x0fply"), text("noreply"));
    }

    #[test]
    fn utf7_is_read() {
        assert_eq!(decode(b"UTF-7", b"+AEE-ssisted-by: +-x"), text("Assisted-by: +x"));
        assert_eq!(decode(b"utf-7", b"Hi Mom +Jjo--!"), text("Hi Mom ☺-!"));
    }

    #[test]
    fn encodings_whose_ascii_is_ascii_add_nothing() {
        assert_eq!(decode(b"ISO-8859-1", b"caf\xe9"), Decoded::AsItIs);
        assert_eq!(decode(b"no-such-thing", b"x"), Decoded::AsItIs);
        assert_eq!(decode(b"IBM037", b"\xe2\xa4"), Decoded::Unknown);
    }

    #[test]
    fn utf16_shows_its_text() {
        assert_eq!(decode(b"UTF-16LE", b"A\0b\0"), text("Ab"));
        assert_eq!(without_nul(b"\0A\0b"), "Ab");
    }
}
