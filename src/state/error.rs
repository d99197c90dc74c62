//! Why the state of a repository can't be used.

use std::path::PathBuf;

/// Why a baseline or the ledger can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A baseline holds something else than object ids.
    #[error("line {line} of the baseline {path} is no object id")]
    Baseline {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A line of the ledger is damaged.
    #[error("line {line} of the ledger {path} is damaged")]
    Ledger {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

impl StateError {
    /// What to do about it, for the administrator of the server.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::File { .. } => {
                "Mend the file or its permissions, or take it out of the configuration."
            }
            Self::Write { .. } => "Nothing was changed. Check the folder and its permissions.",
            Self::Baseline { .. } => "Take it again: provost policy baseline",
            Self::Ledger { .. } => {
                "Look at that line. What it held is not known, so take the file away and check \
                 everything: provost audit REPOSITORY"
            }
        }
        .into()
    }
}
