//! Where the ledger of a repository is: in the repository's own directory, or below the
//! directory that `[state]` names, for servers whose storage nodes are replaced.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::git::Repository;

/// Where the ledger of one repository is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerPlace {
    /// The directory that holds the file `ledger`.
    directory: PathBuf,
    /// The repository's own directory.
    repository: PathBuf,
}

impl LedgerPlace {
    /// The place for a repository; `state` is the `directory` of `[state]`.
    #[must_use]
    pub fn new(repository: &Repository, state: Option<&Path>) -> Self {
        let own = repository.common_dir();
        let directory = match state {
            None => own.join("provost"),
            Some(state) => state.join(folder_name(own)),
        };
        Self { directory, repository: own.to_owned() }
    }

    /// The place for a repository under a configuration.
    #[must_use]
    pub fn of(config: &Config, repository: &Repository) -> Self {
        Self::new(repository, config.state_directory.as_deref())
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.join("ledger")
    }

    /// The repository's own directory.
    pub(super) fn home(&self) -> &Path {
        &self.repository
    }

    /// The file of versions before the ledger, which held unjudged entries only.
    #[must_use]
    pub fn legacy(&self) -> PathBuf {
        self.repository.join("provost-unjudged")
    }
}

/// A folder name that no two repositories of a server share: the end of the path, for
/// people, and the digest of the whole.
fn folder_name(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let digest = Sha256::digest(path.as_os_str().as_bytes());
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = path.file_name().unwrap_or_default().as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let name: String =
        name.iter().filter(|byte| plain(byte)).take(64).copied().map(char::from).collect();
    format!("{name}-{digest}")
}
