//! Trees that nest deeper than a stack is.

use super::*;
use crate::config::{Layers, load_whole};
use crate::git::Objects;
use crate::git::made::Made;

/// Runs with a stack as small as a thread may get.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(128 << 10);
    thread.spawn(run).unwrap().join().unwrap();
}

fn sifted(made: &Made, ask: impl FnOnce(&mut Sift<'_>, &Objects<'_>)) {
    let config = load_whole(Layers { isolated: true, ..Layers::default() }).unwrap();
    let repository = made.open();
    let objects = repository.objects().unwrap();
    objects.build_id_table();
    let mut sift = Sift::new(&objects, &config.rules.matchers, None);
    ask(&mut sift, &objects);
}

#[test]
fn deep_trees_are_sorted_as_shallow_ones_are() {
    on_a_small_stack(|| {
        let made = Made::new();
        let plain = made.tree(&[("100644 a", made.blob("a"))]);
        let marked = made.tree(&[("100644 CLAUDE.md", made.blob("a"))]);
        let [shallow, deep] =
            [20, 1500].map(|levels| [plain, marked].map(|tree| made.deep(tree, levels)));
        sifted(&made, |sift, _| {
            for [plain, marked] in [shallow, deep] {
                assert!(!sift.matters(plain, &[]));
                assert!(sift.matters(marked, &[]));
                assert!(!sift.matters(marked, &[plain, marked]));
            }
            assert!(sift.matters(deep[1], &[shallow[1]]), "at another path");
        });
    });
}

/// The comparison says of them that they nest too deeply, so it has to be asked.
#[test]
fn trees_that_nest_too_deeply_are_in_doubt() {
    on_a_small_stack(|| {
        let made = Made::new();
        let plain = made.tree(&[("100644 a", made.blob("a"))]);
        // One whose class is known already counts with all its levels.
        let known = made.deep(plain, 1000);
        let deepest = made.deep(known, 6000);
        sifted(&made, |sift, _| {
            assert!(!sift.matters(known, &[]));
            assert!(sift.matters(deepest, &[deepest]));
            assert!(!sift.matters(known, &[]));
        });
    });
}

/// Each tree is read once, however deep those nest that hold it.
#[test]
fn trees_that_nest_ever_deeper_are_read_once() {
    let made = Made::new();
    let mut trees = vec![made.tree(&[("100644 a", made.blob("a"))])];
    for _ in 0..600 {
        trees.push(made.deep(trees[trees.len() - 1], 1));
    }
    sifted(&made, |sift, objects| {
        for pair in trees.windows(2).rev() {
            assert!(!sift.matters(pair[1], &pair[..1]));
        }
        assert!(objects.reads().objects <= 601, "{:?}", objects.reads());
    });
}
