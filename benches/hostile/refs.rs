//! Pushes of many or entangled commits, refs, tags and notes, and to repositories that hold
//! many.

use super::made::{Dimensions, MARKED, Push, last, of};
use git2::Oid;

/// Tags of tags, the innermost first.
fn nested(push: &mut Push<'_>, tags: usize, message: &str) -> Vec<Oid> {
    let mut target = push.line(1, "Add\n")[0];
    let tag = |at: usize| {
        target = push.tag(target, if at == 0 { "commit" } else { "tag" }, message);
        target
    };
    (0..tags).map(tag).collect()
}

/// A ledger of what a server has let through.
fn ledger(push: &Push<'_>, kind: &str, entries: impl Iterator<Item = String>) {
    let line = |kind: &str, rest: String| {
        format!("{{\"is\":\"{kind}\",\"time\":\"2026-01-01T00:00:00Z\",{rest}}}\n")
    };
    let entries: String = entries.map(|it| line(kind, it)).collect();
    push.state("ledger", &(line("ledger", "\"form\":1".to_owned()) + &entries));
}

pub(crate) const REFS: &Dimensions = &[
    ("commits", |push, scale| {
        let all = push.line(of(300, scale), "Add\n");
        push.branch(last(&all));
    }),
    ("marked_commits", |push, scale| {
        let all = push.line(of(60, scale), MARKED);
        push.branch(last(&all));
    }),
    // One merge of many commits.
    ("parents", |push, scale| {
        let root = |at: usize| {
            let tree = push.file(&format!("f{at}"), "a\n");
            push.commit(tree, &[], "Add\n")
        };
        let parents: Vec<Oid> = (0..of(150, scale)).map(root).collect();
        let tree = push.file("merged", "a\n");
        let merge = push.commit(tree, &parents, "Merge\n");
        push.branch(merge);
    }),
    // Merges of the same many commits, whose trees differ in one file of many.
    ("octopus_chain", |push, scale| {
        let (mut parents, mut entries) = (Vec::new(), Vec::new());
        for at in 0..60 {
            entries.push((false, format!("f{at}"), push.blob("a\n")));
            let tree = push.tree(entries.clone());
            parents.push(push.commit(tree, &[], "Add\n"));
        }
        for at in 0..of(15, scale) {
            entries[59].2 = push.blob(format!("{at}\n"));
            let tree = push.tree(entries.clone());
            parents[0] = push.commit(tree, &parents, "Merge\n");
        }
        push.branch(parents[0]);
    }),
    // A commit that names one parent many times.
    ("repeated_parents", |push, scale| {
        let first = push.line(1, "Add\n")[0];
        let tree = push.file("a", "b\n");
        let merge = push.commit(tree, &vec![first; of(1000, scale)], "Merge\n");
        push.branch(merge);
    }),
    // A line of marked merges, each of the one before and of a commit on that.
    ("marked_merges", |push, scale| {
        let tree = push.file("a", "a\n");
        let mut tip = push.commit(tree, &[], "Add\n");
        for at in 0..of(40, scale) {
            let other = push.commit(tree, &[tip], &format!("{at}\n"));
            tip = push.commit(tree, &[tip, other], MARKED);
        }
        push.branch(tip);
    }),
    // Marked merges whose first parent is a root, so that the other brings all of history.
    ("merges_of_all", |push, scale| {
        let tree = push.file("a", "a\n");
        let root = push.commit(tree, &[], "Add\n");
        let mut tip = push.commit(tree, &[], "Add another\n");
        for _ in 0..of(60, scale) {
            tip = push.commit(tree, &[root, tip], MARKED);
        }
        push.branch(tip);
    }),
    ("refs_on_one_commit", |push, scale| {
        let commit = push.line(1, "Add\n")[0];
        push.references("refs/heads/b", vec![commit; of(300, scale)]);
    }),
    ("refs_on_one_mark", |push, scale| {
        let commit = push.line(1, MARKED)[0];
        push.references("refs/heads/b", vec![commit; of(100, scale)]);
    }),
    ("refs_on_roots", |push, scale| {
        let tree = push.file("a", "a\n");
        let root = |at| push.commit(tree, &[], &format!("{at}\n"));
        let roots: Vec<Oid> = (0..of(150, scale)).map(root).collect();
        push.references("refs/heads/b", roots);
    }),
    // A ref on each commit of a line in which all are marked: each ref reaches all below it.
    ("refs_on_marks", |push, scale| {
        let all = push.line(of(40, scale), MARKED);
        push.references("refs/heads/b", all);
    }),
    // Refs that hide nothing, each with a value on the server from which it moves on.
    ("updates_that_hide_nothing", |push, scale| {
        let tree = push.file("a", "a\n");
        for at in 0..of(100, scale) {
            let old = push.commit(tree, &[], &format!("{at}\n"));
            push.reference(&format!("refs/server/changes/{at}"), old);
            let new = push.commit(tree, &[old], &format!("{at}\n"));
            push.reference(&format!("refs/changes/{at}"), new);
        }
    }),
    // Refs on the server, of which the push makes one more, on an old commit.
    ("refs_on_server", |push, scale| {
        let all = push.line(of(300, scale), "Add\n");
        push.reference("refs/heads/again", all[0]);
        push.references("refs/server/heads/b", all);
    }),
    ("tags", |push, scale| {
        let commit = push.line(1, "Add\n")[0];
        let tag = |at| push.tag(commit, "commit", &format!("{at}\n"));
        let tags: Vec<Oid> = (0..of(200, scale)).map(tag).collect();
        push.references("refs/tags/t", tags);
    }),
    ("tag_depth", |push, scale| {
        let all = nested(push, of(300, scale), "Release\n");
        push.reference("refs/tags/t", last(&all));
    }),
    ("nested_tags", |push, scale| {
        let all = nested(push, of(100, scale), "Release\n");
        push.references("refs/tags/t", all);
    }),
    ("nested_marked_tags", |push, scale| {
        let all = nested(push, of(40, scale), MARKED);
        push.references("refs/tags/t", all);
    }),
    // Nested tags on the server; the push brings a commit and a branch on an older one.
    ("nested_tags_on_server", |push, scale| {
        let tags = nested(push, of(100, scale), "Release\n");
        push.references("refs/server/tags/t", tags);
        let all = push.line(3, "More\n");
        push.reference("refs/server/heads/hostile", all[1]);
        push.branch(all[2]);
        push.reference("refs/heads/older", all[0]);
    }),
    // A marked tag on a tag that the server has, beside nested ones.
    ("tag_beside_nested_tags", |push, scale| {
        let tags = nested(push, of(100, scale), "Release\n");
        let tag = push.tag(tags[0], "tag", MARKED);
        push.references("refs/server/tags/t", tags);
        push.reference("refs/tags/new", tag);
    }),
    // Notes of one ref, in one commit.
    ("notes", |push, scale| {
        let note = |at: usize| (format!("{at:040x}"), format!("Note {at}\n"));
        let tree = push.files((0..of(200, scale)).map(note));
        let commit = push.commit(tree, &[], "Notes\n");
        push.reference("refs/notes/commits", commit);
    }),
    // Notes refs, each of which gets a note more.
    ("notes_refs", |push, scale| {
        for at in 0..of(60, scale) {
            let note = |number: usize| (format!("{number:040x}"), format!("Note {at}\n"));
            let tree = push.files([at].map(note).into_iter());
            let old = push.commit(tree, &[], "Notes\n");
            push.reference(&format!("refs/server/notes/n{at}"), old);
            let tree = push.files([at, at + 1_000_000].map(note).into_iter());
            let new = push.commit(tree, &[old], "Notes\n");
            push.reference(&format!("refs/notes/n{at}"), new);
        }
    }),
    // Notes refs on one line of commits, each of which changes a note.
    ("notes_refs_on_a_line", |push, scale| {
        let all = push.line_of(of(40, scale), "Notes\n", |push, at| {
            push.file(&format!("{:040x}", 7), format!("Note {at}\n"))
        });
        push.references("refs/notes/n", all);
    }),
    ("ref_name_length", |push, scale| {
        let commit = push.line(1, "Add\n")[0];
        push.reference(&format!("refs/heads/{}b", "a/".repeat(of(25, scale))), commit);
    }),
    // A server with a ledger of what was left unjudged; the push is onto another commit.
    ("unjudged_entries", |push, scale| {
        let all = push.line(of(100, scale), "Add\n");
        let entry = |(at, id): (usize, &Oid)| {
            let boundary = at.checked_sub(1).map(|at| format!("\"{}\"", all[at]));
            let boundary = boundary.unwrap_or_default();
            format!(
                "\"why\":\"time\",\"ref\":\"refs/heads/b{at}\",\
                 \"id\":\"{id}\",\"boundary\":[{boundary}]"
            )
        };
        ledger(push, "unjudged", all.iter().enumerate().map(entry));
        push.reference("refs/server/heads/hostile", last(&all));
        let tree = push.file("a", "b\n");
        let new = push.commit(tree, &[last(&all)], "Change\n");
        push.branch(new);
    }),
    // A server with a ledger of what an exception let in on another ref.
    ("admitted_entries", |push, scale| {
        let all = push.line(of(100, scale), "Add\n");
        let entry = |(at, id): (usize, &Oid)| {
            let name = format!("\"refs/heads/vendor/v{at}\"");
            format!(
                "\"ref\":{name},\"exceptions\":[\"e{at}\"],\
                 \"refs\":[{name}],\"ids\":[\"{id}\"]"
            )
        };
        ledger(push, "admitted", all.iter().enumerate().map(entry));
        push.reference("refs/server/heads/vendor/v0", last(&all));
        let tree = push.file("a", "b\n");
        let root = push.commit(tree, &[], "Add\n");
        push.reference("refs/server/heads/main", root);
        let tree = push.file("a", "c\n");
        for at in 0..10 {
            let new = push.commit(tree, &[root], &format!("{at}\n"));
            push.reference(&format!("refs/heads/n{at}"), new);
        }
    }),
    ("baseline_entries", |push, scale| {
        let all = push.line(of(300, scale), "Add\n");
        let ids: String = all.iter().map(|id| format!("{id}\n")).collect();
        push.state("baseline/all", &ids);
        push.state("baseline/all.commits", &ids);
        push.reference("refs/server/heads/main", last(&all));
        let new = push.line(20, "More\n");
        push.references("refs/changes/", new);
    }),
];
