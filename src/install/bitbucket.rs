//! Bitbucket Data Center: a hook script, which an administrator registers by an app.
//!
//! Source: Atlassian's documentation: hook scripts are off unless `feature.hook.scripts`
//! is true, since 8.18.

use std::fs;
use std::path::PathBuf;

use super::{InstallError, Plan, Request, Site, hook, policy, script};
use crate::text::escape;

fn path(site: &Site) -> PathBuf {
    site.path.join("shared/provost/pre-receive.sh")
}

pub(super) fn install(site: &Site, request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say(format!("{}: {}", escape::path(&site.path), site.why));
    policy::plan(request, None, plan)?;
    let path = path(site);
    hook::install_alone(&path, &script::pre_receive(request, "bitbucket"), plan)?;
    let properties = site.path.join("shared/bitbucket.properties");
    let properties = fs::read_to_string(properties).unwrap_or_default();
    let on = properties.lines().filter_map(|line| line.split_once('='));
    let on = on
        .filter(|(key, _)| key.trim() == "feature.hook.scripts")
        .any(|(_, value)| value.trim() == "true");
    if !on {
        plan.warn(
            "hook scripts are off: put feature.hook.scripts=true into \
             shared/bitbucket.properties and restart Bitbucket",
        );
    }
    plan.say(format!(
        "Register {} as a hook script of type PRE, for the triggers push and \
         pull-request-merge, with an app that uses Bitbucket's HookScriptService",
        escape::path(&path)
    ));
    Ok(())
}

pub(super) fn uninstall(site: &Site, plan: &mut Plan) -> Result<(), InstallError> {
    plan.say("Take the script out of Bitbucket's hook scripts first.");
    hook::uninstall(&path(site), plan)
}
