//! Directories by their handles: what is done in one is done there, also when its path leads
//! elsewhere a moment later.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use nix::dir::{Dir, Type};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, RenameFlags, open, openat, readlinkat, renameat, renameat2};
use nix::sys::stat::{Mode, fchmod, mkdirat};
use nix::unistd::{UnlinkatFlags, linkat, symlinkat, unlinkat};

use super::way::{DIRECTORY, ITSELF, Links, link_on, walk, without_links};
use super::{Account, Acting};

/// A directory that was reached without a link that another account could have made.
#[derive(Debug)]
pub struct Folder {
    handle: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Opens a directory without following any link.
    ///
    /// # Errors
    /// When there is a link on the way, or no directory.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::reach(path, Links::None)
    }

    /// Opens a directory that an administrator has named. Links that root has made are
    /// followed, and those of the account that this process acts as.
    ///
    /// # Errors
    /// When there is a link of another account on the way, or no directory.
    pub fn named(path: &Path) -> io::Result<Self> {
        Self::reach(path, Links::OfRootAndOwn)
    }

    /// The directory that holds a file, as [`Folder::named`] opens it, and the file's name.
    ///
    /// # Errors
    /// When it can't be opened, or the path has no name at its end.
    pub fn holding(path: &Path) -> io::Result<(Self, OsString)> {
        let path = std::path::absolute(path)?;
        let name = path.file_name().ok_or(ErrorKind::InvalidFilename)?.to_owned();
        Ok((Self::named(path.parent().unwrap_or(Path::new("/")))?, name))
    }

    fn reach(path: &Path, links: Links) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let root = open("/", DIRECTORY, Mode::empty())?;
        let handle = match without_links(&root, &path) {
            Err(Errno::ELOOP) if links == Links::OfRootAndOwn => walk(&root, &path, links),
            // Older than 5.6, or closed by a filter; or something was renamed meanwhile.
            Err(Errno::ENOSYS | Errno::EPERM | Errno::EAGAIN) => walk(&root, &path, links),
            Err(Errno::ELOOP) => Err(link_on(&path)),
            other => Ok(other?),
        }?;
        Ok(Self { handle, path })
    }

    /// Opens a directory below it without following any link.
    ///
    /// # Errors
    /// When there is a link on the way, or no directory.
    pub fn below(&self, relative: &Path) -> io::Result<Self> {
        let mut at = Self { handle: self.handle.try_clone()?, path: self.path.clone() };
        for part in relative.components() {
            let Component::Normal(name) = part else {
                return Err(ErrorKind::InvalidFilename.into());
            };
            let path = at.path.join(name);
            let handle = match openat(&at.handle, name, DIRECTORY | ITSELF, Mode::empty()) {
                Err(error) => {
                    let is_link = at.known(name)?.is_some_and(|known| known.is_symlink());
                    return Err(if is_link { link_on(&path) } else { error.into() });
                }
                Ok(handle) => handle,
            };
            at = Self { handle, path };
        }
        Ok(at)
    }

    /// Makes a directory in it, regardless of the umask.
    ///
    /// # Errors
    /// When it can't be made, or is there.
    pub fn make_folder(&self, name: &OsStr, mode: u32) -> io::Result<()> {
        mkdirat(&self.handle, name, Mode::from_bits_truncate(mode & 0o777))?;
        let made = openat(
            &self.handle,
            name,
            OFlag::O_RDONLY | ITSELF | OFlag::O_DIRECTORY,
            Mode::empty(),
        )?;
        Ok(fchmod(made, Mode::from_bits_truncate(mode))?)
    }

    /// The path that it was opened by.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Owner, mode and the like.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn metadata(&self) -> io::Result<Metadata> {
        File::from(self.handle.try_clone()?).metadata()
    }

    /// Whether it belongs to root.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn is_of_root(&self) -> io::Result<bool> {
        Ok(self.metadata()?.uid() == 0)
    }

    /// Acts as the account that owns it.
    ///
    /// # Errors
    /// When that account can't be taken.
    pub fn acting(&self) -> io::Result<Acting> {
        let known = self.metadata()?;
        Acting::take((known.uid() != 0).then(|| Account::of(known.uid(), known.gid())))
    }

    /// Opens a file in it. A link in its place is not followed, and no pipe or terminal waited
    /// for. What it is has to be looked at.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn file(&self, name: &OsStr, how: OFlag, mode: u32) -> io::Result<File> {
        let how = how | ITSELF | OFlag::O_NOCTTY | OFlag::O_NONBLOCK;
        Ok(openat(&self.handle, name, how, Mode::from_bits_truncate(mode))?.into())
    }

    /// A new file in it; nothing may be there under this name.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn create(&self, name: &OsStr, mode: u32) -> io::Result<File> {
        self.file(name, OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL, mode)
    }

    /// Owner, mode and the like of what has a name in it, which may be a link; `None` when
    /// nothing has.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn known(&self, name: &OsStr) -> io::Result<Option<Metadata>> {
        match openat(&self.handle, name, OFlag::O_PATH | ITSELF, Mode::empty()) {
            Ok(handle) => Ok(Some(File::from(handle).metadata()?)),
            Err(Errno::ENOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Where a link leads to.
    ///
    /// # Errors
    /// When it is none.
    pub fn link(&self, name: &OsStr) -> io::Result<PathBuf> {
        Ok(readlinkat(&self.handle, name)?.into())
    }

    /// Makes a symbolic link.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn make_link(&self, target: &Path, name: &OsStr) -> io::Result<()> {
        Ok(symlinkat(target, &self.handle, name)?)
    }

    /// Gives a file a second name, in this or another directory.
    ///
    /// # Errors
    /// When the file system has no such names.
    pub fn name_again(&self, name: &OsStr, folder: &Self, again: &OsStr) -> io::Result<()> {
        Ok(linkat(&self.handle, name, &folder.handle, again, AtFlags::empty())?)
    }

    /// Moves a file to a name that nothing has.
    ///
    /// # Errors
    /// `AlreadyExists` when something has it; otherwise when the file can't be moved, or the
    /// file system has no such operation (renameat2(2), `RENAME_NOREPLACE`).
    pub fn rename_to_new(&self, name: &OsStr, folder: &Self, new: &OsStr) -> io::Result<()> {
        let flags = RenameFlags::RENAME_NOREPLACE;
        Ok(renameat2(&self.handle, name, &folder.handle, new, flags)?)
    }

    /// Moves a file, over what is there.
    ///
    /// # Errors
    /// When it can't be moved.
    pub fn rename(&self, name: &OsStr, folder: &Self, new: &OsStr) -> io::Result<()> {
        Ok(renameat(&self.handle, name, &folder.handle, new)?)
    }

    /// Removes a file or a link, if it is there.
    ///
    /// # Errors
    /// When it can't be removed.
    pub fn remove(&self, name: &OsStr) -> io::Result<()> {
        match unlinkat(&self.handle, name, UnlinkatFlags::NoRemoveDir) {
            Err(Errno::ENOENT) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// When it is not empty, or can't be removed.
    pub fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        Ok(unlinkat(&self.handle, name, UnlinkatFlags::RemoveDir)?)
    }

    /// Names in it are on disk when this returns.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn sync(&self) -> io::Result<()> {
        self.opened()?.sync_all()
    }

    /// The names in it, and whether each is a directory; a link is none.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn entries(&self) -> io::Result<Vec<(OsString, bool)>> {
        let mut dir = Dir::from_fd(self.opened()?.into())?;
        let mut all = Vec::new();
        for entry in dir.iter() {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes()).to_owned();
            if name == "." || name == ".." {
                continue;
            }
            let is_folder = match entry.file_type() {
                Some(kind) => kind == Type::Directory,
                None => self.known(&name)?.is_some_and(|known| known.is_dir()),
            };
            all.push((name, is_folder));
        }
        Ok(all)
    }

    /// It as a file, which can be synced, and given an owner and a mode.
    ///
    /// # Errors
    /// When this account may not read it.
    pub fn opened(&self) -> io::Result<File> {
        let how = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        Ok(openat(&self.handle, ".", how, Mode::empty())?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// Both ways to a directory: the kernel's, and part by part.
    fn ways(path: &Path) -> [io::Result<OwnedFd>; 2] {
        let root = || open("/", DIRECTORY, Mode::empty()).unwrap();
        [without_links(&root(), path).map_err(Into::into), walk(&root(), path, Links::None)]
    }

    #[test]
    fn no_link_on_the_way_is_followed() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        std::fs::create_dir_all(home.join("real/below")).unwrap();
        symlink("real", home.join("link")).unwrap();
        assert!(ways(&home.join("real/below")).iter().all(Result::is_ok));
        assert!(ways(&home.join("link/below")).iter().all(Result::is_err));
        assert!(ways(&home.join("link")).iter().all(Result::is_err));
        let error = Folder::open(&home.join("link/below")).unwrap_err();
        let named = format!("{} is a symbolic link", home.join("link").display());
        assert!(error.to_string().contains(&named), "{error}");
        // One of our own is.
        let folder = Folder::named(&home.join("link/below")).unwrap();
        folder.create("x".as_ref(), 0o600).unwrap();
        assert!(home.join("real/below/x").exists());
    }

    #[test]
    fn links_in_circles_end() {
        let home = tempfile::tempdir().unwrap();
        symlink("b", home.path().join("a")).unwrap();
        symlink("a", home.path().join("b")).unwrap();
        assert!(Folder::named(&home.path().join("a/x")).is_err());
    }

    #[test]
    fn what_is_done_stays_in_the_directory_that_was_opened() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        Folder::open(&home).unwrap().make_folder("one".as_ref(), 0o755).unwrap();
        let one = Folder::open(&home.join("one")).unwrap();
        one.make_folder("two".as_ref(), 0o750).unwrap();
        let folder = one.below("two".as_ref()).unwrap();
        assert_eq!(folder.metadata().unwrap().mode() & 0o7777, 0o750);
        std::fs::rename(home.join("one"), home.join("moved")).unwrap();
        std::fs::create_dir(home.join("elsewhere")).unwrap();
        symlink("elsewhere", home.join("one")).unwrap();
        folder.create("file".as_ref(), 0o600).unwrap();
        folder.sync().unwrap();
        assert!(home.join("moved/two/file").exists());
        assert_eq!(folder.entries().unwrap(), [("file".into(), false)]);
        assert!(Folder::open(&home).unwrap().below("one/two".as_ref()).is_err());
        assert!(one.below("../elsewhere".as_ref()).is_err());
    }

    #[test]
    fn a_link_in_the_place_of_a_file_is_not_read_or_written() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        std::fs::write(home.join("target"), "kept").unwrap();
        symlink("target", home.join("link")).unwrap();
        let folder = Folder::open(&home).unwrap();
        assert!(folder.file("link".as_ref(), OFlag::O_RDWR, 0).is_err());
        assert!(folder.file("target".as_ref(), OFlag::O_RDWR, 0).is_ok());
        assert!(folder.create("link".as_ref(), 0o600).is_err());
        folder.remove("link".as_ref()).unwrap();
        assert_eq!(std::fs::read(home.join("target")).unwrap(), b"kept");
    }
}
