//! Replacing a file so that whoever reads it meanwhile, or after a crash, sees the old text
//! or the new one, never a part.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

/// Writes a file beside its place and moves it there. A symbolic link keeps pointing to
/// the file, which keeps its owner and mode.
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
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = match real.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut name = OsString::from(".");
    name.push(real.file_name().ok_or(ErrorKind::InvalidFilename)?);
    name.push(format!(".{}.new", std::process::id()));
    let beside = folder.join(name);
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        if let Ok(old) = fs::metadata(like) {
            keep_owner(&file, &old)?;
            file.set_permissions(old.permissions())?;
        }
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&beside, &real)?;
        File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

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
