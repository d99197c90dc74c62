//! A push, as the server told the hook.

use crate::git::RefUpdate;

/// Everything that a push asks for.
#[derive(Clone, Debug)]
pub struct Push {
    /// The repository's name on its platform.
    pub repository: String,
    /// Who pushes, if the platform says so.
    pub pusher: Option<Vec<u8>>,
    /// The ref updates, in the order given.
    pub updates: Vec<RefUpdate>,
    /// The push options (`git push -o`), in order.
    pub options: Vec<Vec<u8>>,
}
