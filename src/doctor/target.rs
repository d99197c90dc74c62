//! The hooks that a request names: where each is, and how its platform calls it.

use std::path::{Path, PathBuf};

use crate::install::{self, Git, InstallError, Place, Request, Site};
use crate::owner::Acting;

/// How a hook gets what a push asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// By git itself, on standard input.
    ByGit,
    /// By a platform that is not run for the probe; on standard input.
    ByPlatform,
    /// Once a ref, with arguments.
    WithArguments,
}

/// One hook.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The repository, or the place of the hook.
    pub(super) path: PathBuf,
    /// The repository, where there is one.
    pub(super) repository: Option<PathBuf>,
    /// The platform that was found.
    pub(super) platform: String,
    /// The hook's file; `None` for one in git's configuration.
    pub(super) hook: Option<PathBuf>,
    pub(super) called: Called,
    /// Why it can't be looked at, and what to do about it.
    pub(super) broken: Option<(String, String)>,
}

/// The targets of a request.
pub(super) fn targets(request: &Request) -> Result<Vec<Target>, InstallError> {
    let mut targets = Vec::new();
    if let Some(place @ (Place::System | Place::Configured)) = request.place {
        targets.push(whole_machine(request, place)?);
        return Ok(targets);
    }
    for path in &request.paths {
        let site = install::detect(path, request.platform, request.place)?;
        of_site(&site, request, &mut targets)?;
    }
    Ok(targets)
}

fn whole_machine(request: &Request, place: Place) -> Result<Target, InstallError> {
    let hook = match place {
        Place::System => {
            let set = Git::system("core.hooksPath")?.filter(|path| !path.is_empty());
            let directory = set.map_or_else(|| request.hooks_directory.clone(), PathBuf::from);
            Some(directory.join("pre-receive"))
        }
        _ => None,
    };
    let platform = request.platform.unwrap_or("plain").to_owned();
    let path = hook.clone().unwrap_or_else(|| "git's configuration".into());
    let called = Called::ByGit;
    Ok(Target { path, repository: None, platform, hook, called, broken: None })
}

fn of_site(site: &Site, request: &Request, all: &mut Vec<Target>) -> Result<(), InstallError> {
    let alone = |hook: PathBuf, called| Target {
        path: site.path.clone(),
        repository: None,
        platform: site.platform.to_owned(),
        hook: Some(hook),
        called,
        broken: None,
    };
    let acting = || {
        let failed = |source| InstallError::Account { path: site.path.clone(), source };
        Acting::for_path(&site.path).map_err(failed)
    };
    match site.place {
        Place::Repository => all.push(of_repository(site)?),
        Place::Folder => {
            let walk = install::walk(&site.path)?;
            if walk.repositories.is_empty() {
                return Err(InstallError::NoRepository { path: site.path.clone() });
            }
            for path in &walk.repositories {
                let of = |path| of_repository(&install::detect(path, request.platform, None)?);
                all.push(of(path).unwrap_or_else(|error| broken(path, &error)));
            }
        }
        Place::Gitolite => {
            let _acting = acting()?;
            for path in &install::walk(&site.path.join("repositories"))?.repositories {
                let one = Site { path: path.clone(), place: Place::Repository, ..site.clone() };
                all.push(of_repository(&one).unwrap_or_else(|error| broken(path, &error)));
            }
        }
        Place::GitlabHooks => {
            all.push(alone(site.path.join("pre-receive.d/provost"), Called::ByPlatform));
        }
        Place::Gerrit => {
            let _acting = acting()?;
            for name in ["ref-update", "commit-received"] {
                all.push(alone(install::gerrit_hooks(site)?.join(name), Called::WithArguments));
            }
        }
        Place::Bitbucket => {
            let hook = site.path.join("shared/provost/pre-receive.sh");
            all.push(alone(hook, Called::ByPlatform));
        }
        Place::Template => all.push(alone(site.path.join("hooks/pre-receive"), Called::ByGit)),
        Place::Github | Place::Client | Place::System | Place::Configured => {
            return Err(InstallError::Platform {
                platform: "doctor",
                reason: "it can't look into GitHub Enterprise Server's environment, nor does it \
                         look at developers' hooks; push a marked commit there"
                    .into(),
            });
        }
    }
    Ok(())
}

fn of_repository(site: &Site) -> Result<Target, InstallError> {
    let called = match site.platform {
        "gitea" | "forgejo" | "gitlab" => Called::ByPlatform,
        _ => Called::ByGit,
    };
    Ok(Target {
        path: site.path.clone(),
        repository: Some(site.path.clone()),
        platform: site.platform.to_owned(),
        hook: install::hook_of(site)?,
        called,
        broken: None,
    })
}

/// One of several repositories that can't be looked at keeps no other from that.
fn broken(path: &Path, error: &InstallError) -> Target {
    Target {
        path: path.to_owned(),
        repository: Some(path.to_owned()),
        platform: "plain".into(),
        hook: None,
        called: Called::ByGit,
        broken: Some((error.to_string(), error.next_step())),
    }
}
