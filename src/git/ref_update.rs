//! Ref updates: what a push wants to change, as `receive-pack` tells its hooks.
//!
//! Source: githooks(5), pre-receive: `<old-oid> SP <new-oid> SP <ref-name> LF`, the
//! null object id standing for a ref that does not exist (create) or shall not
//! (delete).

use super::{GitError, ObjectId, RefName};

/// One ref update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefUpdate {
    /// A new ref.
    Create {
        /// The ref.
        name: RefName,
        /// Its value.
        new: ObjectId,
    },
    /// A ref that moves, forward or by force.
    Update {
        /// The ref.
        name: RefName,
        /// Its value before.
        old: ObjectId,
        /// Its value afterwards.
        new: ObjectId,
    },
    /// A ref that goes.
    Delete {
        /// The ref.
        name: RefName,
        /// Its value before.
        old: ObjectId,
    },
}

impl RefUpdate {
    /// Builds one from the two ids as Git writes them; `None` when both are null.
    #[must_use]
    pub fn new(name: RefName, old: ObjectId, new: ObjectId) -> Option<Self> {
        match (old.is_null(), new.is_null()) {
            (true, true) => None,
            (true, false) => Some(Self::Create { name, new }),
            (false, false) => Some(Self::Update { name, old, new }),
            (false, true) => Some(Self::Delete { name, old }),
        }
    }

    /// The ref.
    #[must_use]
    pub fn name(&self) -> &RefName {
        match self {
            Self::Create { name, .. } | Self::Update { name, .. } | Self::Delete { name, .. } => {
                name
            }
        }
    }

    /// The value after the push, `None` for a deletion.
    #[must_use]
    pub fn new_id(&self) -> Option<ObjectId> {
        match self {
            Self::Create { new, .. } | Self::Update { new, .. } => Some(*new),
            Self::Delete { .. } => None,
        }
    }

    /// The value before the push, `None` for a creation.
    #[must_use]
    pub fn old_id(&self) -> Option<ObjectId> {
        match self {
            Self::Update { old, .. } | Self::Delete { old, .. } => Some(*old),
            Self::Create { .. } => None,
        }
    }
}

/// Parses the standard input of a `pre-receive` hook.
///
/// # Errors
/// A line that is not a ref update, a last line without its line feed (the input was
/// cut), or no line at all: each means that something may go unjudged.
pub fn parse_updates(input: &[u8]) -> Result<Vec<RefUpdate>, GitError> {
    if input.is_empty() {
        return Err(GitError::NoRefUpdate);
    }
    let mut updates = Vec::new();
    for (index, line) in input.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let wrong = |reason| GitError::RefUpdate { line: index + 1, reason };
        let line = line.strip_suffix(b"\n").ok_or_else(|| wrong("the input was cut off here"))?;
        let mut parts = line.splitn(3, |&byte| byte == b' ');
        let mut id =
            |reason| parts.next().and_then(ObjectId::from_hex).ok_or_else(|| wrong(reason));
        let old = id("the old object id is not one")?;
        let new = id("the new object id is not one")?;
        let name = parts.next().filter(|name| !name.is_empty());
        let name = RefName::new(name.ok_or_else(|| wrong("the ref name is missing"))?);
        if old.as_bytes().len() != new.as_bytes().len() {
            return Err(wrong("the two object ids have different lengths"));
        }
        let update = RefUpdate::new(name, old, new);
        updates.push(update.ok_or_else(|| wrong("both object ids are null"))?);
    }
    Ok(updates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_keep_their_spaces_and_bytes() {
        let mut line = format!("{} {} ", "0".repeat(64), "1".repeat(64)).into_bytes();
        line.extend_from_slice(b"refs/heads/a b\xff\n");
        let updates = parse_updates(&line).unwrap();
        assert!(matches!(updates.as_slice(), [RefUpdate::Create { name, .. }]
            if name.as_bytes() == b"refs/heads/a b\xff"));
    }

    #[test]
    fn a_cut_input_is_an_error() {
        let whole = format!("{} {} refs/heads/main\n", "1".repeat(40), "2".repeat(40));
        assert!(parse_updates(whole.as_bytes()).is_ok());
        for end in 0..whole.len() {
            assert!(parse_updates(&whole.as_bytes()[..end]).is_err(), "cut at {end}");
        }
    }

    proptest! {
        #[test]
        fn any_input_is_judged_or_refused(input: Vec<u8>) {
            let _ = parse_updates(&input);
        }
    }
}
