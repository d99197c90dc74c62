//! A push: what the client asks for, and what the server makes of it.
//!
//! `receive-pack` passes on the old object ids that the client sent and verifies them only
//! later, in the ref transaction. So an [`RefUpdate`] is a claim; an [`Update`] has the value
//! that the ref really has, and only that value can hide anything.

use std::collections::HashMap;

use crate::git::{GitError, ObjectId, RefName, RefUpdate, Repository};
use crate::text::WordEnum;

/// The server hook that is called for a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Hook {
    /// `pre-receive`, which runs once for all ref updates.
    PreReceive,
    /// `update`, which runs once for each.
    Update,
}

impl WordEnum for Hook {}

/// Everything that a push asks for.
#[derive(Clone, Debug)]
pub struct Push {
    /// The repository's name on its platform.
    pub repository: String,
    /// The ref updates as they were sent, in the order given.
    pub updates: Vec<RefUpdate>,
    /// The push options (`git push -o`), in order.
    pub options: Vec<Vec<u8>>,
}

/// A ref update as it would be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The ref that changes, symbolic refs followed.
    pub name: RefName,
    /// The value that it has now; `None` when it does not exist.
    pub old: Option<ObjectId>,
    /// The value that it would get; `None` for a deletion.
    pub new: Option<ObjectId>,
}

impl Update {
    /// A ref update whose old value is taken as it was sent: by this machine's own git, or
    /// in a record of the past.
    #[must_use]
    pub fn trusted(update: &RefUpdate) -> Self {
        Self { name: update.name().clone(), old: update.old_id(), new: update.new_id() }
    }
}

impl Push {
    /// The ref updates with the values that the refs really have, in the order given.
    ///
    /// # Errors
    /// When a ref can't be read, or two updates give one ref different values: git would
    /// carry out one after the other, and the claims of the second are about a value that
    /// no ref has yet.
    pub fn resolve(&self, repository: &Repository) -> Result<Vec<Update>, GitError> {
        let mut updates = Vec::with_capacity(self.updates.len());
        let mut seen = HashMap::new();
        for update in &self.updates {
            let resolved = repository.resolve(update.name())?;
            let values = (update.old_id(), update.new_id());
            if *seen.entry(resolved.name.clone()).or_insert(values) != values {
                return Err(GitError::Contradiction { name: resolved.name });
            }
            updates.push(Update { name: resolved.name, old: resolved.value, new: values.1 });
        }
        Ok(updates)
    }
}
