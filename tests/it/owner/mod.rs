//! What root's commands do with other people's repositories: nothing that the owner could not
//! do, however the owner has prepared it.

mod named;
mod pipes;
mod programs;
mod records;
mod state;
mod writing;

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::support::accounts::{GROUP, USERS, can_be_others, give, open, set_mode};
use super::support::{Finished, PROVOST, Sandbox};

/// A repository that belongs to another account, and a folder of root's that it must not reach.
struct Theirs {
    sandbox: Sandbox,
    path: PathBuf,
    /// Only root may look into it.
    roots: PathBuf,
}

impl Theirs {
    /// `None` where the tests can't take other accounts.
    fn new() -> Option<Self> {
        if !can_be_others() {
            return None;
        }
        let sandbox = Sandbox::new();
        open(&sandbox);
        let roots = sandbox.path("roots");
        std::fs::create_dir(&roots).unwrap();
        std::fs::write(roots.join("secret"), "of root\n").unwrap();
        let theirs = Self { path: sandbox.path("theirs/project.git"), roots, sandbox };
        theirs.init("theirs/project.git", USERS[0]);
        // The tests themselves are run by root. As other administrators, this one trusts all.
        theirs.sandbox.git("").args(["config", "--global", "safe.directory", "*"]).ok();
        set_mode(&theirs.sandbox.path("home"), 0o700);
        Some(theirs)
    }

    /// A repository of an account, in a folder that is the account's, too.
    fn init(&self, name: &str, user: u32) -> PathBuf {
        self.sandbox.git("").args(["init", "-q", "--bare", name]).ok();
        let path = self.sandbox.path(name);
        give(path.parent().unwrap(), user, GROUP);
        path
    }

    /// The program under test, run by root.
    fn root(&self, words: &[&str]) -> Finished {
        self.sandbox.run(PROVOST, "").args(words).env("A_SECRET", "of root").finish()
    }

    /// Sets a key of the repository's configuration, as its owner could.
    fn config(&self, key: &str, value: &str) {
        self.sandbox.git(&self.path).args(["config", key, value]).ok();
        give(&self.path, USERS[0], GROUP);
    }

    /// A script of the owner's that notes who runs it and what it sees; where it notes that.
    fn script(&self, name: &str) -> (PathBuf, PathBuf) {
        let (script, seen) = (self.path.join(name), self.sandbox.path("theirs/seen"));
        let text = format!("#!/bin/sh\n{{ id -u; env; }} >> '{}'\nexit 0\n", seen.display());
        std::fs::create_dir_all(script.parent().unwrap()).unwrap();
        std::fs::write(&script, text).unwrap();
        set_mode(&script, 0o755);
        give(&self.path, USERS[0], GROUP);
        (script, seen)
    }
}

/// What a script has noted must be of its owner, and without the variables of root.
#[track_caller]
fn never_as_root(seen: &Path) {
    let text = std::fs::read_to_string(seen).unwrap_or_default();
    assert!(!text.lines().any(|line| line == "0"), "run as root:\n{text}");
    assert!(!text.contains("A_SECRET"), "with the variables of root:\n{text}");
}

/// All that is below a folder: kind, owner, mode and content.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (u32, u32, Vec<u8>)> {
    let mut all = BTreeMap::new();
    let mut stack = vec![folder.to_owned()];
    while let Some(path) = stack.pop() {
        let known = path.symlink_metadata().unwrap();
        let content = if known.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        if known.is_dir() {
            stack.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        all.insert(path, (known.uid(), known.permissions().mode(), content));
    }
    all
}
