//! What the bytes of a text say when its declared encoding is believed.

use std::borrow::Cow;

use encoding_rs::Encoding;

use super::label::{Charset, Order};
use super::utf7::{utf7, utf7_imap};

/// The texts that bytes stand for in a character set: one, or two where the order of bytes is
/// not declared; none where the bytes themselves are the text.
pub(super) fn decode(charset: Charset, bytes: &[u8]) -> Vec<String> {
    match charset {
        Charset::Utf8 | Charset::Unknown => Vec::new(),
        Charset::Compatible | Charset::Single(..) if bytes.is_ascii() => Vec::new(),
        Charset::Compatible => vec![latin1(bytes)],
        Charset::Single(encoding, controls) => vec![single(encoding, controls, bytes)],
        Charset::Multi(encoding) if bytes.is_ascii() && encoding.is_ascii_compatible() => {
            Vec::new()
        }
        Charset::Multi(encoding) => vec![with(encoding, bytes)],
        Charset::Utf7 => vec![utf7(bytes)],
        Charset::Utf7Imap => vec![utf7_imap(bytes)],
        Charset::Utf16(order) => {
            let marked = match *bytes {
                [0xfe, 0xff, ..] => Some(Order::Big),
                [0xff, 0xfe, ..] => Some(Order::Little),
                _ => order,
            };
            in_orders(marked, |order| match order {
                Order::Big => with(encoding_rs::UTF_16BE, bytes),
                Order::Little => with(encoding_rs::UTF_16LE, bytes),
            })
        }
        Charset::Utf32(order) => {
            let marked = match *bytes {
                [0, 0, 0xfe, 0xff, ..] => Some(Order::Big),
                [0xff, 0xfe, 0, 0, ..] => Some(Order::Little),
                _ => order,
            };
            in_orders(marked, |order| utf32(order, bytes))
        }
        Charset::Iso2022(encoding) => {
            let stripped = latin1(&without_switches(bytes));
            encoding.map(|it| with(it, bytes)).into_iter().chain([stripped]).collect()
        }
        Charset::Hz => vec![hz(bytes)],
        Charset::Escaped => vec![unescaped(bytes)],
    }
}

fn in_orders(order: Option<Order>, decode: impl Fn(Order) -> String) -> Vec<String> {
    match order {
        Some(order) => vec![decode(order)],
        // What is ASCII in one order is rare characters in the other.
        None => vec![decode(Order::Little), decode(Order::Big)],
    }
}

fn with(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

fn single(encoding: &'static Encoding, controls: bool, bytes: &[u8]) -> String {
    let table: Vec<char> = (0..=u8::MAX)
        .map(|byte| {
            // In ISO 8859 these are controls; the WHATWG reads Windows' characters.
            if controls && byte < 0xa0 {
                return char::from(byte);
            }
            let byte = [byte];
            let text = encoding.decode_without_bom_handling(&byte).0;
            text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
        })
        .collect();
    bytes.iter().filter_map(|&byte| table.get(usize::from(byte))).collect()
}

/// Bytes as the characters of the same number.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Bytes as UTF-8; what is none, byte for byte as Latin-1, as many programs show it.
pub(super) fn tolerant(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().copied().map(char::from));
    }
    Cow::Owned(out)
}

fn utf32(order: Order, bytes: &[u8]) -> String {
    let unit = |unit: &[u8]| {
        let unit: [u8; 4] = unit.try_into().unwrap_or_default();
        let code = match order {
            Order::Big => u32::from_be_bytes(unit),
            Order::Little => u32::from_le_bytes(unit),
        };
        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    bytes.chunks_exact(4).map(unit).collect()
}

/// The bytes without the escape sequences of ECMA-35 that switch sets, shift-in and
/// shift-out: what is ASCII shows as ASCII.
fn without_switches(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            0x0e | 0x0f => {}
            0x1b => {
                let middle = rest.iter().take_while(|byte| (0x20..=0x2f).contains(*byte)).count();
                let last = rest.get(middle).is_some_and(|byte| (0x30..=0x7e).contains(byte));
                rest = rest.get(middle + usize::from(last)..).unwrap_or_default();
            }
            _ => out.push(byte),
        }
    }
    out
}

