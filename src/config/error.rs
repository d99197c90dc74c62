//! Why there is no usable configuration.

use std::path::PathBuf;

use crate::document::Problem;
use crate::git::GitError;
use crate::text::counted;
use crate::text::escape;

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The files hold mistakes; all of them are here.
    #[error("the rules can't be used: {} found", counted(.0.len(), "mistake"))]
    Problems(Vec<Problem>),
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not UTF-8, as TOML must be.
    #[error("{path} is not UTF-8 text (byte {at})")]
    NotText {
        /// Which one.
        path: PathBuf,
        /// The offset of the first byte that is not.
        at: usize,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// What a server has published can't be used.
    #[error("the policy at {from} can't be used: {reason}")]
    Published {
        /// The ref or the file.
        from: String,
        /// Why not.
        reason: String,
    },
    /// A relative path in a repository's configuration leads out of the repository.
    #[error("provost.rules is {}, which leaves the repository", escape::path(.path))]
    Leaves {
        /// The path, as it is written.
        path: PathBuf,
    },
    /// The repository's own configuration could not be read.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl ConfigError {
    /// What to do about it, for the person who looks after the configuration.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::Problems(_) => "Nothing is judged with broken rules. Mend the lines shown above.",
            Self::File { .. } | Self::NotText { .. } => {
                "Mend the file or its permissions, or take it out of the configuration."
            }
            Self::Write { .. } => "Nothing was changed. Check the folder and its permissions.",
            Self::Published { .. } => {
                "A newer provost may be able to. Without it: --server-policy never"
            }
            Self::Leaves { .. } => {
                "Write it from the root, or name a file below the repository: git config \
                 provost.rules PATH."
            }
            Self::Git(error) => return error.next_step(),
        }
        .into()
    }
}
