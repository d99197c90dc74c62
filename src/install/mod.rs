//! Putting the hook on a server and taking it off.
//!
//! Finding out what a path is ([`detect`]) and what has to be done there ([`Plan`]) is
//! kept apart from doing it. A plan holds only what is not yet so: a second run finds
//! nothing to do, and a run that was killed is taken up where it ended. No step leaves a
//! hook half written, and the policy is there before the hook.

mod authority;
mod baseline;
mod bitbucket;
mod client;
mod detect;
mod error;
mod gerrit;
mod git;
mod github;
mod gitolite;
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

use crate::text::{escape, shell};

pub use detect::detect;
pub use error::InstallError;
pub use gerrit::directory as gerrit_hooks;
pub use git::{Git, hook_file};
pub use hook::{Found, state};
use hooked::Reach;
pub use hooked::{configured, hook_of, recorded_in};
pub use mode::{MODES, Mode};
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
        if site.place == Place::Folder {
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
                let script = script::pre_receive(request, site.platform);
                let hook = own_hook(&site, "hooks/pre-receive", request)?;
                hook::install(&hook, &script, &mut plan)?;
                plan.say(format!(
                    "For `git init` to use it: git config --system init.templateDir {}",
                    shell::shown(site.path.as_os_str().as_bytes())
                ));
            }
            Place::System => system::install_hooks_path(request, site.platform, &mut plan)?,
            Place::Configured => system::install_configured(request, site.platform, &mut plan)?,
            Place::GitlabHooks => {
                policy::plan(request, None, &mut plan)?;
                let script = script::pre_receive(request, site.platform);
                let hook = own_hook(&site, "pre-receive.d/provost", request)?;
                hook::install_alone(&hook, &script, &mut plan)?;
                gitlab_nodes(&mut plan);
            }
            Place::Gitolite => gitolite::install(&site, request, &mut plan)?,
            Place::Gerrit => gerrit::install(&site, request, &mut plan)?,
            Place::Bitbucket => bitbucket::install(&site, request, &mut plan)?,
            Place::Github => github::install(&site, request, &mut plan)?,
            Place::Client => client::install(&site, request, &mut plan)?,
        }
    }
    Ok(plan)
}

/// The hook of a platform's home, which lies in it.
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
        if site.place == Place::Folder {
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
        let mut off = |below| hook::uninstall(&own_hook(&site, below, request)?, &mut plan);
        match site.place {
            Place::Repository | Place::Folder => repository_off(&site, request, &mut plan)?,
            Place::Template => off("hooks/pre-receive")?,
            Place::System => system::uninstall_hooks_path(request, &mut plan)?,
            Place::Configured => system::uninstall_configured(&mut plan)?,
            Place::GitlabHooks => off("pre-receive.d/provost")?,
            Place::Gitolite => gitolite::uninstall(&site, &mut plan)?,
            Place::Gerrit => gerrit::uninstall(&site, &mut plan)?,
            Place::Bitbucket => bitbucket::uninstall(&site, &mut plan)?,
            Place::Github => github::uninstall(&site, &mut plan)?,
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
    if site.platform == "gitolite" {
        // gitolite links its own hooks there anew, over whatever there is.
        let reason = format!(
            "{} is one of its repositories; name the home of its account, where .gitolite.rc is",
            escape::path(&site.path)
        );
        return Err(InstallError::Platform { platform: "gitolite", reason });
    }
    let script = script::pre_receive(request, site.platform);
    let (path, alone) = hooked::path(site)?;
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
    if !alone {
        return hook::install(path, &script, plan);
    }
    hook::install_alone(path, &script, plan)?;
    if site.platform == "gitlab" {
        gitlab_nodes(plan);
    } else if !site.path.join("hooks/pre-receive").exists() {
        plan.warn(format!(
            "{} has no hooks/pre-receive of {}, which would call the hook: let {} make its \
             hooks again (Site administration, Maintenance, Resynchronize pre-receive hooks)",
            escape::path(&site.path),
            site.platform,
            site.platform,
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

fn gitlab_nodes(plan: &mut Plan) {
    plan.say_once(
        "GitLab does not copy hooks: install it on every Gitaly node, and on each Geo site. \
         Hooks for all repositories run for wikis and designs too.",
    );
}
