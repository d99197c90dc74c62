//! Which names a ref can have.
//!
//! Source: git-check-ref-format(1); `check_refname_format` in git's refs.c.

/// Whether a ref can have this name. Without a slash only some can, as `HEAD`, which are
/// asked for by [`is_root`].
pub(super) fn is_valid(name: &[u8]) -> bool {
    let mut parts = name.split(|&byte| byte == b'/');
    memchr::memchr(b'/', name).is_some() && parts.all(is_part) && !name.ends_with(b".")
}

/// Whether this can be the name of a ref outside of `refs/`, as `HEAD` is.
pub(super) fn is_root(name: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-');
    !name.is_empty() && name.iter().all(is_letter)
}

fn is_part(part: &[u8]) -> bool {
    let is_bad = |byte: &u8| {
        matches!(byte, 0..=b' ' | 0x7f | b'~' | b'^' | b':' | b'?' | b'*' | b'[' | b'\\')
    };
    let has = |pair: &[u8; 2]| part.windows(2).any(|window| window == pair);
    !part.is_empty()
        && !part.starts_with(b".")
        && !part.ends_with(b".lock")
        && !part.iter().any(is_bad)
        && !has(b"..")
        && !has(b"@{")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    /// Git itself, on names that are made of what it has rules for.
    #[test]
    fn names_are_those_that_git_accepts() {
        let parts: [&[u8]; 14] = [
            b"a",
            b".",
            b"..",
            b"/",
            b"@",
            b"{",
            b".lock",
            b"refs",
            b" ",
            b"*",
            b"\x7f",
            b"\\",
            b"\xc3\xa9",
            b"-",
        ];
        let mut names: Vec<Vec<u8>> = Vec::new();
        for first in parts {
            names.push([b"x", first].concat());
            names.extend(parts.map(|second| [b"refs/", first, second].concat()));
        }
        for name in names {
            let mut git = std::process::Command::new("git");
            let git = git.arg("check-ref-format").arg(std::ffi::OsStr::from_bytes(&name));
            let accepted = git.status().unwrap().success();
            assert_eq!(is_valid(&name), accepted, "{:?}", String::from_utf8_lossy(&name));
        }
    }
}
