//! Untrusted bytes made safe for a terminal, a log line or a report.
//!
//! The promise: the result holds no control character and no character that changes
//! the direction or the visibility of text; bytes that are not UTF-8 show as `\xNN`.

use bstr::ByteSlice;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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

/// Escapes each line of a text, and leaves the line feeds between them.
#[must_use]
pub fn escape_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| escape(line.as_bytes())).collect();
    lines.join("\n")
}

/// A path, escaped for one line of output. It is for people only: nothing can be opened by it.
#[must_use]
pub fn path(path: &std::path::Path) -> String {
    escape(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()))
}

fn push(out: &mut String, character: char) {
    match character {
        '\t' => out.push(' '),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\0'..='\x1f' | '\x7f' => out.push_str(&format!("\\x{:02x}", u32::from(character))),
        _ if character.is_control() || is_hidden(character) => {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        }
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

/// Escapes bytes and cuts the result to at most `width` columns, ending in an ellipsis
/// (`...`) when something was cut.
#[must_use]
pub fn excerpt(bytes: &[u8], width: usize) -> String {
    // A character takes at most four bytes: what lies beyond can't be shown anyway.
    let bytes = bytes.trim_ascii();
    let head = bytes.get(..bytes.len().min(width.saturating_mul(4))).unwrap_or(bytes);
    cut(&escape(head), width)
}

/// The beginning of a text of at most that many bytes, without a part of a character.
#[must_use]
pub fn beginning(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Cuts text to `width` columns of a terminal, at its end.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = fitting(text.chars(), width);
    short.push_str("...");
    short
}

/// Cuts text to `width` columns of a terminal, at its beginning.
#[must_use]
pub fn cut_start(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let end: String = fitting(text.chars().rev(), width).chars().rev().collect();
    format!("...{end}")
}

/// As many characters as leave room for an ellipsis.
fn fitting(characters: impl Iterator<Item = char>, width: usize) -> String {
    let mut left = width.saturating_sub(3);
    let fits = |character: &char| {
        let taken = character.width().unwrap_or(0);
        let fits = taken <= left;
        left = left.saturating_sub(taken);
        fits
    };
    characters.take_while(fits).collect()
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
    fn a_beginning_ends_with_a_whole_character() {
        let beginnings = [(0, ""), (1, "a"), (2, "a"), (3, "aé"), (4, "aéb"), (9, "aéb")];
        assert!(beginnings.iter().all(|(most, shown)| beginning("aéb", *most) == *shown));
    }

    #[test]
    fn an_excerpt_is_cut_by_columns() {
        assert_eq!(cut("修复缓存", 7), "修复...");
        assert_eq!(cut_start("a/修复/b.toml:12", 12), "...b.toml:12");
    }
}
