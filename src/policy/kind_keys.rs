//! The keys of `[policy.kinds]`: one for each kind of marker, for `path` one for each thing that
//! can become of a path, and those of findings that say less than others.

use crate::finding::{Kind, PathUse};
use crate::text::WordEnum;

/// The key of a finding that says little about its commit.
pub(super) const WEAK: &str = "weak";
/// The key of a mark that was demonstrably copied.
pub(super) const COPIED: &str = "copied";
/// The key of a mark in a commit with several parents.
pub(super) const MERGE: &str = "merge";

/// Returns the keys that hold one verdict each.
pub(super) fn plain_kind_keys() -> impl Iterator<Item = &'static str> {
    let kinds = Kind::all().iter().filter(|kind| **kind != Kind::Path);
    kinds.map(|kind| kind.word()).chain([WEAK, COPIED, MERGE])
}

/// Returns the key of a finding by its kind.
pub(super) fn kind_key(kind: Kind, path_use: Option<PathUse>) -> &'static str {
    if kind == Kind::Path {
        return path_use_key(path_use.unwrap_or(PathUse::Added));
    }
    kind.word()
}

/// Returns the key of what became of a path.
pub(super) fn path_use_key(path_use: PathUse) -> &'static str {
    match path_use {
        PathUse::Added => "path.added",
        PathUse::Changed => "path.changed",
        PathUse::Shared => "path.shared",
        PathUse::OffSwitch => "path.off-switch",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_path_is_that_of_its_kind_and_of_its_use() {
        for path_use in PathUse::all() {
            let key = format!("{}.{}", Kind::Path.word(), path_use.word());
            assert_eq!(path_use_key(*path_use), key);
        }
    }
}
