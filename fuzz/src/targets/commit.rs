//! Commit objects: `git::Commit`, what a walk takes from one, and their headers.

use provost::fuzzing::{headers, links};
use provost::git::{Commit, ObjectId, subject, unfolded};

use crate::is_within;

pub(crate) fn run(data: &[u8]) {
    headers_are_all_there(data);
    let id = ObjectId::NULL;
    let parsed = Commit::parse(id, data);
    let walked = links(id, data);
    let Ok(commit) = parsed else {
        assert!(walked.is_none(), "the walk reads what the parser refuses");
        return;
    };
    let (tree, parents, seconds) = walked.expect("the parser reads what the walk refuses");
    assert_eq!((tree, &parents), (commit.tree, &commit.parents));
    assert_eq!(Some(&parents), parents_of(data).as_ref(), "git reads other parents");
    // The walk stops at the end of the first committer's header.
    assert_eq!(seconds, commit.seconds());
    assert!(data.ends_with(commit.message));
    let values = commit.signatures.iter().chain(&commit.merged_tags).chain(&commit.encoding);
    values.for_each(|value| assert!(is_within(data, value)));
    let mut texts = commit.message.len();
    for extra in &commit.extras {
        assert!(is_within(data, extra.key) && is_within(data, extra.value));
        assert!(extra.text().len() <= 2 * (extra.key.len() + extra.value.len()) + 2);
        texts += extra.key.len() + extra.value.len();
    }
    assert!(texts <= data.len(), "a header is read twice");
    for ident in commit.authors.iter().chain(&commit.committers) {
        assert!(is_within(data, ident.raw));
    }
    assert!(is_within(data, subject(commit.message)));
    assert!(unfolded(data).len() <= data.len());
}

/// Headers written again are read as the same.
pub(crate) fn headers_are_all_there(data: &[u8]) {
    let (fields, body) = headers(data);
    let mut written = Vec::new();
    for (key, value) in &fields {
        written.extend_from_slice(key);
        written.push(b' ');
        written.extend_from_slice(value);
        written.push(b'\n');
    }
    if let Some(body) = body {
        written.push(b'\n');
        written.extend_from_slice(body);
    }
    assert_eq!(headers(&written), (fields, body));
    // Of a header only the blank behind its key, and the last line feed, may be missing.
    assert!(written.len() >= data.len());
}

/// The parents as `parse_commit_buffer` in git's commit.c reads them; `None` where it refuses
/// a parent. It does so where ours must, but also for a tree that is no id.
fn parents_of(data: &[u8]) -> Option<Vec<ObjectId>> {
    let mut lines = data.split(|&byte| byte == b'\n');
    let mut parents = Vec::new();
    let first = lines.next().unwrap_or_default();
    if !first.starts_with(b"tree ") {
        return Some(parents);
    }
    // What continues a line is no part of it.
    for line in lines.skip_while(|line| line.starts_with(b" ")) {
        match line.strip_prefix(b"parent ") {
            Some(parent) => parents.push(ObjectId::from_hex(parent)?),
            None if line.starts_with(b" ") => {}
            None => break,
        }
    }
    Some(parents)
}
