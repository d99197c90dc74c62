//! The archive that GitHub Enterprise Server takes as the environment of a hook.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::owner::Folder;

/// An archive to be packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The archive.
    pub archive: PathBuf,
    /// Says of what it was made.
    pub(super) stamp: PathBuf,
    pub(super) digest: String,
    /// Files of this machine, by their names in the archive.
    pub(super) files: Vec<(&'static str, PathBuf)>,
}

impl Pack {
    /// Packs it with tar and gzip, the same bytes from the same files.
    pub(super) fn carry_out(&self) -> io::Result<()> {
        let root = self.archive.with_file_name(".provost-environment");
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        fs::create_dir_all(root.join("tmp"))?;
        for (name, from) in &self.files {
            let to = root.join(name);
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::copy(from, &to)?;
            let mode = if name.starts_with("etc/") { 0o644 } else { 0o755 };
            fs::set_permissions(&to, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
        }
        let new = self.archive.with_file_name(".provost-environment.provost-new");
        let options = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
        let packed = Command::new("tar")
            .args(options)
            .arg("-C")
            .arg(&root)
            .arg("-czf")
            .arg(&new)
            .args(["bin", "etc", "tmp", "usr"])
            .stdin(Stdio::null())
            .output()?;
        if !packed.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&packed.stderr).into_owned()));
        }
        fs::remove_dir_all(&root)?;
        fs::rename(&new, &self.archive)?;
        let (folder, name) = Folder::holding(&self.stamp)?;
        super::written::write(&folder, &name, self.digest.as_bytes(), 0o644)
    }
}
