//! Other accounts than the one that runs the tests. Only root can take them: elsewhere these
//! tests are skipped.

use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::path::Path;
use std::process::Command;

use super::{PROVOST, Run, Sandbox, skip};

/// A group, and two accounts that the machine does not know.
pub(crate) const GROUP: u32 = 64_000;
pub(crate) const USERS: [u32; 2] = [64_001, 64_002];

/// Whether commands can be run as these accounts.
pub(crate) fn can_be_others() -> bool {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|known| known.uid() == 0);
    let run = || {
        let mut run = Command::new("setpriv");
        run.args(account(USERS[0], GROUP)).args([PROVOST, "--version"]);
        run.output().is_ok_and(|output| output.status.success())
    };
    let able = is_root && run();
    if !able {
        skip("only root can act as others");
    }
    able
}

fn account(user: u32, group: u32) -> [String; 3] {
    [format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".into()]
}

/// A command, run as another account in a directory of the sandbox.
pub(crate) fn run_as(sandbox: &Sandbox, user: u32, group: u32, directory: &Path) -> Run {
    sandbox.run("setpriv", directory).args(account(user, group))
}

/// Gives a path and all that is below it to an account.
pub(crate) fn give(path: &Path, user: u32, group: u32) {
    lchown(path, Some(user), Some(group)).unwrap();
    if path.is_dir() && !path.is_symlink() {
        for entry in std::fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user, group);
        }
    }
}

/// Lets all accounts come to what is in the sandbox.
pub(crate) fn open(sandbox: &Sandbox) {
    set_mode(&sandbox.path(""), 0o755);
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
