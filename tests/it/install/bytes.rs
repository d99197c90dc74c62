//! Paths are bytes: repositories and folders of hooks whose names are not UTF-8, or end in
//! line feeds or blanks, beside neighbours that have the name which is left when such bytes
//! are replaced or taken away.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::super::support::{Client, PROVOST, Run, Sandbox, clean, marked};
use super::{REFUSED, tree};

/// Names, each with a neighbour's.
const NAMES: [(&[u8], &str); 6] = [
    (b"r\xff.git", "r\u{fffd}.git"),
    (b"a.git\n", "a.git"),
    (b"a\n.git", "a"),
    (b" a .git ", "a .git"),
    (b"a.git\r", "a.git"),
    (b"a\n\n", "a\n"),
];

fn bytes(name: &[u8]) -> OsString {
    OsString::from_vec(name.to_vec())
}

fn bare(sandbox: &Sandbox, name: &OsStr) -> PathBuf {
    sandbox.git("").args(["init", "-q", "--bare"]).arg(name).ok();
    sandbox.path(name)
}

fn provost(sandbox: &Sandbox, words: &[&str], path: &OsStr) -> Run {
    sandbox.run(PROVOST, "").args(words).arg(path)
}

/// Pushes a commit to a new branch; whether it was accepted.
fn push(client: &Client, to: &Path, branch: &str, message: &str) -> (bool, String) {
    client.must(&["switch", "-q", "-c", branch]);
    client.commit(message).file(branch, "1").create();
    let words = [OsStr::new("push"), OsStr::new("--porcelain"), to.as_os_str(), branch.as_ref()];
    let finished = client.git(&words).finish();
    (finished.code == Some(0), finished.all())
}

#[track_caller]
fn enforces(sandbox: &Sandbox, repository: &Path) {
    let client = Client::init(sandbox, "client", &[]);
    let (accepted, said) = push(&client, repository, "good", &clean("Clean"));
    assert!(accepted, "{said}");
    let (accepted, said) = push(&client, repository, "sin", &marked("Marked"));
    assert!(!accepted && said.contains(REFUSED), "{said}");
    std::fs::remove_dir_all(client.path()).unwrap();
}

#[test]
fn the_repository_that_is_named_is_the_one_that_is_meant() {
    for (name, neighbour) in NAMES {
        let sandbox = Sandbox::new();
        let name = bytes(name);
        let neighbour = bare(&sandbox, neighbour.as_ref());
        let repository = bare(&sandbox, &name);
        let untouched = tree(&neighbour);
        provost(&sandbox, &["install", "--mode", "enforce"], &name).ok();
        assert!(repository.join("hooks/pre-receive").exists(), "{name:?}");
        enforces(&sandbox, &repository);
        let well = provost(&sandbox, &["doctor"], &name).finish().expect(0);
        assert!(well.out().contains("with broken rules the probe was refused"), "{}", well.all());
        let json = provost(&sandbox, &["doctor", "--format", "json"], &name).ok();
        serde_json::from_slice::<serde_json::Value>(&json.stdout).unwrap();
        let audit = provost(&sandbox, &["audit", "--format", "jsonl"], &name).ok().out();
        assert!(audit.contains("\"commits\":1,"), "{name:?}: {audit}");
        assert_eq!(tree(&neighbour), untouched, "{name:?}");

        provost(&sandbox, &["uninstall"], &name).ok();
        assert!(!repository.join("hooks/pre-receive").exists(), "{name:?}");
        assert_eq!(tree(&neighbour), untouched, "{name:?}");
    }
}

#[test]
fn a_neighbour_s_hook_is_no_hook_of_the_repository() {
    for (name, neighbour) in NAMES {
        let sandbox = Sandbox::new();
        let name = bytes(name);
        bare(&sandbox, neighbour.as_ref());
        bare(&sandbox, &name);
        provost(&sandbox, &["install"], neighbour.as_ref()).ok();
        let ill = provost(&sandbox, &["doctor"], &name).finish().expect(1);
        assert!(ill.out().contains("every push is accepted"), "{}", ill.all());
        let off = provost(&sandbox, &["uninstall"], &name).ok();
        assert!(off.out().contains("Nothing had to be done."), "{}", off.all());
        provost(&sandbox, &["doctor"], neighbour.as_ref()).ok();
    }
}

