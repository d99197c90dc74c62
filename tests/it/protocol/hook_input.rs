//! What `receive-pack` may tell the hook beside plain updates: shallow histories, refs
//! that it will refuse itself, missing objects, hidden refs, push options, certificates.
//!
//! Git feeds the hook also the updates that it has decided to refuse already; one of
//! these must not decline the good ones beside it, nor let a marked one through.

use crate::support::{CLAUDE_MARKER, Client, Finished, Options, TestServer, clean, marked, skip};

const MAIN: &str = "refs/heads/main";
const GOOD: &str = "refs/heads/good";
const BROKEN: &str = "refs/heads/broken";
/// An id that no object has.
const ABSENT: &str = "00000000000000000000000000000000000000a1";

/// A client whose history is cut off below its one commit, with the server as `origin`.
fn shallow_client(server: &TestServer) -> Client {
    let sandbox = server.sandbox();
    let full = Client::init(sandbox, "upstream", &[]);
    full.commit(marked("Below the cut")).file("a", "1").create();
    full.commit(clean("At the cut")).file("a", "2").create();
    let url = format!("file://{}", full.path().display());
    sandbox.git("").args(["clone", "-q", "--depth=1", &url, "shallow"]).ok();
    let client = Client::open(sandbox, "shallow");
    client.must(&["remote", "set-url", "origin", server.path().to_str().unwrap()]);
    client
}

#[test]
fn a_shallow_history_is_judged_down_to_where_it_is_cut() {
    let server = Options::default().recording().config("receive.shallowUpdate", "true").start();
    let client = shallow_client(&server);
    client.commit(marked("On top")).file("a", "3").create();
    client.push(&["main"]).must_reject(&[MAIN]).must_judge(2).must_say("On top");
    assert!(server.recorded().has("GIT_SHALLOW_FILE"));
    client.must(&["reset", "-q", "--hard", "HEAD~1"]);
    client.commit(clean("On top")).file("a", "4").create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(2);
    assert!(server.recorded().has("GIT_SHALLOW_FILE"));
    // The server is shallow itself from now on.
    assert!(server.git_dir().join("shallow").exists());
    client.commit(clean("More")).file("a", "5").create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.commit(marked("Too much")).file("a", "6").create();
    client.push(&["main:other"]).must_reject(&["refs/heads/other"]).must_judge(1);
}

