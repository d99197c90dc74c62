//! The account as which a step is carried out, and the folders in which it may be.

use std::path::{Path, PathBuf};

use crate::owner::{Account, Acting, Folder};

/// On whose behalf a step was planned, which is how it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Authority {
    /// The account that the place belongs to, where root plans for another.
    pub(super) account: Option<Account>,
    /// The place: links below it are not followed, and a directory of root's below it is
    /// changed as root.
    pub(super) site: Option<PathBuf>,
}

impl Authority {
    /// Opens a directory for a change of what is in it.
    pub(super) fn open(&self, path: &Path) -> std::io::Result<(Folder, Acting)> {
        let folder = match &self.site {
            Some(site) if path.starts_with(site) => Folder::open(path)?,
            _ => Folder::named(path)?,
        };
        let acting = self.acting(&folder)?;
        Ok((folder, acting))
    }

    fn acting(&self, folder: &Folder) -> std::io::Result<Acting> {
        let Some(account) = &self.account else { return folder.acting() };
        let inside = self.site.as_ref().is_some_and(|site| folder.path().starts_with(site));
        if inside && folder.is_of_root()? {
            return Acting::own();
        }
        Acting::take(Some(account.clone()))
    }

    /// The same, after making the directory and those above it where they are missing.
    pub(super) fn make(&self, path: &Path, mode: u32) -> std::io::Result<()> {
        match self.open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            other => return other.map(drop),
        }
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(std::io::ErrorKind::InvalidFilename.into());
        };
        self.make(above, mode)?;
        let (above, _acting) = self.open(above)?;
        match above.make_folder(name, mode) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }
}
