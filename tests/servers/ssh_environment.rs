//! A pusher over SSH who sets environment variables on the server, with the worst
//! configuration of sshd: `AcceptEnv *`. No variable may change what the hook decides.
//!
//! What such a pusher can do all the same, because git or the login shell listens to
//! him before any hook runs, is pinned by the last test: that is why an sshd in front
//! of repositories must accept no `GIT_*` (`GIT_PROTOCOL` is harmless and useful).
//! With `AcceptEnv *` he can also replace programs, through `LD_PRELOAD` or exported
//! functions of bash; who runs code of his own on the server needs no push to get in.

use super::http_users::{FOREIGN, push_work_of_alice};
use super::served::Served;
use super::support::{Client, Options, Pushed, Sandbox, clean, marked};
use super::transport::Transport;

/// A server that accepts every variable, and a client that has a marked commit to push.
fn worst_case(options: Options) -> (Served, Client) {
    let sandbox = Sandbox::new();
    let served = Served::over_ssh(sandbox.clone(), options.recording(), "*");
    sandbox.git("").args(["init", "-q", "--bare", "other.git"]).ok();
    let client = served.client();
    client.commit(clean("Begin")).file("begin", "1\n").create();
    client.push(&["main"]).must_accept(&["refs/heads/main"]);
    served.server.recorded();
    client.commit(marked("Marked")).file("marked", "1\n").create();
    (served, client)
}

/// Pushes with variables set on the server. Nothing may have changed afterwards.
fn refused(served: &Served, client: &Client, variables: &[(&str, &str)]) -> Pushed {
    let before = served.refs();
    served.connection().setting(variables).give_to(client);
    let pushed = client.push(&["main"]);
    assert!(pushed.rejected("refs/heads/main"), "{variables:?} {}", pushed.all());
    assert_eq!(served.refs(), before, "{variables:?}");
    pushed
}

/// Variables that reach the hook as the pusher wants them.
#[test]
fn variables_that_reach_the_hook_do_not_change_the_verdict() {
    let (served, client) = worst_case(Options::default());
    let other = served.server.sandbox().path("other.git/objects").display().to_string();
    let variables = [
        // Names that a hook might be tempted to listen to.
        ("PROVOST_RULES", "/dev/null"),
        ("PROVOST_MODE", "observe"),
        ("REMOTE_USER", "admin"),
        ("GITHUB_VIA", "pull request merge button"),
        ("GITEA_INTERNAL_PUSH", "true"),
        ("GL_BYPASS_ACCESS_CHECKS", "1"),
        // What Rust's runtime, the C library and terminal programs listen to.
        ("RUST_MIN_STACK", "1"),
        ("RUST_BACKTRACE", "full"),
        ("MALLOC_PERTURB_", "7"),
        ("LD_LIBRARY_PATH", "/nonexistent"),
        ("TMPDIR", "/nonexistent"),
        ("COLUMNS", "1"),
        ("CLICOLOR_FORCE", "1"),
        // What libgit2 and git listen to.
        ("XDG_CONFIG_HOME", "/nonexistent"),
        ("GIT_CONFIG_SYSTEM", "/dev/null"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_EXEC_PATH", "/nonexistent"),
        ("GIT_WORK_TREE", "/"),
        ("GIT_DEFAULT_HASH", "sha256"),
        ("GIT_REPLACE_REF_BASE", "refs/heads/"),
        ("GIT_SHALLOW_FILE", "/dev/null"),
        ("GIT_PROTOCOL", "version=2"),
        // Another namespace has refs of its own, which are judged like these.
        ("GIT_NAMESPACE", "elsewhere"),
    ];
    for (name, value) in variables {
        let pushed = refused(&served, &client, &[(name, value)]);
        pushed.must_reject(&["refs/heads/main"]);
        assert!(!pushed.text().contains(char::from(27)), "{name} brings colours");
        let recorded = served.server.recorded();
        assert_eq!(recorded.env.get(name).map(Vec::as_slice), Some(value.as_bytes()), "{name}");
        assert_eq!(recorded.code, 1, "{name}");
    }
    // Git sets its own before this one, so that the hook sees more, never less.
    refused(&served, &client, &[("GIT_ALTERNATE_OBJECT_DIRECTORIES", &other)])
        .must_reject(&["refs/heads/main"]);
    let recorded = served.server.recorded();
    let alternates = String::from_utf8_lossy(&recorded.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"]);
    assert!(alternates.contains(&other) && alternates.contains("server.git"), "{alternates}");
}

/// Variables that sshd or git sets for the hook, whatever the pusher wants.
#[test]
fn variables_that_the_server_sets_can_not_be_set_by_the_pusher() {
    let (served, client) = worst_case(Options::default());
    let other = served.server.sandbox().path("other.git");
    let objects = other.join("objects").display().to_string();
    let other = other.display().to_string();
    let variables = [
        ("USER", "admin"),
        ("LOGNAME", "admin"),
        ("HOME", "/nonexistent"),
        ("SHELL", "/bin/false"),
        ("SSH_CONNECTION", ""),
        ("GIT_DIR", other.as_str()),
        ("GIT_QUARANTINE_PATH", objects.as_str()),
        ("GIT_PUSH_OPTION_COUNT", "7"),
    ];
    for (name, value) in variables {
        refused(&served, &client, &[(name, value)]).must_reject(&["refs/heads/main"]);
        let recorded = served.server.recorded();
        assert_ne!(recorded.env.get(name).map(Vec::as_slice), Some(value.as_bytes()), "{name}");
    }
}

/// Over SSH nobody is who he says: the pusher is the account that he was let in to.
#[test]
fn the_pusher_over_ssh_is_the_account_and_not_remote_user() {
    let sandbox = Sandbox::new();
    let served = Served::over_ssh(sandbox, Options::default().recording(), "*");
    let client = served.client();
    served
        .connection()
        .setting(&[("REMOTE_USER", "alice"), ("SSH_CONNECTION", "")])
        .give_to(&client);
    push_work_of_alice(&client).must_say(FOREIGN);
    assert_eq!(served.server.recorded().env["REMOTE_USER"], b"alice");
}

/// Objects or everything else kept in another repository: git finds the old value of the
/// ref missing there and refuses the push itself, with or without the hook.
#[test]
fn another_repository_behind_the_same_name_is_refused() {
    let (served, client) = worst_case(Options::default());
    let other = served.server.sandbox().path("other.git");
    let objects = other.join("objects").display().to_string();
    let other = other.display().to_string();
    refused(&served, &client, &[("GIT_OBJECT_DIRECTORY", &objects)]);
    refused(&served, &client, &[("GIT_COMMON_DIR", &other)]);
    // With a repository that has no refs yet, git has nothing to miss.
    let sandbox = Sandbox::new();
    sandbox.git("").args(["init", "-q", "--bare", "other.git"]).ok();
    let objects = sandbox.path("other.git/objects").display().to_string();
    let fresh = Served::over_ssh(sandbox, Options::default(), "*");
    refused(&fresh, &client, &[("GIT_OBJECT_DIRECTORY", &objects)])
        .must_reject(&["refs/heads/main"]);
}

/// A variable that names a file of commits whose parents are not there: a ref's file will
/// do. Under refs that platforms write without asking the hook there may be such a file.
#[test]
fn a_shallow_file_of_the_pushers_choice_does_not_cut_the_walk() {
    let (served, client) = worst_case(Options::default());
    let tip = client.commit(clean("Clean on top")).file("clean", "1\n").create();
    served.server.push_unseen(&client, &["main:refs/pull/1/head"]);
    let file = served.server.git_dir().join("refs/pull/1/head");
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), tip);
    refused(&served, &client, &[("GIT_SHALLOW_FILE", file.to_str().unwrap())])
        .must_reject(&["refs/heads/main"]);
}

