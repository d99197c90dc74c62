//! Ref names as bytes, and what kind of ref a name is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::escape::escape;

/// A full ref name, `refs/heads/main` say. Git allows any bytes but a few.
///
/// Source: git-check-ref-format(1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
        self.kind() == RefKind::Note || self.judged().starts_with(b"refs/ai/")
    }

    /// The name that the ref has for those who work in its namespace, by which it is judged:
    /// `refs/heads/x` for `refs/namespaces/a/refs/heads/x`.
    ///
    /// Git passes a push in a namespace (`GIT_NAMESPACE`) to the hook under this name, and the
    /// same push without the namespace under the whole one; both write the same ref. Nested
    /// namespaces are taken off, too. A name that is in no namespace is its own.
    ///
    /// Source: gitnamespaces(7).
    #[must_use]
    pub fn judged(&self) -> &[u8] {
        without_namespaces(&self.0)
    }

    /// The kind of the name by which it is judged.
    #[must_use]
    pub fn kind(&self) -> RefKind {
        let name = self.judged();
        let starts = |prefix: &[u8]| name.starts_with(prefix);
        match () {
            () if starts(b"refs/heads/") => RefKind::Branch,
            () if starts(b"refs/tags/") => RefKind::Tag,
            () if starts(b"refs/notes/") => RefKind::Note,
            () if starts(b"refs/replace/") => RefKind::Replace,
            () => RefKind::Other,
        }
    }
}

/// A name without the namespaces that it is in. What follows a namespace is a ref of it only
/// when it begins with `refs/`.
pub fn without_namespaces(name: &[u8]) -> &[u8] {
    let mut judged = name;
    while let Some(rest) = judged.strip_prefix(b"refs/namespaces/") {
        let end = rest.iter().position(|&byte| byte == b'/');
        let inner = end.filter(|&end| end > 0).and_then(|end| rest.get(end + 1..));
        match inner.filter(|inner| inner.starts_with(b"refs/")) {
            Some(inner) => judged = inner,
            None => break,
        }
    }
    judged
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_of_a_namespace_is_judged_as_what_it_is_there() {
        for (name, judged, kind) in [
            ("refs/heads/x", "refs/heads/x", RefKind::Branch),
            ("refs/namespaces/a/refs/heads/x", "refs/heads/x", RefKind::Branch),
            ("refs/namespaces/a/refs/tags/v1", "refs/tags/v1", RefKind::Tag),
            ("refs/namespaces/a/refs/namespaces/b/refs/notes/x", "refs/notes/x", RefKind::Note),
            ("refs/namespaces/a/refs/replace/12", "refs/replace/12", RefKind::Replace),
            // No ref of a namespace: each part of a namespace has a `refs/namespaces/` before it.
            (
                "refs/namespaces/a/b/refs/heads/x",
                "refs/namespaces/a/b/refs/heads/x",
                RefKind::Other,
            ),
            ("refs/namespaces/a/HEAD", "refs/namespaces/a/HEAD", RefKind::Other),
            ("refs/namespaces//refs/heads/x", "refs/namespaces//refs/heads/x", RefKind::Other),
            ("refs/namespaces/refs/heads/x", "refs/namespaces/refs/heads/x", RefKind::Other),
            ("refs/namespaces/", "refs/namespaces/", RefKind::Other),
            ("refs/namespaces/a/refs/", "refs/", RefKind::Other),
            ("refs/for/main", "refs/for/main", RefKind::Other),
        ] {
            let it = RefName::new(name);
            assert_eq!(it.judged(), judged.as_bytes(), "{name}");
            assert_eq!(it.kind(), kind, "{name}");
        }
    }
}
