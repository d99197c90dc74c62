//! Killed in the middle: after every step the hooks that were there still run, no push is
//! judged by a policy that nobody chose, and another run does the rest.

use std::path::PathBuf;

use provost::install::{self, Mode, Plan, Request};

use super::super::support::{PROVOST, Sandbox, clean, marked};
use super::{bare, push, script, tree};

fn request(sandbox: &Sandbox, path: PathBuf) -> Request {
    Request {
        paths: vec![path],
        platform: None,
        place: None,
        program: PROVOST.into(),
        mode: None,
        policy: None,
        machine_policy: sandbox.path("etc/rules.toml"),
        hooks_directory: sandbox.path("etc/hooks"),
        named_hooks: None,
        shell: "/bin/sh".into(),
        vref: false,
    }
}

/// A repository with a hook of somebody else's, which says that it runs.
fn repository(sandbox: &Sandbox, name: &str) -> PathBuf {
    let path = bare(sandbox, name);
    script(
        sandbox,
        &format!("{name}/hooks/pre-receive"),
        "#!/bin/sh\ncat >/dev/null\necho theirs\n",
    );
    path
}

fn finished(plan: &Plan) -> bool {
    plan.steps.is_empty()
}

#[test]
fn an_installation_killed_after_any_step_is_taken_up_again() {
    let sandbox = Sandbox::new();
    let whole = request(&sandbox, repository(&sandbox, "whole.git"));
    let plan = install::install(&whole).unwrap();
    plan.carry_out(usize::MAX).unwrap();
    assert!(plan.steps.len() >= 4, "{:?}", plan.steps);
    let expected = tree(&whole.paths[0]);
    for steps in 0..=plan.steps.len() {
        let name = format!("killed-{steps}.git");
        let request = request(&sandbox, repository(&sandbox, &name));
        install::install(&request).unwrap().carry_out(steps).unwrap();
        // What a kill in the middle of a step leaves behind.
        sandbox.write(format!("{name}/hooks/.pre-receive.provost-new"), "#!/bin/sh\nhalf");
        let pushed = push(&sandbox, &request.paths[0], "main", &marked("Marked"));
        assert!(pushed.accepted("refs/heads/main"), "after {steps} steps\n{}", pushed.all());
        pushed.must_say("theirs").must_not_say("provost");
        install::install(&request).unwrap().carry_out(usize::MAX).unwrap();
        let again = install::install(&request).unwrap();
        assert!(finished(&again), "after {steps} steps: {:?}", again.steps);
        let hooks = |path: &PathBuf| tree(&path.join("hooks"));
        let mut now = hooks(&request.paths[0]);
        now.remove(std::path::Path::new(".pre-receive.provost-new"));
        assert_eq!(now, hooks(&whole.paths[0]), "after {steps} steps");
        let pushed = push(&sandbox, &request.paths[0], "other", &marked("Marked"));
        pushed.must_say("theirs");
    }
    assert!(expected.contains_key(std::path::Path::new("hooks/provost.d/pre-receive")));
}

#[test]
fn a_removal_killed_after_any_step_is_taken_up_again() {
    let sandbox = Sandbox::new();
    let before = tree(&repository(&sandbox, "before.git").join("hooks"));
    for steps in 0..3 {
        let mut request = request(&sandbox, repository(&sandbox, &format!("killed-{steps}.git")));
        request.mode = Some(Mode::Enforce);
        install::install(&request).unwrap().carry_out(usize::MAX).unwrap();
        let plan = install::uninstall(&request).unwrap();
        assert_eq!(plan.steps.len(), 2, "{:?}", plan.steps);
        plan.carry_out(steps).unwrap();
        let pushed = push(&sandbox, &request.paths[0], "main", &clean("Clean"));
        pushed.must_say("theirs");
        install::uninstall(&request).unwrap().carry_out(usize::MAX).unwrap();
        assert!(finished(&install::uninstall(&request).unwrap()));
        // An empty folder may stay where the run was killed.
        let mut now = tree(&request.paths[0].join("hooks"));
        now.remove(std::path::Path::new("provost.d"));
        assert_eq!(now, before, "after {steps} steps");
    }
}