/// Where the repository's rules are is read from its own configuration file: not from
/// the environment, which can carry configuration too.
#[test]
fn the_place_of_the_rules_is_not_taken_from_the_environment() {
    let hook = "#!/bin/sh\nexec @BINARY@ pre-receive --platform plain -v\n";
    let sandbox = Sandbox::new();
    let allowing = sandbox.write("allowing.toml", "[policy]\nmode = \"observe\"\n");
    let served = Served::over_ssh(sandbox, Options::default().hook(hook), "*");
    let client = served.client();
    client.commit(marked("Marked")).file("marked", "1\n").create();
    let allowing = allowing.to_str().unwrap();
    let variables = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "provost.rules"),
        ("GIT_CONFIG_VALUE_0", allowing),
    ];
    refused(&served, &client, &variables).must_reject(&["refs/heads/main"]);
    let parameters = format!("'provost.rules'='{allowing}'");
    refused(&served, &client, &[("GIT_CONFIG_PARAMETERS", &parameters)])
        .must_reject(&["refs/heads/main"]);
    // The same file is read where the administrator names it.
    served.server.must(&["config", "provost.rules", allowing]);
    client.push(&["main"]).must_accept(&["refs/heads/main"]);
}

/// See the head of this file: nothing that runs as a hook can prevent this, and an sshd
/// that accepts what Debian's does, and `GIT_PROTOCOL`, is not open to it.
#[test]
fn configuration_in_the_environment_switches_hooks_off_where_sshd_lets_it_in() {
    let no_hooks: [&[(&str, &str)]; 2] = [
        &[
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "core.hooksPath"),
            ("GIT_CONFIG_VALUE_0", "/nonexistent"),
        ],
        &[("GIT_CONFIG_PARAMETERS", "'core.hooksPath'='/nonexistent'")],
    ];
    for variables in no_hooks {
        let (open, client) = worst_case(Options::default());
        open.connection().setting(variables).give_to(&client);
        let pushed = client.push(&["main"]);
        assert!(pushed.accepted("refs/heads/main") && pushed.judged().is_none());
        let sensible = Transport::Ssh.serve();
        sensible.connection().setting(variables).give_to(&client);
        client.push(&["main"]).must_reject(&["refs/heads/main"]);
    }
}