#[test]
fn a_shallow_update_that_git_refuses_does_not_decline_the_good_ref_beside_it() {
    let server = Options::default().recording().config("receive.shallowUpdate", "false").start();
    let client = shallow_client(&server);
    client.must(&["switch", "-q", "--orphan", "good"]);
    client.commit(clean("Whole")).file("b", "1").create();
    let pushed = client.push(&["main", "good"]);
    assert!(pushed.rejected(MAIN) && pushed.summary(MAIN).contains("shallow"), "{}", pushed.all());
    pushed.must_accept(&[GOOD]);
    // Git told the hook of both.
    assert_eq!(server.recorded().lines().len(), 2);
    client.commit(marked("Whole, and marked")).file("b", "2").create();
    let pushed = client.push(&["main", "good:again"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_reject(&["refs/heads/again"]).must_say("Whole, and marked");
}

/// A server with one object that is not yet on any ref: a commit to be judged.
fn with_loose_commit(message: &str) -> (TestServer, String) {
    let server = TestServer::new();
    let client = server.client();
    let id = client.commit(message).file("a", "1").create();
    server.push_unseen(&client, &["main:refs/keep/1"]);
    (server, id)
}

#[test]
fn an_update_to_an_absent_object_is_left_to_git() {
    let null = "0".repeat(40);
    let missing = format!("{null} {ABSENT} {BROKEN}\n");
    for (message, code) in [(clean("Good"), 0), (marked("Bad"), 1)] {
        let (server, id) = with_loose_commit(&message);
        let good = format!("{null} {id} {GOOD}\n");
        for lines in [format!("{missing}{good}"), format!("{good}{missing}")] {
            let judged = server.judge_by_hand(&lines).expect(code);
            let said = format!("not looked at: the update of {BROKEN}");
            assert!(judged.err().contains(&said), "{}", judged.all());
            assert!(judged.err().contains("1 commits judged"), "{}", judged.all());
        }
        // An absent old value hides nothing and harms nothing.
        server.judge_by_hand(&format!("{ABSENT} {id} {MAIN}\n")).expect(code);
        server.judge_by_hand(&missing).expect(0);
    }
}

/// Where nobody can say that git will refuse it, nothing is let through.
#[test]
fn an_absent_object_is_not_passed_over_without_git_to_confirm_it() {
    let (server, id) = with_loose_commit(&clean("Good"));
    let null = "0".repeat(40);
    let lines = format!("{null} {id} {GOOD}\n{null} {ABSENT} {BROKEN}\n");
    let judge = server.judge_by_hand_without_git(&lines).expect(2);
    assert!(judge.err().contains("could not be judged"), "{}", judge.all());
    server.judge_by_hand_without_git(&format!("{null} {id} {GOOD}\n")).expect(0);
}

/// A server keeps its sources to itself: it never fetches what it does not have, also
/// not where the repository's configuration names a place to fetch it from.
#[test]
fn a_missing_object_is_not_fetched_from_a_promisor() {
    let options = Options::default().config("core.repositoryFormatVersion", "1");
    let options = options.config("extensions.partialClone", "origin");
    let options = options.config("remote.origin.promisor", "true");
    let server = options.config("protocol.ext.allow", "always").start();
    let called = server.sandbox().path("called");
    let url = format!("ext::touch {}", called.display());
    server.must(&["config", "remote.origin.url", &url]);
    // The trap works: git itself would fetch.
    server.git(&["cat-file", "-e", ABSENT]).finish();
    assert!(called.exists(), "git does not fetch, so this test shows nothing");
    std::fs::remove_file(&called).unwrap();
    server.judge_by_hand(&format!("{} {ABSENT} {BROKEN}\n", "0".repeat(40))).expect(0);
    assert!(!called.exists(), "the hook made git fetch");
}

/// Speaks the protocol of git-receive-pack(1) itself, to send what no client would: the
/// commands in order, and a pack of just these objects.
fn receive_pack(
    server: &TestServer,
    client: &Client,
    commands: &[(&str, &str)],
    ids: &[&str],
) -> Finished {
    let mut request = Vec::new();
    let null = server.null_id();
    for (at, (id, name)) in commands.iter().enumerate() {
        let capabilities = if at == 0 { "\0 report-status" } else { "" };
        let line = format!("{null} {id} {name}{capabilities}");
        request.extend_from_slice(format!("{:04x}{line}", line.len() + 4).as_bytes());
    }
    request.extend_from_slice(b"0000");
    let list = ids.iter().map(|id| format!("{id}\n")).collect::<String>();
    let pack = client.git(&["pack-objects", "--stdout", "-q"]).input(list).ok();
    request.extend_from_slice(&pack.stdout);
    let run = server.sandbox().git("").arg("receive-pack").arg(server.path());
    run.input(request).ok()
}

#[test]
fn updates_whose_objects_are_missing_do_not_decline_the_good_ref_beside_them() {
    for (message, good) in [(clean("Good"), true), (marked("Bad"), false)] {
        let server = Options::default().recording().start();
        let client = server.client();
        let left_out = client.raw(clean("Left out")).write();
        let child = client.raw(clean("Child")).parent(&left_out).write();
        let no_tree = client.raw(clean("Its tree is left out"));
        let no_tree = no_tree.tree(Some(b"00000000000000000000000000000000000000a2")).write();
        let whole = client.raw(message).write();
        let tree = client.empty_tree();
        let commands = [
            (ABSENT, "refs/heads/absent"),
            (&child, "refs/heads/no-parent"),
            (&whole, GOOD),
            (&no_tree, "refs/heads/no-tree"),
        ];
        let done = receive_pack(&server, &client, &commands, &[&child, &whole, &tree, &no_tree]);
        assert_eq!(server.recorded().lines().len(), 4, "{}", done.all());
        let report = done.out();
        assert!(report.contains("unpack ok"), "{}", done.all());
        for name in ["absent", "no-parent", "no-tree"] {
            let refused = format!("ng refs/heads/{name} ");
            assert!(report.contains(&refused), "{name}: {}", done.all());
        }
        let expected = if good { format!("ok {GOOD}") } else { format!("ng {GOOD} pre-receive") };
        assert!(report.contains(&expected), "{}", done.all());
        assert_eq!(done.err().contains(CLAUDE_MARKER), !good, "{}", done.all());
    }
}

#[test]
fn an_update_of_a_hidden_ref_is_left_to_git() {
    let hidden = "refs/hidden/x";
    let options = Options::default().recording().config("receive.hideRefs", "refs/hidden");
    let server = options.start();
    let client = server.client();
    client.commit(clean("One")).create();
    let pushed = client.push(&["main", &format!("main:{hidden}")]);
    assert!(pushed.summary(hidden).contains("hidden ref"), "{}", pushed.all());
    pushed.must_accept(&[MAIN]);
    assert_eq!(server.recorded().lines().len(), 2);
    client.commit(marked("Two")).create();
    client.push(&["main", &format!("main:{hidden}")]).must_reject(&[MAIN]);
}

/// Hidden from clients is not hidden from the judgement: a hidden branch counts as one
/// that was judged, a hidden ref of another kind does not.
#[test]
fn what_hidden_refs_reach_is_judged_like_what_others_reach() {
    let hide = |name: &str| Options::default().config("receive.hideRefs", name).start();
    for (name, hides) in [("refs/heads/secret", true), ("refs/keep/1", false)] {
        let server = hide(name);
        let client = server.client();
        client.commit(marked("Old sin")).create();
        // Git refuses to push to it, so it gets its value on the server.
        server.push_unseen(&client, &["main:refs/tmp/1"]);
        server.must(&["update-ref", name, "refs/tmp/1"]);
        server.must(&["update-ref", "-d", "refs/tmp/1"]);
        client.commit(clean("Child")).create();
        let pushed = client.push(&["main"]);
        if hides {
            pushed.must_accept(&[MAIN]).must_judge(1);
        } else {
            pushed.must_reject(&[MAIN]).must_judge(2).must_say("Old sin");
        }
    }
}

#[test]
fn push_options_change_nothing() {
    let options = Options::default().recording().config("receive.advertisePushOptions", "true");
    let server = options.start();
    let client = server.client();
    client.commit(clean("One")).create();
    let push = |refspec| {
        let options = ["-o", "provost.skip=true", "-o", "\x1b[2Jdisclosed", "-o", ""];
        client.push_to("origin", &[refspec], &options)
    };
    push("main").must_accept(&[MAIN]).must_judge(1);
    let recorded = server.recorded();
    assert_eq!(recorded.env["GIT_PUSH_OPTION_COUNT"], b"3");
    assert_eq!(recorded.env["GIT_PUSH_OPTION_0"], b"provost.skip=true");
    client.commit(marked("Two")).create();
    push("main").must_reject(&[MAIN]).must_judge(1);
}

#[test]
fn a_server_that_takes_no_push_options_is_no_other() {
    let server = Options::default().recording().start();
    let client = server.client();
    client.commit(clean("One")).create();
    client.push(&["main"]).must_accept(&[MAIN]);
    let recorded = server.recorded();
    let count = recorded.env.get("GIT_PUSH_OPTION_COUNT");
    assert!(count.is_none_or(|count| count == b"0"), "{count:?}");
}

/// The certificate is a blob that git names in the environment.
#[test]
fn a_signed_push_is_judged_like_any_other() {
    let options = Options::default().recording().config("receive.certNonceSeed", "seed");
    let server = options.start();
    let client = server.client();
    let key = server.sandbox().path("key");
    let made = server.sandbox().run("sh", "").arg("-c").arg("command -v ssh-keygen").finish();
    if made.code != Some(0) {
        return skip("there is no ssh-keygen to sign a push with");
    }
    let keygen = server.sandbox().run("ssh-keygen", "").args(["-q", "-t", "ed25519", "-N", ""]);
    keygen.arg("-f").arg(&key).ok();
    client.must(&["config", "gpg.format", "ssh"]);
    client.must(&["config", "user.signingKey", key.to_str().unwrap()]);
    client.commit(clean("One")).create();
    let push = || client.push_to("origin", &["main"], &["--signed=true"]);
    push().must_accept(&[MAIN]).must_judge(1);
    assert!(server.recorded().has("GIT_PUSH_CERT"));
    client.commit(marked("Two")).create();
    push().must_reject(&[MAIN]).must_judge(1);
}

/// The `update` hook runs once a ref, after the objects have left the quarantine: it can
/// refuse one ref and accept another, and what it refused lies there ever after.
#[test]
fn as_an_update_hook_each_ref_is_judged_by_itself() {
    let server = TestServer::new();
    server.disable_hook();
    server.install("update", "#!/bin/sh\nexec @PROVOST@ update \"$1\" \"$2\" \"$3\"\n");
    let client = server.client();
    client.commit(clean("One")).create();
    client.must(&["switch", "-q", "-c", "good"]);
    client.commit(clean("Two")).create();
    client.must(&["switch", "-q", "-c", "bad"]);
    client.commit(marked("Three")).create();
    for _ in 0..2 {
        let pushed = client.push(&["bad", "good", "main"]);
        assert!(pushed.rejected("refs/heads/bad"), "{}", pushed.all());
        assert!(pushed.summary("refs/heads/bad").contains("hook declined"));
        pushed.must_accept(&[GOOD, MAIN]).must_say("Three");
    }
    client.push(&[":good"]).must_accept(&[GOOD]);
}

/// Git refuses a name outside `refs/` only after the hook.
#[test]
fn a_ref_name_that_git_refuses_afterwards_is_judged_like_any_other() {
    let server = Options::default().recording().start();
    let client = server.client();
    for (message, good) in [(clean("One"), true), (marked("Two"), false)] {
        let id = client.raw(message).write();
        let tree = client.empty_tree();
        let commands = [(id.as_str(), "HEAD"), (&id, "nonsense"), (&id, GOOD)];
        let done = receive_pack(&server, &client, &commands, &[&id, &tree]);
        assert_eq!(server.recorded().lines().len(), 3, "{}", done.all());
        let expected = if good { format!("ok {GOOD}") } else { format!("ng {GOOD} pre-receive") };
        assert!(done.out().contains(&expected), "{}", done.all());
        assert!(done.out().contains("ng nonsense "), "{}", done.all());
    }
}
