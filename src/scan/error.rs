//! Why nothing was judged.

use crate::git::{GitError, RefName};

/// Why nothing was judged.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Something in the repository can't be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A push to the ref at which the server publishes its policy.
    #[error("{0} holds the policy of this server, and only its administrator writes it")]
    Reserved(RefName),
    /// Something that the administrator wrote can't be used.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// A baseline or the ledger can't be used.
    #[error(transparent)]
    State(#[from] crate::state::StateError),
}
