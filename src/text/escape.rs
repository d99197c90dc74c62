//! Untrusted bytes made safe for a terminal, a log line or a report.
//!
//! The promise: the result holds no control character and no character that changes
//! the direction or the visibility of text; bytes that are not UTF-8 show as `\xNN`.

use bstr::ByteSlice;

/// Escapes bytes for one line of output.
#[must_use]
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push(&mut out, character);
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

fn push(out: &mut String, character: char) {
    match character {
        '\t' => out.push(' '),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        _ if character.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(character))),
        _ if is_hidden(character) => out.push_str(&format!("\\u{{{:x}}}", u32::from(character))),
        _ => out.push(character),
    }
}

/// Characters that a reader can't see or that reorder what he sees: zero-width and
/// bidirectional controls, variation selectors excepted (emoji need them).
fn is_hidden(character: char) -> bool {
    matches!(u32::from(character),
        0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
        | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE00FF)
}

/// Escapes bytes and cuts the result to at most `width` characters, the last of them
/// an ellipsis (`...`) when something was cut.
#[must_use]
pub fn excerpt(bytes: &[u8], width: usize) -> String {
    // A character takes at most four bytes: what lies beyond can't be shown anyway.
    let bytes = bytes.trim_ascii();
    let head = bytes.get(..bytes.len().min(width.saturating_mul(4))).unwrap_or(bytes);
    cut(&escape(head), width)
}

/// Cuts text to `width` characters.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(3)).collect();
    short.push_str("...");
    short
}

/// The text as bytes that are valid UTF-8, with replacement characters; for matching
/// only, never for output.
#[must_use]
pub fn lossy(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    bytes.to_str_lossy()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_survives() {
        assert_eq!(escape(b"a\x1b[2Kb\rc\x00"), "a\\x1b[2Kb\\rc\\x00");
        assert_eq!(escape("a\u{202e}b\u{200b}".as_bytes()), "a\\u{202e}b\\u{200b}");
        assert_eq!(escape(b"caf\xe9"), "caf\\xe9");
    }

    #[test]
    fn an_excerpt_is_cut_by_characters() {
        assert_eq!(excerpt("ééééé".as_bytes(), 4), "é...");
        assert_eq!(excerpt(b"  abc  ", 4), "abc");
    }
}
