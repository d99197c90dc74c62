//! Hooks in the home of a platform, outside of its repositories. Which files they are, and what
//! an administrator does with them, the platform's own file says.

use std::path::{Path, PathBuf};

use super::hooked::{self, Reach};
use super::{Git, InstallError, Plan, Request, Site, Step, chroot, hook, policy, script};
use crate::platform::{AskedHome, Home, HomeError, HomeHooks, Platform};
use crate::text::escape;

/// Returns the hooks of a home.
///
/// # Errors
/// When the platform is not set up for hooks, or its configuration can't be read.
pub fn home_hooks(
    path: &Path,
    platform: &'static Platform,
    home: &Home,
    once_a_ref: bool,
) -> Result<HomeHooks, InstallError> {
    let ask = |(file, key): (&str, &str)| Git::in_file(&path.join(file), key);
    let folder = home.folder_setting.map(ask).transpose()?.flatten();
    let hooks = home.hooks(&AskedHome { path, folder, once_a_ref });
    hooks.map_err(|error| match error {
        HomeError::Read { path, source } => InstallError::Read { path, source },
        HomeError::NotReady(reason) => InstallError::Platform { platform: platform.name, reason },
    })
}

pub(super) fn install(
    site: &Site,
    home: &Home,
    request: &Request,
    plan: &mut Plan,
) -> Result<(), InstallError> {
    let hooks = home_hooks(&site.path, site.platform, home, request.vref)?;
    let what = home.chroot.map(|_| format!("files for {}, ", site.platform.title));
    let what = what.unwrap_or_default();
    plan.say(format!("{}: {what}{}", escape::path(&site.path), site.why));
    let inside = match home.chroot {
        Some(chroot) => Some(chroot::policy(site, chroot, request, plan)?),
        None => {
            policy::plan(request, None, plan)?;
            None
        }
    };
    let hook_request = inside.as_ref().map_or(request, |inside| &inside.request);
    for wanted in &hooks.wanted {
        let make = if wanted.takes_arguments { script::update } else { script::pre_receive };
        let script = make(hook_request, site.platform.name);
        let install = if wanted.is_shared { hook::install } else { hook::install_alone };
        install(&own(site, home, &wanted.path, request)?, &script, plan)?;
    }
    if let (Some(chroot), Some(inside)) = (home.chroot, inside) {
        chroot::pack(site, chroot, inside, plan)?;
    }
    hooks.warnings.iter().for_each(|warning| plan.warn(*warning));
    hooks.notes.into_iter().for_each(|note| plan.say_once(note));
    Ok(())
}

pub(super) fn uninstall(
    site: &Site,
    home: &Home,
    request: &Request,
    plan: &mut Plan,
) -> Result<(), InstallError> {
    let hooks = home_hooks(&site.path, site.platform, home, request.vref)?;
    plan.say(format!("{}: {}", escape::path(&site.path), site.why));
    hooks.removal.into_iter().for_each(|note| plan.say(note));
    for path in hooks.others.iter().chain(hooks.wanted.iter().map(|hook| &hook.path)) {
        hook::uninstall(&own(site, home, path, request)?, plan)?;
    }
    let files = home.chroot.map(|chroot| chroot::files(site, chroot));
    for path in files.into_iter().flatten().filter(|path| path.exists()) {
        plan.step(Step::Remove { path });
    }
    Ok(())
}

/// The file of a hook, if it may be changed.
fn own(site: &Site, home: &Home, path: &Path, request: &Request) -> Result<PathBuf, InstallError> {
    if !home.refuses_links {
        return Ok(path.to_owned());
    }
    match hooked::reach(path.to_owned(), &[&site.path], request)? {
        Reach::Own(path) | Reach::Named(path) => Ok(path),
    }
}
