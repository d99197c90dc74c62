//! Replacing a file so that whoever reads it meanwhile, or after a crash, sees the old text
//! or the new one, never a part.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::owner::{Acting, Folder};

/// Writes a file beside its place and moves it there. A symbolic link keeps pointing to
/// the file, which keeps its owner and mode; as root, a link of another account is not
/// followed. In a folder of another account root writes as that account.
///
/// # Errors
/// When a step of it fails; then the old file is untouched.
pub fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    replace_as(path, text, path)
}

/// The same, with owner and mode of another file, which those who read that can read, too.
///
/// # Errors
/// When a step of it fails; then the old file is untouched.
pub fn replace_as(path: &Path, text: &[u8], like: &Path) -> io::Result<()> {
    let _own = Acting::own()?;
    let real = followed(path)?;
    let old = fs::metadata(like).ok();
    let (folder, name) = Folder::holding(&real)?;
    let _acting = folder.acting()?;
    let mut new = OsString::from(".");
    new.push(&name);
    new.push(format!(".{}.new", std::process::id()));
    let written = (|| {
        let mut file = folder.create(&new, if old.is_some() { 0o600 } else { 0o666 })?;
        if let Some(old) = old {
            keep_owner(&file, &old)?;
            file.set_permissions(old.permissions())?;
        }
        file.write_all(text)?;
        file.sync_all()?;
        folder.rename(&new, &folder, &name)?;
        folder.sync()
    })();
    if written.is_err() {
        let _ = folder.remove(&new);
    }
    written
}

/// The file that a path leads to, which need not be there. As root, a link at its end is
/// followed only if root has made it.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..MOST_LINKS {
        let known = match path.symlink_metadata() {
            Ok(known) if known.is_symlink() => known,
            _ => return Ok(path),
        };
        if geteuid().is_root() && known.uid() != 0 {
            let text = "it is a symbolic link of another account, which root does not follow";
            return Err(io::Error::new(ErrorKind::PermissionDenied, text));
        }
        let target = fs::read_link(&path)?;
        path = path.parent().unwrap_or(Path::new("/")).join(target);
    }
    Err(io::Error::other("it leads through too many symbolic links"))
}

/// How many links one path may lead through, as in the kernel.
const MOST_LINKS: usize = 40;

/// Gives a new file the owner and the group of the old one. The account that the hook runs
/// in may read the file by its group only: another group would stop every push.
fn keep_owner(file: &File, old: &fs::Metadata) -> io::Result<()> {
    let new = file.metadata()?;
    if new.gid() != old.gid() {
        fchown(file, None, Some(old.gid()))?;
    }
    if new.uid() != old.uid() {
        // Only the administrator of the machine may; the group is what counts.
        let _ = fchown(file, Some(old.uid()), None);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode_and_its_link() {
        use std::os::unix::fs::{PermissionsExt, chown, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("rules.toml"), folder.path().join("link.toml"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        // Whoever may give files away has to keep whose they are.
        let given = chown(&file, Some(12345), Some(12345)).is_ok();
        symlink("rules.toml", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        let metadata = fs::metadata(&file).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
        assert!(!given || (metadata.uid(), metadata.gid()) == (12345, 12345));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside");
        assert!(replace(&file.join("no/such/file"), b"x").is_err());
    }
}
