//! The chain of a decision log: files of lines as `log verify` follows them.

use std::io::Write;

use provost::log::verify::verify;
use provost::log::{Head, digest, files};

pub(crate) fn run(data: &[u8]) {
    // A zero byte begins another file.
    let folder = tempfile::tempdir_in(crate::scratch()).expect("a folder");
    let parts: Vec<&[u8]> = data.split(|&byte| byte == 0).take(3).collect();
    let mut paths = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let path = folder.path().join(format!("log.{at}"));
        std::fs::File::create(&path).and_then(|mut it| it.write_all(part)).expect("a file");
        paths.push(path);
    }
    let verified = verify(paths.clone(), None, None).expect("files that can be read");
    let mut lines = 0;
    for path in &paths {
        files::lines(path, &mut |_, _| {
            lines += 1;
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .expect("a file that can be read");
    }
    assert!(verified.records + verified.torn.len() <= lines);
    if verified.broken.is_none() {
        assert_eq!(verified.records + verified.torn.len(), lines, "a line is left out");
        is_chained(&parts, &verified.head);
        // A head that was kept elsewhere is found in it.
        let kept = verified.head.clone();
        let again = verify(paths, None, Some(&kept)).expect("files that can be read");
        assert_eq!(again.broken, None);
    }
}

/// Each record holds the digest of the one before, and the number after its.
fn is_chained(parts: &[&[u8]], head: &Head) {
    let lines = parts.iter().flat_map(|part| part.split(|&byte| byte == b'\n'));
    let mut records: Vec<(u64, serde_json::Value, String)> = lines
        .filter_map(|line| {
            let value: serde_json::Value = serde_json::from_slice(line).ok()?;
            Some((value.get("seq")?.as_u64()?, value, digest(line)))
        })
        .collect();
    records.sort_by_key(|(seq, ..)| *seq);
    for pair in records.windows(2) {
        let [(before, _, digest), (seq, value, _)] = pair else { continue };
        if *seq == before + 1 {
            assert_eq!(value.get("prev").and_then(|it| it.as_str()), Some(digest.as_str()));
        }
    }
    if let Some((seq, _, digest)) = records.last() {
        assert_eq!((head.seq, head.digest.as_ref()), (*seq, Some(digest)));
    }
}
