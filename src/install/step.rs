//! One step of a plan. Each is whole or not done at all, and doing it twice does no harm.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use super::authority::Authority;
use super::git::Git;
use super::pack::Pack;
use super::written::{above, beside, name, write};
use crate::git::{Repository, Trust};
use crate::owner::Acting;
use crate::state::files;
use crate::text::escape;
use crate::text::shell::shown;

/// One step of an installation.
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
    Pack(Pack),
}

impl Step {
    /// Does it.
    ///
    /// # Errors
    /// When that is not possible; then nothing was changed.
    pub(super) fn carry_out(&self, authority: &Authority) -> io::Result<()> {
        match self {
            // For every account to look into, regardless of the umask: the account that pushes
            // run as is seldom this one.
            Self::Directory { path } => authority.make(path, 0o755),
            Self::StateFolder { repository, path } => {
                let _acting = Acting::for_path(repository)?;
                files::folder(&open(repository)?, path)
            }
            Self::State { repository, path, content, .. } => {
                let _acting = Acting::for_path(repository)?;
                files::replace(&open(repository)?, path, content)
            }
            Self::Write { path, content, mode, .. } => {
                let (folder, _acting) = authority.open(above(path)?)?;
                write(&folder, name(path)?, content, *mode)
            }
            Self::Keep { from, to } => keep(from, to, authority),
            Self::PutBack { from, to } => put_back(from, to, authority),
            Self::Remove { path } => {
                let (folder, _acting) = authority.open(above(path)?)?;
                folder.remove(name(path)?)
            }
            Self::RemoveDirectory { path } => {
                let (folder, _acting) = authority.open(above(path)?)?;
                // A directory that is not empty stays.
                let _ = folder.remove_folder(name(path)?);
                Ok(())
            }
            Self::Configure { key, value } => {
                let _acting = Acting::own()?;
                Git::set_system(key, value.as_deref())
            }
            Self::Fetch { repository, key, refspec, wanted } => {
                let _acting = Acting::for_path(repository)?;
                Git::set_fetch(repository, key, refspec, *wanted)
            }
            Self::Pack(pack) => {
                let _acting = Acting::for_path(above(&pack.archive)?)?;
                pack.carry_out()
            }
        }
    }
}

fn open(repository: &Path) -> io::Result<Repository> {
    Repository::open(repository, Trust::Git).map_err(io::Error::other)
}

/// A link that says where to from its own directory has to say it from one below.
fn keep(from: &Path, to: &Path, authority: &Authority) -> io::Result<()> {
    let (here, _acting) = authority.open(above(from)?)?;
    let (there, _acting) = authority.open(above(to)?)?;
    let (from, to) = (name(from)?, name(to)?);
    let known = here.known(from)?.ok_or(io::ErrorKind::NotFound)?;
    let new = beside(to);
    there.remove(&new)?;
    if known.is_symlink() {
        let target = here.link(from)?;
        let target = if target.is_absolute() { target } else { Path::new("..").join(target) };
        there.make_link(&target, &new)?;
    } else if here.name_again(from, &there, &new).is_err() {
        let mut file = here.file(from, OFlag::O_RDONLY, 0)?;
        let mut copy = there.create(&new, 0o600)?;
        io::copy(&mut file, &mut copy)?;
        copy.set_permissions(known.permissions())?;
        copy.sync_all()?;
    }
    there.rename(&new, &there, to)?;
    there.sync()
}

fn put_back(from: &Path, to: &Path, authority: &Authority) -> io::Result<()> {
    let (there, _acting) = authority.open(above(from)?)?;
    let (here, _acting) = authority.open(above(to)?)?;
    let (from, to) = (name(from)?, name(to)?);
    let link = there.link(from).ok();
    let Some(target) = link.filter(|target| target.is_relative()) else {
        there.rename(from, &here, to)?;
        return here.sync();
    };
    let target = target.strip_prefix("..").unwrap_or(&target);
    let new = beside(to);
    here.remove(&new)?;
    here.make_link(target, &new)?;
    here.rename(&new, &here, to)?;
    there.remove(from)?;
    here.sync()
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
