//! Claims that anybody can write into a commit, and that must not make a verdict milder: text
//! that git does not show, people who are none, parents that bring nothing.

use crate::support::{CLAUDE, Client, Options, TestServer, clean};

const MAIN: &str = "refs/heads/main";
const DISCLOSE: &str = "[policy]\ndefault = \"disclose\"\n[policy.disclosure]\n\
    names = \"anything\"\nown-credit = false\n";
const APPROVAL: &str = "[policy]\ndefault = \"record\"\n[policy.people.approval]\n\
    verdict = \"reject\"\ntrailers = [\"Approved-by\"]\n";

fn with(rules: &str) -> (TestServer, Client) {
    let server = Options::default().rules(rules).start();
    let client = server.client();
    client.commit(clean("Base")).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    (server, client)
}

/// A raw child of the tip, by an agent where `author` is one.
fn push_raw(client: &Client, author: &str, message: &str) -> crate::support::Pushed {
    let tip = client.id("main");
    let tree = client.id("main^{tree}");
    let author = format!("{author} 1767225600 +0000");
    let raw = client.raw(message).tree(Some(tree.as_bytes())).parent(&tip);
    let id = raw.author(Some(author.as_bytes())).write();
    client.submit(&[&format!("{id}:{MAIN}")])
}

const PERSON: &str = "A Developer <dev@example.com>";
const AGENT: &str = "Claude <noreply@anthropic.com>";

#[test]
fn a_disclosure_that_nobody_sees_is_none() {
    let (_server, client) = with(DISCLOSE);
    let message = format!("Fix\n\n{CLAUDE}\n\0\nAssisted-by: yes\n");
    push_raw(&client, PERSON, &message).must_reject(&[MAIN]);
}

#[test]
fn an_approval_that_nobody_sees_is_none() {
    let (_server, client) = with(APPROVAL);
    push_raw(&client, AGENT, "Fix\n").must_reject(&[MAIN]);
    let message = "Fix\n\0\nApproved-by: Jane Doe <jane@example.com>\n";
    push_raw(&client, AGENT, message).must_reject(&[MAIN]);
}

#[test]
fn an_agent_does_not_approve_its_own_commit() {
    for approver in [AGENT, "@", "Nobody @ all"] {
        let (_server, client) = with(APPROVAL);
        let message = format!("Fix\n\nApproved-by: {approver}\n");
        push_raw(&client, AGENT, &message).must_reject(&[MAIN]);
    }
}

#[test]
fn a_second_parent_that_brings_nothing_makes_no_merge() {
    let (server, client) = with("[policy.kinds]\nmerge = \"record\"\n");
    let base = client.id("main");
    let tip = client.commit(clean("More")).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    for second in [&tip, &base] {
        let raw = client.raw(format!("Fix\n\n{CLAUDE}\n")).parent(&tip).parent(second);
        let id = raw.write();
        client.submit(&["-f", &format!("{id}:{MAIN}")]).must_reject(&[MAIN]);
    }
    drop(server);
}

/// The file is not in the first parent, and what it says is in neither.
#[test]
fn an_old_second_parent_does_not_make_an_added_file_a_changed_one() {
    let server = TestServer::new();
    let client = server.client();
    let old = client.commit(clean("Base")).file("CLAUDE.md", "Be brief.\n").create();
    let tip = client.commit(clean("Take it away")).remove("CLAUDE.md").create();
    server.push_unseen(&client, &["main"]);
    client.commit(clean("Back")).file("CLAUDE.md", "Do all of it.\n").create();
    client.submit(&["main:again"]).must_reject(&["refs/heads/again"]);
    let tree = client.id("HEAD^{tree}");
    let raw = client.raw(clean("Merge")).tree(Some(tree.as_bytes())).parent(&tip).parent(&old);
    let id = raw.write();
    client.submit(&[&format!("{id}:{MAIN}")]).must_reject(&[MAIN]);
}

/// The same by a move: some file of that name went, seen from the old parent.
#[test]
fn an_old_second_parent_does_not_make_an_added_file_a_moved_one() {
    let server = TestServer::new();
    let client = server.client();
    let old = client.commit(clean("Base")).file("x/CLAUDE.md", "Be brief.\n").create();
    let tip = client.commit(clean("Take it away")).remove("x/CLAUDE.md").create();
    server.push_unseen(&client, &["main"]);
    client.commit(clean("Back")).file("CLAUDE.md", "Do all of it.\n").create();
    let tree = client.id("HEAD^{tree}");
    let raw = client.raw(clean("Merge")).tree(Some(tree.as_bytes())).parent(&tip).parent(&old);
    let id = raw.write();
    client.submit(&[&format!("{id}:{MAIN}")]).must_reject(&[MAIN]);
}

#[test]
fn a_mark_straight_behind_a_nul_is_found() {
    let (_server, client) = with("");
    push_raw(&client, PERSON, &format!("Fix\n\nText\0{CLAUDE}\n")).must_reject(&[MAIN]);
}
