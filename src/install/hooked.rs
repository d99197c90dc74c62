//! Which hook is a repository's, and what it was told.

use std::path::{Path, PathBuf};

use super::{Found, Git, InstallError, Recorded, Site, detect, hooks_path, recorded, state};

/// Where git or a platform looks for the hook of one repository, and whether ours is alone
/// in its file there.
pub(super) fn path(site: &Site) -> Result<(PathBuf, bool), InstallError> {
    Ok(match site.platform {
        "gitea" | "forgejo" => (site.path.join("hooks/pre-receive.d/provost"), true),
        "gitlab" => (site.path.join("custom_hooks/pre-receive.d/provost"), true),
        _ => (hooks_path(&site.path)?.join("pre-receive"), false),
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
    let configured = !ours && Git::system("hook.provost.event")?.is_some();
    Ok((!configured).then_some(hook))
}

/// What the hook of a repository was told when it was installed; `None` when there is none
/// of ours.
#[must_use]
pub fn recorded_in(repository: &Path) -> Option<Recorded> {
    let site = detect(repository, None, None).ok()?;
    let text = match hook_of(&site).ok()? {
        Some(path) => std::fs::read(path).ok()?,
        None => Git::system("hook.provost.command").ok()??.into_bytes(),
    };
    recorded(&text)
}
