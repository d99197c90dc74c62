//! What makes untrusted bytes safe to show: `text::escape` and `text::shell`.

use provost::text::escape::{cut, cut_start, escape, excerpt, lossy};
use provost::text::{lines, shell};

pub(crate) fn run(data: &[u8]) {
    let (&width, rest) = data.split_first().unwrap_or((&0, b""));
    let width = usize::from(width);
    let shown = escape(rest);
    assert!(is_safe(&shown), "{shown:?}");
    assert_eq!(escape(shown.as_bytes()), shown, "what is safe is left as it is");
    assert!(shown.len() <= rest.len() * 8);
    for short in [excerpt(rest, width), cut(&shown, width), cut_start(&shown, width)] {
        assert!(is_safe(&short));
        // An ellipsis has three columns, and no column takes more than 8 characters of a
        // letter with its marks; bytes are not bounded by columns.
        assert!(short.chars().filter(char::is_ascii).count() <= width + 3, "{short:?}");
    }
    assert!(lossy(rest).len() <= rest.len() * 3);
    words(rest);
    pieces(rest);
}

fn is_safe(text: &str) -> bool {
    let is_hidden = |character: char| {
        matches!(u32::from(character),
            0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F
            | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE00FF)
    };
    !text.chars().any(|character| character.is_control() || is_hidden(character))
}

/// A shell reads back the word that was quoted.
fn words(word: &[u8]) {
    assert_eq!(single_quoted(&shell::quote(word)).as_deref(), Some(word));
    let shown = shell::shown(word);
    assert!(is_safe(&shown));
    let text = shown.as_bytes();
    let read = match text {
        [b'$', b'\'', ..] => dollar_quoted(text),
        [b'\'', ..] => single_quoted(text),
        _ => Some(text.to_vec()),
    };
    assert_eq!(read.as_deref(), Some(word), "{shown}");
}

/// A word of single-quoted pieces and escaped quotes, as the shell of POSIX reads it.
fn single_quoted(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(b"\\'") {
            out.push(b'\'');
            rest = after;
        } else {
            let inner = rest.strip_prefix(b"'")?;
            let end = inner.iter().position(|&byte| byte == b'\'')?;
            out.extend_from_slice(&inner[..end]);
            rest = &inner[end + 1..];
        }
    }
    Some(out)
}

/// `$'…'` with the escapes `\\`, `\'`, `\n` and three octal digits.
fn dollar_quoted(text: &[u8]) -> Option<Vec<u8>> {
    let mut rest = text.strip_prefix(b"$'")?.strip_suffix(b"'")?;
    let mut out = Vec::new();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'\'' {
            return None;
        }
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&next, after) = rest.split_first()?;
        match next {
            b'n' => (out.push(b'\n'), rest = after).1,
            b'\\' | b'\'' => (out.push(next), rest = after).1,
            _ => {
                let (digits, after) = rest.split_at_checked(3)?;
                out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()?);
                rest = after;
            }
        }
    }
    Some(out)
}

/// The pieces of a message are the whole of it, and are found by offset too.
fn pieces(message: &[u8]) {
    let mut locator = lines::Locator::new(message);
    let mut end = 0;
    for line in lines::pieces(message) {
        assert_eq!(line.start, end);
        end = line.start + line.bytes.len() + 1;
        assert_eq!(&message[line.start..end - 1], line.bytes);
        assert_eq!(locator.piece_at(line.start), line);
        if let Some(next) = locator.after(&line) {
            assert!(next.start >= end && next.number >= line.number);
        }
        if let Some(before) = locator.before(&line) {
            assert!(before.start < line.start && before.number <= line.number);
        }
    }
    assert_eq!(end, message.len() + 1);
}
