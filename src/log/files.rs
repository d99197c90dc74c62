//! The files of a log: the one that is written, those that were rotated away, and one for
//! each system user where the configuration says so.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::link::Link;
use super::user::user_word;
use super::{LogError, open};
use crate::config::log::{LogSettings, USER};

/// What stands for standard input among files.
pub const STDIN: &str = "-";

/// Endings of files that would have to be unpacked first.
const PACKED: [&str; 6] = ["gz", "xz", "zst", "bz2", "lz4", "Z"];

/// The logs that a configuration writes, one for each system user if it says `{user}`;
/// only those that are there.
///
/// # Errors
/// When their folder can't be read.
pub fn logs(settings: &LogSettings) -> Result<Vec<PathBuf>, LogError> {
    let Some((before, after)) = settings.file.split_once(USER) else {
        let log = PathBuf::from(&settings.file);
        of_known_account(&log)?;
        return Ok(vec![log]);
    };
    let (folder, before) = before.rsplit_once('/').unwrap_or(("", before));
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().as_bytes();
        let user = name.strip_prefix(before.as_bytes());
        let user = user.and_then(|rest| rest.strip_suffix(after.as_bytes()));
        user.is_some_and(|user| !user.is_empty()) && base(path) == *path
    };
    let folder = PathBuf::from(format!("{folder}/"));
    let mut logs: Vec<PathBuf> = entries(&folder)?;
    logs.retain(is_one);
    logs.sort();
    if open::is_open_to_all(&folder) {
        for log in &logs {
            let name = log.file_name().unwrap_or_default().as_bytes();
            let user = name.strip_prefix(before.as_bytes());
            let user = user.and_then(|rest| rest.strip_suffix(after.as_bytes()));
            is_of(log, user.unwrap_or_default(), &folder)?;
        }
    }
    Ok(logs)
}

/// Whether a log that is there is of this account, of root or of the owner of its folder, where
/// each account could have put it there.
fn of_known_account(log: &Path) -> Result<(), LogError> {
    let Some(folder) = log.parent().filter(|folder| open::is_open_to_all(folder)) else {
        return Ok(());
    };
    let owner = folder.metadata().map_err(LogError::open(folder))?.uid();
    match log.symlink_metadata() {
        Ok(known) if ![0, owner, geteuid().as_raw()].contains(&known.uid()) => {
            Err(LogError::OfAnyone { path: log.to_owned(), owner: known.uid() })
        }
        _ => Ok(()),
    }
}

/// Whether a log belongs to the account that its name says, to root or to the owner of the
/// folder. Each account could have put it there.
fn is_of(log: &Path, user: &[u8], folder: &Path) -> Result<(), LogError> {
    let known = log.symlink_metadata().map_err(LogError::open(log))?;
    let owner = folder.metadata().map_err(LogError::open(folder))?.uid();
    if [0, owner].contains(&known.uid()) || user_word(known.uid()).as_bytes() == user {
        return Ok(());
    }
    Err(LogError::Foreign { path: log.to_owned(), owner: known.uid() })
}

/// The files that were rotated away from a log and can be read as they are.
///
/// # Errors
/// When the folder can't be read.
pub fn rotated(log: &Path) -> Result<Vec<PathBuf>, LogError> {
    let folder = log.parent().unwrap_or(Path::new("."));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut found = entries(folder)?;
    found.retain(|path| {
        path.file_name() != log.file_name() && base(path).file_name() == log.file_name()
    });
    found.retain(|path| !is_packed(path));
    found.sort();
    if open::is_open_to_all(folder) {
        let owner = |path: &Path| path.symlink_metadata().map(|known| known.uid()).ok();
        for path in &found {
            let of = owner(path).unwrap_or_default();
            if of != 0 && owner(log).is_some_and(|owner| owner != of) {
                return Err(LogError::Foreign { path: path.clone(), owner: of });
            }
        }
    }
    Ok(found)
}

