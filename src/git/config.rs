//! Values of Git's own configuration.

use git2::{Config, ConfigLevel, ErrorCode};

use super::{GitError, Repository};

impl Repository {
    /// A value of the repository's own configuration file. The files of the user and of
    /// the system are not read: whoever pushes over a file path can choose them.
    ///
    /// # Errors
    /// When the file is broken.
    pub fn local_config(&self, key: &str) -> Result<Option<String>, GitError> {
        let config = self.libgit2().config().map_err(|error| failed(&error))?;
        match config.open_level(ConfigLevel::Local) {
            Ok(local) => value(&local, key),
            Err(_) => Ok(None),
        }
    }

    /// The same as the bytes that stand there: a path need not be text.
    ///
    /// # Errors
    /// When the file is broken.
    pub fn local_config_bytes(&self, key: &str) -> Result<Option<Vec<u8>>, GitError> {
        let config = self.libgit2().config().map_err(|error| failed(&error))?;
        let Ok(mut local) = config.open_level(ConfigLevel::Local) else { return Ok(None) };
        let local = local.snapshot().map_err(|error| failed(&error))?;
        match local.get_bytes(key) {
            Ok(value) => Ok(Some(value.to_vec())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// A value as git itself sees it, from the user's files too; for commands that the
    /// user runs, never for a server's hook.
    ///
    /// # Errors
    /// When a file is broken.
    pub fn user_config(&self, key: &str) -> Result<Option<String>, GitError> {
        let mut config = self.libgit2().config().map_err(|error| failed(&error))?;
        value(&config.snapshot().map_err(|error| failed(&error))?, key)
    }

    /// Whether git opens an editor for the message of the commit that is being made: it
    /// tells its hooks by `GIT_EDITOR` that it does not (githooks(5), commit-msg).
    #[must_use]
    pub fn editor_is_used() -> bool {
        std::env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":")
    }
}

fn value(config: &Config, key: &str) -> Result<Option<String>, GitError> {
    match config.get_string(key) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &git2::Error) -> GitError {
    GitError::Environment { what: "git's configuration".into(), reason: error.message().into() }
}
