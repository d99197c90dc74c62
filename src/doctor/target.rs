//! The hooks that a request names: where each is, and how its platform calls it.

use std::path::{Path, PathBuf};

use crate::install::{self, Git, InstallError, Place, Request, Site};
use crate::owner::Acting;
use crate::platform::{self, Examined, Platform, RepositoryHook};

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
    pub(super) platform: &'static Platform,
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
    let platform = request.platform.unwrap_or_else(platform::plain);
    let path = hook.clone().unwrap_or_else(|| "git's configuration".into());
    let called = Called::ByGit;
    Ok(Target { path, repository: None, platform, hook, called, broken: None })
}

fn of_site(site: &Site, request: &Request, all: &mut Vec<Target>) -> Result<(), InstallError> {
    let alone = |hook: PathBuf, called| Target {
        path: site.path.clone(),
        repository: None,
        platform: site.platform,
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
        Place::Home(home) => match home.examined {
            Examined::Repositories(folder) => {
                let _acting = acting()?;
                for path in &install::walk(&site.path.join(folder))?.repositories {
                    let one = Site { path: path.clone(), place: Place::Repository, ..site.clone() };
                    all.push(of_repository(&one).unwrap_or_else(|error| broken(path, &error)));
                }
            }
            Examined::Hooks => {
                let _acting = acting()?;
                let hooks = install::home_hooks(&site.path, site.platform, home, false)?;
                for hook in hooks.wanted {
                    let by_arguments = hook.takes_arguments;
                    let called =
                        if by_arguments { Called::WithArguments } else { Called::ByPlatform };
                    all.push(alone(hook.path, called));
                }
            }
            Examined::Nothing => {
                let title = site.platform.title;
                return Err(blind(&format!("it can't look into the environment of {title}")));
            }
        },
        Place::Template => all.push(alone(site.path.join("hooks/pre-receive"), Called::ByGit)),
        Place::Client | Place::System | Place::Configured => {
            return Err(blind("it does not look at developers' hooks"));
        }
    }
    Ok(())
}

/// The error about a hook that can't be examined.
fn blind(reason: &str) -> InstallError {
    let reason = format!("{reason}; push a marked commit there");
    InstallError::Platform { platform: "doctor", reason }
}

fn of_repository(site: &Site) -> Result<Target, InstallError> {
    let called = match site.platform.repository_hook {
        RepositoryHook::InFolder { .. } => Called::ByPlatform,
        RepositoryHook::OfGit | RepositoryHook::Replaced { .. } => Called::ByGit,
    };
    Ok(Target {
        path: site.path.clone(),
        repository: Some(site.path.clone()),
        platform: site.platform,
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
        platform: platform::plain(),
        hook: None,
        called: Called::ByGit,
        broken: Some((error.to_string(), error.next_step())),
    }
}
