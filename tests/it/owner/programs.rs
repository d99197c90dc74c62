//! Programs that an owner has chosen, which root must not run.

use std::os::unix::fs::lchown;

use super::*;

/// The text of a hook of ours that names another program.
fn naming(theirs: &Theirs, program: &Path) {
    theirs.root(&["install", "--mode", "enforce", "theirs/project.git"]).expect(0);
    let hook = theirs.path.join("hooks/pre-receive");
    let text = std::fs::read_to_string(&hook).unwrap();
    let lines = text.lines().map(|line| match line.strip_prefix("provost=") {
        Some(_) => format!("provost='{}'\n", program.display()),
        None => format!("{line}\n"),
    });
    std::fs::write(&hook, lines.collect::<String>()).unwrap();
    give(&theirs.path, USERS[0], GROUP);
}

#[test]
fn doctor_runs_the_program_that_a_hook_names_as_its_owner() {
    let Some(theirs) = Theirs::new() else { return };
    let (evil, seen) = theirs.script("evil");
    naming(&theirs, &evil);
    theirs.root(&["doctor", "theirs/project.git"]).expect(1);
    assert!(seen.exists(), "it is run, to see whether it starts");
    never_as_root(&seen);
}

#[test]
fn doctor_runs_a_changed_hook_as_its_owner() {
    let Some(theirs) = Theirs::new() else { return };
    theirs.root(&["install", "--mode", "enforce", "theirs/project.git"]).expect(0);
    let (script, seen) = theirs.script("script");
    let hook = theirs.path.join("hooks/pre-receive");
    let text = std::fs::read_to_string(&hook).unwrap();
    let text = text.replacen("\nif ", &format!("\n'{}'\nif ", script.display()), 1);
    std::fs::write(&hook, text).unwrap();
    theirs.root(&["doctor", "theirs/project.git"]);
    assert!(seen.exists(), "the probe goes through the hook");
    never_as_root(&seen);
}

/// What is root's own by its directory, but not by its hook.
#[test]
fn doctor_does_not_run_as_root_what_others_can_replace() {
    let Some(theirs) = Theirs::new() else { return };
    let (evil, seen) = theirs.script("evil");
    naming(&theirs, &evil);
    give(&theirs.path, 0, 0);
    lchown(theirs.path.parent().unwrap(), Some(0), Some(0)).unwrap();
    for mode in [0o757, 0o775] {
        give(&evil, 0, GROUP);
        set_mode(&evil, mode);
        let said = theirs.root(&["doctor", "theirs/project.git"]).expect(1);
        assert!(said.out().contains("was not run as root"), "{}", said.all());
    }
    set_mode(&evil, 0o755);
    give(&evil, USERS[0], GROUP);
    let said = theirs.root(&["doctor", "theirs/project.git"]).expect(1);
    assert!(said.out().contains("belongs to 64001"), "{}", said.all());
    assert!(!seen.exists(), "{}", said.all());
}

/// Git runs what a repository's configuration names.
#[test]
fn git_runs_nothing_of_the_owner_s_as_root() {
    let Some(theirs) = Theirs::new() else { return };
    let (script, seen) = theirs.script("script");
    let command = script.to_str().unwrap();
    for name in ["reference-transaction", "pre-receive", "update", "post-receive", "post-update"] {
        std::fs::copy(&script, theirs.path.join("hooks").join(name)).unwrap();
    }
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.alternateRefsCommand",
        "core.gitProxy",
        "diff.external",
        "filter.x.clean",
        "filter.x.smudge",
        "gpg.program",
        "credential.helper",
        "receive.procReceiveRefs",
        "uploadpack.packObjectsHook",
        "alias.config",
        "alias.for-each-ref",
    ] {
        theirs.config(key, command);
    }
    let path = "theirs/project.git";
    for words in [
        &["policy", "publish", path][..],
        &["policy", "baseline", path],
        &["install", "--mode", "enforce", path],
        &["doctor", path],
        &["audit", path],
        &["-C", path, "policy", "show"],
        &["-C", path, "policy", "fetch", "ext::x"],
        &["uninstall", path],
    ] {
        theirs.root(words);
        never_as_root(&seen);
    }
    let refs = theirs.path.join("refs/meta/provost");
    assert_eq!(std::fs::metadata(refs).unwrap().uid(), USERS[0]);
    assert!(seen.exists(), "the hook of the transaction is run, as its owner");
}
