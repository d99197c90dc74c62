//! Pushes whose trees are deep, wide, repeated or many.

use std::path::Path;

use git2::Oid;

use crate::made::{Push, of, push};

const CLAUDE: &str = "Run the tests before you commit.\n";

/// Commits whose trees nest ever deeper: each has the one before in a directory.
fn deeper(push: &mut Push<'_>, commits: usize, top: Oid) {
    let mut tree = top;
    let mut parent = Vec::new();
    for _ in 0..commits {
        tree = push.below("d", tree);
        parent = vec![push.commit(tree, &parent, "Move\n")];
    }
    push.reference("refs/heads/main", parent[0]);
}

pub(crate) fn tree_depth(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut tree = push.file("a", "a\n");
        for _ in 0..of(120, scale) {
            tree = push.below("d", tree);
        }
        let commit = push.commit(tree, &[], "Add\n");
        push.reference("refs/heads/main", commit);
    });
}

pub(crate) fn ever_deeper_trees(repository: &Path, scale: usize) {
    push(repository, |push| {
        let top = push.file("a", "a\n");
        deeper(push, of(120, scale), top);
    });
}

/// Commits whose trees nest deeper from one to the next, and begin again: at scale 16 as deep as
/// git lets a tree be.
pub(crate) fn deep_trees(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut trees = vec![push.file("a", "a\n")];
        for at in 0..of(127, scale) {
            trees.push(push.below("d", trees[at]));
        }
        let mut parent = Vec::new();
        for at in 0..of(150, scale) {
            let tree = trees[at % trees.len()];
            parent = vec![push.commit(tree, &parent, &format!("{at}\n"))];
        }
        push.reference("refs/heads/main", parent[0]);
    });
}

/// The same with a tool's file below, which has a new path in every commit.
pub(crate) fn ever_deeper_marks(repository: &Path, scale: usize) {
    push(repository, |push| {
        let top = push.file("CLAUDE.md", CLAUDE);
        deeper(push, of(40, scale), top);
    });
}

/// Commits that change a file that many directories deep: each brings all of these.
pub(crate) fn deep_changes(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut parent = Vec::new();
        for commit in 0..of(30, scale) {
            let mut tree = push.file("a", format!("{commit}\n"));
            for _ in 0..60 {
                tree = push.below("d", tree);
            }
            parent = vec![push.commit(tree, &parent, "Change\n")];
        }
        push.reference("refs/heads/main", parent[0]);
    });
}

pub(crate) fn tree_width(repository: &Path, scale: usize) {
    push(repository, |push| {
        let blob = push.blob("a\n");
        let entries: Vec<_> =
            (0..of(4000, scale)).map(|at| (false, format!("file-{at:07}"), blob)).collect();
        let tree = push.tree(&entries);
        let commit = push.commit(tree, &[], "Add\n");
        push.reference("refs/heads/main", commit);
    });
}

/// One directory that gets a file with each commit.
pub(crate) fn growing_directory(repository: &Path, scale: usize) {
    push(repository, |push| {
        let blob = push.blob("a\n");
        let mut entries = Vec::new();
        let mut parent = Vec::new();
        for at in 0..of(40, scale) {
            entries.push((false, format!("file-{at:07}"), blob));
            let tree = push.tree(&entries);
            parent = vec![push.commit(tree, &parent, "Add\n")];
        }
        push.reference("refs/heads/main", parent[0]);
    });
}

/// Files in a chain of directories with names of 200 bytes.
pub(crate) fn long_paths(repository: &Path, scale: usize) {
    push(repository, |push| {
        let blob = push.blob("a\n");
        let files = || (0..50).map(|at| (false, format!("file-{at:03}.txt"), blob));
        let name = "d".repeat(200);
        let mut tree = push.tree(&files().collect::<Vec<_>>());
        for _ in 1..of(25, scale) {
            let entries: Vec<_> = files().chain([(true, name.clone(), tree)]).collect();
            tree = push.tree(&entries);
        }
        let commit = push.commit(tree, &[], "Add\n");
        push.reference("refs/heads/main", commit);
    });
}

/// Names of directories that grow.
pub(crate) fn name_length(repository: &Path, scale: usize) {
    push(repository, |push| {
        let blob = push.blob("a\n");
        let name = "d".repeat(of(4000, scale));
        let files: Vec<_> = (0..20).map(|at| (false, format!("f{at}{name}"), blob)).collect();
        let inner = push.tree(&files);
        let tree = push.below(&name, inner);
        let commit = push.commit(tree, &[], "Add\n");
        push.reference("refs/heads/main", commit);
    });
}

pub(crate) fn files(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut entries = Vec::new();
        for at in 0..of(400, scale) {
            let blob = push.blob(format!("{at}\n").repeat(8));
            entries.push((false, format!("file-{at:07}"), blob));
        }
        let tree = push.tree(&entries);
        let commit = push.commit(tree, &[], "Add\n");
        push.reference("refs/heads/main", commit);
    });
}

/// A tree that has each of its subtrees twice, so that it has exponentially many paths.
pub(crate) fn repeated_subtrees(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut tree = push.file("a", "a\n");
        for _ in 0..of(10, scale) {
            tree = push.tree(&[(true, "l".into(), tree), (true, "r".into(), tree)]);
        }
        let commit = push.commit(tree, &[], "Add\n");
        push.reference("refs/heads/main", commit);
    });
}

/// The same with a tool's file at the end of each path.
pub(crate) fn repeated_marks(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut tree = push.file("CLAUDE.md", CLAUDE);
        for _ in 0..of(2, scale) {
            tree = push.tree(&[(true, "l".into(), tree), (true, "r".into(), tree)]);
        }
        let commit = push.commit(tree, &[], "Add\n");
        push.reference("refs/heads/main", commit);
    });
}

/// The same marked file at many paths.
pub(crate) fn marked_files(repository: &Path, scale: usize) {
    push(repository, |push| {
        let inner = push.file("CLAUDE.md", CLAUDE);
        let entries: Vec<_> =
            (0..of(200, scale)).map(|at| (true, format!("d{at}"), inner)).collect();
        let tree = push.tree(&entries);
        let commit = push.commit(tree, &[], "Add\n");
        push.reference("refs/heads/main", commit);
    });
}

/// Marked files that one commit moves.
pub(crate) fn renames(repository: &Path, scale: usize) {
    push(repository, |push| {
        let inner = push.file("CLAUDE.md", CLAUDE);
        let mut parent = Vec::new();
        for step in 0..2 {
            let entries: Vec<_> =
                (0..of(100, scale)).map(|at| (true, format!("d{step}-{at}"), inner)).collect();
            let tree = push.tree(&entries);
            parent = vec![push.commit(tree, &parent, "Move\n")];
        }
        push.reference("refs/heads/main", parent[0]);
    });
}

/// A marked file that each commit changes.
pub(crate) fn changed_marks(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut parent = Vec::new();
        for at in 0..of(50, scale) {
            let tree = push.file("CLAUDE.md", format!("{at}\n"));
            parent = vec![push.commit(tree, &parent, "Change\n")];
        }
        push.reference("refs/heads/main", parent[0]);
    });
}
