//! The hook with each platform's name: what the pusher sees, and what is believed.

use super::super::support::{Client, Finished, Options, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";

/// A hook that was installed for a platform, with variables that this would set.
fn hook(platform: &str, variables: &[(&str, &str)]) -> TestServer {
    let set: String =
        variables.iter().map(|(name, value)| format!("export {name}='{value}'\n")).collect();
    let run = format!("exec @PROVOST@ pre-receive --platform {platform}\n");
    Options::default().hook(&format!("#!/bin/sh\n{set}{run}")).start()
}

#[test]
fn every_line_for_a_pusher_of_gitlab_has_its_prefix() {
    let server = hook("gitlab", &[("GL_PROTOCOL", "web"), ("GL_PROJECT_PATH", "a/b")]);
    let client = server.client();
    client.commit(marked("Marked")).create();
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected(MAIN), "{}", pushed.all());
    pushed.must_say("GL-HOOK-ERR: provost: this push is refused");
    pushed.must_say("GL-HOOK-ERR: provost: a change made on the platform's pages");
    pushed.must_say("to a/b");
    let bare: Vec<_> =
        pushed.remote.iter().filter(|line| !line.starts_with("GL-HOOK-ERR:")).collect();
    assert!(bare.iter().all(|line| line.is_empty()), "{bare:?}");
}

#[test]
fn an_error_has_the_prefix_too() {
    let server = hook("gitlab", &[]);
    server.must(&["config", "provost.rules", "missing.toml"]);
    let body = "#!/bin/sh\nexec @BINARY@ pre-receive --platform gitlab\n";
    server.install("pre-receive", body);
    let client = server.client();
    client.commit(clean("Clean")).create();
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected(MAIN));
    pushed.must_say("GL-HOOK-ERR: provost: this push could not be judged, so it is refused.");
}

#[test]
fn variables_of_another_platform_change_nothing_and_are_named() {
    let loud = [("GITEA_INTERNAL_PUSH", "true"), ("BB_IS_DRY_RUN", "true")];
    let server = hook("plain", &loud);
    let client = server.client();
    client.commit(marked("Marked")).create();
    let pushed = client.push(&["main"]);
    pushed.must_reject(&[MAIN]);
    pushed.must_say("of other platforms, not read: BB_IS_DRY_RUN, GITEA_INTERNAL_PUSH");
}

#[test]
fn a_push_that_gitea_itself_makes_is_judged_like_any_other() {
    let own = [("GITEA_INTERNAL_PUSH", "true"), ("GITEA_PUSHER_NAME", "ann")];
    let server = hook("gitea", &own);
    let client = server.client();
    client.commit(marked("Marked")).create();
    client.push(&["main"]).must_reject(&[MAIN]).must_say("pushed by ann");
}

#[test]
fn a_dry_run_without_a_commit_is_accepted_and_one_with_a_commit_judged() {
    let server = TestServer::new();
    let client = server.client();
    let id = client.commit(marked("Marked")).create();
    let path = server.path();
    let ask = |input: String| {
        let run = client.sandbox().provost(&path).args(["pre-receive", "--platform", "bitbucket"]);
        run.env("BB_IS_DRY_RUN", "true").input(input).finish()
    };
    let said = ask(String::new()).expect(0);
    assert!(said.err().contains("the merge itself will be judged"), "{}", said.all());
    server.push_unseen(&client, &["main:refs/pull/1/head"]);
    ask(format!("{} {id} {MAIN}\n", server.null_id())).expect(1);
    // A push that is no dry run brings a ref update.
    let real = client.sandbox().provost(&path).args(["pre-receive", "--platform", "bitbucket"]);
    real.input("").finish().expect(2);
}

#[test]
fn an_unknown_platform_is_refused_with_the_list() {
    let client = Client::alone();
    for words in [&["pre-receive"][..], &["update", "a", "b", "c"]] {
        let run = client.sandbox().provost(client.path()).arg(words[0]);
        let finished = run.args(["--platform", "gitbub"]).args(&words[1..]).finish().expect(2);
        for name in provost::platform::NAMES {
            assert!(finished.err().contains(name), "{}", finished.all());
        }
    }
}

fn judge(server: &TestServer, client: &Client, arguments: &[&str]) -> Finished {
    let run = client.sandbox().provost(server.path()).args(["-v", "update"]);
    run.args(arguments).env("GL_USER", "ann").env("GL_REPO", "tools/builder").finish()
}

#[test]
fn a_vref_of_gitolite_and_a_hook_of_gerrit_judge_one_ref() {
    let server = TestServer::new();
    let client = server.client();
    let old = client.commit(clean("Clean")).create();
    server.push_unseen(&client, &["main"]);
    let new = client.commit(marked("Marked")).create();
    server.push_unseen(&client, &["main:refs/pull/1/head"]);
    let tree = client.id("main^{tree}");
    let (name, vref) = (MAIN, "VREF/provost");
    let words = ["--platform", "gitolite", "--", name, &old, &new, &tree, &tree, "W", vref];
    let refused = judge(&server, &client, &words).expect(1);
    assert!(refused.err().contains("pushed by ann to tools/builder"), "{}", refused.all());
    let words = [
        "--platform",
        "gerrit",
        "--",
        "--project",
        "a/b",
        "--refname",
        name,
        "--uploader",
        "Ann <ann@example.com>",
        "--uploader-username",
        "ann2",
        "--oldrev",
        &old,
        "--newrev",
        &new,
    ];
    let refused = judge(&server, &client, &words).expect(1);
    assert!(refused.err().contains("pushed by ann2 to a/b"), "{}", refused.all());
    judge(&server, &client, &["--platform", "gerrit", "--", "--project", "a"]).expect(2);
    judge(&server, &client, &[name, &new, &old]).expect(0);
}
