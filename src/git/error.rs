//! What can go wrong while reading a repository.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::{ObjectId, RefName};
use crate::text::{escape, shell};

/// A repository, or a part of it, that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The repository could not be opened.
    #[error("cannot open the repository {path}: {reason}")]
    Open {
        /// Where it was looked for.
        path: PathBuf,
        /// What libgit2 said.
        reason: String,
    },
    /// The repository belongs to another user and git has not been told to trust it.
    #[error("the repository {path} is owned by another user")]
    Owner {
        /// The repository.
        path: PathBuf,
    },
    /// An object that should be there is not.
    #[error("object {id} is missing")]
    Missing {
        /// Its id.
        id: ObjectId,
    },
    /// An object is there but can't be read.
    #[error("object {id} cannot be read: {reason}")]
    Unreadable {
        /// Its id.
        id: ObjectId,
        /// What is wrong with it, or why it may be there although it was not found.
        reason: String,
    },
    /// An object is not what it must be.
    #[error("object {id} is malformed: {reason}")]
    Malformed {
        /// Its id.
        id: ObjectId,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Git passed something that is not a ref update.
    #[error("line {line} of the ref updates is not `<old> <new> <ref>`: {reason}")]
    RefUpdate {
        /// Line number, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No ref update at all was passed.
    #[error("no ref update arrived on standard input")]
    NoRefUpdate,
    /// Two lines of a push give one ref different values.
    #[error("the push updates {name} twice, with different values")]
    Contradiction {
        /// The ref, symbolic refs followed.
        name: RefName,
    },
    /// The refs could not be listed, or one of them can't be read.
    #[error("the refs of the repository cannot be read: {reason}")]
    References {
        /// Which ref, and what is wrong with it; or what git said.
        reason: String,
    },
    /// A revision only leaves commits out.
    #[error("the revision `{revision}` names no commit")]
    NoCommit {
        /// As it was given.
        revision: String,
    },
    /// A revision does not name anything.
    #[error("the revision `{revision}` does not exist: {reason}")]
    Revision {
        /// As it was given.
        revision: String,
        /// What libgit2 or git said.
        reason: String,
    },
    /// A `git` command that was needed failed.
    #[error("`git {command}` failed: {reason}")]
    Git {
        /// Its arguments.
        command: String,
        /// Its error output, or why it did not start.
        reason: String,
    },
    /// A `git` command was ended, because the time that a push may take is over.
    #[error("`git {command}` was ended, because the limit on time was reached")]
    Late {
        /// Its arguments.
        command: String,
    },
    /// Whoever watches the scan has ended it.
    #[error("the scan was ended before its end")]
    Stopped,
    /// A file of the repository can't be used.
    #[error("cannot read {}: {reason}", escape::path(.path))]
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The environment or a file of the repository holds something unusable.
    #[error("{what} cannot be used: {reason}")]
    Environment {
        /// Which variable or file.
        what: String,
        /// Why not.
        reason: String,
    },
}

impl GitError {
    /// The object that alone is at fault, so that others can still be read. `None` where the
    /// repository as a whole is at fault, and where a scan was ended.
    #[must_use]
    pub fn object(&self) -> Option<ObjectId> {
        match self {
            Self::Missing { id } | Self::Unreadable { id, .. } | Self::Malformed { id, .. } => {
                Some(*id)
            }
            _ => None,
        }
    }

    /// What to do about it, for the person who looks after the repository.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::Open { .. } => {
                "Give the path of a bare repository, or of the top of a work tree.".into()
            }
            Self::Owner { path } => {
                format!(
                    "If you trust it: git config --global --add safe.directory {}",
                    path.display()
                )
            }
            Self::Missing { .. } | Self::Unreadable { .. } | Self::Malformed { .. } => {
                "Run `git fsck` in the repository to see what is damaged.".into()
            }
            Self::Stopped | Self::Late { .. } => {
                "Raise the limit that was reached: see [limits].".into()
            }
            Self::RefUpdate { .. } | Self::NoRefUpdate => {
                "Git gives each hook these lines; a hook that ran before this one may have \
                 consumed or changed them. Every hook in a chain needs its own copy."
                    .into()
            }
            Self::Contradiction { .. } => "Push it once.".into(),
            Self::References { .. } => {
                "Run `git fsck` in the repository to see what is wrong.".into()
            }
            Self::Revision { .. } | Self::NoCommit { .. } => {
                "See which there are: git branch --all, git log. Ranges are written A..B.".into()
            }
            Self::Git { .. } => {
                "This repository's refs can only be read with git: put git on the PATH of the \
                 hook, and try the command by hand."
                    .into()
            }
            Self::File { path, .. } => format!(
                "It must be a regular file that this account may read. See what is there: \
                 ls -lL {}",
                shell::shown(path.as_os_str().as_bytes()),
            ),
            Self::Environment { .. } => {
                "Check the server's configuration of the hook and of the repository.".into()
            }
        }
    }
}
