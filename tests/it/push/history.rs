//! Which commits of a push are judged, and to which of them a finding belongs.
//!
//! A commit that a branch or tag of the server already reaches was judged when it came;
//! one that only another ref keeps, or nothing, was not. "Unseen" pushes stand for the
//! time before the hook was installed.

use crate::support::{CLAUDE, CLAUDE_MARKER, Client, Options, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";
const TOPIC: &str = "refs/heads/topic";

/// A server whose `main` holds one marked commit from before the hook, and the client
/// that pushed it.
fn with_old_sin(options: Options) -> (TestServer, Client) {
    let server = options.start();
    let client = server.client();
    client.commit(marked("Old sin")).create();
    server.push_unseen(&client, &["main"]);
    (server, client)
}

#[test]
fn a_new_branch_on_old_commits_judges_only_what_is_new() {
    let (_server, client) = with_old_sin(Options::default());
    client.push(&["main:same"]).must_accept(&["refs/heads/same"]).must_judge(0);
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(clean("Child")).create();
    client.push(&["topic"]).must_accept(&[TOPIC]).must_judge(1);
    client.commit(marked("Grandchild")).create();
    let pushed = client.push(&["topic:other"]);
    pushed.must_reject(&["refs/heads/other"]).must_judge(1).must_not_say("Old sin");
}

#[test]
fn a_tag_hides_what_it_reaches_as_a_branch_does() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(marked("Old sin")).create();
    client.must(&["tag", "-a", "-m", "One", "v1"]);
    server.push_unseen(&client, &["v1"]);
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(0);
    client.commit(clean("Child")).create();
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1);
}

#[test]
fn an_existing_commit_is_pushed_to_another_ref_with_an_empty_quarantine() {
    let (server, client) = with_old_sin(Options::default().recording());
    client.push(&["main:copy"]).must_accept(&["refs/heads/copy"]).must_judge(0);
    let recorded = server.recorded();
    assert!(recorded.has("GIT_QUARANTINE_PATH"));
    assert!(recorded.quarantine.is_empty(), "{:?}", recorded.quarantine);
}

/// The hook judges branches and tags. What only a platform's own ref keeps was never
/// judged, although its objects have long been there.
#[test]
fn a_commit_kept_by_a_ref_that_the_hook_does_not_judge_is_new() {
    for keeper in ["refs/keep-around/1", "refs/pull/7/head", "refs/merge-requests/7/head"] {
        let server = Options::default().recording().start();
        let client = server.client();
        client.commit(marked("Kept")).create();
        server.push_unseen(&client, &[&format!("main:{keeper}")]);
        client.push(&["main"]).must_reject(&[MAIN]).must_judge(1).must_say("Kept");
        assert!(server.recorded().quarantine.is_empty());
        client.must(&["reset", "-q", "--hard"]);
        client.must(&["switch", "-q", "--orphan", "clean"]);
        client.commit(clean("Kept too")).create();
        server.push_unseen(&client, &[&format!("clean:{keeper}-2")]);
        client.push(&["clean:main"]).must_accept(&[MAIN]).must_judge(1);
    }
}

#[test]
fn refs_listed_in_the_policy_hide_too() {
    let rules = "[policy]\nhiding-refs = [\"refs/keep/**\"]\n";
    let server = Options::default().rules(rules).start();
    let client = server.client();
    client.commit(marked("Kept")).create();
    server.push_unseen(&client, &["main:refs/keep/a/b"]);
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(0);
}

/// The walk goes by parents, not by dates: a wrong clock hides nothing.
#[test]
fn dates_from_the_past_and_the_future_hide_nothing() {
    let (_server, client) = with_old_sin(Options::default());
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(clean("From 1970")).date(86_400).create();
    client.commit(clean("From 2100")).date(4_102_444_800).create();
    client.submit(&["topic"]).must_accept(&[TOPIC]).must_judge(2);
    client.commit(marked("From 1971")).date(31_536_000).create();
    client.commit(clean("From 2099")).date(4_070_908_800).create();
    client.submit(&["topic"]).must_reject(&[TOPIC]).must_judge(2).must_say("From 1971");
}

#[test]
fn a_merge_that_brings_a_marked_commit_is_not_to_blame_itself() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("a", "1").create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(marked("On the side")).file("b", "1").create();
    client.must(&["switch", "-q", "main"]);
    client.commit(clean("On main")).file("a", "2").create();
    client.must(&["merge", "-q", "--no-ff", "-m", "Bring the topic", "topic"]);
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_judge(3);
    pushed.must_say(&format!("{} On the side", client.short("topic")));
    pushed.must_not_say("Bring the topic").must_not_say(&client.short("main"));
}

#[test]
fn a_clean_merge_of_clean_commits_is_accepted_and_a_marked_merge_is_not() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("a", "1").create();
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(clean("On the side")).file("b", "1").create();
    client.must(&["switch", "-q", "main"]);
    client.must(&["merge", "-q", "--no-ff", "-m", "Bring the topic", "topic"]);
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(3);
    client.must(&["switch", "-q", "topic"]);
    client.commit(clean("More")).file("b", "2").create();
    client.must(&["switch", "-q", "main"]);
    client.must(&["merge", "-q", "--no-ff", "-m", &format!("Again\n\n{CLAUDE}"), "topic"]);
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_judge(2);
    pushed.must_say(&format!("{} Again", client.short("main")));
}

