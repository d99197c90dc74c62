//! What the declared encoding of a text means for reading it.

use super::label::Charset;

/// The longest text that is decoded or searched for disguises, in bytes. A longer one is read
/// as it is; of the other readings it has those of its beginning.
pub(super) const LONGEST_DISGUISED: usize = 4 << 20;

/// The longest label of an encoding that is looked up, in bytes. No character set has such a
/// name.
const LONGEST_LABEL: usize = 1 << 10;

/// The character set that a label names.
pub(super) fn charset(label: Option<&[u8]>) -> Charset {
    match label {
        Some(label) if label.len() > LONGEST_LABEL => Charset::Unknown,
        label => Charset::of(label),
    }
}

/// As much of a text as is decoded: all of one whose bytes are the text themselves.
pub(super) fn decodable(charset: Charset, bytes: &[u8]) -> &[u8] {
    let is_itself = matches!(charset, Charset::Utf8 | Charset::Unknown);
    if is_itself || charset.keeps_ascii() && bytes.is_ascii() {
        return bytes;
    }
    bytes.get(..LONGEST_DISGUISED).unwrap_or(bytes)
}

/// Whether it can't be said what a text is: its encoding is not known, and its bytes are
/// no text by themselves; or the name of its encoding is longer than any.
#[must_use]
pub fn is_unreadable(label: Option<&[u8]>, bytes: &[u8]) -> bool {
    if label.is_some_and(|label| label.len() > LONGEST_LABEL) {
        return true;
    }
    if bytes.is_ascii() || Charset::of(label) != Charset::Unknown {
        return false;
    }
    // UTF-16 shows its text without its zeros.
    let marks = [b"\xff\xfe".as_slice(), b"\xfe\xff"];
    let text = marks.iter().find_map(|mark| bytes.strip_prefix(*mark)).unwrap_or(bytes);
    if memchr::memchr(0, text).is_none() {
        return std::str::from_utf8(text).is_err();
    }
    let text: Vec<u8> = text.iter().copied().filter(|&byte| byte != 0).collect();
    std::str::from_utf8(&text).is_err()
}

/// Whether a text in this encoding is what its bytes show.
#[must_use]
pub fn is_plain_encoding(label: Option<&[u8]>) -> bool {
    charset(label) == Charset::Utf8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_reading_can_show_is_unreadable() {
        assert!(is_unreadable(Some(b"IBM037"), b"\xe2\xa4\x82\x91\x85"));
        assert!(!is_unreadable(Some(b"IBM037"), b"plain"));
        assert!(!is_unreadable(Some(b"no-such"), "Größe".as_bytes()));
        assert!(!is_unreadable(Some(b"cp437"), b"Gr\x94\xe1e"));
        assert!(!is_unreadable(None, b"\xe2\xa4\x82\x91\x85"));
    }

    #[test]
    fn a_label_that_is_longer_than_any_name_is_not_looked_up() {
        let label = |blanks: usize| [" ".repeat(blanks).as_bytes(), b"UTF-7"].concat();
        assert_eq!(charset(Some(&label(1000))), Charset::Utf7);
        assert_eq!(charset(Some(&label(1020))), Charset::Unknown);
        assert!(is_unreadable(Some(&label(1020)), b"plain"));
    }

    #[test]
    fn a_text_is_decoded_in_its_beginning_unless_it_is_itself() {
        let (ascii, other) = (vec![b'a'; LONGEST_DISGUISED + 2], vec![0xe9; LONGEST_DISGUISED + 2]);
        let length =
            |label: &str, text: &[u8]| decodable(charset(Some(label.as_bytes())), text).len();
        assert_eq!(length("latin1", &ascii), ascii.len());
        assert_eq!(length("UTF-8", &other), other.len());
        assert_eq!(length("latin1", &other), LONGEST_DISGUISED);
        assert_eq!(length("UTF-16", &ascii), LONGEST_DISGUISED);
    }
}
