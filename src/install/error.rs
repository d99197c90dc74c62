//! Why something can't be installed, each with the next step.

use crate::text::escape;
use std::io;
use std::path::PathBuf;

/// See the head of this file.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// There is nothing at a path.
    #[error("there is no {}", escape::path(.path))]
    NotThere {
        /// Which one.
        path: PathBuf,
    },
    /// A path is neither a repository nor anything else that hooks go into.
    #[error("{} is no Git repository, and there is none below it", escape::path(.path))]
    NoRepository {
        /// Which one.
        path: PathBuf,
    },
    /// A hook of somebody else's is where this one goes, and can't be kept beside it.
    #[error("{}: {reason}", escape::path(.path))]
    InTheWay {
        /// Which one.
        path: PathBuf,
        /// Why it can't be kept.
        reason: String,
    },
    /// Something can't be read.
    #[error("cannot read {}: {source}", escape::path(.path))]
    Read {
        /// What.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A step can't be done.
    #[error("cannot {step}: {source}")]
    Step {
        /// Which one.
        step: String,
        /// Why not.
        source: io::Error,
    },
    /// Git failed.
    #[error("`git {command}` failed: {reason}")]
    Git {
        /// Its arguments.
        command: String,
        /// What it said.
        reason: String,
    },
    /// Git does not know of hooks in its configuration.
    #[error(
        "git here is {version}; it knows hooks in its configuration from 2.54 on, and passes over them before, accepting every push"
    )]
    GitTooOld {
        /// Its version.
        version: String,
    },
    /// The program or the shell can't be used.
    #[error("{} can't be used: {reason}", escape::path(.path))]
    Program {
        /// Which one.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A platform is not set up for hooks of one's own.
    #[error("{platform} is not ready for it: {reason}")]
    Platform {
        /// The platform.
        platform: &'static str,
        /// What is missing.
        reason: String,
    },
    /// The policy's file can't be used as it is.
    #[error("{}: {reason}", escape::path(.path))]
    Policy {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl InstallError {
    /// What to do about it.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::NotThere { .. } | Self::NoRepository { .. } => {
                "Give the path of a bare repository, of a folder with repositories, or of a \
                 platform's home; see `provost install --help`."
                    .into()
            }
            Self::InTheWay { .. } => {
                "Nothing was changed there. Look at both files, and move one away.".into()
            }
            Self::Read { source, .. } | Self::Step { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => {
                    "Run it as the account that owns the place, or as root. What was done \
                     before is whole; running it again does the rest."
                        .into()
                }
                _ => "What was done before is whole; running it again does the rest.".into(),
            },
            Self::Git { .. } => "Try the command by hand. Nothing was changed.".into(),
            Self::GitTooOld { .. } => {
                "Use `provost install --system`, or install into each repository.".into()
            }
            Self::Program { .. } => {
                "Nothing was changed. Name another by --program or --shell.".into()
            }
            Self::Platform { .. } => "Nothing was changed. Set it up, and run this again.".into(),
            Self::Policy { .. } => {
                "Nothing was changed. Mend the file, or name another by --policy.".into()
            }
        }
    }
}