#[test]
fn a_folder_of_hooks_has_any_name() {
    for (name, neighbour) in NAMES {
        let sandbox = Sandbox::new();
        let repository = bare(&sandbox, "project.git".as_ref());
        let (hooks, neighbour) = (sandbox.path(bytes(name)), sandbox.path(neighbour));
        std::fs::create_dir(&neighbour).unwrap();
        sandbox.git("project.git").args(["config", "core.hooksPath"]).arg(&hooks).ok();
        let install = provost(&sandbox, &["install", "--mode", "enforce"], "project.git".as_ref());
        install.arg("--hooks-directory").arg(&hooks).ok();
        assert!(hooks.join("pre-receive").exists(), "{hooks:?}");
        enforces(&sandbox, &repository);
        provost(&sandbox, &["doctor"], "project.git".as_ref()).ok();
        // Its neighbour's hook is none.
        std::fs::rename(hooks.join("pre-receive"), neighbour.join("pre-receive")).unwrap();
        let ill = provost(&sandbox, &["doctor"], "project.git".as_ref()).finish().expect(1);
        assert!(ill.out().contains("every push is accepted"), "{}", ill.all());
        std::fs::rename(neighbour.join("pre-receive"), hooks.join("pre-receive")).unwrap();
        let uninstall = provost(&sandbox, &["uninstall"], "project.git".as_ref());
        uninstall.arg("--hooks-directory").arg(&hooks).ok();
        assert!(!hooks.join("pre-receive").exists());
        assert!(std::fs::read_dir(&neighbour).unwrap().next().is_none());
    }
}

/// The program and the policy are named in the hook.
#[test]
fn programs_and_policies_have_any_name() {
    for (name, _) in NAMES {
        let sandbox = Sandbox::new();
        let repository = bare(&sandbox, "project.git".as_ref());
        let folder = sandbox.path(bytes(name));
        std::fs::create_dir(&folder).unwrap();
        let (program, policy) = (folder.join("it's provost\n"), folder.join("rules.toml "));
        std::os::unix::fs::symlink(PROVOST, &program).unwrap();
        let run = provost(&sandbox, &["install", "--mode", "enforce"], "project.git".as_ref());
        run.arg("--program").arg(&program).arg("--policy").arg(&policy).ok();
        assert!(policy.exists());
        enforces(&sandbox, &repository);
        let well = provost(&sandbox, &["doctor"], "project.git".as_ref()).finish().expect(0);
        assert!(well.out().contains("a marked commit is refused"), "{}", well.all());
    }
}

#[test]
fn the_rules_that_git_names_have_any_name() {
    for (name, _) in NAMES {
        let sandbox = Sandbox::new();
        let repository = bare(&sandbox, "project.git".as_ref());
        let config = ["config", "provost.rules"];
        sandbox.git("project.git").args(config).arg(bytes(name)).ok();
        provost(&sandbox, &["install", "--mode", "enforce"], "project.git".as_ref()).ok();
        assert!(repository.join(bytes(name)).exists());
        enforces(&sandbox, &repository);
        provost(&sandbox, &["doctor"], "project.git".as_ref()).ok();
    }
}

/// What is printed to be pasted names the same repository again.
#[test]
fn commands_that_are_shown_can_be_pasted() {
    for (name, _) in NAMES {
        let sandbox = Sandbox::new();
        let name = bytes(name);
        bare(&sandbox, &name);
        let said = provost(&sandbox, &["install"], &name).ok().out();
        let line = said.lines().find(|line| line.contains("to prove it: ")).unwrap();
        let command = line.split("to prove it: ").nth(1).unwrap();
        let command = command.replacen("provost", PROVOST, 1);
        if sandbox.run("bash", "").args(["-c", ":"]).finish().code == Some(0) {
            sandbox.run("bash", "").args(["-c", &command]).ok();
        }
    }
}

/// Objects of an alternate whose path is any bytes, also those that only libgit2 reads.
#[test]
fn objects_are_read_wherever_they_are() {
    for (name, _) in NAMES {
        let sandbox = Sandbox::new();
        let name = bytes(name);
        let repository = bare(&sandbox, &name);
        let client = Client::init(&sandbox, "client", &[]);
        let (accepted, said) = push(&client, &repository, "old", &clean("Old"));
        assert!(accepted, "{said}");
        provost(&sandbox, &["install", "--mode", "enforce"], &name).ok();
        // One object is gone: whether it is missing has to be found out, not failed at.
        let id = client.id("old:old");
        let path = repository.join("objects").join(&id[..2]).join(&id[2..]);
        assert!(path.exists());
        std::fs::remove_file(path).unwrap();
        let audit = provost(&sandbox, &["audit", "--format", "jsonl"], &name).finish();
        assert!(!audit.err().contains("not UTF-8"), "{}", audit.all());
    }
}
