//! A developer's hooks, beside those of others and of their managers. husky, lefthook and
//! pre-commit do not run here: what they leave in a repository is laid out by hand.

use super::super::support::{Client, Finished, Sandbox, TestServer, clean, marked};
use super::{script, tree};

const WOULD: &str = "the rules of this machine refuse this";

fn provost(client: &Client, command: &str) -> Finished {
    client.sandbox().run(super::PROVOST, client.path()).args([command, "--client"]).ok()
}

/// A client of a server without a hook, so that only its own hooks speak.
fn client() -> (TestServer, Client) {
    let server = TestServer::new();
    std::fs::remove_file(server.git_dir().join("hooks/pre-receive")).unwrap();
    let client = server.client();
    (server, client)
}

#[track_caller]
fn guards(client: &Client, theirs: Option<&str>) {
    let refused = client.git(&["commit", "-q", "--allow-empty", "-m", &marked("Marked")]).finish();
    assert!(refused.code == Some(1) && refused.err().contains(WOULD), "{}", refused.all());
    client.commit(clean("Clean")).create();
    client.push(&["main"]).must_not_say("nothing");
    client.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", &marked("Marked")]).ok();
    let refused = client.git(&["push", "origin", "main"]).finish();
    assert!(refused.code == Some(1) && refused.err().contains(WOULD), "{}", refused.all());
    if let Some(theirs) = theirs {
        assert!(refused.all().contains(theirs), "{}", refused.all());
    }
}

#[test]
fn a_repository_without_hooks() {
    let (_server, client) = client();
    let before = tree(&client.path().join(".git/hooks"));
    provost(&client, "install");
    guards(&client, None);
    assert!(provost(&client, "install").out().contains("Nothing had to be done."));
    provost(&client, "uninstall");
    assert_eq!(tree(&client.path().join(".git/hooks")), before);
}

#[test]
fn hooks_that_are_there_run_first_with_their_input() {
    let (_server, client) = client();
    let theirs = "#!/bin/sh\nread -r local id rest\necho \"theirs of $local to $2\" >&2\n";
    let path = client.path().join(".git/hooks/pre-push");
    script(client.sandbox(), path.to_str().unwrap(), theirs);
    let before = tree(&client.path().join(".git/hooks"));
    provost(&client, "install");
    let url = client.must(&["remote", "get-url", "origin"]);
    guards(&client, Some(&format!("theirs of refs/heads/main to {url}")));
    provost(&client, "uninstall");
    assert_eq!(tree(&client.path().join(".git/hooks")), before);
}

#[test]
fn core_hooks_path_is_respected() {
    let (_server, client) = client();
    client.must(&["config", "core.hooksPath", "tools/hooks"]);
    provost(&client, "install");
    assert!(client.path().join("tools/hooks/pre-push").exists());
    std::fs::write(client.path().join(".git/info/exclude"), "tools\n").unwrap();
    guards(&client, None);
}

/// husky 9: `.husky/_` holds what git calls, and that calls `.husky/NAME` with `sh -e`,
/// whether it is executable or not.
#[test]
fn beside_husky() {
    let (_server, client) = client();
    let sandbox = client.sandbox();
    let h = "#!/usr/bin/env sh\nn=$(basename \"$0\")\ns=$(dirname \"$(dirname \"$0\")\")/$n\n\
             [ ! -f \"$s\" ] && exit 0\nsh -e \"$s\" \"$@\"\nexit $?\n";
    for name in ["pre-push", "commit-msg"] {
        let path = client.path().join(".husky/_").join(name);
        script(sandbox, path.to_str().unwrap(), h);
    }
    std::fs::write(client.path().join(".husky/pre-push"), "echo theirs\n").unwrap();
    client.must(&["config", "core.hooksPath", ".husky/_"]);
    std::fs::write(client.path().join(".git/info/exclude"), ".husky\n").unwrap();
    let before = tree(&client.path().join(".husky"));
    let said = provost(&client, "install").out();
    assert!(said.contains("husky"), "{said}");
    guards(&client, Some("theirs"));
    provost(&client, "uninstall");
    assert_eq!(tree(&client.path().join(".husky")), before);
}

#[test]
fn beside_lefthook() {
    let (_server, client) = client();
    std::fs::write(client.path().join("lefthook.yml"), "pre-push:\n").unwrap();
    let said = provost(&client, "install").out();
    assert!(said.contains("lefthook install"), "{said}");
    let local = client.path().join("lefthook-local.yml");
    let text = std::fs::read_to_string(&local).unwrap();
    assert!(text.contains("use_stdin: true") && text.contains("pre-push {1} {2}"), "{text}");
    assert!(provost(&client, "install").out().contains("Nothing had to be done."));
    provost(&client, "uninstall");
    assert!(!local.exists());
    std::fs::write(&local, "own: true\n").unwrap();
    let warned = provost(&client, "install").err();
    assert!(warned.contains("add this to") && warned.contains("commit-msg:"), "{warned}");
    assert_eq!(std::fs::read_to_string(&local).unwrap(), "own: true\n");
}

/// pre-commit writes a hook that knows itself by its own text; when it is installed again
/// it calls what it finds in its place, as `pre-push.legacy`.
#[test]
fn beside_the_pre_commit_framework() {
    let (_server, client) = client();
    let theirs = "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n\
                  cat >/dev/null\necho theirs\n";
    let path = client.path().join(".git/hooks/pre-push");
    script(client.sandbox(), path.to_str().unwrap(), theirs);
    provost(&client, "install");
    guards(&client, Some("theirs"));
}

#[test]
fn a_developer_who_lost_the_program_can_still_work() {
    let (_server, client) = client();
    let run = client.sandbox().run(super::PROVOST, client.path());
    run.args(["install", "--client", "--program", "gone"]).ok();
    let committed = client.git(&["commit", "--allow-empty", "-m", "x"]).ok();
    assert!(committed.err().contains("not checked here, the server will"), "{}", committed.all());
}

#[test]
fn what_is_no_repository_is_named() {
    let sandbox = Sandbox::new();
    let refused = super::provost(&sandbox, &["install", "--client"]).finish().expect(2);
    assert!(refused.err().contains("is no Git repository"), "{}", refused.all());
}
