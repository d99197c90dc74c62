//! The developer's own hooks under real git: `pre-push` under `git push`, `commit-msg`
//! under `git commit`. They say beforehand what the server will say.

use std::os::unix::fs::PermissionsExt;

use crate::support::{CLAUDE, CLAUDE_MARKER, Client, Finished, PROVOST, Sandbox, clean, marked};

/// Puts a script into a file that can be run.
fn script(sandbox: &Sandbox, name: &str, body: &str) -> String {
    let path = sandbox.write(name, format!("#!/bin/sh\n{body}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A client with a hook, and a server without one.
fn with_hook(hook: &str, arguments: &str) -> Client {
    let sandbox = Sandbox::new();
    sandbox.git("").args(["init", "-q", "--bare", "server.git"]).ok();
    let client = Client::init(&sandbox, "client", &[]);
    client.must(&["remote", "add", "origin", sandbox.path("server.git").to_str().unwrap()]);
    let body = format!("exec '{PROVOST}' --isolated {hook} {arguments}");
    script(&sandbox, &format!("client/.git/hooks/{hook}"), &body);
    client
}

/// Pushes; whether git did.
fn push(client: &Client, arguments: &[&str]) -> (bool, Finished) {
    let finished = client.git(&["push", "origin"]).args(arguments).finish();
    (finished.code == Some(0), finished)
}

/// The refs of the server.
fn server(client: &Client) -> Vec<String> {
    let list = client.sandbox().git("server.git");
    let list = list.args(["for-each-ref", "--format=%(refname) %(objectname)"]).ok();
    list.out().lines().map(str::to_owned).collect()
}

#[test]
fn a_clean_push_passes_in_silence() {
    let client = with_hook("pre-push", "\"$@\"");
    let id = client.commit(clean("One")).create();
    let (pushed, finished) = push(&client, &["main"]);
    assert!(pushed, "{}", finished.all());
    assert!(!finished.all().contains("judged"), "{}", finished.all());
    assert_eq!(server(&client), [format!("refs/heads/main {id}")]);
    // Nothing to push, nothing to judge.
    assert!(push(&client, &["main"]).0);
}

#[test]
fn a_marked_push_does_not_leave_the_machine() {
    let client = with_hook("pre-push", "\"$@\"");
    client.commit(clean("One")).create();
    let sin = client.commit(marked("Two")).create();
    let (pushed, finished) = push(&client, &["main"]);
    assert!(!pushed, "{}", finished.all());
    for text in [&sin[..7], "Two", CLAUDE, CLAUDE_MARKER, "the rules of this machine refuse this"] {
        assert!(finished.all().contains(text), "no `{text}`: {}", finished.all());
    }
    assert!(server(&client).is_empty());
    // `git push --dry-run` asks the hook, too.
    assert!(!push(&client, &["--dry-run", "main"]).0);
    assert!(push(&client, &["--no-verify", "main"]).0);
}

#[test]
fn only_what_the_remote_has_not_is_judged() {
    let client = with_hook("pre-push", "\"$@\"");
    client.commit(marked("Long ago")).create();
    client.must(&["push", "-q", "--no-verify", "origin", "main"]);
    client.commit(clean("Now")).create();
    assert!(push(&client, &["main"]).0);
    // A new branch: the remote's other branches say what it has.
    client.must(&["switch", "-q", "-c", "topic"]);
    client.commit(clean("On the topic")).create();
    assert!(push(&client, &["topic"]).0);
    client.commit(marked("Not this")).create();
    let (pushed, finished) = push(&client, &["topic", "topic:other"]);
    assert!(!pushed && !finished.all().contains("Long ago"), "{}", finished.all());
    assert!(finished.all().contains("Not this"), "{}", finished.all());
}

/// What one remote has says nothing of another.
#[test]
fn each_remote_has_what_it_has() {
    let client = with_hook("pre-push", "\"$@\"");
    client.commit(marked("Long ago")).create();
    client.must(&["push", "-q", "--no-verify", "origin", "main"]);
    let sandbox = client.sandbox();
    sandbox.git("").args(["init", "-q", "--bare", "second.git"]).ok();
    let second = sandbox.path("second.git");
    client.must(&["remote", "add", "second", second.to_str().unwrap()]);
    let finished = client.git(&["push", "second", "main"]).finish().expect(1);
    assert!(finished.all().contains("Long ago"), "{}", finished.all());
    // A bare address has no name: then whatever is published anywhere is old.
    client.git(&["push"]).arg(second).arg("main").ok();
}

#[test]
fn several_refs_stand_or_fall_together() {
    let client = with_hook("pre-push", "\"$@\"");
    client.commit(clean("One")).create();
    client.must(&["switch", "-q", "--orphan", "topic"]);
    client.commit(marked("Two")).create();
    let (pushed, finished) = push(&client, &["main", "topic"]);
    assert!(!pushed && finished.all().contains("Two"), "{}", finished.all());
    assert!(server(&client).is_empty());
    client.must(&["tag", "-a", "-m", &marked("Release"), "v1", "main"]);
    assert!(!push(&client, &["main", "v1"]).0);
    client.must(&["tag", "-f", "-a", "-m", "Release", "v1", "main"]);
    assert!(push(&client, &["main", "v1"]).0);
}

#[test]
fn a_deletion_passes() {
    let client = with_hook("pre-push", "\"$@\"");
    client.commit(marked("Old sin")).create();
    client.must(&["push", "-q", "--no-verify", "origin", "main:a", "main:b", "main:c"]);
    assert!(push(&client, &[":a"]).0);
    assert!(push(&client, &["--delete", "b", "c"]).0);
    assert!(server(&client).is_empty());
}

#[test]
fn a_local_ref_may_be_any_expression() {
    let client = with_hook("pre-push", "\"$@\"");
    client.commit(clean("Some words here")).create();
    client.commit(marked("Last")).create();
    assert!(push(&client, &["HEAD^{/Some words}:refs/heads/words"]).0);
    assert!(push(&client, &["HEAD~:refs/heads/before"]).0);
    assert!(!push(&client, &["@:refs/heads/at"]).0);
    assert_eq!(server(&client).len(), 2);
}

/// Somebody else has moved the branch: its value is an object that is not here.
#[test]
fn a_remote_value_that_is_not_known_here_hides_nothing() {
    let client = with_hook("pre-push", "\"$@\"");
    client.commit(clean("One")).create();
    assert!(push(&client, &["main"]).0);
    let other = Client::init(client.sandbox(), "other", &[]);
    let url = client.sandbox().path("server.git");
    other.must(&["pull", "-q", url.to_str().unwrap(), "main"]);
    other.commit(clean("By somebody else")).create();
    other.must(&["push", "-q", url.to_str().unwrap(), "HEAD:main"]);
    client.commit(clean("Two")).create();
    let (pushed, finished) = push(&client, &["+main"]);
    assert!(pushed, "{}", finished.all());
    other.commit(clean("Once more")).create();
    other.must(&["push", "-q", url.to_str().unwrap(), "+HEAD:main"]);
    client.commit(marked("Three")).create();
    let (pushed, finished) = push(&client, &["+main"]);
    assert!(!pushed && finished.all().contains("Three"), "{}", finished.all());
}

#[test]
fn a_warning_is_shown_and_the_push_goes_on() {
    let client = with_hook("pre-push", "\"$@\"");
    client.commit(clean("One")).file(".kiteignore", "build/\n").create();
    let (pushed, finished) = push(&client, &["main"]);
    assert!(pushed && finished.all().contains("kite/possible-config"), "{}", finished.all());
    assert!(!finished.all().contains("would refuse"), "{}", finished.all());
}

#[test]
fn a_linked_work_tree_pushes_through_the_same_hook() {
    let client = with_hook("pre-push", "\"$@\"");
    client.commit(clean("One")).create();
    assert!(push(&client, &["main"]).0);
    client.must(&["worktree", "add", "-q", "-b", "linked", "../linked"]);
    let linked = Client::open(client.sandbox(), "linked");
    linked.commit(clean("Two")).create();
    assert!(push(&linked, &["linked"]).0);
    linked.commit(marked("Three")).create();
    assert!(!push(&linked, &["linked"]).0);
}

/// A client whose `commit-msg` hook is the binary.
fn committing() -> Client {
    with_hook("commit-msg", "\"$1\"")
}

/// Commits with an editor that puts `text` above what git wrote into the file.
fn edit(client: &Client, text: &str, arguments: &[&str]) -> Finished {
    let sandbox = client.sandbox();
    let file = sandbox.write("typed", text);
    let file = file.display();
    let body = format!("cat '{file}' \"$1\" > \"$1.new\" && mv \"$1.new\" \"$1\"");
    let editor = script(sandbox, "editor", &body);
    client.git(&["commit", "--allow-empty"]).args(arguments).env("GIT_EDITOR", editor).finish()
}

#[test]
fn a_message_given_on_the_command_line_is_judged() {
    let client = committing();
    let commit = |message: &str| client.git(&["commit", "--allow-empty", "-m", message]).finish();
    commit(&clean("One")).expect(0);
    let refused = commit(&marked("Two")).expect(1);
    for text in [CLAUDE_MARKER, CLAUDE, "message line 3", "the rules of this machine refuse this"] {
        assert!(refused.all().contains(text), "no `{text}`: {}", refused.all());
    }
    assert_eq!(client.must(&["log", "--format=%s"]), "One");
}

#[test]
fn a_message_typed_in_an_editor_is_judged_without_comments() {
    let client = committing();
    edit(&client, &clean("One"), &[]).expect(0);
    edit(&client, &marked("Two"), &[]).expect(1);
    // What git or a template puts into comments does not become part of the commit.
    let template = format!("Three\n\n# {CLAUDE}\n#{CLAUDE}\n");
    edit(&client, &template, &[]).expect(0);
    assert!(!client.must(&["log", "-1", "--format=%B"]).contains("Claude"));
}

/// `commit -v` shows the change below the scissors; it may add a line like a trailer.
#[test]
fn what_stands_below_the_scissors_is_not_judged() {
    let client = committing();
    std::fs::write(client.path().join("hooks.md"), format!("{CLAUDE}\n")).unwrap();
    client.must(&["add", "hooks.md"]);
    edit(&client, &clean("One"), &["-v"]).expect(0);
    let message = client.must(&["log", "-1", "--format=%B"]);
    assert!(!message.contains("diff"), "{message}");
    std::fs::write(client.path().join("hooks.md"), format!("{CLAUDE}\n{CLAUDE}\n")).unwrap();
    edit(&client, &marked("Two"), &["-v", "-a"]).expect(1);
    edit(&client, &clean("Three"), &["-a", "--cleanup=scissors"]).expect(0);
}

#[test]
fn the_comment_character_is_the_configured_one() {
    for scope in ["--local", "--global"] {
        let client = committing();
        client.must(&["config", scope, "core.commentChar", ";"]);
        edit(&client, &format!("One\n\n;{CLAUDE}\n"), &[]).expect(0);
        let refused = edit(&client, &format!("Two\n\n# {CLAUDE}\n"), &[]);
        assert_eq!(refused.code, Some(1), "{scope}: {}", refused.all());
    }
}

/// Without an editor git keeps lines that look like comments, so they count.
#[test]
fn comment_lines_that_git_keeps_are_judged() {
    for arguments in [
        &["-m", "One", "-m"][..],
        &["--cleanup=verbatim", "-m", "One", "-m"],
        &["--cleanup=whitespace", "-m", "One", "-m"],
    ] {
        let client = committing();
        let comment = format!("# {CLAUDE}");
        let commit = |extra: &[&str]| {
            client.git(&["commit", "--allow-empty"]).args(extra).args(arguments).arg(&comment)
        };
        commit(&["--no-verify"]).ok();
        assert!(client.must(&["log", "-1", "--format=%B"]).contains(CLAUDE), "git left it out");
        let finished = commit(&[]).finish();
        assert_eq!(finished.code, Some(1), "{}", finished.all());
    }
}

#[test]
fn a_linked_work_tree_commits_through_the_same_hook() {
    let client = committing();
    client.git(&["commit", "--allow-empty", "-m", "One"]).ok();
    client.must(&["worktree", "add", "-q", "-b", "linked", "../linked"]);
    let linked = Client::open(client.sandbox(), "linked");
    linked.git(&["commit", "--allow-empty", "-m", &clean("Two")]).finish().expect(0);
    linked.git(&["commit", "--allow-empty", "-m", &marked("Three")]).finish().expect(1);
}
