//! Look-alike characters folded to the ASCII that they imitate.
//!
//! Only characters outside ASCII change: compatibility forms (full-width,
//! mathematical) by NFKD (UAX #15), combining marks dropped, default-ignorable
//! characters dropped, odd white space made plain, the rest by their confusable
//! prototype (UTS #39) when that is ASCII. HTML character references are resolved, escape
//! sequences dropped.
//! Line feeds stay where they are, so line numbers hold in the folded text.

use bstr::ByteSlice;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

use super::decode::without_escapes;

/// Whether folding could change these bytes at all.
#[must_use]
pub fn may_change(bytes: &[u8]) -> bool {
    !bytes.is_ascii()
        || memchr::memchr3(0x1b, 0x0e, 0x0f, bytes).is_some()
        || bytes.find_iter(b"&").any(|at| is_reference(bytes.get(at..).unwrap_or(b"")))
}

fn is_reference(bytes: &[u8]) -> bool {
    bytes.starts_with(b"&#") || NAMED.iter().any(|(name, _)| bytes.starts_with(name.as_bytes()))
}

/// The references that could spell the punctuation of a credit line.
const NAMED: [(&str, char); 8] = [
    ("&lt;", '<'),
    ("&gt;", '>'),
    ("&colon;", ':'),
    ("&commat;", '@'),
    ("&period;", '.'),
    ("&lbrack;", '['),
    ("&hyphen;", '-'),
    ("&nbsp;", ' '),
];

/// The folded text.
#[must_use]
pub fn fold(bytes: &[u8]) -> String {
    let text = resolve_references(&String::from_utf8_lossy(&without_escapes(bytes)));
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            fold_character(character, &mut out);
        }
    }
    out
}

fn fold_character(character: char, out: &mut String) {
    if is_ignorable(character) {
        return;
    }
    if matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}') {
        out.push('\r');
        return;
    }
    if character.is_whitespace() {
        out.push(' ');
        return;
    }
    let mut plain = String::new();
    for part in std::iter::once(character).nfkd().filter(|part| !is_combining_mark(*part)) {
        if part.is_ascii() {
            plain.push(part);
            continue;
        }
        let prototype: String = skeleton(part.encode_utf8(&mut [0; 4])).collect();
        match prototype.as_str() {
            // UTS #39 writes the prototype of m as rn.
            "rn" => plain.push('m'),
            text if text.is_ascii() => plain.push_str(text),
            _ => plain.push(part),
        }
    }
    out.push_str(&plain);
}

/// Default_Ignorable_Code_Point (DerivedCoreProperties.txt), plus the interlinear
/// annotation marks and tag characters.
fn is_ignorable(character: char) -> bool {
    matches!(u32::from(character),
        0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
        | 0xE0000..=0xE0FFF)
}

fn resolve_references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        match reference(from) {
            Some((character, length)) => {
                out.push(character);
                rest = from.get(length..).unwrap_or("");
            }
            None => {
                out.push('&');
                rest = from.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}

/// A character reference at the start of the text, and its length in bytes.
fn reference(text: &str) -> Option<(char, usize)> {
    if let Some((name, character)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((*character, name.len()));
    }
    let digits = text.strip_prefix("&#")?;
    let end = digits.bytes().take(9).position(|byte| byte == b';')?;
    let number = digits.get(..end)?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    // A line feed spelled out would move the line numbers.
    let character = char::from_u32(code).filter(|character| *character != '\n')?;
    Some((character, 2 + end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_fold_to_the_plain_letters() {
        for trick in [
            "Сlaude",         // Cyrillic С
            "Cl\u{200b}aude", // zero-width space
            "Cla\u{ad}ude",   // soft hyphen
            "𝐂𝐥𝐚𝐮𝐝𝐞",         // mathematical bold
            "Ｃｌａｕｄｅ",   // full width
            "Cl\u{307}aude",  // combining dot
            "C&#108;aude",    // character reference
            "C&#x6c;aude",    // the same in hexadecimal
            "\u{202e}Claude", // bidirectional override
        ] {
            assert!(may_change(trick.as_bytes()), "{trick}");
            assert_eq!(fold(trick.as_bytes()), "Claude", "{trick}");
        }
    }

    #[test]
    fn ascii_never_changes() {
        let all: Vec<u8> = (0..=127).filter(|byte| ![0x0e, 0x0f, 0x1b].contains(byte)).collect();
        assert_eq!(fold(&all).as_bytes(), all.as_slice());
        assert!(!may_change(b"a & b && c"));
    }

    #[test]
    fn line_feeds_stay() {
        let text = "é\u{2028}\n\u{200b}\n\u{a0}";
        assert_eq!(fold(text.as_bytes()).matches('\n').count(), 2);
    }
}
