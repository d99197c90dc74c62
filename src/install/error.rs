//! Why something can't be installed, each with the next step.

use crate::text::{escape, shell};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Why hooks can't be installed or removed.
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
    /// Root can't act as the account that a place belongs to.
    #[error("nothing was done in {}: {source}", escape::path(.path))]
    Account {
        /// Which place.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A symbolic link is where a hook or a policy goes.
    #[error("{} is a symbolic link, which is not followed", escape::path(.path))]
    Link {
        /// The link.
        path: PathBuf,
        /// The repository, or the platform's home.
        site: PathBuf,
    },
    /// Git looks for the hooks of a repository in a directory that was not named.
    #[error(
        "the hooks of {} are in {}, which is outside of it and was not named",
        escape::path(.site),
        escape::path(.hooks)
    )]
    Outside {
        /// The repository, or the platform's home.
        site: PathBuf,
        /// The directory.
        hooks: PathBuf,
    },
    /// A relative path in a repository's configuration leads out of it.
    #[error("{key} of {} is {}, which leaves the repository", escape::path(.site), escape::path(.path))]
    Leaves {
        /// The repository.
        site: PathBuf,
        /// The key.
        key: &'static str,
        /// The path, as it is written.
        path: PathBuf,
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
    pub(super) fn account(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Account { path: path.to_owned(), source }
    }

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
            Self::Account { .. } => "Run it as the account that owns the place.".into(),
            Self::Link { path, .. } if path.ends_with("provost") => {
                "Nothing was changed there. Replace the link by a directory, or name the policy \
                 by its whole path: git config provost.rules PATH"
                    .into()
            }
            Self::Link { path, site } => format!(
                "Nothing was changed there. Replace the link by a directory or a file, or have \
                 git look for hooks where the link leads to, and name that: git --git-dir {site} \
                 config core.hooksPath {hooks} && provost install --hooks-directory {hooks} {site}",
                site = word(site),
                hooks = word(&path.canonicalize().unwrap_or_else(|_| "DIRECTORY".into())),
            ),
            Self::Outside { site, hooks } => format!(
                "Nothing was changed there. If that directory is meant for these hooks, name it, \
                 here and for provost uninstall: provost install --hooks-directory {} {}",
                word(hooks),
                word(site),
            ),
            Self::Leaves { .. } => {
                "Nothing was changed. Write it from the root, or name a file below the repository."
                    .into()
            }
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

/// A path as a word of a command that is to be pasted.
fn word(path: &Path) -> String {
    shell::shown(path.as_os_str().as_bytes())
}
