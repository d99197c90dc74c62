//! The `git` command, for what libgit2 can't do: refs in the reftable format, and a
//! second opinion on an object that is not found.
//!
//! It never uses a network. Ordinary repositories never need it: some servers run hooks where there is no git.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::{GitError, process};

/// Runs git on a repository, `until` then at most, and returns its standard output.
pub(super) fn run(
    git_dir: &Path,
    arguments: &[&[u8]],
    until: Option<Instant>,
) -> Result<Vec<u8>, GitError> {
    let mut command = command(git_dir, arguments);
    // A pushed refs/replace/* must not change what is seen.
    command.env("GIT_NO_REPLACE_OBJECTS", "1");
    finish(command, arguments, b"", until)
}

/// A command that neither fetches what is missing nor asks for anything.
fn command(git_dir: &Path, arguments: &[&[u8]]) -> Command {
    let mut command = Command::new("git");
    command
        .args(["-c", "protocol.allow=never"])
        .arg("--git-dir")
        .arg(git_dir)
        .args(arguments.iter().map(|argument| OsStr::from_bytes(argument)))
        // In a partial clone git would fetch what is missing; older versions only know
        // how to be told that no transport may be used (protocol.allow in git-config(1)).
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C");
    command
}

fn finish(
    command: Command,
    arguments: &[&[u8]],
    input: &[u8],
    until: Option<Instant>,
) -> Result<Vec<u8>, GitError> {
    let words: Vec<_> = arguments.iter().map(|word| String::from_utf8_lossy(word)).collect();
    let words = words.join(" ");
    match process::run(command, input, until) {
        Ok(Some(output)) if output.status.success() => Ok(output.stdout),
        Ok(Some(output)) => {
            let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(GitError::Git { command: words, reason })
        }
        Ok(None) => Err(GitError::Late { command: words }),
        Err(error) => Err(GitError::Git { command: words, reason: error.to_string() }),
    }
}

/// Runs git on a repository as it sees that by itself, with what replaces objects.
pub(super) fn run_plain(
    git_dir: &Path,
    arguments: &[&[u8]],
    input: &[u8],
    until: Option<Instant>,
) -> Result<Vec<u8>, GitError> {
    finish(command(git_dir, arguments), arguments, input, until)
}
