//! Pushes of many or entangled commits, refs, tags and notes, and to repositories that hold
//! many.

use std::fs;
use std::path::Path;

use git2::Oid;

use crate::made::{MARKED, Push, of, push};

/// A line of commits without changes; the newest last.
fn line(push: &mut Push<'_>, commits: usize, message: &str) -> Vec<Oid> {
    let tree = push.file("a", "a\n");
    let mut all: Vec<Oid> = Vec::new();
    for at in 0..commits {
        let parent: Vec<Oid> = all.last().copied().into_iter().collect();
        let commit = push.commit(tree, &parent, &format!("{at}: {message}"));
        all.push(commit);
    }
    all
}

pub(crate) fn commits(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, of(300, scale), "Add\n");
        push.reference("refs/heads/main", all[all.len() - 1]);
    });
}

pub(crate) fn marked_commits(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, of(60, scale), MARKED);
        push.reference("refs/heads/main", all[all.len() - 1]);
    });
}

/// One merge of many commits.
pub(crate) fn parents(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut parents = Vec::new();
        for at in 0..of(150, scale) {
            let tree = push.file(&format!("f{at}"), "a\n");
            parents.push(push.commit(tree, &[], "Add\n"));
        }
        let tree = push.file("merged", "a\n");
        let merge = push.commit(tree, &parents, "Merge\n");
        push.reference("refs/heads/main", merge);
    });
}

/// Merges of the same many commits, whose trees differ in one file of many.
pub(crate) fn octopus_chain(repository: &Path, scale: usize) {
    push(repository, |push| {
        let blob = push.blob("a\n");
        let (mut parents, mut entries) = (Vec::new(), Vec::new());
        for at in 0..60 {
            entries.push((false, format!("f{at}"), blob));
            let tree = push.tree(&entries);
            parents.push(push.commit(tree, &[], "Add\n"));
        }
        for at in 0..of(15, scale) {
            let blob = push.blob(format!("{at}\n"));
            let last = entries.len() - 1;
            entries[last].2 = blob;
            let tree = push.tree(&entries);
            let merge = push.commit(tree, &parents, "Merge\n");
            parents[0] = merge;
        }
        push.reference("refs/heads/main", parents[0]);
    });
}

/// A commit that names one parent many times.
pub(crate) fn repeated_parents(repository: &Path, scale: usize) {
    push(repository, |push| {
        let tree = push.file("a", "a\n");
        let first = push.commit(tree, &[], "Add\n");
        let tree = push.file("a", "b\n");
        let merge = push.commit(tree, &vec![first; of(1000, scale)], "Merge\n");
        push.reference("refs/heads/main", merge);
    });
}

/// A line of merges, each of the one before and of a new root; all are marked.
pub(crate) fn marked_merges(repository: &Path, scale: usize) {
    push(repository, |push| {
        let tree = push.file("a", "a\n");
        let mut tip = push.commit(tree, &[], "Add\n");
        for at in 0..of(40, scale) {
            let other = push.commit(tree, &[tip], &format!("{at}\n"));
            tip = push.commit(tree, &[tip, other], MARKED);
        }
        push.reference("refs/heads/main", tip);
    });
}

/// Marked merges whose first parent is a root, so that the other brings all of history.
pub(crate) fn merges_of_all(repository: &Path, scale: usize) {
    push(repository, |push| {
        let tree = push.file("a", "a\n");
        let root = push.commit(tree, &[], "Add\n");
        let mut tip = push.commit(tree, &[], "Add\n");
        for _ in 0..of(60, scale) {
            tip = push.commit(tree, &[root, tip], MARKED);
        }
        push.reference("refs/heads/main", tip);
    });
}

pub(crate) fn refs_on_one_commit(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, 1, "Add\n");
        (0..of(300, scale)).for_each(|at| push.reference(&format!("refs/heads/b{at}"), all[0]));
    });
}

/// Refs on one marked commit.
pub(crate) fn refs_on_one_mark(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, 1, MARKED);
        (0..of(100, scale)).for_each(|at| push.reference(&format!("refs/heads/b{at}"), all[0]));
    });
}

/// A ref on each of many roots.
pub(crate) fn refs_on_roots(repository: &Path, scale: usize) {
    push(repository, |push| {
        let tree = push.file("a", "a\n");
        for at in 0..of(150, scale) {
            let commit = push.commit(tree, &[], &format!("{at}\n"));
            push.reference(&format!("refs/heads/b{at}"), commit);
        }
    });
}

