//! The files that a text of Git's configuration includes.
//!
//! Only what `include.path` and `includeIf.*.path` name is found; git and libgit2 read the
//! rest. Source: git-config(1), "Syntax" and "Includes"; `get_value` and `parse_value` in git's
//! config.c.

/// The values of `include.path` and `includeIf.<condition>.path`, whatever the condition.
pub(super) fn included(text: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut is_include = false;
    let mut rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    loop {
        rest = rest.trim_ascii_start();
        match rest.first() {
            None => return found,
            Some(b'#' | b';') => rest = after_line(rest),
            Some(b'[') => (is_include, rest) = section(rest.get(1..).unwrap_or_default()),
            Some(_) => {
                let is_end = |byte: &u8| b"=#;\n\r\t ".contains(byte);
                let end = rest.iter().position(is_end).unwrap_or(rest.len());
                let (key, after) = rest.split_at(end.max(1));
                let blank = after.iter().position(|byte| !b"\r\t ".contains(byte));
                rest = after.get(blank.unwrap_or(after.len())..).unwrap_or_default();
                let Some(after) = rest.strip_prefix(b"=") else { continue };
                let value;
                (value, rest) = parse_value(after);
                if is_include && key.eq_ignore_ascii_case(b"path") {
                    found.push(value);
                }
            }
        }
    }
}

fn after_line(text: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    text.get(end..).unwrap_or_default()
}

/// Whether a section is one of includes, and what follows its head.
fn section(text: &[u8]) -> (bool, &[u8]) {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let end = text.iter().position(|byte| !is_name(byte)).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let mut is_quoted = false;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => rest = rest.get(1..).unwrap_or_default(),
            b']' if !is_quoted => break,
            b'\n' => break,
            _ => {}
        }
    }
    (name.eq_ignore_ascii_case(b"include") || name.eq_ignore_ascii_case(b"includeif"), rest)
}

/// A value, and what follows it.
fn parse_value(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut value = Vec::new();
    // Blanks at the end do not count unless they are quoted.
    let mut kept = 0;
    let mut is_quoted = false;
    let blanks = text.iter().take_while(|byte| b"\r\t ".contains(byte)).count();
    let mut rest = text.get(blanks..).unwrap_or_default();
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'\n' => break,
            b'#' | b';' if !is_quoted => {
                rest = after_line(rest);
                break;
            }
            b'"' => {
                is_quoted = !is_quoted;
                rest = after;
                continue;
            }
            b'\\' => {
                let after = after.strip_prefix(b"\r").filter(|it| it.first() == Some(&b'\n'));
                let after = after.unwrap_or_else(|| rest.get(1..).unwrap_or_default());
                let Some((&escape, after)) = after.split_first() else { return (value, b"") };
                rest = after;
                match escape {
                    b'\n' => continue,
                    b't' => value.push(b'\t'),
                    b'b' => value.push(8),
                    b'n' => value.push(b'\n'),
                    other => value.push(other),
                }
                kept = value.len();
                continue;
            }
            byte => value.push(byte),
        }
        rest = after;
        if is_quoted || !byte.is_ascii_whitespace() {
            kept = value.len();
        }
    }
    value.truncate(kept);
    (value, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paths(text: &str) -> Vec<String> {
        included(text.as_bytes()).into_iter().map(|it| String::from_utf8(it).unwrap()).collect()
    }

    #[test]
    fn paths_are_found_as_git_reads_them() {
        let text = "\u{feff}# [include]\n[core]\n\tpath = no\n[include] path = a\n\tPATH=b ; x\n\
            other = y\n path = \"c # \\\"d\\\\\"  \t # x\n[includeIf \"gitdir:]/x\\\"\"]\npath=~/e \\\n f\n\
            [include \"x\"]\r\npath = g\r\n[a \"include\"]\npath=no\n[include]\npath\npath = \n";
        assert_eq!(paths(text), ["a", "b", "c # \"d\\", "~/e  f", "g", ""]);
        assert_eq!(paths("[include]path=a"), ["a"]);
        assert!(paths("[include").is_empty() && paths("[include]\npath =").len() == 1);
    }

    proptest! {
        #[test]
        fn any_text_ends(text: Vec<u8>) {
            let _ = included(&text);
        }
    }
}
