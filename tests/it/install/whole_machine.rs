//! All repositories of a machine, by `core.hooksPath`. Hooks in git's configuration are
//! tested with a stand-in for a git that knows them.

use std::path::Path;

use super::super::support::{Client, Finished, PROVOST, Run, Sandbox, clean, marked};
use super::{REFUSED, bare, script, tree};

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
