//! Which markers a scan looks for.

use crate::marker::Matchers;

/// Which markers are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Whether trees are compared (for the kinds `path` and `content`).
    pub trees: bool,
    /// Whether the contents of changed files are read.
    pub contents: bool,
}

impl Scope {
    /// Whether anything is looked for in trees at all.
    pub(super) fn looks_into_trees(self, matchers: &Matchers) -> bool {
        self.reads_files(matchers) || self.trees && !matchers.path.is_empty()
    }

    /// Whether anything is looked for in files.
    pub(super) fn reads_files(self, matchers: &Matchers) -> bool {
        self.trees && self.contents && !matchers.content.is_empty()
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self { trees: true, contents: true }
    }
}
