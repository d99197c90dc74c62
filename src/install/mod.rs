//! Putting the hook on a server and taking it off.
//!
//! Finding out what a path is ([`detect`]) and what has to be done there ([`Plan`]) is
//! kept apart from doing it. A plan holds only what is not yet so: a second run finds
//! nothing to do, and a run that was killed is taken up where it ended. No step leaves a
//! hook half written, and the policy is there before the hook.

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
mod plan;
mod policy;
mod repositories;
mod script;
mod step;
mod system;

use crate::text::{escape, shell};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

pub use detect::{Place, Site, detect};
pub use error::InstallError;
pub use gerrit::directory as gerrit_hooks;
pub use git::{Git, hook_file};
pub use hook::{Found, state};
pub use hooked::{configured, hook_of, recorded_in};
pub use plan::Plan;
pub use policy::{MODES, Mode};
pub use repositories::{Walk, git_dir, walk};
pub use script::{MARK, Recorded, recorded, recorded_platform};
pub use step::Step;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where to.
    pub paths: Vec<PathBuf>,
    /// The platform, where it shall not be found out.
    pub platform: Option<&'static str>,
    /// What kind of place the paths are, where that shall not be found out.
    pub place: Option<Place>,
    /// The program that the hook runs.
    pub program: PathBuf,
    /// The policy's mode; `None` leaves that of a policy that is there.
    pub mode: Option<Mode>,
    /// The policy's file; `None` for the usual place.
    pub policy: Option<PathBuf>,
    /// The policy's file of the whole machine.
    pub machine_policy: PathBuf,
    /// Where hooks for all repositories of the machine are kept.
    pub hooks_directory: PathBuf,
    /// A shell without libraries, for an environment that holds nothing else.
    pub shell: PathBuf,
    /// Whether gitolite shall call a VREF in place of a common hook.
    pub vref: bool,
}

/// Plans an installation.
///
/// # Errors
/// When a place can't be used; nothing was changed.
pub fn install(request: &Request) -> Result<Plan, InstallError> {
    let mut plan = Plan::default();
    for site in detect::sites(request)? {
        match site.place {
            Place::Repository => repository(&site, request, &mut plan)?,
            Place::Folder => {
                let walk = walk(&site.path)?;
                if walk.repositories.is_empty() {
                    return Err(InstallError::NoRepository { path: site.path });
                }
                plan.say(format!(
                    "{}: {} repositories",
                    escape::path(&site.path),
                    walk.repositories.len()
                ));
                plan.warnings(walk.unread);
                policy::plan(request, None, &mut plan)?;
                for path in &walk.repositories {
                    let one = detect::repository(path, request.platform);
                    repository_hook(&one, request, &mut plan)?;
                }
                plan.say(
                    "Repositories made later have no hook: give git a template folder too \
                     (provost install --template), or run this again.",
                );
            }
            Place::Template => {
                policy::plan(request, None, &mut plan)?;
                let script = script::pre_receive(request, site.platform);
                hook::install(&site.path.join("hooks/pre-receive"), &script, &mut plan)?;
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
                hook::install_alone(&site.path.join("pre-receive.d/provost"), &script, &mut plan)?;
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

/// Plans the way back. Policies stay: they are the administrator's own.
///
/// # Errors
/// When a place can't be used; nothing was changed.
pub fn uninstall(request: &Request) -> Result<Plan, InstallError> {
    let mut plan = Plan::default();
    for site in detect::sites(request)? {
        match site.place {
            Place::Repository => repository_off(&site, &mut plan)?,
            Place::Folder => {
                let walk = walk(&site.path)?;
                plan.warnings(walk.unread);
                for path in &walk.repositories {
                    repository_off(&detect::repository(path, request.platform), &mut plan)?;
                }
            }
            Place::Template => hook::uninstall(&site.path.join("hooks/pre-receive"), &mut plan)?,
            Place::System => system::uninstall_hooks_path(request, &mut plan)?,
            Place::Configured => system::uninstall_configured(&mut plan)?,
            Place::GitlabHooks => {
                hook::uninstall(&site.path.join("pre-receive.d/provost"), &mut plan)?;
            }
            Place::Gitolite => gitolite::uninstall(&site, &mut plan)?,
            Place::Gerrit => gerrit::uninstall(&site, &mut plan)?,
            Place::Bitbucket => bitbucket::uninstall(&site, &mut plan)?,
            Place::Github => github::uninstall(&site, &mut plan)?,
            Place::Client => client::uninstall(&site, &mut plan)?,
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
    baseline::plan(&site.path, &path, plan)?;
    if !alone {
        if !path.starts_with(&site.path) {
            plan.say(format!(
                "  core.hooksPath is set: git looks for hooks in {}, for every repository \
                 that is set so",
                escape::path(path.parent().unwrap_or(&path))
            ));
        }
        return hook::install(&path, &script, plan);
    }
    hook::install_alone(&path, &script, plan)?;
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

fn repository_off(site: &Site, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say(format!("{}: {}", escape::path(&site.path), site.why));
    hook::uninstall(&hooked::path(site)?.0, plan)
}

fn gitlab_nodes(plan: &mut Plan) {
    plan.say_once(
        "GitLab does not copy hooks: install it on every Gitaly node, and on each Geo site. \
         Hooks for all repositories run for wikis and designs too.",
    );
}
