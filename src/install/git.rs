//! Git's configuration, read and written by git itself: its includes and conditions are
//! its own affair.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::InstallError;
use crate::file;
use crate::git::{check_files, check_home};
use crate::owner::{self, Acting};
use crate::text::escape;

/// The `git` command.
#[derive(Clone, Copy, Debug)]
pub struct Git;

/// Variables that would lead git to another repository or configuration than the one
/// that is asked for.
const LEADING: [&str; 9] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_WORK_TREE",
];

impl Git {
    /// The command, with nothing in its environment that leads it elsewhere. It is run by the
    /// account that this process acts as.
    #[must_use]
    pub fn command() -> Command {
        let mut git = Command::new("git");
        for name in LEADING {
            git.env_remove(name);
        }
        git.env("LC_ALL", "C").stdin(Stdio::null());
        owner::confine(&mut git);
        git
    }

    /// The command for a change to a repository, which runs none of its hooks as root.
    #[must_use]
    pub fn on(git_dir: &Path) -> Command {
        let mut git = Self::command();
        if owner::is_alone() {
            git.args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]);
        }
        git.arg("--git-dir").arg(git_dir);
        git
    }

    /// Runs git and returns what it prints, without the line feed that it adds at its end;
    /// `None` when it ends with exit code 1, by which it says that there is no such value.
    /// What is printed may be a path, which is any bytes.
    ///
    /// # Errors
    /// When it can't be run or fails.
    pub fn ask(arguments: &[&str], at: Option<&Path>) -> Result<Option<OsString>, InstallError> {
        let mut git = Self::command();
        ready(arguments, at)?;
        if let Some(path) = at {
            // Git trusts a repository that is named like this, whoever owns it.
            git.arg("--git-dir").arg(path);
        }
        answer(git.args(arguments), arguments, b'\n')
    }

    /// A value of git's configuration, as it is; `options` are those of git-config(1), such as
    /// `--local`.
    ///
    /// # Errors
    /// When git fails.
    pub fn config(
        options: &[&str],
        key: &str,
        at: Option<&Path>,
    ) -> Result<Option<OsString>, InstallError> {
        let mut git = Self::command();
        if let Some(path) = at {
            git.arg("--git-dir").arg(path);
        }
        let arguments = [&["config", "-z"], options, &["--get", key]].concat();
        ready(&arguments, at)?;
        answer(git.args(&arguments), &arguments, 0)
    }

    /// A value of the repository's own configuration file and what that includes, which the
    /// hook reads, too.
    ///
    /// # Errors
    /// When git fails.
    pub fn local(key: &str, at: &Path) -> Result<Option<OsString>, InstallError> {
        Self::config(&["--local", "--includes"], key, Some(at))
    }

    /// A value of a file in the format of git's configuration.
    ///
    /// # Errors
    /// When git fails.
    pub fn in_file(file: &Path, key: &str) -> Result<Option<OsString>, InstallError> {
        let arguments = ["config", "-z", "--get", key];
        match file::open(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let reason = format!("cannot read {}: {error}", escape::path(file));
                return Err(InstallError::Git { command: arguments.join(" "), reason });
            }
            _ => {}
        }
        // The file is named by git-config(1) before what is asked of it.
        let mut git = Self::command();
        git.args(["config", "-z", "--file"]).arg(file).args(["--get", key]);
        answer(&mut git, &arguments, 0)
    }

    /// Asks git what a push to a repository would ask it: in its directory, as `git
    /// receive-pack` is there, and as root by the account that it belongs to, whose
    /// configuration counts. Answers end with NUL where `arguments` say `-z`.
    ///
    /// # Errors
    /// When git can't be run or fails.
    pub fn ask_as_pusher(
        arguments: &[&str],
        git_dir: &Path,
    ) -> Result<Option<OsString>, InstallError> {
        let end = if arguments.contains(&"-z") { 0 } else { b'\n' };
        let _acting = Acting::for_path(git_dir).map_err(InstallError::account(git_dir))?;
        ready(arguments, Some(git_dir))?;
        let mut git = Self::command();
        git.current_dir(git_dir).env("GIT_DIR", ".").args(arguments);
        answer(&mut git, arguments, end)
    }

    /// A key of the system's configuration.
    ///
    /// # Errors
    /// When git fails.
    pub fn system(key: &str) -> Result<Option<OsString>, InstallError> {
        match Self::config(&["--system"], key, None) {
            // There is no such file yet.
            Err(InstallError::Git { reason, .. }) if reason.contains("unable to read config") => {
                Ok(None)
            }
            other => other,
        }
    }

    /// Whether a repository's own configuration has a value among those of a key.
    ///
    /// # Errors
    /// When git fails.
    pub(super) fn is_set_to(at: &Path, key: &OsStr, value: &OsStr) -> Result<bool, InstallError> {
        let arguments = ["config", "--local", "--fixed-value", "--get-all"];
        ready(&arguments, Some(at))?;
        let mut git = Self::command();
        git.arg("--git-dir").arg(at).args(arguments).arg(key).arg(value);
        Ok(answer(&mut git, &arguments, b'\n')?.is_some())
    }

    /// Sets a key of the system's configuration, or takes it out.
    pub(super) fn set_system(key: &str, value: Option<&OsStr>) -> io::Result<()> {
        let mut git = Self::command();
        git.args(["config", "--system"]);
        match value {
            Some(value) => git.arg(key).arg(value),
            None => git.args(["--unset-all", key]),
        };
        configure(&mut git, value.is_none())
    }

    /// Adds to what is fetched from a remote, or takes it out.
    pub(super) fn set_fetch(
        git_dir: &Path,
        key: &OsStr,
        refspec: &OsStr,
        wanted: bool,
    ) -> io::Result<()> {
        ready(&["config"], Some(git_dir)).map_err(io::Error::other)?;
        let mut git = Self::on(git_dir);
        git.arg("config");
        if wanted {
            git.arg("--add").arg(key).arg(refspec);
        } else {
            git.args(["--fixed-value", "--unset-all"]).arg(key).arg(refspec);
        }
        configure(&mut git, !wanted)
    }

    /// Its version: as it says it, and as numbers.
    ///
    /// # Errors
    /// When it can't be run.
    pub fn version() -> Result<(String, (u32, u32)), InstallError> {
        let text = Self::ask(&["version"], None)?.unwrap_or_default();
        let text = text.to_string_lossy();
        let text = text.trim_start_matches("git version ").to_owned();
        let mut numbers = text.split('.').map_while(|part| part.parse().ok());
        let numbers = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        Ok((text, numbers))
    }
}

