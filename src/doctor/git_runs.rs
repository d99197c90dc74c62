//! What git runs, by its configuration: which file or command, and whether it is switched on.
//! The configuration is that of the account that pushes run as, from all of git's files.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Diagnosis;
use super::target::Target;
use crate::install::{self, Git, InstallError};
use crate::platform::RepositoryHook;
use crate::text::escape;
use crate::text::shell;

/// Whether git looks for hooks elsewhere than in the repository, and so runs another file than
/// the one that is looked at.
pub(super) fn elsewhere(target: &Target, repository: &Path, diagnosis: &mut Diagnosis) {
    let ask = || -> Result<_, InstallError> {
        let set = &["config", "-z", "--show-origin", "--get", "core.hooksPath"];
        let set = Git::ask_as_pusher(set, repository)?;
        Ok((install::hook_file(repository, "pre-receive")?, set))
    };
    let (runs, set) = match ask() {
        Ok(answers) => answers,
        Err(error) => {
            diagnosis.wrong("hooks-path", error.to_string(), error.next_step());
            return;
        }
    };
    let by = set.and_then(|set| origin(repository, set.as_bytes()));
    let judged = match (&target.hook, target.platform.repository_hook) {
        (_, RepositoryHook::InFolder { rewritten_by: None, .. }) | (None, _) => return,
        (_, RepositoryHook::InFolder { rewritten_by: Some(menu), .. }) => {
            let delegate = repository.join("hooks/pre-receive");
            if !delegate.exists() {
                diagnosis.wrong(
                    "delegate",
                    format!(
                        "hooks/pre-receive of {} is missing, so nothing calls the hook",
                        target.platform.name
                    ),
                    format!("let the platform write its hooks again ({menu})"),
                );
            }
            delegate
        }
        (Some(hook), RepositoryHook::OfGit | RepositoryHook::Replaced { .. }) => hook.clone(),
    };
    if !is_same(&runs, &judged) {
        let text = format!(
            "git runs {}, and not {}: a push passes by the hook",
            escape::path(&runs),
            escape::path(&judged)
        );
        let step = match &by {
            Some(file) => format!("git config --file {} --unset-all core.hooksPath", word(file)),
            None => "run provost install again".into(),
        };
        diagnosis.wrong("hooks-path", text, step);
    } else if let Some(file) = by {
        let text = format!(
            "git looks for hooks in {}, by core.hooksPath in {}",
            escape::path(runs.parent().unwrap_or(&runs)),
            escape::path(&file)
        );
        diagnosis.ok("hooks-path", text);
    }
}

/// Whether two paths are one file, or one place where there is none.
fn is_same(one: &Path, other: &Path) -> bool {
    let id = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
    match (id(one), id(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// The file that a value of git's configuration comes from: `file:PATH`, and after a NUL the
/// value. A relative one is relative to the repository.
pub(super) fn origin(repository: &Path, answer: &[u8]) -> Option<PathBuf> {
    let path = answer.split(|&byte| byte == 0).next()?.strip_prefix(b"file:")?;
    Some(repository.join(OsStr::from_bytes(path)))
}

/// A path as a word of a command that is to be pasted.
pub(super) fn word(path: &Path) -> String {
    shell::shown(path.as_os_str().as_bytes())
}

/// Looks for the hook in git's configuration; the command that git runs.
pub(super) fn configured(repository: Option<&Path>, diagnosis: &mut Diagnosis) -> Option<Vec<u8>> {
    match Git::version() {
        Ok((_, numbers)) if numbers >= (2, 54) => {}
        Ok((version, _)) => {
            let text = format!("git is {version} and passes over hooks in its configuration");
            diagnosis.wrong("git", text, "use provost install --system, or install git 2.54");
            return None;
        }
        Err(error) => {
            diagnosis.wrong("git", error.to_string(), error.next_step());
            return None;
        }
    }
    // What the repository says counts over what the system says.
    if let Ok(Some(command)) = install::configured(repository) {
        diagnosis.ok("hook", "git's configuration has the hook `provost`");
        return Some(command.into_vec());
    }
    let step = "provost install --configured puts it there";
    diagnosis.wrong("hook", "git's configuration has no hook `provost`", step);
    None
}

/// Git's switches for hooks that come from its configuration.
pub(super) fn switched_off(repository: &Path, diagnosis: &mut Diagnosis) {
    for key in ["hook.provost.enabled", "hook.pre-receive.enabled"] {
        let ask = ["config", "-z", "--show-origin", "--type=bool", "--get", key];
        let Ok(Some(set)) = Git::ask_as_pusher(&ask, repository) else { continue };
        if set.as_bytes().ends_with(b"\0false") {
            let file = origin(repository, set.as_bytes());
            let file = file.unwrap_or_else(|| repository.join("config"));
            let step = format!("git config --file {} --unset-all {key}", word(&file));
            diagnosis.wrong("enabled", format!("{key} is false for this repository"), step);
        }
    }
}
