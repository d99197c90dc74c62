//! `provost install` and `uninstall`, in repositories that git really pushes to. Hooks
//! run without `--isolated`: the policies that were installed are what they go by.

mod bytes;
mod chained;
mod clients;
mod killed;
mod plain;
mod platforms;
mod whole_machine;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::support::{Client, Finished, PROVOST, Pushed, Run, Sandbox, clean, marked};

const MAIN: &str = "refs/heads/main";
const REFUSED: &str = "this push is refused: it carries marks";

/// A bare repository.
fn bare(sandbox: &Sandbox, name: &str) -> PathBuf {
    sandbox.git("").args(["init", "-q", "--bare", name]).ok();
    sandbox.path(name)
}

/// The binary under test with all layers.
fn provost(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(PROVOST, "").args(arguments)
}

/// Runs a command that must succeed.
fn install(sandbox: &Sandbox, arguments: &[&str]) -> Finished {
    provost(sandbox, &["install"]).args(arguments).ok()
}

fn uninstall(sandbox: &Sandbox, arguments: &[&str]) -> Finished {
    provost(sandbox, &["uninstall"]).args(arguments).ok()
}

/// Writes a file that can be executed.
fn script(sandbox: &Sandbox, name: &str, text: &str) -> PathBuf {
    let path = sandbox.write(name, text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Pushes one commit, from a client of its own, to a branch of its own.
fn push(sandbox: &Sandbox, repository: &Path, branch: &str, message: &str) -> Pushed {
    let name = format!("client-{branch}-{}", repository.file_name().unwrap().to_str().unwrap());
    let client = Client::init(sandbox, name, &["-b", branch]);
    client.commit(message).file(branch, "1").create();
    client.push_to(repository.to_str().unwrap(), &[branch], &[])
}

/// A marked push is refused by policy, and a clean one accepted.
#[track_caller]
fn enforces(sandbox: &Sandbox, repository: &Path) {
    let pushed = push(sandbox, repository, "sin", &marked("Marked"));
    assert!(pushed.rejected("refs/heads/sin"), "{}", pushed.all());
    pushed.must_say(REFUSED);
    let pushed = push(sandbox, repository, "good", &clean("Clean"));
    assert!(pushed.accepted("refs/heads/good"), "{}", pushed.all());
}

/// Everything below a directory: names, kinds, modes, contents and link targets.
fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut stack = vec![root.to_owned()];
    while let Some(directory) = stack.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = std::fs::symlink_metadata(&path).unwrap();
            let shown = if metadata.is_symlink() {
                format!("-> {}", std::fs::read_link(&path).unwrap().display())
            } else if metadata.is_dir() {
                stack.push(path.clone());
                "directory".to_owned()
            } else {
                let mode = metadata.permissions().mode() & 0o777;
                format!("{mode:o} {:?}", String::from_utf8_lossy(&std::fs::read(&path).unwrap()))
            };
            found.insert(path.strip_prefix(root).unwrap().to_owned(), shown);
        }
    }
    found
}
