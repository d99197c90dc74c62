//! From which number of commits on it pays to look at them in bulk.

use crate::git::{Objects, Scale};

/// With fewer commits a second thread gains less than its start and its caches cost.
const FOR_TWO: usize = 2000;
/// A scan of fewer commits is small.
const MANY_JOBS: usize = 1000;
/// So is one of a small part of what a repository holds, for sifting looks at whole trees.
/// Histories have some ten objects for each commit.
const OBJECTS_PER_JOB: usize = 100;
/// Whether to begin with it, after this many commits were met.
pub(in crate::scan) fn is_worth_it(met: usize, objects: &Objects<'_>) -> bool {
    match objects.scale() {
        Scale::Measured => met > FOR_TWO,
        Scale::Small => false,
        Scale::Large => true,
    }
}

/// Whether it pays to compare the trees of this many commits with it.
pub(in crate::scan) fn is_worth_it_for_trees(jobs: usize, objects: &Objects<'_>) -> bool {
    is_for_two(jobs, objects) || is_sifting_worth_it(jobs, objects)
}

/// Whether two threads are to compare the trees of this many commits.
pub(super) fn is_for_two(jobs: usize, objects: &Objects<'_>) -> bool {
    match objects.scale() {
        Scale::Measured => jobs >= FOR_TWO,
        Scale::Small => false,
        Scale::Large => true,
    }
}

/// Whether sifting the trees of this many commits costs less than comparing them.
pub(super) fn is_sifting_worth_it(jobs: usize, objects: &Objects<'_>) -> bool {
    match objects.scale() {
        Scale::Measured => jobs >= MANY_JOBS && objects.packed() / OBJECTS_PER_JOB <= jobs,
        Scale::Small => false,
        Scale::Large => true,
    }
}
