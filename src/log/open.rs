//! Opening the files of a log, which lie where other accounts may write.
//!
//! A hook follows no link, and writes only to a regular file with one name that its own
//! account, root or the owner of the folder has made. A reader follows links that root or its
//! own account has made, for an administrator may name one.

use std::fs::{File, Metadata, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use nix::fcntl::OFlag;
use nix::unistd::geteuid;

use super::LogError;
use crate::owner::{Distrust, Folder, open_in};

/// How often a file that is made or removed at the same moment is looked for again.
const MOST_TRIES: usize = 8;

/// Opens a file for reading and writing, at its end only or anywhere, and makes it with this
/// mode if it is not there.
pub(super) fn to_write(path: &Path, mode: u32, append: bool) -> Result<File, LogError> {
    let (folder, name) = Folder::holding(path).map_err(LogError::open(path))?;
    let how = OFlag::O_RDWR | if append { OFlag::O_APPEND } else { OFlag::empty() };
    let mut last = ErrorKind::NotFound.into();
    for _ in 0..MOST_TRIES {
        match folder.file(&name, how | OFlag::O_CREAT | OFlag::O_EXCL, mode) {
            Ok(file) => {
                // The umask of the server does not count.
                let _ = file.set_permissions(Permissions::from_mode(mode));
                return Ok(file);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            // Where nothing can be made, a file that is there may still be written.
            Err(error) => last = error,
        }
        match open_in(&folder, path, how) {
            Ok(Ok(file)) => return Ok(file),
            Ok(Err(why)) => return Err(LogError::Distrust { path: path.to_owned(), why }),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(LogError::open(path)(error)),
        }
    }
    Err(LogError::open(path)(last))
}

/// Opens a file for reading.
pub(super) fn to_read(path: &Path) -> Result<File, LogError> {
    let distrust = |why| LogError::Distrust { path: path.to_owned(), why };
    let (folder, name) = Folder::holding(path).map_err(LogError::open(path))?;
    match open_in(&folder, path, OFlag::O_RDONLY).map_err(LogError::open(path))? {
        Ok(file) => Ok(file),
        // Whose records it may hold is asked of its name, where that counts.
        Err(Distrust::Owner(_)) => {
            folder.file(&name, OFlag::O_RDONLY, 0).map_err(LogError::open(path))
        }
        Err(Distrust::Link) => {
            let known = folder.known(&name).map_err(LogError::open(path))?;
            if !known.is_some_and(|link| is_own(&link)) {
                return Err(distrust(Distrust::Link));
            }
            let leads_to = std::fs::metadata(path).map_err(LogError::open(path))?;
            // A pipe of our own is what a shell makes for `<(...)`.
            if !(leads_to.is_file() || leads_to.file_type().is_fifo() && is_own(&leads_to)) {
                return Err(distrust(Distrust::NotAFile));
            }
            File::open(path).map_err(LogError::open(path))
        }
        Err(why) => Err(distrust(why)),
    }
}

fn is_own(known: &Metadata) -> bool {
    [0, geteuid().as_raw()].contains(&known.uid())
}

/// Whether accounts can put files of any name into a folder without being its owner, so that
/// a file's name says nothing of whose it is.
pub(super) fn is_open_to_all(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|known| known.mode() & 0o002 != 0)
}
