//! Pushes as git makes them: one ref or many, created, moved, forced, deleted.
//!
//! Every case pushes marked and clean commits and asserts both verdicts of the built-in
//! policy; where it matters what git tells the hook, a recording hook proves it.

use crate::support::{CLAUDE_MARKER, Options, TestServer, clean, marked, refspec};

const MAIN: &str = "refs/heads/main";

#[test]
fn a_created_branch_is_judged() {
    let server = Options::default().recording().start();
    let client = server.client();
    let one = client.commit(clean("One")).file("a", "1").create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    let recorded = server.recorded();
    assert_eq!(recorded.lines(), [format!("{} {one} {MAIN}", server.null_id())]);
    assert_eq!(recorded.code, 0);
    client.must(&["switch", "-q", "--orphan", "other"]);
    client.commit(marked("Two")).file("b", "2").create();
    let pushed = client.push(&["other"]);
    pushed.must_reject(&["refs/heads/other"]).must_judge(1).must_say(CLAUDE_MARKER);
    assert_eq!(server.recorded().code, 1);
    assert_eq!(server.must(&["for-each-ref", "--format=%(refname)"]), MAIN);
}

#[test]
fn an_updated_branch_is_judged_from_its_old_value_on() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("One")).create();
    client.commit(clean("Two")).create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(2);
    client.commit(clean("Three")).create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.commit(clean("Four")).create();
    client.commit(marked("Five")).create();
    client.commit(clean("Six")).create();
    let pushed = client.push(&["main"]);
    pushed.must_reject(&[MAIN]).must_judge(3);
    pushed.must_say(&format!("{} Five", client.short("HEAD~1")));
}

#[test]
fn a_forced_update_is_judged_by_its_new_side_only() {
    let server = Options::default().recording().start();
    let client = server.client();
    let base = client.commit(clean("Base")).create();
    let old = client.commit(marked("Thrown away")).create();
    server.push_unseen(&client, &["main"]);
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    let new = client.commit(clean("In its place")).create();
    let pushed = client.push(&["+main"]);
    pushed.must_accept(&[MAIN]).must_judge(1).must_not_say("Thrown away");
    assert_eq!(server.recorded().lines(), [format!("{old} {new} {MAIN}")]);

    client.must(&["reset", "-q", "--hard", &base]);
    client.commit(marked("Forced in")).create();
    client.push(&["+main"]).must_reject(&[MAIN]).must_judge(1).must_say("Forced in");
    assert_eq!(server.must(&["rev-parse", "main"]), new);
}

/// `receive.denyNonFastForwards` is looked at only after the hook.
#[test]
fn an_update_that_git_refuses_afterwards_is_judged_all_the_same() {
    let server = Options::default().config("receive.denyNonFastForwards", "true").start();
    let client = server.client();
    client.commit(clean("One")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    client.must(&["reset", "-q", "--hard"]);
    client.must(&["switch", "-q", "--orphan", "again"]);
    client.commit(clean("Again")).create();
    let pushed = client.push(&["+again:main"]);
    assert!(pushed.rejected(MAIN) && pushed.summary(MAIN).contains("non-fast-forward"));
    pushed.must_judge(1);
    client.commit(marked("And again")).create();
    client.push(&["+again:main"]).must_reject(&[MAIN]);
}

/// Git sets up no quarantine for a push that only deletes: the lack of it is not the
/// sign of a wrong call.
#[test]
fn a_push_that_only_deletes_is_accepted_without_a_quarantine() {
    let server = Options::default().recording().start();
    let client = server.client();
    client.commit(marked("Old sins")).create();
    server.push_unseen(&client, &["main:main", "main:gone"]);
    let old = client.id("main");
    let pushed = client.push(&[":gone"]);
    pushed.must_accept(&["refs/heads/gone"]).must_judge(0).must_not_say("Old sins");
    let recorded = server.recorded();
    for name in ["GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"]
    {
        assert!(!recorded.has(name), "{name} is set");
    }
    assert_eq!(recorded.lines(), [format!("{old} {} refs/heads/gone", server.null_id())]);
    assert_eq!(server.must(&["for-each-ref", "--format=%(refname)"]), MAIN);
}

#[test]
fn a_deletion_beside_other_updates_is_no_matter() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(marked("Old sins")).create();
    server.push_unseen(&client, &["main:gone"]);
    client.must(&["switch", "-q", "--orphan", "new"]);
    client.commit(clean("New")).create();
    client.submit(&["new", ":gone"]).must_accept(&["refs/heads/new", "refs/heads/gone"]);
    client.must(&["update-ref", "-d", "refs/remotes/origin/gone"]);
    server.push_unseen(&client, &["main:gone"]);
    client.commit(marked("Newer")).create();
    client.submit(&["new", ":gone"]).must_reject(&["refs/heads/new", "refs/heads/gone"]);
}

/// The commit on the deleted ref is not hidden by it for good: once the ref is gone,
/// the object still lies in the repository, and nobody has judged it.
#[test]
fn a_commit_left_behind_by_a_deleted_branch_is_judged_when_it_comes_back() {
    let server = Options::default().recording().start();
    let client = server.client();
    client.commit(marked("Left behind")).create();
    server.push_unseen(&client, &["main:gone"]);
    client.push(&[":gone"]).must_accept(&["refs/heads/gone"]);
    server.recorded();
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(1).must_say("Left behind");
    let recorded = server.recorded();
    assert!(recorded.quarantine.is_empty(), "{:?}", recorded.quarantine);
}

