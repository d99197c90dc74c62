//! The `git` command, for what libgit2 can't do: refs in the reftable format, and a
//! second opinion on an object that libgit2 does not find.
//!
//! It never uses a network. Ordinary repositories never need it: some servers run hooks where there is no git.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{GitError, ObjectId};

/// Runs git on a repository and returns its standard output.
pub(super) fn run(git_dir: &Path, arguments: &[&[u8]]) -> Result<Vec<u8>, GitError> {
    let shown = || {
        let words: Vec<_> = arguments.iter().map(|word| String::from_utf8_lossy(word)).collect();
        words.join(" ")
    };
    let output = Command::new("git")
        .args(["-c", "protocol.allow=never"])
        .arg("--git-dir")
        .arg(git_dir)
        .args(arguments.iter().map(|argument| OsStr::from_bytes(argument)))
        // A pushed refs/replace/* must not change what is seen.
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        // In a partial clone git would fetch what is missing; older versions only know
        // how to be told that no transport may be used (protocol.allow in git-config(1)).
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(output) => {
            let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(GitError::Git { command: shown(), reason })
        }
        Err(error) => Err(GitError::Git { command: shown(), reason: error.to_string() }),
    }
}

/// Whether git refuses an update to `new` by itself, because `missing` is missing: its
/// connectivity check fails (check_connected in git's connected.c, which passes what a
/// promisor has promised). `false` when it does not, or git can't be asked.
pub(super) fn refuses(git_dir: &Path, new: ObjectId, missing: ObjectId) -> bool {
    let (new, missing) = (new.to_string(), missing.to_string());
    let walk: [&[u8]; 4] = [b"rev-list", b"--objects", b"--quiet", b"--exclude-promisor-objects"];
    let check = |rest: &[&[u8]]| run(git_dir, &[walk.as_slice(), rest].concat());
    // A walk that fails for another reason than a missing object says nothing.
    let works = check(&[b"--max-count=0", b"--all"]).is_ok();
    works
        && run(git_dir, &[b"cat-file", b"-e", missing.as_bytes()]).is_err()
        && check(&[new.as_bytes(), b"--not", b"--all", b"--"]).is_err()
}
