//! The decision log: one record a push, written and synced before the hook answers, each
//! chained to the one before by a digest.
//!
//! [`Record`] is what a record holds; [`append`] writes one; [`files`] and [`read`] find
//! and read them again; [`verify`] follows the chain; [`redact`] takes people out. The
//! file is the record: copies to syslog or journald are cut short and may be lost.

mod copies;
pub mod files;
mod filter;
mod found;
mod head;
mod last;
mod policy_digest;
mod record;
pub mod redact;
pub mod tally;
pub mod verify;
mod writer;

use std::path::{Path, PathBuf};

pub use copies::Copy;
pub use filter::{Filter, NOT_JUDGED};
pub use found::{Found, copied, path_use};
pub use head::{Head, sidecar};
pub use last::last;
pub use policy_digest::policy_digest;
pub use record::{Context, Outcome, Record, RefLine, SCHEMA, Unread};
pub use writer::{append, path_of};

/// Why a record could not be written, or the log not be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file or what belongs to it can't be opened.
    #[error("cannot open {path}: {source}")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The path names something that can't hold a log.
    #[error("{path} is not a regular file")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// Another process does not give the lock back.
    #[error("another process has held the lock on {path} for {seconds} seconds")]
    Busy {
        /// The file that is locked.
        path: PathBuf,
        /// How long this one has waited.
        seconds: usize,
    },
    /// The file can't be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file can't be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A line is no record, so that nothing can be said of the decisions.
    #[error("line {line} of {path} is no record")]
    NoRecord {
        /// Which file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

impl LogError {
    /// What to do about it, for the administrator.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::NoRecord { .. } => "See what is wrong: provost log verify",
            Self::NotAFile { .. } => "Name another `file` in [log].",
            _ => "Check that the folder of the log is there, the rights in it, and the disk.",
        }
        .into()
    }

    fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        |source| Self::Read { path: path.to_owned(), source }
    }

    fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        |source| Self::Write { path: path.to_owned(), source }
    }

    fn open(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        |source| Self::Open { path: path.to_owned(), source }
    }
}

/// `sha256:…` of some bytes: of a line without its line feed, mostly.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex("sha256:", &Sha256::digest(bytes))
}

/// Bytes in hexadecimal digits behind a prefix.
fn hex(prefix: &str, bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(prefix.len() + bytes.len() * 2);
    text.push_str(prefix);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
