//! The decision log: one record a push, written and synced before the hook answers, each
//! chained to the one before by a digest.
//!
//! [`Record`] is what a record holds; [`append`] writes one; [`files`] finds and reads them
//! again; [`verify`] follows the chain; [`redact`] takes people out. The file is the record:
//! copies to syslog or journald are cut short and may be lost.

mod copies;
mod fact_words;
pub mod files;
mod filter;
mod found;
mod head;
mod last;
mod link;
mod open;
mod policy_digest;
mod record;
pub mod redact;
pub mod tally;
mod user;
mod value;
pub mod verify;
mod writer;

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::owner::Distrust;
use crate::text::shell;

pub use copies::Copy;
pub use fact_words::{CopyState, Fail};
pub use filter::{Filter, NOT_JUDGED, PushVerdict};
pub use found::Found;
pub use head::{Head, sidecar};
pub use last::last;
pub use policy_digest::policy_digest;
pub use record::{Context, Outcome, Record, RefLine, SCHEMA, Unread};
pub use value::{LogFact, LogValue};
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
    /// What has the file's name is not what a log may be written to or read from.
    #[error("{path} {why}")]
    Distrust {
        /// The path.
        path: PathBuf,
        /// What it is.
        why: Distrust,
    },
    /// A file whose name is that of an account's log belongs to another account.
    #[error("{path} belongs to account {owner}, and by its name is the log of another one")]
    Foreign {
        /// The path.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// A file of an account lies where all accounts may put files.
    #[error(
        "{path} belongs to account {owner}, and its folder is open to all accounts: any of them may have made it"
    )]
    OfAnyone {
        /// The path.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
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
    /// What an administrator does about it.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::NoRecord { .. } => "See what is wrong: provost log verify".into(),
            Self::Distrust { why: Distrust::Link | Distrust::NotAFile, .. } => {
                "Put a file itself there, or name another `file` in [log].".into()
            }
            Self::Distrust { path, why: Distrust::Names(_) } => {
                format!(
                    "Remove its other names, which this lists: find / -xdev -samefile {}",
                    word(path)
                )
            }
            Self::Distrust { path, why: Distrust::Owner(_) } | Self::Foreign { path, .. } => {
                format!(
                    "Another account may have made it: see what it holds, and move it away: ls -l {}",
                    word(path)
                )
            }
            Self::OfAnyone { .. } => {
                "Give the folder to the account of the hook, and close it to others (chmod 0750); \
                 or have a file for each account: file = \".../{user}.jsonl\" in [log]."
                    .into()
            }
            _ => {
                "Check that the folder of the log is there, the rights in it, and the disk.".into()
            }
        }
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

fn word(path: &Path) -> String {
    shell::shown(path.as_os_str().as_bytes())
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
