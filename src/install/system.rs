//! Hooks for all repositories of a machine: `core.hooksPath`, or hooks in Git's
//! configuration (Git 2.54 and later).
//!
//! With `core.hooksPath` git passes over the hooks that repositories have themselves, so
//! the directory holds a hook of each name that calls them. `push-to-checkout` is left
//! out: that it exists changes what git does (githooks(5)).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::{Git, InstallError, Plan, Request, Step, hook, policy, script};
use crate::text::escape;

/// All names of githooks(5) that git calls by themselves, but the one that judges.
const HANDED_ON: [&str; 22] = [
    "applypatch-msg",
    "commit-msg",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "prepare-commit-msg",
    "proc-receive",
    "reference-transaction",
    "sendemail-validate",
    "update",
    "fsmonitor-watchman",
];

const KEY: &str = "core.hooksPath";

/// The directory that the system's configuration names already, or ours.
fn directory(request: &Request) -> Result<(PathBuf, bool), InstallError> {
    let set = Git::system(KEY)?.filter(|path| !path.is_empty()).map(PathBuf::from);
    Ok(match set {
        Some(path) if path != request.hooks_directory => (path, false),
        _ => (request.hooks_directory.clone(), true),
    })
}

pub(super) fn install_hooks_path(
    request: &Request,
    platform: &str,
    plan: &mut Plan,
) -> Result<(), InstallError> {
    policy::plan(request, None, plan)?;
    let (directory, ours) = directory(request)?;
    if !ours {
        plan.say(format!(
            "core.hooksPath of the system is {} already: the hook goes there",
            escape::path(&directory)
        ));
        let script = script::pre_receive(request, platform);
        return hook::install(&directory.join("pre-receive"), &script, plan);
    }
    plan.say(format!(
        "all repositories of this machine, by core.hooksPath = {}",
        escape::path(&directory)
    ));
    for name in HANDED_ON {
        hook::install_alone(&directory.join(name), &script::hand_on(name), plan)?;
    }
    let script = script::pre_receive_of_system(request, platform);
    hook::install_alone(&directory.join("pre-receive"), &script, plan)?;
    if Git::system(KEY)?.is_none() {
        let value = Some(directory.clone().into_os_string());
        plan.step(Step::Configure { key: KEY.into(), value });
    }
    plan.say(
        "A repository with a core.hooksPath of its own is not covered, nor is its \
         push-to-checkout hook called: provost doctor names such repositories.",
    );
    Ok(())
}

pub(super) fn uninstall_hooks_path(request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    let (directory, ours) = directory(request)?;
    if !ours {
        return hook::uninstall(&directory.join("pre-receive"), plan);
    }
    if Git::system(KEY)?.is_some() {
        plan.step(Step::Configure { key: KEY.into(), value: None });
    }
    for name in HANDED_ON.into_iter().chain(["pre-receive"]) {
        hook::uninstall(&directory.join(name), plan)?;
    }
    if directory.is_dir() {
        plan.step(Step::RemoveDirectory { path: directory });
    }
    Ok(())
}

/// The keys in the order in which they are set: without a command git refuses every push,
/// without an event it calls nothing.
fn keys(request: &Request, platform: &str) -> [(&'static str, OsString); 2] {
    let rest = format!(" pre-receive --platform {platform}").into_bytes();
    let command = [script::quote(&request.program), script::options(request), rest].concat();
    let command = OsString::from_vec(command);
    [("hook.provost.command", command), ("hook.provost.event", "pre-receive".into())]
}

pub(super) fn install_configured(
    request: &Request,
    platform: &str,
    plan: &mut Plan,
) -> Result<(), InstallError> {
    let (version, numbers) = Git::version()?;
    if numbers < (2, 54) {
        return Err(InstallError::GitTooOld { version });
    }
    policy::plan(request, None, plan)?;
    plan.say("all repositories of this machine, by a hook in git's configuration");
    for (key, value) in keys(request, platform) {
        if Git::system(key)?.as_ref() != Some(&value) {
            plan.step(Step::Configure { key: key.into(), value: Some(value) });
        }
    }
    plan.say(
        "A repository can switch it off by hook.provost.enabled = false in its own \
         configuration: provost doctor names such repositories.",
    );
    Ok(())
}

pub(super) fn uninstall_configured(plan: &mut Plan) -> Result<(), InstallError> {
    for key in ["hook.provost.event", "hook.provost.command"] {
        if Git::system(key)?.is_some() {
            plan.step(Step::Configure { key: key.into(), value: None });
        }
    }
    Ok(())
}
