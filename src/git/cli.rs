//! The `git` command, for what libgit2 can't do: refs in the reftable format, and a
//! second opinion on an object that is not found.
//!
//! It never uses a network. Ordinary repositories never need it: some servers run hooks where there is no git.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{GitError, ObjectId};

/// Runs git on a repository and returns its standard output.
pub(super) fn run(git_dir: &Path, arguments: &[&[u8]]) -> Result<Vec<u8>, GitError> {
    let mut command = command(git_dir, arguments);
    // A pushed refs/replace/* must not change what is seen.
    command.env("GIT_NO_REPLACE_OBJECTS", "1");
    finish(command, arguments, b"")
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

fn finish(mut command: Command, arguments: &[&[u8]], input: &[u8]) -> Result<Vec<u8>, GitError> {
    let failed = |reason: String| {
        let words: Vec<_> = arguments.iter().map(|word| String::from_utf8_lossy(word)).collect();
        GitError::Git { command: words.join(" "), reason }
    };
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // The input is a line, which fits into the pipe. Git may end before it reads that.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// Whether git refuses an update to `new` by itself, because `missing` is missing. `false`
/// when it does not, or git can't be asked.
///
/// `receive-pack` has decided that before it runs the hook, by `git rev-list` (check_connected
/// in git's connected.c, set_connectivity_errors in its receive-pack.c). The same command is
/// run here in the environment that the hook got, so that replacements, grafts, alternates
/// and the quarantine count here as they counted there.
pub(super) fn refuses(git_dir: &Path, new: ObjectId, missing: ObjectId) -> bool {
    let (new, missing) = (format!("{new}\n"), missing.to_string());
    let check = |input: &str| {
        let arguments: [&[u8]; 9] = [
            b"rev-list",
            b"--objects",
            b"--stdin",
            b"--exclude-promisor-objects",
            b"--not",
            b"--exclude-hidden=receive",
            b"--all",
            b"--quiet",
            b"--alternate-refs",
        ];
        finish(command(git_dir, &arguments), &arguments, input.as_bytes())
    };
    // A walk that fails for another reason than a missing object says nothing.
    let exists: [&[u8]; 3] = [b"cat-file", b"-e", missing.as_bytes()];
    check("").is_ok()
        && finish(command(git_dir, &exists), &exists, b"").is_err()
        && check(&new).is_err()
}
