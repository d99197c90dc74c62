//! Running git and other programs with nothing of the caller's environment and
//! configuration.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::Failure;

/// The program that is measured, as built with the options of a release.
const PROVOST: &str = env!("CARGO_BIN_EXE_provost");

/// Runs programs.
pub(crate) struct Git {
    home: TempDir,
    /// The program that is measured: a copy, which no build in the meantime replaces.
    pub(crate) provost: String,
    /// Its version and the beginning of its digest.
    pub(crate) build: String,
}

/// A stream of `git fast-import`.
pub(crate) type Stream = BufWriter<ChildStdin>;

impl Git {
    pub(crate) fn new() -> Result<Self, Failure> {
        let home = tempfile::tempdir()?;
        // The repository that the caller names may belong to somebody else.
        fs::write(home.path().join(".gitconfig"), "[safe]\n\tdirectory = *\n")?;
        let provost = home.path().join("provost");
        fs::copy(PROVOST, &provost)?;
        let digest = Sha256::digest(fs::read(&provost)?);
        let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let build = format!("{} {digest}", env!("CARGO_PKG_VERSION"));
        let provost = utf8(&provost)?.to_owned();
        Ok(Self { home, provost, build })
    }

    /// A command in a directory.
    pub(crate) fn command(&self, program: &str, directory: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(directory).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("HOME", self.home.path()).env("XDG_CONFIG_HOME", self.home.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Bench");
            command.env(format!("GIT_{role}_EMAIL"), "bench@bench.test");
            command.env(format!("GIT_{role}_DATE"), "1780000000 +0000");
        }
        command
    }

    /// What git prints, without the last line feed.
    pub(crate) fn ask(&self, directory: &Path, arguments: &[&str]) -> Result<String, Failure> {
        output(&mut self.command("git", directory, arguments), b"")
    }

    /// The version of git.
    pub(crate) fn version(&self) -> Result<String, Failure> {
        let said = self.ask(self.home.path(), &["--version"])?;
        Ok(said.trim_start_matches("git version ").to_owned())
    }
}

/// Runs a command with `input`, and returns what it prints without the last line feed.
pub(crate) fn output(command: &mut Command, input: &[u8]) -> Result<String, Failure> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{command:?} failed: {}", output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Runs `git fast-import` as prepared, on the stream that `write` writes.
pub(crate) fn import(
    command: &mut Command,
    write: impl FnOnce(&mut Stream) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut import = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let stdin = import.stdin.take().ok_or("git fast-import without an input")?;
    let mut stream = BufWriter::with_capacity(1 << 16, stdin);
    let written = write(&mut stream).and_then(|()| stream.write_all(b"done\n"));
    let written = written.and_then(|()| stream.flush());
    drop(stream);
    // Why it ended says more than that the pipe broke.
    if !import.wait()?.success() {
        return Err("git fast-import failed".into());
    }
    Ok(written?)
}

/// The arguments of `git fast-import` that all imports have.
pub(crate) const IMPORT: [&str; 3] = ["fast-import", "--quiet", "--done"];

pub(crate) fn utf8(path: &Path) -> Result<&str, Failure> {
    path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()).into())
}
