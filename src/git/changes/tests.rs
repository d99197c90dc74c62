//! How much is compared: each directory once, independent of what stands on it.

use super::*;
use crate::git::made::Made;

/// Finds nothing of interest but files of one name.
#[derive(Default)]
struct Named(Vec<Vec<u8>>);

impl Visitor for Named {
    fn matters(&self, _: &[u8]) -> bool {
        false
    }

    fn is_full(&self) -> bool {
        self.0.len() >= 100
    }

    fn change(&mut self, change: &Change<'_>) -> Result<bool, GitError> {
        let is_named = change.path.ends_with(b"marked");
        if is_named {
            self.0.push(change.path.to_vec());
        }
        Ok(is_named)
    }
}

/// Each tree has the one before in a directory, so all are different at all their levels.
#[test]
fn trees_that_nest_ever_deeper_are_compared_once() {
    let steps = |levels: usize| {
        let made = Made::new();
        let mut trees = vec![made.tree(&[("100644 a", made.blob("a"))])];
        for _ in 0..levels {
            trees.push(made.deep(trees[trees.len() - 1], 1));
        }
        let repository = made.open();
        let objects = repository.objects().unwrap();
        let mut changes = Changes::new(&objects);
        let mut named = Named::default();
        // The newest first, as a scan compares them.
        for pair in trees.windows(2).rev() {
            changes.added_or_changed(pair[1], &pair[..1], &mut named).unwrap();
        }
        assert!(named.0.is_empty());
        objects.reads().steps
    };
    let (few, many) = (steps(100), steps(800));
    assert!(many <= few * 10, "{few} steps for 100 trees, {many} for 800");
}

#[test]
fn what_is_of_interest_is_found_again_at_another_path() {
    let made = Made::new();
    let below = made.tree(&[("100644 marked", made.blob("a"))]);
    let plain = made.tree(&[("100644 plain", made.blob("a"))]);
    let repository = made.open();
    let objects = repository.objects().unwrap();
    let mut changes = Changes::new(&objects);
    for levels in [12, 13, 12] {
        for (tree, count) in [(below, 1), (plain, 0), (below, 1)] {
            let mut named = Named::default();
            changes.added_or_changed(made.deep(tree, levels), &[], &mut named).unwrap();
            assert_eq!(named.0.len(), count, "{levels} levels");
        }
    }
}

#[test]
fn a_full_visitor_ends_a_walk_through_a_tree_that_repeats_itself() {
    let made = Made::new();
    let mut tree = made.tree(&[("100644 marked", made.blob("a"))]);
    for _ in 0..40 {
        tree = made.tree(&[("40000 l", tree), ("40000 r", tree)]);
    }
    let repository = made.open();
    let objects = repository.objects().unwrap();
    let mut named = Named::default();
    Changes::new(&objects).added_or_changed(tree, &[], &mut named).unwrap();
    assert_eq!(named.0.len(), 100);
    assert!(objects.reads().steps < 20_000, "{:?}", objects.reads());
}

#[test]
fn a_parent_that_is_named_often_is_compared_once() {
    let made = Made::new();
    let old = made.tree(&[("100644 a", made.blob("a"))]);
    let new = made.tree(&[("100644 a", made.blob("b"))]);
    let repository = made.open();
    let objects = repository.objects().unwrap();
    let steps = |parents: usize| {
        let before = objects.reads().steps;
        let mut named = Named::default();
        let parents = vec![old; parents];
        Changes::new(&objects).added_or_changed(new, &parents, &mut named).unwrap();
        objects.reads().steps - before
    };
    assert_eq!(steps(1), steps(10_000));
}
