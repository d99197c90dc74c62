//! Line feeds that a tool wrote as `\n`, two characters: `git commit -m "Subject\n\nText"`.
//!
//! It is an accident, common enough to hide trailers from every reader of lines. Only a
//! message that has no other line feed than its last is taken for one, and what stands between
//! quotation marks or backticks is about such characters.

use std::borrow::Cow;

/// The message with such line feeds expanded, each to a carriage return: it ends a line, and
/// the message keeps the one line that `git log` shows.
pub(super) fn expand(message: &[u8]) -> Cow<'_, [u8]> {
    let feed = memchr::memchr(b'\n', message.trim_ascii());
    if feed.is_some() || memchr::memchr(b'\\', message).is_none() {
        return Cow::Borrowed(message);
    }
    let mut out = Vec::with_capacity(message.len());
    let mut rest = message;
    // A mark that is not closed opens no quotation.
    let mut open: Vec<u8> = vec![b'"', b'`'];
    while let Some((&byte, after)) = rest.split_first() {
        if open.contains(&byte) {
            if let Some(length) = memchr::memchr(byte, after) {
                let (quoted, left) = rest.split_at(length + 2);
                out.extend_from_slice(quoted);
                rest = left;
                continue;
            }
            open.retain(|mark| *mark != byte);
        }
        let written = [b"\\r\\n".as_slice(), b"\\n"];
        match written.iter().find_map(|feed| rest.strip_prefix(*feed)) {
            Some(after) => {
                out.push(b'\r');
                rest = after;
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    if out.len() == message.len() { Cow::Borrowed(message) } else { Cow::Owned(out) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(message: &str) -> String {
        String::from_utf8_lossy(&expand(message.as_bytes())).into_owned()
    }

    #[test]
    fn written_line_feeds_end_lines() {
        assert_eq!(expanded("Fix\\n\\nText\\r\\nx\n"), "Fix\r\rText\rx\n");
        assert_eq!(expanded("Fix\\nText\n\n"), "Fix\rText\n\n");
        assert_eq!(expanded("Fix \"it\" \\n Text \" more\\n"), "Fix \"it\" \r Text \" more\r");
    }

    #[test]
    fn text_about_them_is_left_alone() {
        for message in
            ["Split at \"\\n\" and `\\r\\n`\n", "Subject\n\nJoin with \\n\n", "C:\\temp", "plain\n"]
        {
            assert_eq!(expanded(message), message);
        }
    }
}