/// A ref on each commit of a line in which all are marked: each ref reaches all below it.
pub(crate) fn refs_on_marks(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, of(40, scale), MARKED);
        for (at, commit) in all.iter().enumerate() {
            push.reference(&format!("refs/heads/b{at}"), *commit);
        }
    });
}

/// Refs that hide nothing, each with a value on the server from which it moves on.
pub(crate) fn updates_that_hide_nothing(repository: &Path, scale: usize) {
    push(repository, |push| {
        let tree = push.file("a", "a\n");
        for at in 0..of(100, scale) {
            let old = push.commit(tree, &[], &format!("{at}\n"));
            push.on_server(&format!("refs/changes/{at}"), old);
            let new = push.commit(tree, &[old], &format!("{at}\n"));
            push.reference(&format!("refs/changes/{at}"), new);
        }
    });
}

/// Refs on the server, of which the push makes some more: on commits that were there.
pub(crate) fn refs_on_server(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, of(300, scale), "Add\n");
        for (at, commit) in all.iter().enumerate() {
            push.on_server(&format!("refs/heads/b{at}"), *commit);
        }
        push.reference("refs/heads/again", all[0]);
    });
}

pub(crate) fn tags(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, 1, "Add\n");
        for at in 0..of(200, scale) {
            let tag = push.tag(all[0], "commit", &format!("{at}\n"));
            push.reference(&format!("refs/tags/t{at}"), tag);
        }
    });
}

/// Tags of tags, the innermost first.
fn nested(push: &mut Push<'_>, tags: usize, message: &str) -> Vec<Oid> {
    let mut target = line(push, 1, "Add\n")[0];
    let mut all = Vec::new();
    for _ in 0..tags {
        target = push.tag(target, if all.is_empty() { "commit" } else { "tag" }, message);
        all.push(target);
    }
    all
}

pub(crate) fn tag_depth(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = nested(push, of(300, scale), "Release\n");
        push.reference("refs/tags/t", all[all.len() - 1]);
    });
}

pub(crate) fn nested_tags(repository: &Path, scale: usize) {
    push(repository, |push| {
        for (at, tag) in nested(push, of(100, scale), "Release\n").into_iter().enumerate() {
            push.reference(&format!("refs/tags/t{at}"), tag);
        }
    });
}

pub(crate) fn nested_marked_tags(repository: &Path, scale: usize) {
    push(repository, |push| {
        for (at, tag) in nested(push, of(40, scale), MARKED).into_iter().enumerate() {
            push.reference(&format!("refs/tags/t{at}"), tag);
        }
    });
}

/// Nested tags on the server; the push brings a commit and moves a branch to an older one.
pub(crate) fn nested_tags_on_server(repository: &Path, scale: usize) {
    push(repository, |push| {
        for (at, tag) in nested(push, of(100, scale), "Release\n").into_iter().enumerate() {
            push.on_server(&format!("refs/tags/t{at}"), tag);
        }
        let all = line(push, 3, "More\n");
        push.on_server("refs/heads/main", all[1]);
        push.reference("refs/heads/main", all[2]);
        push.reference("refs/heads/older", all[0]);
    });
}

/// A marked tag on a commit that the server has, beside nested tags there.
pub(crate) fn tag_beside_nested_tags(repository: &Path, scale: usize) {
    push(repository, |push| {
        let tags = nested(push, of(100, scale), "Release\n");
        for (at, tag) in tags.iter().enumerate() {
            push.on_server(&format!("refs/tags/t{at}"), *tag);
        }
        let tag = push.tag(tags[0], "tag", MARKED);
        push.reference("refs/tags/new", tag);
    });
}

/// Notes of one ref, in one commit.
pub(crate) fn notes(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut entries = Vec::new();
        for at in 0..of(200, scale) {
            let blob = push.blob(format!("Note {at}\n"));
            entries.push((false, format!("{at:040x}"), blob));
        }
        let tree = push.tree(&entries);
        let commit = push.commit(tree, &[], "Notes\n");
        push.reference("refs/notes/commits", commit);
    });
}

