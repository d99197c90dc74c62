//! The environment that hooks have on GitHub Enterprise Server: a root with a shell, the
//! program and its policy, without any library, `/proc`, `/dev`, accounts, or git. Real pushes,
//! with their objects in quarantine, are judged in it.

use super::built::program;
use super::root::{Root, verbose};
use super::support::{Pushed, Sandbox, TestServer, clean, marked};

const MAIN: &str = "refs/heads/main";
const ENFORCE: &str = "[policy]\nmode = \"enforce\"\n";

/// One clean push, which must be accepted, and one that is marked.
fn marked_after_clean(server: &TestServer) -> Pushed {
    let client = server.client();
    client.commit(clean("Clean")).create();
    client.push(&["main"]).must_accept(&[MAIN]).must_judge(1);
    client.commit(marked("Marked")).create();
    client.push(&["main"])
}

#[test]
fn what_install_packs_for_github_refuses_and_accepts_there() {
    let packed = Sandbox::new();
    let install = packed.run(program(), "").args(["install", "--platform", "github", "hooks"]);
    let install = install.args(["--mode", "enforce", "--shell", "/bin/busybox"]);
    std::fs::create_dir(packed.path("hooks")).unwrap();
    install.ok();
    let root = Root::new();
    let tar = packed.run("tar", "hooks").args(["-xzf", "provost-environment.tar.gz", "-C"]);
    tar.arg(root.0.path("")).ok();
    let script = std::fs::read_to_string(packed.path("hooks/provost-pre-receive.sh")).unwrap();
    // As recorded for a push over SSH.
    let recorded = include_str!("../it/platforms/recorded/github-ssh.env");
    let set = recorded.lines().filter(|line| !line.starts_with('#'));
    let set: String = set.map(|line| format!("export {line}\n")).collect();
    let server = root.server(&script, "0:0", "0", &set);
    let client = server.client();
    client.commit(clean("Clean")).create();
    let pushed = client.push(&["main"]);
    assert!(pushed.accepted(MAIN) && pushed.text().is_empty(), "{}", pushed.all());
    client.commit(marked("Marked")).create();
    let refused = client.push(&["main"]);
    refused.must_reject(&[MAIN]).must_say("marker claude-code/co-author");
    // In quarantine the objects were found: nothing of this push is left.
    assert_eq!(server.must(&["rev-list", "--all", "--count"]), "1");
}

#[test]
fn without_accounts_the_pusher_is_the_number_of_one() {
    let root = Root::with_program(ENFORCE);
    let server = root.server(&verbose("plain"), "12345:54321", "54321,5", "");
    let refused = marked_after_clean(&server);
    refused.must_reject(&[MAIN]).must_say("pushed by uid:12345");
}

/// On it libgit2 asks the C library for a home directory.
#[test]
fn a_variable_that_the_pusher_sets_does_not_end_the_hook() {
    let root = Root::with_program(ENFORCE);
    let set = "export APP_SANDBOX_CONTAINER_ID=x";
    let server = root.server(&verbose("plain"), "12345:54321", "54321", set);
    marked_after_clean(&server).must_reject(&[MAIN]);
}

#[test]
fn a_log_is_written_there_and_broken_rules_refuse() {
    let log = format!("{ENFORCE}[log]\nfile = \"/log/{{user}}.jsonl\"\n");
    let root = Root::with_program(&log);
    std::fs::create_dir(root.0.path("log")).unwrap();
    let server = root.server(&verbose("plain"), "0:0", "0", "");
    marked_after_clean(&server).must_reject(&[MAIN]);
    let verified = root.run("/usr/bin/provost").args(["log", "verify"]).ok();
    assert!(verified.out().starts_with("/log/0.jsonl: 2 records"), "{}", verified.all());
    root.0.write("etc/provost/rules.toml", "mode = 1\n");
    let client = server.client();
    client.commit(clean("Another")).create();
    let refused = client.push(&["+main"]);
    assert!(refused.rejected(MAIN), "{}", refused.all());
    refused.must_say("this push could not be judged, so it is refused");
}
