//! What git tells a hook of a push through the environment.
//!
//! Source: githooks(5), git(1) on `GIT_OBJECT_DIRECTORY` and `GIT_ALTERNATE_OBJECT_DIRECTORIES`,
//! "Quarantine Environment" in git-receive-pack(1).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::GitError;

/// What git tells a hook through the environment.
#[derive(Clone, Debug, Default)]
pub struct HookEnvironment {
    pub(super) git_dir: Option<PathBuf>,
    pub(super) object_directory: Option<OsString>,
    pub(super) alternates: Option<OsString>,
    pub(super) namespace: Vec<u8>,
    pub(super) shallow_file: Option<PathBuf>,
    /// Whether git has still to refuse what it finds incomplete. It tells `pre-receive` of
    /// such ref updates too; before an `update` hook it has refused them, and what is no
    /// git (Gerrit) refuses none for git's reasons.
    pub git_may_refuse: bool,
    /// `GIT_PUSH_OPTION_<n>`, in order.
    pub push_options: Vec<Vec<u8>>,
}

impl HookEnvironment {
    /// The environment of a hook in this repository, of a push that brings no objects.
    #[must_use]
    pub fn of(git_dir: PathBuf) -> Self {
        Self { git_dir: Some(git_dir), git_may_refuse: true, ..Self::default() }
    }

    /// Returns the same for a push whose objects are in a quarantine directory, as Git announces
    /// it: new objects there, the existing ones in the repository's `objects`.
    #[must_use]
    pub fn with_quarantine(self, quarantine: PathBuf) -> Self {
        let existing = self.git_dir.as_ref().map(|git_dir| git_dir.join("objects").into());
        Self { object_directory: Some(quarantine.into()), alternates: existing, ..self }
    }

    /// Reads the environment of this process.
    ///
    /// # Errors
    /// When the push options are announced but not all there.
    pub fn read() -> Result<Self, GitError> {
        let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let mut push_options = Vec::new();
        // Git leaves the count out, or sets it to 0, when there are none.
        let count = var("GIT_PUSH_OPTION_COUNT");
        let count = count.and_then(|count| count.to_str()?.parse().ok()).unwrap_or(0_usize);
        for index in 0..count {
            let name = format!("GIT_PUSH_OPTION_{index}");
            let value = std::env::var_os(&name).ok_or_else(|| GitError::Environment {
                what: name,
                reason: format!("it is missing, but GIT_PUSH_OPTION_COUNT is {count}"),
            })?;
            push_options.push(value.into_vec());
        }
        Ok(Self {
            git_dir: var("GIT_DIR").map(PathBuf::from),
            object_directory: var("GIT_OBJECT_DIRECTORY"),
            alternates: var("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
            namespace: var("GIT_NAMESPACE").map(OsString::into_vec).unwrap_or_default(),
            shallow_file: var("GIT_SHALLOW_FILE").map(PathBuf::from),
            git_may_refuse: true,
            push_options,
        })
    }
}
