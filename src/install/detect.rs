//! What a path is: found out from its files and its configuration, never from the
//! environment, and said with the reason.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::repositories::git_dir;
use super::{Git, InstallError, Request};
use super::{Place, Site};
use crate::owner::{self, Account, Acting};
use crate::platform::{self, Platform, Traces};
use crate::text::escape;

/// The sites of a request.
pub(super) fn sites(request: &Request) -> Result<Vec<Site>, InstallError> {
    if let Some(place @ (Place::System | Place::Configured)) = request.place {
        let platform = request.platform.unwrap_or_else(platform::plain);
        let why = "all repositories of this machine".into();
        return Ok(vec![Site { path: PathBuf::from("/"), place, platform, why }]);
    }
    request.paths.iter().map(|path| detect(path, request.platform, request.place)).collect()
}

/// Finds out what a path is.
///
/// # Errors
/// When it is nothing that hooks go into.
pub fn detect(
    path: &Path,
    named: Option<&'static Platform>,
    place: Option<Place>,
) -> Result<Site, InstallError> {
    path.canonicalize().map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => InstallError::NotThere { path: path.to_owned() },
        _ => InstallError::Read { path: path.to_owned(), source },
    })?;
    // The path as it was named: what it leads to does not show whose links are on the way.
    let (_acting, path) = Acting::named(path).map_err(InstallError::account(path))?;
    let path = path.canonicalize().unwrap_or(path);
    let site = |place, platform, why: &str| {
        Ok(Site { path: path.clone(), place, platform, why: why.into() })
    };
    if let Some(place) = place {
        let platform = named.unwrap_or_else(platform::plain);
        return match (place, git_dir(&path).or_else(|| linked(&path))) {
            (Place::Client, Some(found)) => {
                let (path, why) = (of_work_tree(&path, &found)?, "a developer's repository".into());
                Ok(Site { path, place, platform, why })
            }
            (Place::Client, None) => Err(InstallError::NoRepository { path }),
            _ => site(place, platform, "as asked for"),
        };
    }
    if let Some(git_dir) = git_dir(&path) {
        return Ok(repository(&git_dir, named));
    }
    if let Some(platform) = named
        && let Some(home) = platform.home.as_ref().filter(|home| home.any_folder)
    {
        return site(Place::Home(home), platform, "as --platform says");
    }
    for platform in platform::ALL.iter().copied() {
        // The name of another platform keeps a folder from being one of these.
        if let Some(home) = platform.home.as_ref().filter(|it| named.is_none() || !it.any_folder)
            && let Some(why) = home.recognise(&path)
        {
            return site(Place::Home(home), platform, why);
        }
    }
    if path.is_dir() {
        let platform = named.unwrap_or_else(platform::plain);
        return site(Place::Folder, platform, "a folder with repositories");
    }
    Err(InstallError::NoRepository { path })
}

/// The Git directory of a linked work tree.
fn linked(path: &Path) -> Option<PathBuf> {
    let text = owner::content(&path.join(".git")).ok()?;
    let target = text.strip_prefix(b"gitdir: ")?;
    // What git itself takes away (`read_gitfile_gently` in setup.c).
    let end = target.iter().rposition(|byte| !b"\r\n".contains(byte))?;
    let target = target.get(..=end)?;
    Some(path.join(OsStr::from_bytes(target))).filter(|path| path.is_dir())
}

/// The repository of a work tree, where it leads to. The work tree's owner chooses it, so it
/// has to be that owner's, too.
fn of_work_tree(top: &Path, git_dir: &Path) -> Result<PathBuf, InstallError> {
    let owner = owner::current();
    let (acting, real) = Acting::named(git_dir).map_err(InstallError::account(top))?;
    let user = |account: &Option<Account>| account.as_ref().map_or(0, |account| account.user);
    let is_same = user(&owner) == user(&owner::current());
    drop(acting);
    match owner {
        Some(owner) if !is_same => {
            let git_dir = escape::path(&real);
            let text = format!("its .git leads to {git_dir}, which is not {}'s", owner.name());
            Err(InstallError::account(top)(std::io::Error::other(text)))
        }
        _ => Ok(real),
    }
}

/// Finds out whose a repository is.
pub(super) fn repository(path: &Path, named: Option<&'static Platform>) -> Site {
    let (platform, why) = match named {
        Some(platform) => (platform, format!("{}, as --platform says", platform.name)),
        None => {
            let text = owner::content(&path.join("hooks/pre-receive")).unwrap_or_default();
            let pre_receive = String::from_utf8_lossy(&text).to_lowercase();
            let has_key = |key: &str| Git::local(key, path).is_ok_and(|value| value.is_some());
            let traces = Traces { path, pre_receive, has_key: &has_key };
            let (platform, why) = platform::of_repository(&traces);
            (platform, why.to_owned())
        }
    };
    Site { path: path.to_owned(), place: Place::Repository, platform, why }
}
