//! Marks that a revert or a cherry-pick copied: milder only when the commit that is named
//! was judged before and carries the same mark. Whatever a committer types, it softens
//! nothing by itself.

use crate::support::{CLAUDE, Client, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";

fn reverting(id: &str) -> String {
    format!("Revert \"Parse\"\n\n{CLAUDE}\n\nThis reverts commit {id}.\n")
}

fn picking(id: &str) -> String {
    format!("Parse\n\n{CLAUDE}\n(cherry picked from commit {id})\n")
}

/// A server that has accepted a marked commit and a clean one on `main`.
fn with_history() -> (TestServer, Client, String, String) {
    let server = TestServer::new();
    let client = server.client();
    let sin = client.commit(marked("Parse")).create();
    let clean = client.commit(clean("Count")).create();
    server.push_unseen(&client, &["main"]);
    (server, client, sin, clean)
}

#[test]
fn a_copy_of_a_judged_mark_is_warned_of() {
    for message in [reverting, picking] {
        let (_server, client, sin, _) = with_history();
        client.commit(message(&sin)).create();
        let pushed = client.push(&["main"]);
        pushed.must_accept(&[MAIN]).must_say("with a warning").must_say("claude-code/co-author");
    }
}

#[test]
fn a_line_that_names_nothing_softens_nothing() {
    let (_server, client, sin, clean) = with_history();
    let short = &sin[..10];
    for id in [&"1".repeat(40), &clean, short, "nonsense"] {
        for message in [reverting, picking] {
            client.must(&["switch", "-q", "--force-create", "topic", "main"]);
            client.commit(message(id)).create();
            client.push(&["topic"]).must_reject(&["refs/heads/topic"]);
        }
    }
}

/// The same tool, another mark: it is not a copy of that one.
#[test]
fn another_mark_than_the_original_s_is_no_copy() {
    let (_server, client, sin, _) = with_history();
    let message = format!(
        "Revert\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)\n\n\
         This reverts commit {sin}.\n"
    );
    client.commit(message).create();
    client.push(&["main"]).must_reject(&[MAIN]);
}

#[test]
fn an_original_that_nothing_judged_hides_softens_nothing() {
    let server = TestServer::new();
    let client = server.client();
    let sin = client.commit(marked("Parse")).create();
    // A platform writes such refs without running the hook.
    server.push_unseen(&client, &["main:refs/pull/1/head"]);
    client.must(&["switch", "-q", "--orphan", "other"]);
    client.commit(picking(&sin)).create();
    client.push(&["other"]).must_reject(&["refs/heads/other"]);
    // Nor does one that comes in the same push.
    client.push(&["main", "other"]).must_reject(&[MAIN, "refs/heads/other"]);
}

#[test]
fn only_what_stands_above_the_line_is_a_copy() {
    let (_server, client, sin, _) = with_history();
    client.commit(format!("Revert\n\nThis reverts commit {sin}.\n\n{CLAUDE}\n")).create();
    client.push(&["main"]).must_reject(&[MAIN]);
}

#[test]
fn a_copied_mark_is_weak_in_the_records() {
    let (_server, client, sin, _) = with_history();
    client.commit(picking(&sin)).create();
    let finished = client.provost(&["check", "--format", "jsonl", "HEAD~1..HEAD"]).expect(0);
    let out = finished.out();
    assert!(out.contains(r#""confidence":"weak""#) && out.contains(r#""verdict":"warn""#), "{out}");
    // The audit judges the original, and knows the copy for one.
    let finished = client.provost(&["audit", "--format", "jsonl", "."]).expect(1);
    assert_eq!(finished.out().matches(r#""verdict":"warn""#).count(), 1, "{}", finished.all());
    assert_eq!(finished.out().matches(r#""verdict":"reject""#).count(), 1, "{}", finished.all());
}