/// The commits of every ref are judged, wherever its line stands in the input.
#[test]
fn one_marked_ref_declines_all_and_is_the_one_named() {
    for at in 0..3 {
        let server = TestServer::new();
        let client = server.client();
        let names = ["refs/heads/a", "refs/heads/b", "refs/heads/c"];
        for (nth, name) in names.iter().enumerate() {
            client.must(&["switch", "-q", "--orphan", &format!("topic-{nth}")]);
            let subject = format!("Work on {name}");
            client.commit(if nth == at { marked(&subject) } else { clean(&subject) }).create();
        }
        let refspecs = ["topic-0:refs/heads/a", "topic-1:refs/heads/b", "topic-2:refs/heads/c"];
        let pushed = client.push(&refspecs);
        pushed.must_reject(&names).must_judge(3);
        for (nth, name) in names.iter().enumerate() {
            let shown = format!("{} Work on {name}", client.short(&format!("topic-{nth}")));
            if nth == at {
                pushed.must_say(&shown)
            } else {
                pushed.must_not_say(&shown)
            };
        }
    }
}

#[test]
fn several_clean_refs_are_accepted_and_shared_commits_judged_once() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("Shared")).create();
    client.must(&["switch", "-q", "-c", "left"]);
    client.commit(clean("Left")).create();
    client.must(&["switch", "-q", "-c", "right", "main"]);
    client.commit(clean("Right")).create();
    client
        .submit(&["main", "left", "right"])
        .must_accept(&[MAIN, "refs/heads/left", "refs/heads/right"])
        .must_judge(3);
}

/// The hook sees no difference, and every ref is declined together anyway.
#[test]
fn an_atomic_push_is_judged_like_any_other() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(clean("One")).create();
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(clean("Two")).create();
    let push = |refspecs: &[&str]| client.push_to("origin", refspecs, &["--atomic"]);
    push(&["main", "topic"]).must_accept(&[MAIN, "refs/heads/topic"]).must_judge(2);
    client.commit(marked("Three")).create();
    client.must(&["switch", "-q", "main"]);
    client.commit(clean("Four")).create();
    push(&["main", "topic"]).must_reject(&[MAIN, "refs/heads/topic"]).must_judge(2);
}

#[test]
fn a_ref_name_may_hold_any_bytes() {
    let server = Options::default().recording().start();
    let client = server.client();
    client.commit(clean("One")).create();
    let pushed = client.push(&[refspec(b"main:refs/heads/caf\xe9")]);
    assert!(pushed.accepted(b"refs/heads/caf\xe9"), "{}", pushed.all());
    pushed.must_judge(1);
    assert!(server.recorded().stdin.ends_with(b" refs/heads/caf\xe9\n"));
    client.commit(marked("Two")).create();
    let pushed = client.push(&[refspec(b"main:refs/heads/caf\xe9")]);
    assert!(pushed.rejected(b"refs/heads/caf\xe9"), "{}", pushed.all());
    pushed.must_judge(1).must_say(CLAUDE_MARKER);
}

/// A ref whose name is not UTF-8 hides what it reaches, as any other branch does.
#[test]
fn an_existing_ref_with_any_bytes_in_its_name_hides() {
    let server = TestServer::new();
    let client = server.client();
    client.commit(marked("One")).create();
    server.disable_hook();
    client.git(&["push", "-q", "origin"]).arg(refspec(b"main:refs/heads/\xff\xfe")).ok();
    server.enable_hook();
    client.commit(clean("Two")).create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
}

#[test]
fn three_thousand_refs_in_one_push_are_judged() {
    let server = Options::default().recording().start();
    let client = server.client();
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(client.commit(clean(&format!("Number {number}"))).create());
    }
    let set = |ids: &[String]| {
        let mut lines = String::new();
        for number in 0..3000 {
            let id = &ids[number % ids.len()];
            lines.push_str(&format!("update refs/many/branch-{number:04} {id}\n"));
        }
        client.git(&["update-ref", "--stdin"]).input(lines).ok();
    };
    set(&ids);
    let pushed = client.push(&["refs/many/*:refs/heads/many/*"]);
    pushed.must_judge(10);
    assert!((0..3000).all(|at| pushed.accepted(format!("refs/heads/many/branch-{at:04}"))));
    assert_eq!(server.recorded().lines().len(), 3000);

    ids.push(client.commit(marked("The one")).create());
    set(&ids);
    let pushed = client.push(&["+refs/many/*:refs/heads/again/*"]);
    pushed.must_reject(&["refs/heads/again/branch-0000"]).must_judge(1);
    assert!((0..3000).all(|at| pushed.rejected(format!("refs/heads/again/branch-{at:04}"))));
    // Hundreds of refs bring the same commit: it is shown once.
    assert_eq!(pushed.text().matches("The one").count(), 1, "{}", pushed.text());
}

/// Each finding counts for each ref update that brings it: many of both are judged whole,
/// but not all of them are kept for the report.
#[test]
fn many_marks_on_many_refs_are_judged_within_bounds() {
    let server = TestServer::new();
    let client = server.client();
    for number in 0..150 {
        client.commit(marked(&format!("Number {number}"))).create();
    }
    let id = client.id("HEAD");
    let lines: String = (0..150).map(|at| format!("update refs/many/{at} {id}\n")).collect();
    client.git(&["update-ref", "--stdin"]).input(lines).ok();
    let pushed = client.push(&["refs/many/*:refs/heads/many/*"]);
    pushed.must_reject(&["refs/heads/many/0", "refs/heads/many/149"]).must_judge(150);
    pushed.must_say("2500 further findings").must_say("20000 findings");
}
