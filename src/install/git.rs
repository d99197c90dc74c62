//! Git's configuration, read and written by git itself: its includes and conditions are
//! its own affair.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::InstallError;

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
    /// The command, with nothing in its environment that leads it elsewhere.
    #[must_use]
    pub fn command() -> Command {
        let mut git = Command::new("git");
        for name in LEADING {
            git.env_remove(name);
        }
        git.env("LC_ALL", "C").stdin(Stdio::null());
        git
    }

    /// The command for a change to a repository. As root it is run by the account that the
    /// repository belongs to, whose its files must stay.
    ///
    /// # Errors
    /// When the directory can't be looked at.
    pub fn for_owner(git_dir: &Path) -> io::Result<Command> {
        let mut git = Self::command();
        let owner = git_dir.metadata()?;
        if nix::unistd::geteuid().is_root() && owner.uid() != 0 {
            git.uid(owner.uid()).gid(owner.gid()).env_remove("HOME");
        }
        git.arg("--git-dir").arg(git_dir);
        Ok(git)
    }

    /// Runs git and returns what it prints, without the line feed at its end; `None` when
    /// it ends with exit code 1, by which it says that there is no such value.
    ///
    /// # Errors
    /// When it can't be run or fails.
    pub fn ask(arguments: &[&str], at: Option<&Path>) -> Result<Option<String>, InstallError> {
        let mut git = Self::command();
        if let Some(path) = at {
            // Git trusts a repository that is named like this, whoever owns it.
            git.arg("--git-dir").arg(path);
        }
        let failed = |reason: String| InstallError::Git { command: arguments.join(" "), reason };
        let output = git.args(arguments).output().map_err(|error| failed(error.to_string()))?;
        match output.status.code() {
            Some(0) => {
                Ok(Some(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned()))
            }
            Some(1) => Ok(None),
            _ => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        }
    }

    /// A key of the system's configuration.
    ///
    /// # Errors
    /// When git fails.
    pub fn system(key: &str) -> Result<Option<String>, InstallError> {
        match Self::ask(&["config", "--system", "--get", key], None) {
            // There is no such file yet.
            Err(InstallError::Git { reason, .. }) if reason.contains("unable to read config") => {
                Ok(None)
            }
            other => other,
        }
    }

    /// Sets a key of the system's configuration, or takes it out.
    pub(super) fn set_system(key: &str, value: Option<&str>) -> io::Result<()> {
        let mut git = Self::command();
        git.args(["config", "--system"]);
        match value {
            Some(value) => git.args([key, value]),
            None => git.args(["--unset-all", key]),
        };
        configure(&mut git, value.is_none())
    }

    /// Adds to what is fetched from a remote, or takes it out.
    pub(super) fn set_fetch(
        git_dir: &Path,
        remote: &str,
        refspec: &str,
        wanted: bool,
    ) -> io::Result<()> {
        let key = format!("remote.{remote}.fetch");
        let mut git = Self::for_owner(git_dir)?;
        git.arg("config");
        if wanted {
            git.args(["--add", &key, refspec]);
        } else {
            git.args(["--fixed-value", "--unset-all", &key, refspec]);
        }
        configure(&mut git, !wanted)
    }

    /// Its version: as it says it, and as numbers.
    ///
    /// # Errors
    /// When it can't be run.
    pub fn version() -> Result<(String, (u32, u32)), InstallError> {
        let text = Self::ask(&["version"], None)?.unwrap_or_default();
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

/// Where git looks for the hooks of a repository.
///
/// # Errors
/// When its configuration can't be read.
pub fn hooks_path(git_dir: &Path) -> Result<PathBuf, InstallError> {
    let found = Git::ask(&["config", "--type=path", "--get", "core.hooksPath"], Some(git_dir))?;
    let common = Git::ask(&["rev-parse", "--git-common-dir"], Some(git_dir))?;
    let common = git_dir.join(common.unwrap_or_default());
    let common = common.canonicalize().unwrap_or(common);
    Ok(match found.filter(|path| !path.is_empty()) {
        // A relative one is relative to where the hook runs: for a push, the repository.
        Some(path) => common.join(path),
        None => common.join("hooks"),
    })
}
