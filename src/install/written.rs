//! Writing a file in one step, beside which nothing half written is seen.

use std::ffi::{OsStr, OsString};
use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::owner::Folder;

pub(super) fn above(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| io::ErrorKind::InvalidFilename.into())
}

pub(super) fn name(path: &Path) -> io::Result<&OsStr> {
    path.file_name().ok_or_else(|| io::ErrorKind::InvalidFilename.into())
}

/// The name under which a file is written first. Always the same, so that a run that was
/// killed leaves at most one behind, and the next takes it over.
pub(super) fn beside(name: &OsStr) -> OsString {
    let mut new = OsString::from(".");
    new.push(name);
    new.push(".provost-new");
    new
}

pub(super) fn write(folder: &Folder, name: &OsStr, content: &[u8], mode: u32) -> io::Result<()> {
    let new = beside(name);
    folder.remove(&new)?;
    let mut file = folder.create(&new, 0o600)?;
    file.write_all(content)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()?;
    folder.rename(&new, folder, name)?;
    folder.sync()
}