/// Runs `git config`.
fn configure(git: &mut Command, takes_out: bool) -> io::Result<()> {
    let output = git.output()?;
    // 5: there was nothing to take out.
    match output.status.code() {
        Some(0) => Ok(()),
        Some(5) if takes_out => Ok(()),
        _ => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

/// The file that git runs as a hook when something is pushed to a repository, whether it is
/// there or not. Git itself is asked: it knows of `core.hooksPath` in all of its files, and of
/// what these include for this repository.
///
/// # Errors
/// When its configuration can't be read.
pub fn hook_file(git_dir: &Path, name: &str) -> Result<PathBuf, InstallError> {
    let asked = format!("hooks/{name}");
    let path = Git::ask_as_pusher(&["rev-parse", "--git-path", &asked], git_dir)?;
    // A relative one is relative to where the hook runs: for a push, the repository.
    Ok(git_dir.join(path.unwrap_or_default()))
}

/// Looks at the files that git is about to open, so that it waits for none of them.
fn ready(arguments: &[&str], git_dir: Option<&Path>) -> Result<(), InstallError> {
    let home = owner::current().and_then(|account| account.home);
    let looked = home.as_deref().map_or(Ok(()), check_home).and_then(|()| match git_dir {
        Some(git_dir) => check_files(git_dir, home),
        None => Ok(()),
    });
    looked.map_err(|error| InstallError::Git {
        command: arguments.join(" "),
        reason: error.to_string(),
    })
}

/// Runs git; its answer without the byte that ends it.
fn answer(
    git: &mut Command,
    arguments: &[&str],
    end: u8,
) -> Result<Option<OsString>, InstallError> {
    let failed = |reason: String| InstallError::Git { command: arguments.join(" "), reason };
    let output = git.output().map_err(|error| failed(error.to_string()))?;
    match output.status.code() {
        Some(0) => {
            let mut bytes = output.stdout;
            if bytes.last() == Some(&end) {
                bytes.pop();
            }
            Ok(Some(OsString::from_vec(bytes)))
        }
        Some(1) => Ok(None),
        _ => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}
