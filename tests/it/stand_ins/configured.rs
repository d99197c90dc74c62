//! `provost install --configured`, and pushes to a git that reads hooks in its
//! configuration: the stand-in of `newer_git.rs`.

use std::path::PathBuf;

use super::super::support::{Client, Finished, PROVOST, Run, Sandbox, clean, marked};
use super::{NewerGit, other, script};

const REFUSED: &str = "provost: this push is refused";
const RUNS: &str = "the hook runs: with broken rules the probe was refused";

/// A machine with that git and one repository.
struct Machine {
    sandbox: Sandbox,
    git: NewerGit,
    repository: PathBuf,
}

impl Machine {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.git("").args(["init", "-q", "--bare", "project.git"]).ok();
        let git = NewerGit::new(&sandbox);
        let repository = sandbox.path("project.git");
        Self { sandbox, git, repository }
    }

    /// With the hook in its configuration.
    fn installed() -> Self {
        let machine = Self::new();
        machine.provost(&["install", "--configured", "--mode", "enforce"]).ok();
        machine
    }

    /// A command that sees that git and a configuration of the system of its own.
    fn seeing(&self, run: Run) -> Run {
        let run = run.env("GIT_CONFIG_NOSYSTEM", "0");
        self.git.seen_by(run.env("GIT_CONFIG_SYSTEM", self.sandbox.path("gitconfig")))
    }

    fn provost(&self, words: &[&str]) -> Run {
        let hooks = self.sandbox.path("etc/hooks");
        let run = self.sandbox.run(PROVOST, "").args(words).arg("--hooks-directory").arg(hooks);
        self.seeing(run.args(["--policy", "etc/rules.toml"]))
    }

    fn doctor(&self) -> Finished {
        self.provost(&["doctor", "project.git"]).finish()
    }

    fn configure(&self, scope: &str, key: &str, value: &str) {
        let run = self.sandbox.git("project.git").args(["config", scope, "--add", key, value]);
        self.seeing(run).ok();
    }

    /// Pushes one commit to a branch of its own; whether it was accepted, and the text.
    fn push(&self, branch: &str, message: &str) -> (bool, String) {
        let client = Client::init(&self.sandbox, format!("client-{branch}"), &["-b", branch]);
        client.commit(message).file(branch, "1").create();
        let push = client.git(&["push", "--porcelain", self.repository.to_str().unwrap(), branch]);
        let finished = self.seeing(push).finish();
        let all = finished.all();
        let refs = self.sandbox.git("project.git").args(["for-each-ref"]).ok().out();
        let there = refs.contains(&format!("refs/heads/{branch}\n"));
        assert_eq!(finished.code == Some(0), there, "{all}");
        (there, all)
    }

    #[track_caller]
    fn accepts(&self, branch: &str, message: &str) -> String {
        let (accepted, said) = self.push(branch, message);
        assert!(accepted, "{said}");
        said
    }

    #[track_caller]
    fn refuses(&self, branch: &str, message: &str) -> String {
        let (accepted, said) = self.push(branch, message);
        assert!(!accepted, "{said}");
        said
    }
}

#[test]
fn every_repository_is_judged_and_uninstalling_ends_it() {
    let machine = Machine::installed();
    let again = machine.provost(&["install", "--configured"]).ok().out();
    assert!(again.contains("Nothing had to be done."), "{again}");
    machine.accepts("good", &clean("Clean"));
    let said = machine.refuses("sin", &marked("Marked"));
    assert!(said.contains(REFUSED) && said.contains("pre-receive hook declined"), "{said}");
    let well = machine.provost(&["doctor", "--configured"]).finish().expect(0);
    assert!(well.out().contains(RUNS), "{}", well.all());
    let well = machine.doctor().expect(0);
    assert!(well.out().contains(RUNS), "{}", well.all());
    machine.provost(&["uninstall", "--configured"]).ok();
    let system = std::fs::read_to_string(machine.sandbox.path("gitconfig")).unwrap();
    assert!(!system.contains("provost"), "{system}");
    machine.accepts("late", &marked("Marked"));
}

#[test]
fn hooks_of_the_repository_and_of_the_configuration_run_beside_it() {
    let machine = Machine::installed();
    other(&machine.sandbox, "project.git/hooks/pre-receive", "its own", 0);
    other(&machine.sandbox, "lint", "the linter", 0);
    let linter = machine.sandbox.path("lint").display().to_string();
    machine.configure("--system", "hook.lint.command", &linter);
    machine.configure("--system", "hook.lint.event", "pre-receive");
    let update = "project.git/hooks/update";
    script(&machine.sandbox, update, "#!/bin/sh\necho update of \"$1\"\n");
    // All run, after ours has refused too, and each reads all of the input.
    let said = machine.refuses("sin", &marked("Marked"));
    let order = [REFUSED, "the linter read 1", "its own read 1"].map(|text| said.find(text));
    assert!(order.is_sorted() && order[0].is_some(), "{order:?} {said}");
    assert!(!said.contains("update of"), "{said}");
    let said = machine.accepts("good", &clean("Clean"));
    assert!(
        said.contains("its own read 1") && said.contains("update of refs/heads/good"),
        "{said}"
    );
    let well = machine.doctor().expect(0);
    assert!(well.out().contains(RUNS), "{}", well.all());
    // Any of them can refuse what ours accepts.
    other(&machine.sandbox, "lint", "the linter", 4);
    let said = machine.refuses("clean", &clean("Clean"));
    assert!(!said.contains(REFUSED) && said.contains("its own read 1"), "{said}");
    let ill = machine.doctor().expect(1);
    assert!(ill.out().contains("another hook, or another policy"), "{}", ill.all());
}

/// Each way in which a repository's own configuration can go round it: git accepts, and
/// `provost doctor` tells.
#[test]
fn a_repository_that_goes_its_own_way_is_found() {
    for (key, value, told) in [
        ("hook.provost.enabled", "false", "hook.provost.enabled is false"),
        ("hook.pre-receive.enabled", "false", "hook.pre-receive.enabled is false"),
        ("hook.provost.command", "true", "names no program of provost: it is `true` in "),
        ("hook.provost.event", "", "every push is accepted"),
    ] {
        let machine = Machine::installed();
        machine.configure("--local", key, value);
        let said = machine.accepts("sin", &marked("Marked"));
        assert!(!said.contains(REFUSED), "{key} {said}");
        let ill = machine.doctor().expect(1);
        assert!(ill.out().contains(told), "{key} {}", ill.all());
        // The other repositories are judged as before.
        machine.sandbox.git("").args(["init", "-q", "--bare", "other.git"]).ok();
        machine.provost(&["doctor", "other.git"]).finish().expect(0);
    }
}

#[test]
fn an_event_without_a_command_refuses_every_push() {
    let machine = Machine::new();
    machine.configure("--system", "hook.provost.event", "pre-receive");
    let said = machine.refuses("good", &clean("Clean"));
    assert!(said.contains("'hook.provost.command' must be configured"), "{said}");
}

#[test]
fn an_older_git_would_pass_over_hooks_in_its_configuration_so_none_is_put_there() {
    let mut machine = Machine::new();
    machine.git = NewerGit::of_version(&machine.sandbox, "2.53.1");
    let refused = machine.provost(&["install", "--configured"]).finish().expect(2);
    assert!(refused.err().contains("from 2.54 on"), "{}", refused.all());
    assert!(refused.err().contains("--system"), "{}", refused.all());
    assert!(!machine.sandbox.path("gitconfig").exists());
}
