//! Putting the hook on a server and taking it off.
//!
//! Finding out what a path is ([`detect`]) and what has to be done there ([`Plan`]) is
//! kept apart from doing it. A plan holds only what is not yet so: a second run finds
//! nothing to do, and a run that was killed is taken up where it ended. No step leaves a
//! hook half written, and the policy is there before the hook.

mod authority;
mod baseline;
mod chroot;
mod client;
mod detect;
mod error;
mod git;
mod home;
mod hook;
mod hooked;
mod mode;
mod pack;
mod plan;
mod policy;
mod repositories;
mod request;
mod script;
mod site;
mod step;
mod system;
mod written;

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::platform::RepositoryHook;
use crate::text::{escape, shell};

pub use detect::detect;
pub use error::InstallError;
pub use git::{Git, hook_file};
pub use home::home_hooks;
pub use hook::{Found, state};
use hooked::Reach;
pub use hooked::{configured, hook_of, recorded_in};
pub use mode::Mode;
pub use plan::Plan;
pub use repositories::{Walk, git_dir, walk};
pub use request::Request;
pub use script::{MARK, Recorded, recorded, recorded_platform};
pub use site::{Place, Site};
pub use step::Step;

/// Plans an installation.
///
/// # Errors
/// When a place can't be used; nothing was changed.
pub fn install(request: &Request) -> Result<Plan, InstallError> {
    let mut plan = Plan::default();
    for site in detect::sites(request)? {
        if matches!(site.place, Place::Folder) {
            folder(&site, request, &mut plan)?;
            continue;
        }
        let _acting = match site.place {
            Place::System | Place::Configured => plan.begin_own()?,
            _ => plan.begin(&site.path)?,
        };
        match site.place {
            Place::Repository | Place::Folder => repository(&site, request, &mut plan)?,
            Place::Template => {
                policy::plan(request, None, &mut plan)?;
                let script = script::pre_receive(request, site.platform.name);
                let hook = own_hook(&site, "hooks/pre-receive", request)?;
                hook::install(&hook, &script, &mut plan)?;
                plan.say(format!(
                    "For `git init` to use it: git config --system init.templateDir {}",
                    shell::shown(site.path.as_os_str().as_bytes())
                ));
            }
            Place::System => system::install_hooks_path(request, site.platform.name, &mut plan)?,
            Place::Configured => {
                system::install_configured(request, site.platform.name, &mut plan)?;
            }
            Place::Home(home) => home::install(&site, home, request, &mut plan)?,
            Place::Client => client::install(&site, request, &mut plan)?,
        }
    }
    Ok(plan)
}

/// The hook of a place, which lies in it.
fn own_hook(site: &Site, below: &str, request: &Request) -> Result<PathBuf, InstallError> {
    match hooked::reach(site.path.join(below), &[&site.path], request)? {
        Reach::Own(path) | Reach::Named(path) => Ok(path),
    }
}

fn folder(site: &Site, request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    let walk = walk(&site.path)?;
    if walk.repositories.is_empty() {
        return Err(InstallError::NoRepository { path: site.path.clone() });
    }
    plan.say(format!("{}: {} repositories", escape::path(&site.path), walk.repositories.len()));
    plan.warnings(walk.unread);
    policy::plan(request, None, plan)?;
    for path in &walk.repositories {
        let done = plan.begin(path).and_then(|_acting| {
            let one = detect::repository(path, request.platform);
            repository_hook(&one, request, plan)
        });
        leave(done, plan)?;
    }
    plan.say(
        "Repositories made later have no hook: give git a template folder too \
         (provost install --template), or run this again.",
    );
    Ok(())
}

/// What the owner of one repository has made of it keeps no other from its hook.
fn leave(done: Result<(), InstallError>, plan: &mut Plan) -> Result<(), InstallError> {
    match done {
        Err(error @ InstallError::Platform { .. }) => Err(error),
        Err(error) => {
            plan.left.push(error);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Plans the way back. Policies stay: they are the administrator's own.
///
/// # Errors
/// When a place can't be used; nothing was changed.
pub fn uninstall(request: &Request) -> Result<Plan, InstallError> {
    let mut plan = Plan::default();
    for site in detect::sites(request)? {
        if matches!(site.place, Place::Folder) {
            let walk = walk(&site.path)?;
            plan.warnings(walk.unread);
            for path in &walk.repositories {
                let done = plan.begin(path).and_then(|_acting| {
                    let one = detect::repository(path, request.platform);
                    repository_off(&one, request, &mut plan)
                });
                leave(done, &mut plan)?;
            }
            continue;
        }
        let _acting = match site.place {
            Place::System | Place::Configured => plan.begin_own()?,
            _ => plan.begin(&site.path)?,
        };
        match site.place {
            Place::Repository | Place::Folder => repository_off(&site, request, &mut plan)?,
            Place::Template => {
                let hook = own_hook(&site, "hooks/pre-receive", request)?;
                hook::uninstall(&hook, &mut plan)?;
            }
            Place::System => system::uninstall_hooks_path(request, &mut plan)?,
            Place::Configured => system::uninstall_configured(&mut plan)?,
            Place::Home(home) => home::uninstall(&site, home, request, &mut plan)?,
            Place::Client => client::uninstall(&site, request, &mut plan)?,
        }
    }
    Ok(plan)
}

fn repository(site: &Site, request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    policy::plan(request, Some(&site.path), plan)?;
    repository_hook(site, request, plan)
}

fn repository_hook(site: &Site, request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say(format!("{}: {}", escape::path(&site.path), site.why));
    if let RepositoryHook::Replaced { instead } = site.platform.repository_hook {
        let path = escape::path(&site.path);
        let reason = format!("{path} is one of its repositories; {instead}");
        return Err(InstallError::Platform { platform: site.platform.name, reason });
    }
    let script = script::pre_receive(request, site.platform.name);
    let (path, _) = hooked::path(site)?;
    let reach = hooked::reach(path, &[&site.path], request)?;
    let (Reach::Own(path) | Reach::Named(path)) = &reach;
    baseline::plan(&site.path, path, plan)?;
    if let Reach::Named(path) = &reach {
        plan.say(format!(
            "  core.hooksPath is set: git looks for hooks in {}, for every repository \
             that is set so",
            escape::path(path.parent().unwrap_or(path))
        ));
        let _acting = plan.begin(path.parent().unwrap_or(path))?;
        return hook::install(path, &script, plan);
    }
    let RepositoryHook::InFolder { rewritten_by, note, .. } = site.platform.repository_hook else {
        return hook::install(path, &script, plan);
    };
    hook::install_alone(path, &script, plan)?;
    note.into_iter().for_each(|note| plan.say_once(note));
    if let Some(menu) = rewritten_by
        && !site.path.join("hooks/pre-receive").exists()
    {
        plan.warn(format!(
            "{} has no hooks/pre-receive of {name}, which would call the hook: let {name} make \
             its hooks again ({menu})",
            escape::path(&site.path),
            name = site.platform.name,
        ));
    }
    Ok(())
}

fn repository_off(site: &Site, request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say(format!("{}: {}", escape::path(&site.path), site.why));
    match hooked::reach(hooked::path(site)?.0, &[&site.path], request)? {
        Reach::Own(path) => hook::uninstall(&path, plan),
        Reach::Named(path) => {
            let _acting = plan.begin(path.parent().unwrap_or(&path))?;
            hook::uninstall(&path, plan)
        }
    }
}