/// What a merge says itself may be judged by a line of its own; what it brings may not.
#[test]
fn marks_of_merges_may_have_a_line_of_their_own() {
    let policy = "[policy.kinds]\nmerge = \"warn\"\n";
    let server = Options::default().rules(policy).start();
    let client = server.client();
    client.commit(clean("Base")).create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(clean("On topic")).file("topic.txt", "1").create();
    client.must(&["switch", "-q", "main"]);
    client.commit(clean("On main")).file("main.txt", "1").create();
    let message = format!("Merge topic\n\n{CLAUDE}");
    client.must(&["merge", "-q", "--no-ff", "-m", &message, "topic"]);
    client.submit(&["main"]).must_accept(&[MAIN]).must_say("Merge topic");
    client.must(&["switch", "-q", "topic"]);
    client.commit(marked("Marked on topic")).create();
    client.must(&["switch", "-q", "main"]);
    client.must(&["merge", "-q", "--no-ff", "-m", "Merge again", "topic"]);
    client.submit(&["main"]).must_reject(&[MAIN]).must_say("Marked on topic");
}

/// `CLAUDE.md` came with a commit that was accepted long ago; only the merge is new.
#[test]
fn a_merge_that_changes_no_tool_file_itself_has_no_path_finding() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("a", "1").create();
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(clean("Tools")).file("CLAUDE.md", "Be kind.\n").create();
    client.must(&["switch", "-q", "main"]);
    client.commit(clean("Ahead")).file("a", "2").create();
    server.push_unseen(&client, &["main", "topic"]);
    client.must(&["merge", "-q", "--no-ff", "-m", "Bring the tools", "topic"]);
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(1).must_say(" 0 findings");
}

#[test]
fn a_merge_that_adds_a_tool_file_of_its_own_is_to_blame() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("a", "1").create();
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(clean("Side")).file("b", "1").create();
    client.must(&["switch", "-q", "main"]);
    client.commit(clean("Ahead")).file("a", "2").create();
    client.must(&["merge", "-q", "--no-ff", "--no-commit", "topic"]);
    client.commit(clean("An evil merge")).file("CLAUDE.md", "Be kind.\n").create();
    assert!(client.git(&["rev-parse", "--verify", "main^2"]).finish().code == Some(0));
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_judge(4).must_say("CLAUDE.md");
    pushed.must_say(&format!("{} An evil merge", client.short("main")));
}

#[test]
fn the_parents_of_an_octopus_merge_are_all_followed() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("base", "1").create();
    for name in ["a", "b", "c"] {
        client.must(&["switch", "-q", "-c", name, "main"]);
        let subject = format!("Arm {name}");
        let message = if name == "c" { marked(&subject) } else { clean(&subject) };
        client.commit(message).file(name, "1").create();
    }
    client.must(&["switch", "-q", "main"]);
    client.must(&["merge", "-q", "-m", "Eight arms", "a", "b", "c"]);
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_judge(5).must_say("Arm c").must_not_say("Eight arms");
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    client.must(&["merge", "-q", "-m", "Four arms", "a", "b"]);
    client.submit(&["main"]).must_accept(&[MAIN]).must_judge(4);
}

#[test]
fn a_push_of_unrelated_histories_finds_every_root() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Base")).file("a", "1").create();
    client.submit(&["main"]).must_accept(&[MAIN]);
    client.must(&["switch", "-q", "--orphan", "other"]);
    client.commit(marked("Another root")).file("b", "1").create();
    client.commit(clean("On it")).file("b", "2").create();
    client.must(&["switch", "-q", "main"]);
    client.must(&["merge", "-q", "--allow-unrelated-histories", "-m", "Join", "other"]);
    let pushed = client.submit(&["main"]);
    pushed.must_reject(&[MAIN]).must_judge(3).must_say("Another root");
}

/// Few objects are kept loose in quarantine, many as a pack (`receive.unpackLimit`).
#[test]
fn a_quarantine_of_loose_objects_and_one_of_a_pack_are_read_alike() {
    for (limit, packed) in [("1", true), ("10000", false)] {
        let options = Options::default().recording().config("receive.unpackLimit", limit);
        let server = options.start();
        let client = server.client();
        for number in 0..5 {
            client.commit(clean(&format!("{number}"))).file("a", format!("{number}")).create();
        }
        client.push(&["main"]).must_accept(&[MAIN]).must_judge(5);
        let quarantine = server.recorded().quarantine;
        let has_pack = quarantine.iter().any(|name| name.ends_with(".pack"));
        assert_eq!(has_pack, packed, "{quarantine:?}");
        client.commit(marked("Marked")).file("a", "x").create();
        let pushed = client.push(&["main"]);
        pushed.must_reject(&[MAIN]).must_judge(1).must_say(CLAUDE_MARKER);
    }
}
