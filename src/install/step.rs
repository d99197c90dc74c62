//! One step of a plan. Each is whole or not done at all, and doing it twice does no harm.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::git::Git;
use super::github;
use crate::config::state;
use crate::git::{Repository, Trust};
use crate::text::escape;
use crate::text::shell::shown;

/// See the head of this file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Makes a directory, and those above it.
    Directory {
        /// Which one.
        path: PathBuf,
    },
    /// Makes a folder of a repository's state, and those above it.
    StateFolder {
        /// The repository's directory.
        repository: PathBuf,
        /// Which one.
        path: PathBuf,
    },
    /// Writes a file of a repository's state, with the owner and mode of such files.
    State {
        /// The repository's directory.
        repository: PathBuf,
        /// Which one.
        path: PathBuf,
        /// Its content.
        content: Vec<u8>,
        /// What it is, for people.
        what: String,
    },
    /// Writes a file beside its place and moves it there.
    Write {
        /// Which one.
        path: PathBuf,
        /// Its content.
        content: Vec<u8>,
        /// Its permissions.
        mode: u32,
        /// What it is, for people.
        what: String,
    },
    /// Gives a hook a second name; the first one stays until it is written over.
    Keep {
        /// The hook.
        from: PathBuf,
        /// Its second name.
        to: PathBuf,
    },
    /// Moves a kept hook back to its place.
    PutBack {
        /// Where it was kept.
        from: PathBuf,
        /// Its place.
        to: PathBuf,
    },
    /// Removes a file.
    Remove {
        /// Which one.
        path: PathBuf,
    },
    /// Removes a directory, if it is empty.
    RemoveDirectory {
        /// Which one.
        path: PathBuf,
    },
    /// Sets a key of the system's Git configuration, or takes it out.
    Configure {
        /// The key.
        key: String,
        /// Its value; `None` takes it out.
        value: Option<OsString>,
    },
    /// Has `git fetch` fetch something more from a remote, or no longer.
    Fetch {
        /// The repository's directory.
        repository: PathBuf,
        /// The key of the remote that says what is fetched.
        key: OsString,
        /// What.
        refspec: OsString,
        /// Whether it shall be fetched.
        wanted: bool,
    },
    /// Packs the environment for a chroot.
    Pack(github::Pack),
}

impl Step {
    /// Does it.
    ///
    /// # Errors
    /// When that is not possible; then nothing was changed.
    pub fn carry_out(&self) -> io::Result<()> {
        match self {
            Self::Directory { path } => make_directory(path),
            Self::StateFolder { repository, path } => state::folder(&open(repository)?, path),
            Self::State { repository, path, content, .. } => {
                state::replace(&open(repository)?, path, content)
            }
            Self::Write { path, content, mode, .. } => write(path, content, *mode),
            Self::Keep { from, to } => keep(from, to),
            Self::PutBack { from, to } => put_back(from, to),
            Self::Remove { path } => missing_is_fine(fs::remove_file(path)),
            Self::RemoveDirectory { path } => {
                // What somebody put there stays.
                let _ = fs::remove_dir(path);
                Ok(())
            }
            Self::Configure { key, value } => Git::set_system(key, value.as_deref()),
            Self::Fetch { repository, key, refspec, wanted } => {
                Git::set_fetch(repository, key, refspec, *wanted)
            }
            Self::Pack(pack) => pack.carry_out(),
        }
    }
}

fn open(repository: &Path) -> io::Result<Repository> {
    Repository::open(repository, Trust::Git).map_err(io::Error::other)
}

/// Makes a directory, and those above it, for every account to look into, whatever the umask
/// is: the account that pushes run as is seldom this one.
fn make_directory(path: &Path) -> io::Result<()> {
    let missing = path.ancestors().take_while(|it| !it.is_dir());
    for directory in missing.collect::<Vec<_>>().into_iter().rev() {
        match fs::create_dir(directory) {
            Ok(()) => fs::set_permissions(directory, Permissions::from_mode(0o755))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn missing_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The name beside a file under which it is written first. Always the same, so that a
/// run that was killed leaves at most one behind, and the next takes it over.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut new = OsString::from(".");
    new.push(name);
    new.push(".provost-new");
    Ok(path.with_file_name(new))
}

pub(super) fn write(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let new = beside(path)?;
    missing_is_fine(fs::remove_file(&new))?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(&new)?;
    file.write_all(content)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_parent(path)
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// A link that says where to from its own directory has to say it from one below.
fn keep(from: &Path, to: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(from)?;
    let new = beside(to)?;
    missing_is_fine(fs::remove_file(&new))?;
    if metadata.is_symlink() {
        let target = fs::read_link(from)?;
        let target = if target.is_absolute() { target } else { Path::new("..").join(target) };
        symlink(target, &new)?;
    } else if fs::hard_link(from, &new).is_err() {
        fs::copy(from, &new)?;
    }
    fs::rename(&new, to)?;
    sync_parent(to)
}

fn put_back(from: &Path, to: &Path) -> io::Result<()> {
    let link = fs::read_link(from).ok();
    let Some(target) = link.filter(|target| target.is_relative()) else {
        fs::rename(from, to)?;
        return sync_parent(to);
    };
    let target = target.strip_prefix("..").unwrap_or(&target);
    let new = beside(to)?;
    missing_is_fine(fs::remove_file(&new))?;
    symlink(target, &new)?;
    fs::rename(&new, to)?;
    fs::remove_file(from)?;
    sync_parent(to)
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { path } | Self::StateFolder { path, .. } => {
                write!(f, "make directory {}", escape::path(path))
            }
            Self::Write { path, what, .. } | Self::State { path, what, .. } => {
                write!(f, "write {} ({what})", escape::path(path))
            }
            Self::Keep { from, to } => {
                write!(f, "keep {} as {}", escape::path(from), escape::path(to))
            }
            Self::PutBack { from, to } => {
                write!(f, "put {} back to {}", escape::path(from), escape::path(to))
            }
            Self::Remove { path } => write!(f, "remove {}", escape::path(path)),
            Self::RemoveDirectory { path } => {
                write!(f, "remove {}, if it is empty", escape::path(path))
            }
            Self::Configure { key, value: Some(value) } => {
                write!(f, "git config --system {key} {}", shown(value.as_bytes()))
            }
            Self::Configure { key, value: None } => write!(f, "git config --system --unset {key}"),
            Self::Fetch { key, refspec, wanted, .. } => {
                let how = if *wanted { "--add" } else { "--unset" };
                let (key, refspec) = (shown(key.as_bytes()), shown(refspec.as_bytes()));
                write!(f, "git config {how} {key} {refspec}")
            }
            Self::Pack(pack) => write!(f, "pack {}", escape::path(&pack.archive)),
        }
    }
}
