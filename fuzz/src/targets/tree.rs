//! Tree objects: `git::entries`, held against the rules of git's tree-walk.c.

use provost::git::{Mode, ObjectId, entries};

pub(crate) fn run(data: &[u8]) {
    for length in [20, 32] {
        let id = ObjectId::from_bytes(&vec![0; length]).expect("an id of this length");
        let mut read = Vec::new();
        let mut is_whole = true;
        let mut written = Vec::new();
        for entry in entries(id, data) {
            match entry {
                Ok(entry) => {
                    written.extend_from_slice(entry.encoded);
                    read.push(entry);
                }
                Err(_) => is_whole = false,
            }
        }
        assert!(data.starts_with(&written));
        match by_git(data, length) {
            Some(expected) => {
                assert!(is_whole, "git reads this tree");
                let read = read.iter().map(|entry| (entry.mode, entry.name, entry.id.as_bytes()));
                assert!(read.eq(expected), "git reads other entries");
                assert_eq!(written, data);
            }
            None => assert!(!is_whole, "git refuses this tree"),
        }
        for pair in read.windows(2) {
            let [a, b] = pair else { continue };
            assert!(!(a.is_before(b) && b.is_before(a)));
            assert_eq!(a.is_before(b), sort_key(a.mode, a.name) < sort_key(b.mode, b.name));
        }
    }
}

fn sort_key(mode: Mode, name: &[u8]) -> Vec<u8> {
    let end: &[u8] = if mode == Mode::Tree { b"/" } else { b"" };
    [name, end].concat()
}

type Expected<'a> = (Mode, &'a [u8], &'a [u8]);

/// The entries as `decode_tree_entry` and `update_tree_entry` in git's tree-walk.c read them;
/// `None` where git dies.
fn by_git(data: &[u8], length: usize) -> Option<Vec<Expected<'_>>> {
    let mut all = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        // "too-short tree object"
        if rest.len() < length + 3 || rest[rest.len() - (length + 1)] != 0 {
            return None;
        }
        // "malformed mode in tree entry"
        if rest[0] == b' ' {
            return None;
        }
        let mut mode = 0_u16;
        let mut at = 0;
        while rest[at] != b' ' {
            if !(b'0'..=b'7').contains(&rest[at]) {
                return None;
            }
            mode = mode << 3 | u16::from(rest[at] - b'0');
            at += 1;
        }
        at += 1;
        // "empty filename in tree entry"
        let end = at + rest[at..].iter().position(|&byte| byte == 0)?;
        if end == at {
            return None;
        }
        // "too-short tree file"
        let id = rest.get(end + 1..end + 1 + length)?;
        let mode = match mode & 0o170_000 {
            0o100_000 => Mode::Blob,
            0o120_000 => Mode::Link,
            0o040_000 => Mode::Tree,
            _ => Mode::Commit,
        };
        all.push((mode, &rest[at..end], id));
        rest = &rest[end + 1 + length..];
    }
    Some(all)
}
