//! Pushes whose trees are deep, wide, repeated or many.

use super::made::{Dimensions, Push, last, of};
use git2::Oid;

const CLAUDE: &str = "Run the tests before you commit.\n";

/// Commits whose trees nest ever deeper: each has the one before in a directory.
fn deeper(push: &mut Push<'_>, commits: usize, mut tree: Oid) {
    let all = push.line_of(commits, "Move\n", |push, _| {
        tree = push.below("d", 1, tree);
        tree
    });
    push.branch(last(&all));
}

/// Trees that have each of their subtrees twice, and so exponentially many paths.
fn doubled(push: &mut Push<'_>, depth: usize, mut tree: Oid) {
    for _ in 0..depth {
        tree = push.tree(vec![(true, "l".into(), tree), (true, "r".into(), tree)]);
    }
    push.first(tree, "Add\n");
}

/// Entries for one object under numbered names.
fn entries(is_directory: bool, name: &str, count: usize, id: Oid) -> Vec<(bool, String, Oid)> {
    (0..count).map(|at| (is_directory, format!("{name}{at:07}"), id)).collect()
}

pub(crate) const TREES: &Dimensions = &[
    ("tree_depth", |push, scale| {
        let file = push.file("a", "a\n");
        let tree = push.below("d", of(120, scale), file);
        push.first(tree, "Add\n");
    }),
    // Commits whose trees nest deeper from one to the next, and begin again: at scale 16 as deep as
    // git lets a tree be.
    ("deep_trees", |push, scale| {
        let mut trees = vec![push.file("a", "a\n")];
        for at in 0..of(127, scale) {
            trees.push(push.below("d", 1, trees[at]));
        }
        let all = push.line_of(of(150, scale), "Move\n", |_, at| trees[at % trees.len()]);
        push.branch(last(&all));
    }),
    ("ever_deeper_trees", |push, scale| {
        let top = push.file("a", "a\n");
        deeper(push, of(120, scale), top);
    }),
    // The same with a tool's file below, which has a new path in every commit.
    ("ever_deeper_marks", |push, scale| {
        let top = push.file("CLAUDE.md", CLAUDE);
        deeper(push, of(40, scale), top);
    }),
    // Commits that change a file that many directories deep: each brings all of these.
    ("deep_changes", |push, scale| {
        let all = push.line_of(of(30, scale), "Change\n", |push, at| {
            let file = push.file("a", format!("{at}\n"));
            push.below("d", 60, file)
        });
        push.branch(last(&all));
    }),
    ("tree_width", |push, scale| {
        let blob = push.blob("a\n");
        let tree = push.tree(entries(false, "file-", of(4000, scale), blob));
        push.first(tree, "Add\n");
    }),
    // One directory that gets a file with each commit.
    ("growing_directory", |push, scale| {
        let blob = push.blob("a\n");
        let all = push.line_of(of(40, scale), "Add\n", |push, at| {
            push.tree(entries(false, "file-", at + 1, blob))
        });
        push.branch(last(&all));
    }),
    // Files in a chain of directories with names of 200 bytes.
    ("long_paths", |push, scale| {
        let blob = push.blob("a\n");
        let mut tree = push.tree(entries(false, "file-", 50, blob));
        for _ in 1..of(25, scale) {
            let mut entries = entries(false, "file-", 50, blob);
            entries.push((true, "d".repeat(200), tree));
            tree = push.tree(entries);
        }
        push.first(tree, "Add\n");
    }),
    // Names of a directory and of files that grow.
    ("name_length", |push, scale| {
        let (blob, name) = (push.blob("a\n"), "d".repeat(of(4000, scale)));
        let files = push.tree(entries(false, &name, 20, blob));
        let tree = push.below(&name, 1, files);
        push.first(tree, "Add\n");
    }),
    ("files", |push, scale| {
        let file = |at| (format!("file-{at:07}"), format!("{at}\n").repeat(8));
        let tree = push.files((0..of(400, scale)).map(file));
        push.first(tree, "Add\n");
    }),
    ("repeated_subtrees", |push, scale| {
        let tree = push.file("a", "a\n");
        doubled(push, of(10, scale), tree);
    }),
    ("repeated_marks", |push, scale| {
        let tree = push.file("CLAUDE.md", CLAUDE);
        doubled(push, of(2, scale), tree);
    }),
    // The same marked file at many paths.
    ("marked_files", |push, scale| {
        let inner = push.file("CLAUDE.md", CLAUDE);
        let tree = push.tree(entries(true, "d", of(200, scale), inner));
        push.first(tree, "Add\n");
    }),
    // Marked files that one commit moves.
    ("renames", |push, scale| {
        let inner = push.file("CLAUDE.md", CLAUDE);
        let all = push.line_of(2, "Move\n", |push, at| {
            push.tree(entries(true, &format!("d{at}-"), of(100, scale), inner))
        });
        push.branch(last(&all));
    }),
    // A marked file that each commit changes.
    ("changed_marks", |push, scale| {
        let all = push.line_of(of(50, scale), "Change\n", |push, at| {
            push.file("CLAUDE.md", format!("{at}\n"))
        });
        push.branch(last(&all));
    }),
];
