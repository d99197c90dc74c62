//! The way to a directory: which links on it are followed.

use std::ffi::OsString;
use std::fs::{self, File};
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

/// The names that a path consists of, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().rev().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    parts.collect()
}

/// Where a path leads, and who has made the links on the way.
pub(super) struct Way {
    /// The path without links. Parts that are not there stay as they are written.
    pub(super) real: PathBuf,
    /// The links on the way that other accounts than root have made, each with its owner.
    pub(super) links: Vec<(PathBuf, u32)>,
}

/// Follows a path part by part, by looking at no more than the names on it.
///
/// # Errors
/// When a name can't be looked at, or links lead in a circle.
pub(super) fn way(path: &Path) -> io::Result<Way> {
    let mut rest = parts(&std::path::absolute(path)?);
    let mut way = Way { real: PathBuf::from("/"), links: Vec::new() };
    let mut followed = 0;
    while let Some(name) = rest.pop() {
        if name == ".." {
            way.real.pop();
            continue;
        }
        way.real.push(name);
        let known = match way.real.symlink_metadata() {
            Ok(known) if known.is_symlink() => known,
            Ok(_) => continue,
            Err(error) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => continue,
                _ => return Err(error),
            },
        };
        let target = fs::read_link(&way.real)?;
        let above = way.real.parent().unwrap_or(Path::new("/"));
        // A pipe that a shell makes for `<(...)` has no path, only a link of the kernel.
        let is_nameless = way.real.starts_with("/proc")
            && above.join(&target).symlink_metadata().is_err()
            && way.real.metadata().is_ok();
        if is_nameless {
            continue;
        }
        followed += 1;
        if followed > MOST_LINKS {
            return Err(Errno::ELOOP.into());
        }
        if known.uid() != 0 {
            way.links.push((way.real.clone(), known.uid()));
        }
        way.real = if target.is_absolute() { "/".into() } else { above.to_owned() };
        rest.extend(parts(&target));
    }
    Ok(way)
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
