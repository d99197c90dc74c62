//! Hooks of others stay, run first, read all of their input and keep their exit codes.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::super::support::{Sandbox, clean, marked};
use super::{MAIN, REFUSED, bare, enforces, install, provost, push, script, tree, uninstall};

const RECORDING: &str = "#!/bin/sh\ncat > \"$GIT_DIR/seen\"\necho \"theirs as ${0##*/}\"\n";

#[test]
fn another_hook_runs_first_with_all_of_its_input() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    script(&sandbox, "project.git/hooks/pre-receive", RECORDING);
    let before = tree(&repository.join("hooks"));
    let said = install(&sandbox, &["--mode", "enforce", "project.git"]).out();
    assert!(said.contains("another hook is there; it stays and runs first"), "{said}");
    let pushed = push(&sandbox, &repository, "main", &marked("Marked"));
    assert!(pushed.rejected(MAIN));
    pushed.must_say("theirs as pre-receive").must_say(REFUSED);
    let seen = std::fs::read_to_string(repository.join("seen")).unwrap();
    assert!(seen.ends_with(" refs/heads/main\n") && seen.lines().count() == 1, "{seen:?}");
    enforces(&sandbox, &repository);
    assert!(install(&sandbox, &["project.git"]).out().contains("Nothing had to be done."));
    uninstall(&sandbox, &["project.git"]);
    assert_eq!(tree(&repository.join("hooks")), before);
}

#[test]
fn an_exit_code_of_another_hook_is_kept_and_nothing_is_judged_then() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    let theirs = "#!/bin/sh\necho no, say they\nexit 42\n";
    script(&sandbox, "project.git/hooks/pre-receive", theirs);
    install(&sandbox, &["--mode", "enforce", "project.git"]);
    let hook = repository.join("hooks/pre-receive");
    let run = sandbox.run(&hook, "project.git").env("GIT_DIR", ".").input("x y z\n");
    let ended = run.finish().expect(42);
    assert!(!ended.err().contains("provost"), "{}", ended.all());
    let pushed = push(&sandbox, &repository, "main", &clean("Clean"));
    assert!(pushed.rejected(MAIN));
    pushed.must_say("no, say they").must_not_say("provost");
}

#[test]
fn very_many_refs_go_through_both() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    script(&sandbox, "project.git/hooks/pre-receive", RECORDING);
    install(&sandbox, &["--mode", "enforce", "project.git"]);
    let client = super::Client::init(&sandbox, "many", &[]);
    let id = client.commit(clean("Clean")).create();
    let lines: String = (0..20_000).map(|at| format!("create refs/tags/t{at} {id}\n")).collect();
    client.git(&["update-ref", "--stdin"]).input(lines).ok();
    let pushed = client.push_to(repository.to_str().unwrap(), &["refs/tags/*"], &[]);
    assert!(pushed.accepted("refs/tags/t19999"), "{}", pushed.text());
    let seen = std::fs::read_to_string(repository.join("seen")).unwrap();
    assert_eq!(seen.lines().count(), 20_000);
}

#[test]
fn links_are_kept_as_links_and_put_back_as_they_were() {
    for target in ["../theirs", "/nonexistent/hook"] {
        let sandbox = Sandbox::new();
        let repository = bare(&sandbox, "project.git");
        script(&sandbox, "project.git/theirs", RECORDING);
        symlink(target, repository.join("hooks/pre-receive")).unwrap();
        let before = tree(&repository.join("hooks"));
        install(&sandbox, &["--mode", "enforce", "project.git"]);
        enforces(&sandbox, &repository);
        assert_eq!(repository.join("seen").exists(), target == "../theirs");
        assert!(install(&sandbox, &["project.git"]).out().contains("Nothing had to be done."));
        uninstall(&sandbox, &["project.git"]);
        assert_eq!(tree(&repository.join("hooks")), before);
    }
}

#[test]
fn a_hook_that_git_would_not_run_is_not_run_and_named() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    let theirs = script(&sandbox, "project.git/hooks/pre-receive", RECORDING);
    std::fs::set_permissions(&theirs, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = install(&sandbox, &["--mode", "enforce", "project.git"]).err();
    assert!(said.contains("is not executable: git does not run it"), "{said}");
    enforces(&sandbox, &repository);
    assert!(!repository.join("seen").exists());
}

#[test]
fn a_hook_that_replaced_ours_is_not_lost() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    script(&sandbox, "project.git/hooks/pre-receive", RECORDING);
    install(&sandbox, &["project.git"]);
    // As a deployment would, that knows nothing of ours.
    script(&sandbox, "project.git/hooks/pre-receive", "#!/bin/sh\nexit 0\n");
    let before = tree(&repository.join("hooks"));
    let refused = provost(&sandbox, &["install", "project.git"]).finish().expect(2);
    assert!(refused.err().contains("after provost was installed"), "{}", refused.all());
    assert!(refused.err().contains("move one away"), "{}", refused.all());
    let said = uninstall(&sandbox, &["project.git"]).out();
    assert!(said.contains("not written by provost, left alone"), "{said}");
    assert_eq!(tree(&repository.join("hooks")), before);
}

#[test]
fn a_directory_in_the_place_of_the_hook_is_named() {
    let sandbox = Sandbox::new();
    let repository = bare(&sandbox, "project.git");
    std::fs::create_dir(repository.join("hooks/pre-receive")).unwrap();
    let refused = provost(&sandbox, &["install", "project.git"]).finish().expect(2);
    assert!(refused.err().contains("a directory is where the hook goes"), "{}", refused.all());
}
