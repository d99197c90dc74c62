//! Whether a file that lies where other accounts may write is what it seems to be.

use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::fcntl::OFlag;
use nix::unistd::geteuid;

use super::acting::{Acting, current};
use super::folder::Folder;
use crate::file::{self, MAX_TEXT_BYTES};

/// Why a file is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// It is a symbolic link.
    Link,
    /// It is a directory, a pipe or a device.
    NotAFile,
    /// It has this many names; another may be in a folder of another account.
    Names(u64),
    /// It belongs to this account, which could have put it there.
    Owner(u32),
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link => f.write_str("is a symbolic link, which is not followed"),
            Self::NotAFile => f.write_str("is not a regular file"),
            Self::Names(count) => write!(f, "has {count} names (hard links), and should have one"),
            Self::Owner(user) => write!(
                f,
                "belongs to account {user}, and should belong to {}, to root or to the owner of \
                 its folder",
                geteuid(),
            ),
        }
    }
}

/// Whether an opened file may be used: a regular file with one name, of this account, of root
/// or of the folder's owner. In a folder that only its owner may write, it may belong to any
/// account; in one that its group may write too, to any account if it is that group's.
///
/// # Errors
/// Why it may not.
pub fn trust(file: &Metadata, folder: &Metadata) -> Result<(), Distrust> {
    if !file.is_file() {
        return Err(Distrust::NotAFile);
    }
    if file.nlink() > 1 {
        return Err(Distrust::Names(file.nlink()));
    }
    let known = [geteuid().as_raw(), 0, folder.uid()];
    let is_ours = match folder.mode() & 0o022 {
        // Only the owner of the folder can have put it there.
        0 => true,
        0o020 => folder.mode() & 0o1000 == 0 && file.gid() == folder.gid(),
        _ => false,
    };
    if is_ours || known.contains(&file.uid()) { Ok(()) } else { Err(Distrust::Owner(file.uid())) }
}

/// Reads a file that another account may have put there: links are followed, as far as the
/// account goes that this process acts as, but no pipe or device is waited for.
///
/// # Errors
/// When it is no regular file, or can't be read.
pub fn content(path: &Path) -> io::Result<Vec<u8>> {
    file::read(path, MAX_TEXT_BYTES)
}

/// Reads a file that was named to this process, as the account that controls it. Where that is
/// not the account that started this process, it has to be a regular file; only the account
/// itself may name a pipe.
///
/// # Errors
/// When it can't be read, or a link of another account leads to it.
pub fn named_content(path: &Path) -> io::Result<Vec<u8>> {
    if current().is_some() {
        return content(path);
    }
    let (_acting, path) = Acting::named(path)?;
    if current().is_some() {
        return content(&path);
    }
    file::read_to_end(File::open(path)?, MAX_TEXT_BYTES)
}

/// Opens a file that is there, by the handle of its directory; the inner error says why it is
/// not used.
///
/// # Errors
/// When it can't be opened.
pub fn open_in(folder: &Folder, path: &Path, how: OFlag) -> io::Result<Result<File, Distrust>> {
    let name = path.file_name().unwrap_or_default();
    let file = match folder.file(name, how, 0) {
        Ok(file) => file,
        Err(error) => {
            // The kernel's own words say nothing of links.
            return match folder.known(name) {
                Ok(Some(known)) if known.is_symlink() => Ok(Err(Distrust::Link)),
                Ok(Some(known)) if !known.is_file() => Ok(Err(Distrust::NotAFile)),
                _ => Err(error),
            };
        }
    };
    let trusted = trust(&file.metadata()?, &folder.metadata()?);
    Ok(trusted.map(|()| file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    #[test]
    fn links_pipes_and_second_names_are_not_used() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        let folder = Folder::open(&home).unwrap();
        let look = |name: &str| open_in(&folder, &home.join(name), OFlag::O_RDWR).unwrap();
        fs::write(home.join("file"), "").unwrap();
        assert!(look("file").is_ok());
        symlink("file", home.join("link")).unwrap();
        symlink("nothing", home.join("broken")).unwrap();
        assert_eq!(look("link").unwrap_err(), Distrust::Link);
        assert_eq!(look("broken").unwrap_err(), Distrust::Link);
        fs::create_dir(home.join("folder")).unwrap();
        assert_eq!(look("folder").unwrap_err(), Distrust::NotAFile);
        nix::unistd::mkfifo(&home.join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(look("pipe").unwrap_err(), Distrust::NotAFile);
        assert!(content(&home.join("pipe")).is_err() && content(&home.join("folder")).is_err());
        assert!(content(&home.join("link")).is_ok());
        fs::hard_link(home.join("file"), home.join("again")).unwrap();
        assert_eq!(look("file").unwrap_err(), Distrust::Names(2));
        assert!(open_in(&folder, &home.join("none"), OFlag::O_RDWR).is_err());
    }

    #[test]
    fn files_of_other_accounts_are_used_in_a_folder_of_their_group_only() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        fs::write(home.join("file"), "").unwrap();
        if chown(home.join("file"), Some(64_001), Some(64_000)).is_err() {
            return;
        }
        for (mode, group, is_used) in [
            (0o755, 0, true),
            (0o2770, 64_000, true),
            (0o2775, 64_000, true),
            (0o2770, 64_009, false),
            (0o1777, 64_000, false),
            (0o1733, 64_000, false),
            (0o2777, 64_000, false),
        ] {
            chown(&home, None, Some(group)).unwrap();
            fs::set_permissions(&home, Permissions::from_mode(mode)).unwrap();
            let folder = Folder::open(&home).unwrap();
            let found = open_in(&folder, &home.join("file"), OFlag::O_RDWR).unwrap();
            assert_eq!(found.is_ok(), is_used, "{mode:o} {group}: {found:?}");
        }
        chown(home.join("file"), Some(0), Some(0)).unwrap();
        let folder = Folder::open(&home).unwrap();
        assert!(open_in(&folder, &home.join("file"), OFlag::O_RDWR).unwrap().is_ok());
    }
}
