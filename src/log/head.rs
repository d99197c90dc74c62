//! The head of a chain: the number and the digest of its last record.
//!
//! It is kept in `FILE.head` beside the log, so that the chain goes on in a new file after
//! a rotation, and so that a last record that somebody changes is not taken up as it is.
//! That file is also what hooks lock: unlike the log it is never rotated.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::link::Link;
use super::{LogError, digest, files, open};

/// The head of a chain: the number and the digest of its last record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of the last record; 0 when there is none.
    pub seq: u64,
    /// The digest of its line.
    pub digest: Option<String>,
}

/// The head, and the log as it was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(flatten)]
    pub(super) head: Head,
    pub(super) length: u64,
    pub(super) inode: u64,
    /// How many pushes since were accepted although they could not be recorded.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) lost: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What follows the last record of a file.
#[derive(Debug, Default)]
pub(super) struct Tail {
    pub(super) head: Head,
    /// Lines that are no records, behind it.
    pub(super) torn: Vec<String>,
    /// Whether the last line has its line feed.
    pub(super) ended: bool,
}

/// The file beside a log that holds its head.
#[must_use]
pub fn sidecar(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".head");
    PathBuf::from(name)
}

/// So long is a sidecar, filled up with blanks: it is overwritten in one piece, and needs
/// no room on a disk that is full.
const LENGTH: usize = 192;

/// The sidecar, locked: nobody else writes the log meanwhile.
pub(super) struct Locked {
    file: File,
    path: PathBuf,
}

impl Locked {
    /// Waits for the lock, but not for ever: whoever may write the log could keep it.
    pub(super) fn take(log: &Path, mode: u32, wait: usize) -> Result<Self, LogError> {
        let path = sidecar(log);
        let started = Instant::now();
        loop {
            let file = open::to_write(&path, mode, false)?;
            loop {
                match file.try_lock() {
                    Ok(()) => break,
                    Err(TryLockError::WouldBlock) if started.elapsed().as_secs() < wait as u64 => {
                        // Held for as long as a write takes.
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    Err(TryLockError::WouldBlock) => {
                        return Err(LogError::Busy { path, seconds: wait });
                    }
                    Err(TryLockError::Error(error)) => return Err(LogError::open(&path)(error)),
                }
            }
            // Whoever took the file away meanwhile may have locked a new one.
            let same = |known: std::fs::Metadata| {
                file.metadata()
                    .is_ok_and(|own| own.ino() == known.ino() && own.dev() == known.dev())
            };
            if std::fs::symlink_metadata(&path).is_ok_and(same) {
                return Ok(Self { file, path });
            }
        }
    }

    /// What it holds; `None` when it is new, or not whole.
    pub(super) fn kept(&self) -> Result<Option<Kept>, LogError> {
        let mut bytes = [0; LENGTH];
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, read as u64).map_err(LogError::read(&self.path))? {
                0 => break,
                more => read += more,
            }
        }
        Ok(bytes.get(..read).and_then(|bytes| serde_json::from_slice(bytes).ok()))
    }

    /// Notes a head. Losing it costs nothing but reading the end of the log again.
    pub(super) fn keep(&self, kept: &Kept) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(kept)?;
        line.resize(LENGTH.max(line.len() + 1) - 1, b' ');
        line.push(b'\n');
        self.file.write_all_at(&line, 0)
    }
}

/// The head as the sidecar of a log gives it, without waiting for a lock.
pub(super) fn kept_of(log: &Path) -> Result<Option<Kept>, LogError> {
    let path = sidecar(log);
    let Some(mut file) = there(open::to_read(&path))? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(LogError::read(&path))?;
    Ok(serde_json::from_slice(&bytes).ok())
}

/// A file that was opened; `None` when there is none.
fn there(opened: Result<File, LogError>) -> Result<Option<File>, LogError> {
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(LogError::Open { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Head {
    /// The head of a log: what its sidecar and the end of its newest file say.
    ///
    /// # Errors
    /// When one of them can't be read.
    pub fn of(log: &Path) -> Result<Self, LogError> {
        let kept = kept_of(log)?.unwrap_or_default();
        let tail = match there(open::to_read(log))? {
            Some(file) => tail(&file, log)?.head,
            None => Self::default(),
        };
        let sibling = if tail.seq == 0 { newest_sibling(log) } else { Self::default() };
        Ok(kept.head.or_later(tail).or_later(sibling))
    }

    /// The later of two; of equals this one.
    pub(super) fn or_later(self, other: Self) -> Self {
        if other.seq > self.seq { other } else { self }
    }
}

/// As one word, `12:sha256:…`.
impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.seq, self.digest.as_deref().unwrap_or("-"))
    }
}

/// The head that the newest rotated file gives, as far as one can be read.
pub(super) fn newest_sibling(log: &Path) -> Head {
    let files = files::rotated(log).unwrap_or_default();
    let heads = files.iter().filter_map(|path| {
        let file = open::to_read(path).ok()?;
        tail(&file, path).ok().map(|tail| tail.head)
    });
    heads.fold(Head::default(), Head::or_later)
}

/// Reads a file from its end to its last record.
pub(super) fn tail(mut file: &File, path: &Path) -> Result<Tail, LogError> {
    let length = file.seek(SeekFrom::End(0)).map_err(LogError::read(path))?;
    let mut chunk: u64 = 64 * 1024;
    loop {
        let from = length.saturating_sub(chunk);
        file.seek(SeekFrom::Start(from)).map_err(LogError::read(path))?;
        let mut bytes = Vec::new();
        file.take(length - from).read_to_end(&mut bytes).map_err(LogError::read(path))?;
        let mut tail =
            Tail { ended: bytes.last().is_none_or(|&byte| byte == b'\n'), ..Tail::default() };
        let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
        if from > 0 && !lines.is_empty() {
            // Its beginning has not been read.
            lines.remove(0);
        }
        if tail.ended {
            lines.pop();
        }
        for line in lines.into_iter().rev() {
            if let Ok(link) = serde_json::from_slice::<Link>(line) {
                tail.head = Head { seq: link.seq, digest: Some(digest(line)) };
                return Ok(tail);
            }
            tail.torn.insert(0, digest(line));
        }
        if from == 0 {
            return Ok(tail);
        }
        chunk = chunk.saturating_mul(4);
    }
}
