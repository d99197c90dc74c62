//! The parts of an encoded document that `build.rs` writes and [`super::encoded`] reads.
//!
//! `build.rs` includes this file, so the two can't differ. A value is a byte for its kind, where
//! it begins in the text and how long it is there, and what it holds. Of a text there is its
//! length; the texts themselves follow one another elsewhere. An array is the number of its
//! values and these; a table is the number of its entries, sorted by key, each a key, where the
//! key stands, how many bytes its value takes here and among the texts, and the value.

/// A string.
pub(super) const STRING: u8 = b's';
/// An integer, as decimal digits.
pub(super) const INTEGER: u8 = b'i';
/// `true`.
pub(super) const TRUE: u8 = b't';
/// `false`.
pub(super) const FALSE: u8 = b'f';
/// A value of a type that no key has, as it is written.
pub(super) const OTHER: u8 = b'o';
/// An array.
pub(super) const ARRAY: u8 = b'a';
/// A table.
pub(super) const TABLE: u8 = b'{';

/// Appends a number as LEB128.
///
/// Source: DWARF 5, section 7.6.
#[allow(dead_code, reason = "build.rs and a test need it")]
pub(super) fn write_number(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads a number that [`write_number`] has written, and the bytes behind it; `None` when
/// there is none.
#[allow(dead_code, reason = "build.rs does not need it")]
pub(super) fn read_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(usize::BITS.div_ceil(7) as usize) {
        number |= usize::from(byte & 0x7f) << (7 * at);
        if *byte < 0x80 {
            return Some((number, bytes.get(at + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        for number in [0, 1, 127, 128, 300, 1 << 20, usize::MAX] {
            let mut bytes = Vec::new();
            write_number(number, &mut bytes);
            bytes.push(7);
            assert_eq!(read_number(&bytes), Some((number, &[7][..])));
        }
        assert_eq!(read_number(&[]), None);
        assert_eq!(read_number(&[0x80]), None);
        assert_eq!(read_number(&[0x80; 20]), None);
    }
}