/// Notes refs, each of which gets a note more.
pub(crate) fn notes_refs(repository: &Path, scale: usize) {
    push(repository, |push| {
        for at in 0..of(60, scale) {
            let blob = push.blob(format!("Note {at}\n"));
            let mut entries = vec![(false, format!("{at:040x}"), blob)];
            let tree = push.tree(&entries);
            let old = push.commit(tree, &[], "Notes\n");
            push.on_server(&format!("refs/notes/n{at}"), old);
            entries.push((false, format!("{:040x}", at + 1_000_000), blob));
            let tree = push.tree(&entries);
            let new = push.commit(tree, &[old], "Notes\n");
            push.reference(&format!("refs/notes/n{at}"), new);
        }
    });
}

/// Notes refs on one line of commits, each of which changes a note.
pub(crate) fn notes_refs_on_a_line(repository: &Path, scale: usize) {
    push(repository, |push| {
        let mut parent = Vec::new();
        for at in 0..of(40, scale) {
            let tree = push.file(&format!("{:040x}", 7), format!("Note {at}\n"));
            let commit = push.commit(tree, &parent, "Notes\n");
            push.reference(&format!("refs/notes/n{at}"), commit);
            parent = vec![commit];
        }
    });
}

pub(crate) fn ref_name_length(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, 1, "Add\n");
        push.reference(&format!("refs/heads/{}", "a/".repeat(of(25, scale)) + "b"), all[0]);
    });
}

/// A server with a ledger of what was left unjudged; the push is onto another commit.
pub(crate) fn unjudged_entries(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, of(100, scale), "Add\n");
        let mut ledger =
            String::from("{\"is\":\"ledger\",\"time\":\"2026-01-01T00:00:00Z\",\"form\":1}\n");
        for (at, commit) in all.iter().enumerate() {
            let boundary = at.checked_sub(1).map(|at| format!("\"{}\"", all[at]));
            ledger.push_str(&format!(
                "{{\"is\":\"unjudged\",\"time\":\"2026-01-01T00:00:00Z\",\"why\":\"time\",\
                 \"ref\":\"refs/heads/b{at}\",\"id\":\"{commit}\",\"boundary\":[{}]}}\n",
                boundary.unwrap_or_default()
            ));
        }
        write_state(repository, "ledger", &ledger);
        let tip = all[all.len() - 1];
        push.on_server("refs/heads/main", tip);
        let tree = push.file("a", "b\n");
        let new = push.commit(tree, &[tip], "Change\n");
        push.reference("refs/heads/main", new);
    });
}

/// A server with a ledger of what an exception let in on another ref.
pub(crate) fn admitted_entries(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, of(100, scale), "Add\n");
        let mut ledger =
            String::from("{\"is\":\"ledger\",\"time\":\"2026-01-01T00:00:00Z\",\"form\":1}\n");
        for (at, commit) in all.iter().enumerate() {
            ledger.push_str(&format!(
                "{{\"is\":\"admitted\",\"time\":\"2026-01-01T00:00:00Z\",\
                 \"ref\":\"refs/heads/vendor/v{at}\",\"exceptions\":[\"e{at}\"],\
                 \"refs\":[\"refs/heads/vendor/v{at}\"],\"ids\":[\"{commit}\"]}}\n",
            ));
        }
        write_state(repository, "ledger", &ledger);
        let tip = all[all.len() - 1];
        push.on_server("refs/heads/vendor/v0", tip);
        let tree = push.file("a", "b\n");
        let root = push.commit(tree, &[], "Add\n");
        push.on_server("refs/heads/main", root);
        let tree = push.file("a", "c\n");
        for at in 0..10 {
            let new = push.commit(tree, &[root], &format!("{at}\n"));
            push.reference(&format!("refs/heads/n{at}"), new);
        }
    });
}

pub(crate) fn baseline_entries(repository: &Path, scale: usize) {
    push(repository, |push| {
        let all = line(push, of(300, scale), "Add\n");
        let ids: String = all.iter().map(|id| format!("{id}\n")).collect();
        write_state(repository, "baseline/all", &ids);
        write_state(repository, "baseline/all.commits", &ids);
        let tip = all[all.len() - 1];
        push.on_server("refs/heads/main", tip);
        let new = line(push, 20, "More\n");
        for (at, commit) in new.iter().enumerate() {
            push.reference(&format!("refs/changes/{at}"), *commit);
        }
    });
}

/// Writes a file that the server keeps beside its refs.
fn write_state(repository: &Path, name: &str, text: &str) {
    let file = repository.join("provost").join(name);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).expect("a directory");
    }
    fs::write(file, text).expect("a file");
}
