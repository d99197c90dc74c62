//! Gerrit: `ref-update` and `commit-received` of its hooks plugin.
//!
//! Source: the documentation of the plugin: hooks are in `hooks/` of the site, or where
//! `hooks.path` of `etc/gerrit.config` says.

use std::path::PathBuf;

use super::{Git, InstallError, Plan, Request, Site, hook, policy, script};
use crate::text::escape;

const HOOKS: [&str; 2] = ["ref-update", "commit-received"];

/// Where Gerrit's hooks are.
///
/// # Errors
/// When its configuration can't be read.
pub fn directory(site: &Site) -> Result<PathBuf, InstallError> {
    let set = Git::in_file(&site.path.join("etc/gerrit.config"), "hooks.path")?;
    Ok(site.path.join(set.unwrap_or_else(|| "hooks".into())))
}

pub(super) fn install(site: &Site, request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say(format!("{}: {}", escape::path(&site.path), site.why));
    policy::plan(request, None, plan)?;
    let directory = directory(site)?;
    let script = script::update(request, "gerrit");
    for name in HOOKS {
        hook::install(&directory.join(name), &script, plan)?;
    }
    if !site.path.join("plugins/hooks.jar").exists() {
        plan.warn("plugins/hooks.jar is not there: without the hooks plugin Gerrit calls nothing");
    }
    Ok(())
}

pub(super) fn uninstall(site: &Site, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say(format!("{}: {}", escape::path(&site.path), site.why));
    let directory = directory(site)?;
    HOOKS.iter().try_for_each(|name| hook::uninstall(&directory.join(name), plan))
}
