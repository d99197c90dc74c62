//! Ref names as bytes, and what kind of ref a name is.

use std::fmt;

use crate::text::escape::escape;

/// A full ref name, `refs/heads/main` say. Git allows any bytes but a few.
///
/// Source: git-check-ref-format(1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefName(Vec<u8>);

/// What a ref is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefKind {
    /// `refs/heads/…`
    Branch,
    /// `refs/tags/…`
    Tag,
    /// `refs/notes/…`
    Note,
    /// `refs/replace/<object id>`: git shows another object in place of that one.
    Replace,
    /// Any other.
    Other,
}

impl RefName {
    /// A name.
    #[must_use]
    pub fn new(name: impl Into<Vec<u8>>) -> Self {
        Self(name.into())
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether what its commits hold is read as notes.
    #[must_use]
    pub fn is_notes(&self) -> bool {
        self.kind() == RefKind::Note || self.0.starts_with(b"refs/ai/")
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> RefKind {
        let starts = |prefix: &[u8]| self.0.starts_with(prefix);
        match () {
            () if starts(b"refs/heads/") => RefKind::Branch,
            () if starts(b"refs/tags/") => RefKind::Tag,
            () if starts(b"refs/notes/") => RefKind::Note,
            () if starts(b"refs/replace/") => RefKind::Replace,
            () => RefKind::Other,
        }
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.0))
    }
}
