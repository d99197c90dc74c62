//! Lists of alternates: `GIT_ALTERNATE_OBJECT_DIRECTORIES`, which libgit2 splits at every
//! `:`, even inside quotes, and `info/alternates`.

/// Splits a list of alternates at `separator`: `:` in the variable, a line feed in the file.
/// An entry that begins with `"` is quoted in Git's C style (git(1)), and one that begins
/// with `#` is a remark.
///
/// Source: `parse_alt_odb_entry` in git's object-file.c, which reads both lists.
pub(super) fn split_alternates(value: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let is_remark = rest.starts_with(b"#");
        let (entry, after) = match rest.strip_prefix(b"\"").and_then(unquote) {
            Some(quoted) => quoted,
            None => {
                let end = rest.iter().position(|&byte| byte == separator).unwrap_or(rest.len());
                let (entry, after) = rest.split_at(end);
                (entry.to_vec(), after)
            }
        };
        if !entry.is_empty() && !is_remark {
            all.push(entry);
        }
        rest = after.strip_prefix(&[separator]).unwrap_or(after);
    }
    all
}

/// Reads a C-style quoted string after its opening quote: the text, and what follows
/// the closing quote. `None` when it is not one.
fn unquote(quoted: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut out = Vec::new();
    let mut rest = quoted;
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return Some((out, rest)),
            b'\\' => {
                let (&escape, after) = rest.split_first()?;
                rest = after;
                out.push(match escape {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'"' | b'\\' => escape,
                    b'0'..=b'3' => {
                        let (digits, after) = rest.split_at_checked(2)?;
                        rest = after;
                        let text = [&[escape], digits].concat();
                        u8::from_str_radix(std::str::from_utf8(&text).ok()?, 8).ok()?
                    }
                    _ => return None,
                });
            }
            _ => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quoted_alternates_keep_their_colons() {
        let all = split_alternates(b"/a:\"/srv/a:b.git/\\303\\274\\\"\":/c", b':');
        assert_eq!(all, [b"/a".to_vec(), b"/srv/a:b.git/\xc3\xbc\"".to_vec(), b"/c".to_vec()]);
        assert!(split_alternates(b"", b':').is_empty());
    }

    #[test]
    fn the_file_is_read_as_the_variable_is() {
        let all = split_alternates(b"# a remark\n/a\n\n\"/b\\n\\377\"\n /c \r\n", b'\n');
        assert_eq!(all, [&b"/a"[..], b"/b\n\xff", b" /c \r"]);
    }

    proptest! {
        #[test]
        fn any_alternates_are_split(value: Vec<u8>) {
            let _ = split_alternates(&value, b':');
        }
    }
}
