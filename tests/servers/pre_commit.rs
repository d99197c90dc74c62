//! The pre-commit framework itself, from PyPI: what `.pre-commit-hooks.yaml` gives it, what
//! it can't see, and our own hooks beside its.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::support::{Client, Finished, PROVOST, Sandbox, clean, marked};

const HOOKS: &str = include_str!("../../.pre-commit-hooks.yaml");
const WOULD: &str = "to reject";

/// `tests/servers/run` puts it there.
fn framework() -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/pre-commit/bin");
    assert!(path.join("pre-commit").exists(), "tests/servers/run installs pre-commit");
    path
}

struct Developer(Client);

impl Developer {
    /// A repository whose hooks the framework has installed.
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let script = format!("#!/bin/sh\nexec '{PROVOST}' --isolated \"$@\"\n");
        let program = sandbox.write("bin/provost", script);
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let ours = Client::init(&sandbox, "ours", &[]);
        ours.commit(clean("Hooks")).file(".pre-commit-hooks.yaml", HOOKS).create();
        ours.must(&["tag", "v1"]);
        sandbox.git("").args(["init", "-q", "--bare", "server.git"]).ok();
        let client = Client::init(&sandbox, "client", &[]);
        let server = sandbox.path("server.git");
        client.must(&["remote", "add", "origin", server.to_str().unwrap()]);
        let config = format!(
            "repos:\n- repo: file://{}\n  rev: v1\n  hooks:\n  - id: provost-pre-push\n  \
             - id: provost-commit-msg\n",
            ours.path().display()
        );
        client.commit(clean("Base")).file(".pre-commit-config.yaml", config).create();
        client.must(&["push", "-q", "origin", "main"]);
        client.must(&["fetch", "-q", "origin"]);
        let developer = Self(client);
        let types = ["--hook-type", "pre-push", "--hook-type", "commit-msg"];
        developer.run("pre-commit", &[&["install"], &types[..]].concat()).expect(0);
        developer
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Finished {
        let sandbox = self.0.sandbox();
        let ours = sandbox.path("bin");
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{}:{path}", ours.display(), framework().display());
        let run = sandbox.run("env", self.0.path()).arg(program).args(arguments);
        run.env("PATH", path).env("PRE_COMMIT_HOME", sandbox.path("cache")).finish()
    }

    /// A commit past the hooks, on a branch of its own.
    fn commit(&self, branch: &str, message: &str) {
        self.0.must(&["switch", "-q", "-c", branch, "origin/main"]);
        self.0.must(&["commit", "-q", "--no-verify", "--allow-empty", "-m", message]);
    }
}

#[test]
fn it_refuses_marked_messages_and_pushes() {
    let developer = Developer::new();
    let refused = developer.run("git", &["commit", "--allow-empty", "-m", &marked("Marked")]);
    assert!(refused.code == Some(1) && refused.all().contains(WOULD), "{}", refused.all());
    developer.run("git", &["commit", "--allow-empty", "-m", &clean("Clean")]).expect(0);
    developer.run("git", &["push", "origin", "main"]).expect(0);
    developer.commit("sin", &marked("Marked"));
    let refused = developer.run("git", &["push", "origin", "sin"]).expect(1);
    assert!(refused.all().contains(WOULD), "{}", refused.all());
}

/// The framework gives its hooks the first ref of a push; git's own hook sees all of them.
#[test]
fn it_sees_the_first_ref_only_and_our_own_hook_all() {
    let developer = Developer::new();
    developer.commit("a-good", &clean("Clean"));
    developer.commit("b-sin", &marked("Marked"));
    developer.run("git", &["push", "--dry-run", "origin", "a-good", "b-sin"]).expect(0);
    let program = developer.0.sandbox().path("bin/provost");
    let words = ["install", "--client", "--program", program.to_str().unwrap()];
    developer.run("provost", &words).expect(0);
    let refused = developer.run("git", &["push", "--dry-run", "origin", "a-good", "b-sin"]);
    assert!(refused.code == Some(1) && refused.all().contains(WOULD), "{}", refused.all());
    // Installed again, the framework finds our hook in its place and calls it.
    developer.run("pre-commit", &["install", "--hook-type", "pre-push"]).expect(0);
    developer.run("git", &["push", "--dry-run", "origin", "a-good", "b-sin"]).expect(1);
    developer.run("git", &["push", "origin", "a-good"]).expect(0);
}
