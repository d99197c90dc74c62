//! All repositories of a machine: `core.hooksPath`, and hooks in git's configuration,
//! which the git of this machine may not know yet.

use std::path::Path;

use super::super::support::{Client, Finished, PROVOST, Run, Sandbox, clean, marked};
use super::{MAIN, REFUSED, bare, script, tree};

/// A command that sees a system's configuration of its own.
fn seeing(run: Run, sandbox: &Sandbox) -> Run {
    run.env("GIT_CONFIG_NOSYSTEM", "0").env("GIT_CONFIG_SYSTEM", sandbox.path("gitconfig"))
}

fn provost(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let hooks = sandbox.path("etc/hooks");
    let run = seeing(sandbox.run(PROVOST, ""), sandbox).args(arguments);
    run.arg("--hooks-directory").arg(hooks).args(["--policy", "etc/rules.toml"])
}

fn install(sandbox: &Sandbox) -> Finished {
    provost(sandbox, &["install", "--system", "--mode", "enforce"]).ok()
}

fn push(sandbox: &Sandbox, repository: &Path, branch: &str, message: &str) -> (bool, String) {
    let client = Client::init(sandbox, format!("client-{branch}"), &["-b", branch]);
    client.commit(message).file(branch, "1").create();
    let push = client.git(&["push", "--porcelain", repository.to_str().unwrap(), branch]);
    let finished = seeing(push, sandbox).finish();
    (finished.code == Some(0), finished.all())
}

#[test]
fn every_repository_is_covered_and_keeps_its_own_hooks() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    for name in ["pre-receive", "update", "post-receive"] {
        let text = format!(
            "#!/bin/sh\n[ {name} = update ] || cat > \"$GIT_DIR/seen\"\necho own {name} $1\n"
        );
        script(&sandbox, &format!("project.git/hooks/{name}"), &text);
    }
    install(&sandbox);
    let (accepted, said) = push(&sandbox, &repository, "sin", &marked("Marked"));
    assert!(!accepted && said.contains(REFUSED) && said.contains("own pre-receive"), "{said}");
    let seen = std::fs::read_to_string(repository.join("seen")).unwrap();
    assert!(seen.ends_with(" refs/heads/sin\n"), "{seen}");
    let (accepted, said) = push(&sandbox, &repository, "good", &clean("Clean"));
    assert!(accepted, "{said}");
    assert!(
        said.contains("own update refs/heads/good") && said.contains("own post-receive"),
        "{said}"
    );
    // A developer's hooks on the same machine, too.
    let client = Client::init(&sandbox, "own-hooks", &[]);
    script(&sandbox, "own-hooks/.git/hooks/commit-msg", "#!/bin/sh\necho own commit-msg\nexit 1\n");
    let commit = client.git(&["commit", "--allow-empty", "-m", "x"]);
    let refused = seeing(commit, &sandbox).finish().expect(1);
    assert!(refused.err().contains("own commit-msg"), "{}", refused.all());

    let again = install(&sandbox).out();
    assert!(again.contains("Nothing had to be done."), "{again}");
    provost(&sandbox, &["uninstall", "--system"]).ok();
    assert!(!sandbox.path("etc/hooks").exists());
    let system = std::fs::read_to_string(sandbox.path("gitconfig")).unwrap();
    assert!(!system.contains("hooksPath"), "{system}");
    let (accepted, said) = push(&sandbox, &repository, "later", &marked("Marked"));
    assert!(accepted && said.contains("own pre-receive"), "{said}");
}

#[test]
fn a_directory_that_the_system_names_already_is_used() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    script(&sandbox, "theirs/pre-receive", "#!/bin/sh\ncat >/dev/null\necho theirs\n");
    let config = format!("[core]\n\thooksPath = {}\n", sandbox.path("theirs").display());
    sandbox.write("gitconfig", &config);
    let before = tree(&sandbox.path("theirs"));
    install(&sandbox);
    let (accepted, said) = push(&sandbox, &repository, "sin", &marked("Marked"));
    assert!(!accepted && said.contains(REFUSED) && said.contains("theirs"), "{said}");
    provost(&sandbox, &["uninstall", "--system"]).ok();
    assert_eq!(tree(&sandbox.path("theirs")), before);
    assert_eq!(std::fs::read_to_string(sandbox.path("gitconfig")).unwrap(), config);
}

/// A git that says that it is of another version.
fn pretending(sandbox: &Sandbox, version: &str) -> String {
    let real = sandbox.run("sh", "").args(["-c", "command -v git"]).ok().word();
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = version ]; then echo git version {version}; exit; fi\n\
         exec {real} \"$@\"\n"
    );
    script(sandbox, "bin/git", &text);
    format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap())
}

fn configured(sandbox: &Sandbox, path: &str, command: &str) -> Run {
    let run = provost(sandbox, &[command, "--configured"]).env("PATH", path);
    if command == "install" { run.args(["--mode", "enforce"]) } else { run }
}

#[test]
fn an_older_git_would_pass_over_hooks_in_its_configuration_so_none_is_put_there() {
    let sandbox = Sandbox::new();
    let path = pretending(&sandbox, "2.53.1");
    let refused = configured(&sandbox, &path, "install").finish().expect(2);
    assert!(refused.err().contains("from 2.54 on"), "{}", refused.all());
    assert!(refused.err().contains("--system"), "{}", refused.all());
    assert!(!sandbox.path("gitconfig").exists());
}

/// A stand-in: what git 2.54 does with the keys, as git-config(1) of that version says. A
/// newer git on this machine is pushed to besides.
#[test]
fn a_newer_git_gets_a_hook_in_its_configuration() {
    let sandbox = Sandbox::new();
    let path = pretending(&sandbox, "2.54.0");
    let repository = bare(&sandbox, "project.git");
    configured(&sandbox, &path, "install").ok();
    let again = configured(&sandbox, &path, "install").ok().out();
    assert!(again.contains("Nothing had to be done."), "{again}");
    let get = |key: &str| seeing(sandbox.git("").args(["config", "--system", key]), &sandbox);
    assert_eq!(get("hook.provost.event").ok().word(), "pre-receive");
    let command = get("hook.provost.command").ok().word();
    let client = Client::init(&sandbox, "client", &[]);
    let id = client.commit(marked("Marked")).create();
    client.push_to(repository.to_str().unwrap(), &["main:refs/pull/1/head"], &[]);
    let lines = format!("{} {id} {MAIN}\n", "0".repeat(40));
    let run = sandbox.run("sh", "project.git").args(["-c", &command]).env("GIT_DIR", ".");
    let refused = run.input(lines).finish().expect(1);
    assert!(refused.err().contains(REFUSED), "{}", refused.all());
    configured(&sandbox, &path, "uninstall").ok();
    get("hook.provost.event").finish().expect(1);
    get("hook.provost.command").finish().expect(1);
}
