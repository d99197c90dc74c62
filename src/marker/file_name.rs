//! What file systems take for another name.
//!
//! A tool opens its files by their names, and on Windows, macOS and some Linux file systems
//! it opens some whose names are written otherwise in Git. Git guards its own `.git` against
//! these (`is_ntfs_dotgit`, `is_hfs_dotgit`).

use std::borrow::Cow;

/// The name that remains of one when what file systems leave out is left out: characters
/// that HFS+ or a case-folding ext4 ignores, and at the end what Windows drops, full stops,
/// blanks, and the name of the stream that holds the content (`::$DATA`). Case stays.
///
/// Sources: `next_hfs_char` in git's utf8.c; "Naming Files, Paths, and Namespaces" and "File
/// Streams" in the Windows documentation; utf8 normalisation in Linux's fs/unicode.
pub(super) fn without_ignored(name: &[u8]) -> Cow<'_, [u8]> {
    let ends_oddly = name.last().is_some_and(|last| b". ".contains(last));
    if !ends_oddly && name.is_ascii() && !name.contains(&b':') {
        return Cow::Borrowed(name);
    }
    let mut kept = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars().filter(|&character| !is_ignored(character)) {
            // These two are ASCII letters in another case.
            let character = match character {
                '\u{17f}' => 's',
                '\u{212a}' => 'k',
                other => other,
            };
            kept.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        kept.extend_from_slice(chunk.invalid());
    }
    let stream = kept.windows(2).position(|pair| pair == b":$").unwrap_or(kept.len());
    let end = kept.iter().take(stream).rposition(|byte| !b". :".contains(byte));
    match end {
        Some(end) => {
            kept.truncate(end + 1);
            Cow::Owned(kept)
        }
        // A name of full stops only is `.` or `..`, or none.
        None => Cow::Borrowed(name),
    }
}

fn is_ignored(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A name in lower case, as far as ASCII goes.
pub(super) fn lower(name: &[u8]) -> Cow<'_, [u8]> {
    if name.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_file_systems_ignore_is_left_out() {
        for (written, name) in [
            ("CLAUDE.md.", "CLAUDE.md"),
            ("CLAUDE.md. . ", "CLAUDE.md"),
            (".claude ", ".claude"),
            (".cla\u{200c}ude", ".claude"),
            ("\u{feff}.claude\u{206a}", ".claude"),
            (".\u{212a}iro", ".kiro"),
            (".cur\u{17f}or", ".cursor"),
            ("CLAUDE.md::$DATA", "CLAUDE.md"),
            (".claude:$I30:$INDEX_ALLOCATION", ".claude"),
        ] {
            assert_eq!(*without_ignored(written.as_bytes()), *name.as_bytes(), "{written:?}");
        }
        for name in [".", "..", "...", " ", ". .", "a.b", "Grüße.md", "a:b", "::$DATA", ""] {
            assert_eq!(*without_ignored(name.as_bytes()), *name.as_bytes());
        }
        assert_eq!(*without_ignored(b"\xff\xfe. "), *b"\xff\xfe");
    }
}
