//! Which hook is a repository's, and what it was told.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use super::{
    Found, Git, InstallError, Recorded, Request, Site, detect, hook_file, recorded, state,
};
use crate::owner::{self, Acting};
use crate::platform::RepositoryHook;

/// Where git or a platform looks for the hook of one repository, and whether ours is alone
/// in its file there.
pub(super) fn path(site: &Site) -> Result<(PathBuf, bool), InstallError> {
    Ok(match site.platform.repository_hook {
        RepositoryHook::InFolder { file, .. } => (site.path.join(file), true),
        RepositoryHook::OfGit | RepositoryHook::Replaced { .. } => {
            (hook_file(&site.path, "pre-receive")?, false)
        }
    })
}

/// A place of a hook that may be changed.
pub(super) enum Reach {
    /// Below the repository or home.
    Own(PathBuf),
    /// In the directory that the administrator has named.
    Named(PathBuf),
}

/// Whether a hook may be changed: it lies below one of these places with no link on the way,
/// or in the directory that was named. The owner of a repository chooses the path.
pub(super) fn reach(
    hook: PathBuf,
    places: &[&Path],
    request: &Request,
) -> Result<Reach, InstallError> {
    let site = places.first().copied().unwrap_or(Path::new("/")).to_owned();
    let (Some(folder), Some(name)) = (hook.parent(), hook.file_name()) else {
        return Err(InstallError::Outside { site, hooks: hook });
    };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if let Some(given) = request.named_hooks.as_deref()
        && real(folder) == real(given)
    {
        // By its path as it was named: the links on it count.
        let (_acting, named) = Acting::named(given).map_err(InstallError::account(given))?;
        return Ok(Reach::Named(real(&named).join(name)));
    }
    let folder = lexical(folder);
    if !places.iter().any(|place| folder.starts_with(place)) {
        return Err(InstallError::Outside { site, hooks: folder });
    }
    match owner::first_link(&folder) {
        Some(path) => Err(InstallError::Link { path, site }),
        None => Ok(Reach::Own(folder.join(name))),
    }
}

/// A path without `.` and `..`, by its text.
fn lexical(path: &Path) -> PathBuf {
    let mut all = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(all.pop()),
            Component::CurDir => {}
            part => all.push(part),
        }
    }
    all
}

/// The file of the hook; `None` when the repository has none of ours, and the whole machine
/// one in git's configuration, which git runs also beside hooks of others.
///
/// # Errors
/// When git's configuration can't be read.
pub fn hook_of(site: &Site) -> Result<Option<PathBuf>, InstallError> {
    let _acting = Acting::for_path(&site.path).map_err(InstallError::account(&site.path))?;
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
    let _acting = Acting::for_path(repository).ok()?;
    let site = detect(repository, None, None).ok()?;
    let text = match hook_of(&site).ok()? {
        Some(path) => owner::content(&path).ok()?,
        None => configured(Some(&site.path)).ok()??.into_vec(),
    };
    recorded(&text)
}
