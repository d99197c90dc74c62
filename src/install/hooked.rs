//! Which hook is a repository's, and what it was told.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::{Found, Git, InstallError, Recorded, Site, detect, hook_file, recorded, state};

/// Where git or a platform looks for the hook of one repository, and whether ours is alone
/// in its file there.
pub(super) fn path(site: &Site) -> Result<(PathBuf, bool), InstallError> {
    Ok(match site.platform {
        "gitea" | "forgejo" => (site.path.join("hooks/pre-receive.d/provost"), true),
        "gitlab" => (site.path.join("custom_hooks/pre-receive.d/provost"), true),
        _ => (hook_file(&site.path, "pre-receive")?, false),
    })
}

/// The file of the hook; `None` when the repository has none of ours, and the whole machine
/// one in git's configuration, which git runs also beside hooks of others.
///
/// # Errors
/// When git's configuration can't be read.
pub fn hook_of(site: &Site) -> Result<Option<PathBuf>, InstallError> {
    let (hook, alone) = path(site)?;
    let ours = alone || matches!(state(&hook), Ok(Found::Ours));
    let configured = !ours && configured(Some(&site.path))?.is_some();
    Ok((!configured).then_some(hook))
}

/// The command that git runs before a push is taken in, by a hook of its configuration that
/// is ours: as a repository has it in all, or else as the system's file has it. `None` when
/// there is none.
///
/// Source: git-config(1) of 2.54, `hook.<friendly-name>.event`: it can be given several
/// times, and an empty one forgets those before.
///
/// # Errors
/// When git's configuration can't be read.
pub fn configured(repository: Option<&Path>) -> Result<Option<OsString>, InstallError> {
    let (events, command) = match repository {
        Some(path) => {
            let ask = |how, key| Git::ask_as_pusher(&["config", "-z", how, key], path);
            (ask("--get-all", "hook.provost.event")?, ask("--get", "hook.provost.command")?)
        }
        None => (Git::system("hook.provost.event")?, Git::system("hook.provost.command")?),
    };
    let events = events.unwrap_or_default();
    let mut events = events.as_bytes().rsplit(|&byte| byte == 0).take_while(|it| !it.is_empty());
    Ok(command.filter(|_| events.any(|event| event == b"pre-receive")))
}

/// What the hook of a repository was told when it was installed; `None` when there is none
/// of ours.
#[must_use]
pub fn recorded_in(repository: &Path) -> Option<Recorded> {
    let site = detect(repository, None, None).ok()?;
    let text = match hook_of(&site).ok()? {
        Some(path) => std::fs::read(path).ok()?,
        None => configured(Some(&site.path)).ok()??.into_vec(),
    };
    recorded(&text)
}
