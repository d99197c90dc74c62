//! The way to a directory: which links on it are followed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat, readlinkat};
use nix::sys::stat::Mode;
use nix::unistd::geteuid;

use crate::text::escape;

/// How many links one path may lead through, as in the kernel.
const MOST_LINKS: usize = 40;

/// Which links on a path are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    None,
    /// Those that root has made, or the account that this process acts as.
    OfRootAndOwn,
}

pub(super) const ITSELF: OFlag = OFlag::O_NOFOLLOW.union(OFlag::O_CLOEXEC);
pub(super) const DIRECTORY: OFlag = OFlag::O_PATH.union(OFlag::O_DIRECTORY).union(OFlag::O_CLOEXEC);

/// The kernel's own way, in one call.
#[cfg(target_os = "linux")]
pub(super) fn without_links(root: &OwnedFd, path: &Path) -> nix::Result<OwnedFd> {
    use nix::fcntl::{OpenHow, ResolveFlag, openat2};
    let resolve = ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_BENEATH;
    let how = OpenHow::new().flags(DIRECTORY).resolve(resolve);
    let below = path.strip_prefix("/").unwrap_or(path);
    openat2(root, if below.as_os_str().is_empty() { Path::new(".") } else { below }, how)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn without_links(_: &OwnedFd, _: &Path) -> nix::Result<OwnedFd> {
    Err(Errno::ENOSYS)
}

/// The same part by part, for kernels that can't, and for links that may be followed.
pub(super) fn walk(root: &OwnedFd, path: &Path, links: Links) -> io::Result<OwnedFd> {
    let parts = |path: &Path| -> Vec<OsString> {
        let parts = path.components().rev().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            _ => None,
        });
        parts.collect()
    };
    let mut rest = parts(path);
    let mut at = root.try_clone()?;
    let mut followed = 0;
    while let Some(name) = rest.pop() {
        let next = openat(&at, name.as_os_str(), OFlag::O_PATH | ITSELF, Mode::empty())?;
        let known = File::from(next.try_clone()?).metadata()?;
        if known.is_dir() {
            at = next;
            continue;
        }
        if !known.is_symlink() {
            return Err(ErrorKind::NotADirectory.into());
        }
        let trusted = known.uid() == 0 || known.uid() == geteuid().as_raw();
        followed += 1;
        if links == Links::None || !trusted || followed > MOST_LINKS {
            return Err(link_on(path));
        }
        let target = PathBuf::from(readlinkat(next.as_fd(), "")?);
        if target.is_absolute() {
            at = root.try_clone()?;
        }
        rest.extend(parts(&target));
    }
    Ok(at)
}

pub(super) fn link_on(path: &Path) -> io::Error {
    let link = first_link(path).unwrap_or_else(|| path.to_owned());
    let text = format!("{} is a symbolic link, which is not followed", escape::path(&link));
    io::Error::new(io::Error::from(Errno::ELOOP).kind(), text)
}

/// The first part of a path that is a symbolic link.
#[must_use]
pub fn first_link(path: &Path) -> Option<PathBuf> {
    let mut all: Vec<&Path> = path.ancestors().collect();
    all.reverse();
    let is_link = |it: &&Path| it.symlink_metadata().is_ok_and(|known| known.is_symlink());
    all.into_iter().find(is_link).map(Path::to_owned)
}
