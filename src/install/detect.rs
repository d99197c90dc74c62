//! What a path is: found out from its files and its configuration, never from the
//! environment, and said with the reason.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::repositories::git_dir;
use super::{Git, InstallError, Request};
use crate::owner::{self, Acting};

/// Kinds of places that hooks go into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One repository.
    Repository,
    /// A folder with repositories.
    Folder,
    /// A template for new repositories (git-init(1)).
    Template,
    /// The whole machine, by `core.hooksPath`.
    System,
    /// The whole machine, by hooks in Git's configuration.
    Configured,
    /// GitLab's directory of hooks for all repositories.
    GitlabHooks,
    /// The home of gitolite's account.
    Gitolite,
    /// A site of Gerrit.
    Gerrit,
    /// The home of Bitbucket.
    Bitbucket,
    /// Any folder; files for GitHub Enterprise Server are made there.
    Github,
    /// A developer's own repository.
    Client,
}

/// A path and what it is.
#[derive(Clone, Debug)]
pub struct Site {
    /// The path; for a repository its Git directory.
    pub path: PathBuf,
    /// What it is.
    pub place: Place,
    /// The platform, as `--platform` takes it.
    pub platform: &'static str,
    /// What it was taken for, and why.
    pub why: String,
}

/// The sites of a request.
pub(super) fn sites(request: &Request) -> Result<Vec<Site>, InstallError> {
    if let Some(place @ (Place::System | Place::Configured)) = request.place {
        let platform = request.platform.unwrap_or("plain");
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
    platform: Option<&'static str>,
    place: Option<Place>,
) -> Result<Site, InstallError> {
    let path = path.canonicalize().map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => InstallError::NotThere { path: path.to_owned() },
        _ => InstallError::Read { path: path.to_owned(), source },
    })?;
    let _acting = Acting::for_path(&path).map_err(InstallError::account(&path))?;
    let site = |place, platform, why: &str| {
        Ok(Site { path: path.clone(), place, platform, why: why.into() })
    };
    if let Some(place) = place {
        let platform = platform.unwrap_or("plain");
        return match (place, git_dir(&path).or_else(|| linked(&path))) {
            (Place::Client, Some(path)) => {
                Ok(Site { path, place, platform, why: "a developer's repository".into() })
            }
            (Place::Client, None) => Err(InstallError::NoRepository { path }),
            _ => site(place, platform, "as asked for"),
        };
    }
    if let Some(git_dir) = git_dir(&path) {
        return Ok(repository(&git_dir, platform));
    }
    match platform {
        Some("github") => return site(Place::Github, "github", "as --platform says"),
        Some("gitolite") => return site(Place::Gitolite, "gitolite", "as --platform says"),
        Some("gerrit") => return site(Place::Gerrit, "gerrit", "as --platform says"),
        Some("bitbucket") => return site(Place::Bitbucket, "bitbucket", "as --platform says"),
        _ => {}
    }
    let has = |name: &str| path.join(name).exists();
    if path.file_name().is_some_and(|name| name == "custom_hooks") {
        return site(Place::GitlabHooks, "gitlab", "a directory custom_hooks, as GitLab has it");
    }
    if platform.is_none() && has("etc/gerrit.config") {
        return site(Place::Gerrit, "gerrit", "a site of Gerrit: it has etc/gerrit.config");
    }
    if platform.is_none() && has(".gitolite.rc") {
        return site(Place::Gitolite, "gitolite", "the home of gitolite: it has .gitolite.rc");
    }
    if platform.is_none() && has("shared/bitbucket.properties") {
        let why = "the home of Bitbucket: it has shared/bitbucket.properties";
        return site(Place::Bitbucket, "bitbucket", why);
    }
    if path.is_dir() {
        return site(Place::Folder, platform.unwrap_or("plain"), "a folder with repositories");
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

/// Finds out whose a repository is.
pub(super) fn repository(path: &Path, platform: Option<&'static str>) -> Site {
    let site = |platform, why: &str| Site {
        path: path.to_owned(),
        place: Place::Repository,
        platform,
        why: why.to_owned(),
    };
    if let Some(platform) = platform {
        return site(platform, &format!("{platform}, as --platform says"));
    }
    let delegate = owner::content(&path.join("hooks/pre-receive")).unwrap_or_default();
    let delegate = String::from_utf8_lossy(&delegate).to_lowercase();
    let has = |name: &str| path.join(name).exists();
    if has("hooks/pre-receive.d/forgejo") || delegate.contains("forgejo") {
        return site("forgejo", "a repository of Forgejo: its hooks are there");
    }
    if has("hooks/pre-receive.d/gitea") || delegate.contains("generated by gitea") {
        return site("gitea", "a repository of Gitea: its hooks are there");
    }
    let hashed = path.components().any(|part| part.as_os_str() == "@hashed");
    let full_path = Git::local("gitlab.fullpath", path);
    if hashed || full_path.is_ok_and(|value| value.is_some()) {
        return site("gitlab", "a repository of GitLab: its path or its configuration says so");
    }
    let update = fs::read_link(path.join("hooks/update")).unwrap_or_default();
    if has("gl-conf") || update.to_string_lossy().contains("gitolite") {
        return site(
            "gitolite",
            "a repository of gitolite: it has gl-conf, or gitolite's update hook",
        );
    }
    site("plain", "a plain repository: nothing in it is of a platform")
}
