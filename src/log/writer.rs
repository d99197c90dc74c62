//! Writing one record: under the lock of the sidecar, behind what the chain holds, in one
//! write, synced before this returns.
//!
//! The lock is given back before the sync, so that hooks that wait for the disk wait
//! together; syncing a record syncs all that stand before it.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::head::{self, Head, Kept, Locked, Tail};
use super::user::user_word;
use super::{Copy, LogError, Record, digest, open};
use crate::config::log::{LogSettings, OnFailure, USER};

/// The file that this process writes to: the one of the settings, with the system user
/// that it runs as in the place of `{user}`.
#[must_use]
pub fn path_of(settings: &LogSettings) -> PathBuf {
    let user = || user_word(nix::unistd::geteuid().as_raw());
    let file = &settings.file;
    PathBuf::from(if file.contains(USER) { file.replace(USER, &user()) } else { file.clone() })
}

/// Adds a record to the chain, and sends its copies.
///
/// # Errors
/// When the record is not on disk afterwards. The copies are sent all the same.
pub fn append(settings: &LogSettings, mut record: Record) -> Result<Head, LogError> {
    let path = path_of(settings);
    let written = write(&path, settings, &mut record);
    for (kind, socket) in &settings.copies {
        let copy = Copy { record: &record, head: written.as_ref().ok(), file: &path };
        copy.send(*kind, socket, settings.head_every);
    }
    written
}

fn write(path: &Path, settings: &LogSettings, record: &mut Record) -> Result<Head, LogError> {
    let lock = Locked::take(path, settings.mode, settings.wait)?;
    let kept = lock.kept()?;
    match write_locked(path, settings.mode, record, &lock, kept.clone()) {
        Ok((file, head)) => {
            drop(lock);
            file.sync_data().map_err(LogError::write(path))?;
            Ok(head)
        }
        Err(error) => {
            if settings.on_failure == OnFailure::Accept {
                // The sidecar needs no more room on a disk that is full.
                let kept = kept.unwrap_or_default();
                let lost = kept.lost.saturating_add(1);
                let _ = lock.keep(&Kept { lost, ..kept });
            }
            Err(error)
        }
    }
}

fn write_locked(
    path: &Path,
    mode: u32,
    record: &mut Record,
    lock: &Locked,
    kept: Option<Kept>,
) -> Result<(File, Head), LogError> {
    let mut file = open::to_write(path, mode, true)?;
    let known = file.metadata().map_err(LogError::read(path))?;
    record.lost = kept.as_ref().map_or(0, |kept| kept.lost);
    let (before, tail) = before(path, &file, &known, kept)?;
    record.seq = before.seq.saturating_add(1);
    record.prev = before.digest;
    record.torn = tail.torn;
    let line = record.line().map_err(|error| LogError::write(path)(error.into()))?;
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let head = Head { seq: record.seq, digest: Some(digest(text)) };
    let whole = if tail.ended { line } else { [b"\n".as_slice(), &line].concat() };
    if let Err(error) = file.write_all(&whole) {
        // A part of a line would be reported as torn for ever after.
        let _ = file.set_len(known.len());
        return Err(LogError::write(path)(error));
    }
    let length = known.len() + whole.len() as u64;
    let kept = Kept { head: head.clone(), length, inode: known.ino(), lost: 0 };
    // When this fails, the next one reads the end of the log.
    let _ = lock.keep(&kept);
    if known.len() == 0
        && let Some(Ok(folder)) = path.parent().map(File::open)
    {
        // The name of a new file has to last too.
        folder.sync_all().map_err(LogError::write(path))?;
    }
    Ok((file, head))
}

/// The head that the next record follows, and what stands behind it in the file.
fn before(
    path: &Path,
    file: &File,
    known: &std::fs::Metadata,
    kept: Option<Kept>,
) -> Result<(Head, Tail), LogError> {
    let ended = Tail { ended: true, ..Tail::default() };
    if let Some(kept) = &kept
        && kept.length == known.len()
        && kept.inode == known.ino()
        && kept.length > 0
    {
        return Ok((kept.head.clone(), ended));
    }
    let kept = kept.unwrap_or_default();
    if known.len() == 0 {
        // New, or just rotated. The sidecar is not synced, so after a crash the file that
        // was rotated away may hold more.
        return Ok((kept.head.or_later(head::newest_sibling(path)), ended));
    }
    let tail = head::tail(file, path)?;
    // Of two that end in the same record the sidecar's digest counts: if the line is
    // another now, the chain must show it.
    Ok((kept.head.or_later(tail.head.clone()), tail))
}
