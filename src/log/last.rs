//! Finding the newest record of a kind: files are read from their end.

use std::os::unix::fs::FileExt;
use std::path::Path;

use super::{Record, open};

/// So many bytes are read first; then four times as many, as long as that does not do.
const FIRST: u64 = 1 << 16;

/// The newest record of a file that is wanted, if there is one that can be read.
#[must_use]
pub fn last(path: &Path, wanted: &dyn Fn(&Record) -> bool) -> Option<Record> {
    let file = open::to_read(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut known = length;
    let mut want = FIRST;
    loop {
        let from = length.saturating_sub(want);
        let mut text = vec![0; usize::try_from(known - from).ok()?];
        file.read_exact_at(&mut text, from).ok()?;
        // A line that begins before what was read comes with the next step.
        let cut = if from == 0 { Some(0) } else { memchr::memchr(b'\n', &text).map(|at| at + 1) };
        let whole = cut.and_then(|cut| text.get(cut..)).unwrap_or_default();
        let lines = whole.rsplit(|&byte| byte == b'\n');
        let found = lines
            .filter_map(|line| serde_json::from_slice::<Record>(line).ok())
            .find(|record| wanted(record));
        if found.is_some() || from == 0 {
            return found;
        }
        known = from + cut.unwrap_or(text.len()) as u64;
        want = want.saturating_mul(4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_found_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let line = |seq: u64, name: &str| {
            let record = Record { seq, repository: name.into(), ..Record::default() };
            record.line().unwrap()
        };
        let mut text = line(1, "far");
        for seq in 2..2000 {
            text.extend(line(seq, if seq == 5 { "far" } else { "other" }));
        }
        text.extend(line(2000, "near"));
        text.extend(b"torn");
        std::fs::write(&path, &text).unwrap();
        assert!(text.len() as u64 > FIRST * 4);
        let found = |name: &str| last(&path, &|it| it.repository == name).map(|it| it.seq);
        assert_eq!(found("far"), Some(5));
        assert_eq!(found("near"), Some(2000));
        assert_eq!(found("other"), Some(1999));
        assert_eq!(found("none"), None);
        assert_eq!(last(&folder.path().join("missing"), &|_| true), None);
    }
}