/// The files of a log that were packed after rotation.
///
/// # Errors
/// When the folder can't be read.
pub fn packed(log: &Path) -> Result<Vec<PathBuf>, LogError> {
    let folder = log.parent().unwrap_or(Path::new("."));
    let mut found = entries(folder)?;
    found.retain(|path| is_packed(path) && base(path).file_name() == log.file_name());
    found.sort();
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, LogError> {
    let listed = std::fs::read_dir(folder).map_err(LogError::read(folder))?;
    let mut paths = Vec::new();
    for entry in listed {
        paths.push(entry.map_err(LogError::read(folder))?.path());
    }
    Ok(paths)
}

fn is_packed(path: &Path) -> bool {
    path.extension().and_then(OsStr::to_str).is_some_and(|ending| PACKED.contains(&ending))
}

/// The log that a file was rotated away from, by its name; itself when it was not.
///
/// Source: logrotate(8): `NAME.1`, `NAME-20261201` with `dateext`, and `STEM.1.EXT` or
/// `STEM-20261201.EXT` with `extension`.
#[must_use]
pub fn base(path: &Path) -> PathBuf {
    let unpacked = if is_packed(path) { path.with_extension("") } else { path.to_owned() };
    let Some(name) = unpacked.file_name().and_then(OsStr::to_str) else {
        return unpacked;
    };
    if let Some(base) = without_number(name) {
        return unpacked.with_file_name(base);
    }
    if let Some((stem, ending)) = name.rsplit_once('.')
        && let Some(base) = without_number(stem)
    {
        return unpacked.with_file_name(format!("{base}.{ending}"));
    }
    unpacked
}

/// A name without the number or date, and the `.backup` of one, that rotation put behind it.
fn without_number(name: &str) -> Option<&str> {
    let name = name.strip_suffix(".backup").unwrap_or(name);
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    if stem.len() == name.len() {
        return None;
    }
    let base = stem.strip_suffix(['.', '-']).filter(|base| !base.is_empty());
    // An hourly `dateformat` has a second number.
    base.map(|base| without_number(base).unwrap_or(base))
}

/// No record is longer. A file without line feeds, which may be sparse, is not read to its end.
const MAX_LINE_BYTES: u64 = 256 << 20;

/// What is done with a line, by its number from 1; a break ends the reading.
pub type EachLine<'e> = &'e mut dyn FnMut(usize, &[u8]) -> Result<ControlFlow<()>, LogError>;

/// Hands the lines of a file to `each`, with their numbers from 1, until it has seen enough.
///
/// # Errors
/// When the file can't be read, or `each` fails.
pub fn lines(path: &Path, each: EachLine<'_>) -> Result<(), LogError> {
    lines_of(path, u64::MAX, each)
}

/// The same, of so many bytes.
pub(super) fn lines_of(path: &Path, length: u64, each: EachLine<'_>) -> Result<(), LogError> {
    let mut reader: Box<dyn BufRead> = if path == Path::new(STDIN) {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = open::to_read(path)?;
        Box::new(BufReader::with_capacity(1 << 18, file.take(length)))
    };
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
        match read.map_err(LogError::read(path))? as u64 {
            0 => break,
            MAX_LINE_BYTES if line.last() != Some(&b'\n') => {
                let text = format!("line {number} is longer than {} MiB", MAX_LINE_BYTES >> 20);
                return Err(LogError::read(path)(std::io::Error::other(text)));
            }
            _ => {}
        }
        if each(number, line.strip_suffix(b"\n").unwrap_or(&line))?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Sorts files of one chain by their first records.
///
/// # Errors
/// When one can't be read.
pub fn in_order(files: Vec<PathBuf>) -> Result<Vec<PathBuf>, LogError> {
    if files.len() < 2 {
        return Ok(files);
    }
    let mut keyed = Vec::with_capacity(files.len());
    for path in files {
        let mut first = u64::MAX;
        lines(&path, &mut |_, line| {
            let Ok(link) = serde_json::from_slice::<Link>(line) else {
                return Ok(ControlFlow::Continue(()));
            };
            first = link.seq;
            Ok(ControlFlow::Break(()))
        })?;
        keyed.push((first, path));
    }
    keyed.sort();
    Ok(keyed.into_iter().map(|(_, path)| path).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_logrotate_gives_lead_back_to_the_log() {
        for name in [
            "provost.jsonl",
            "provost.jsonl.1",
            "provost.jsonl-20261201",
            "provost.jsonl-20261201-1764547200",
            "provost.jsonl-20261201.backup",
            "provost-20261201.jsonl",
            "provost.1.jsonl",
            "provost.jsonl.12.gz",
        ] {
            let path = Path::new("/var/log").join(name);
            assert_eq!(base(&path), Path::new("/var/log/provost.jsonl"), "{name}");
        }
        assert_eq!(base(Path::new("git.jsonl")), Path::new("git.jsonl"));
        assert_eq!(base(Path::new("provost.jsonl.head")), Path::new("provost.jsonl.head"));
    }
}