/// HZ (RFC 1843): `~{` and `~}` around GB 2312, `~~` a tilde, `~` at a line's end goes on with
/// the next line.
fn hz(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut is_chinese = false;
    // Line feeds that joined two lines stand at the end of the second, so that the numbers of
    // further lines hold.
    let mut owed = 0;
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        let next = after.first().copied().unwrap_or_default();
        let (taken, shown) = match (byte, next) {
            (b'~', b'{') => (2, None),
            (b'~', b'}') => (2, None),
            (b'~', b'~') => (2, Some(b'~')),
            (b'~', b'\n') => (2, None),
            (b'\n', _) => (1, Some(b'\n')),
            _ if is_chinese && (0x21..=0x7e).contains(&byte) => (1, Some(byte | 0x80)),
            _ => (1, Some(byte)),
        };
        match (byte, next) {
            (b'~', b'{') => is_chinese = true,
            (b'~', b'}') | (b'\n', _) => is_chinese = false,
            (b'~', b'\n') => owed += 1,
            _ => {}
        }
        out.extend(shown);
        if byte == b'\n' {
            out.extend(std::iter::repeat_n(b'\n', std::mem::take(&mut owed)));
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    with(encoding_rs::GBK, &out)
}

/// `\uXXXX` and `\UXXXXXXXX`, as the sets JAVA and C99 of libiconv have them.
fn unescaped(bytes: &[u8]) -> String {
    let text = tolerant(bytes);
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        units.extend(before.encode_utf16());
        let length = match from.as_bytes().get(1) {
            Some(b'u') => 4,
            Some(b'U') => 8,
            _ => 0,
        };
        let code = from.get(2..2 + length).filter(|_| length > 0);
        let code = code.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match code.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                match (u16::try_from(code), char::from_u32(code)) {
                    (Ok(unit), _) => units.push(unit),
                    (Err(_), Some(character)) => {
                        units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
                    }
                    (Err(_), None) => {}
                }
                rest = from.get(2 + length..).unwrap_or_default();
            }
            None => {
                units.push(u16::from(b'\\'));
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(label: &str, bytes: &[u8]) -> Vec<String> {
        decode(Charset::of(Some(label.as_bytes())), bytes)
    }

    #[test]
    fn escapes_of_iso_2022_go_and_the_text_stays() {
        assert_eq!(text("ISO-2022-KR", b"nore\x0fply"), ["noreply"]);
        assert_eq!(text("ISO-2022-JP", b"\x1b$B#C\x1b(Bo"), ["\u{ff23}o", "#Co"]);
    }

    #[test]
    fn single_bytes_are_decoded() {
        assert_eq!(text("ISO-8859-1", b"Cl\xad\x85"), ["Cl\u{ad}\u{85}"]);
        assert_eq!(text("ISO-8859-5", b"Cl\xd0ude"), ["Cl\u{430}ude"]);
        assert_eq!(text("KOI8-R", b"Cl\xc1ude"), ["Cl\u{430}ude"]);
        assert_eq!(text("windows-1252", b"plain"), Vec::<String>::new());
    }

    #[test]
    fn wide_units_are_decoded_in_either_order() {
        assert_eq!(text("UTF-16LE", b"A\0b\0"), ["Ab"]);
        assert!(text("UTF-16", b"A\0b\0").contains(&"Ab".to_owned()));
        assert!(text("ucs-2", b"\0A\0b").contains(&"Ab".to_owned()));
        assert!(text("UTF-32", b"\0\0\0A").contains(&"A".to_owned()));
        assert_eq!(text("UTF-32", b"\xff\xfe\0\0A\0\0\0"), ["\u{feff}A"]);
    }

    #[test]
    fn hz_and_escaped_sets_are_decoded() {
        assert_eq!(text("HZ-GB-2312", b"Co-~\nAuth ~{#C~}~~\nx"), ["Co-Auth \u{ff23}~\n\nx"]);
        assert_eq!(text("JAVA", b"\\u0043o \\n"), ["Co \\n"]);
    }

    #[test]
    fn what_is_not_utf8_is_latin1() {
        assert_eq!(tolerant(b"J\xfcrgen \xc3\xa9"), "J\u{fc}rgen \u{e9}");
    }
}
