//! The policy that an installation begins with, and its mode.
//!
//! A policy that is there is the administrator's: it is read, checked, and changed only
//! in its mode, and only when that is asked for.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml_edit::{DocumentMut, Item, Table, value};

use super::Mode;
use super::{Git, InstallError, Plan, Request, Step};
use crate::config;
use crate::document::Source;
use crate::owner::{self, Acting};
use crate::policy::presets;
use crate::text::WordEnum;
use crate::text::escape;

/// The policy to start from: the preset that observes, with the mode that is asked for.
fn starting(mode: Mode) -> Result<String, String> {
    let preset = presets::by_name("observe").ok_or("there is no preset `observe`")?;
    Ok(with_mode(preset.text, Some(mode))?.0)
}

/// Where the policy is that a hook will go by. One repository's mode is set in a file of
/// its own, never in that of the machine.
fn file(request: &Request, repository: Option<&Path>) -> Result<PathBuf, InstallError> {
    let (None, Some(repository)) = (&request.policy, repository) else {
        return Ok(request.policy.clone().unwrap_or_else(|| request.machine_policy.clone()));
    };
    let named = Git::local("provost.rules", repository)?;
    let own = Path::new(named.as_deref().unwrap_or(OsStr::new("provost/rules.toml")));
    let own = config::in_repository(repository, own).ok_or_else(|| InstallError::Leaves {
        site: repository.to_owned(),
        key: "provost.rules",
        path: own.to_owned(),
    })?;
    let is_there = named.is_some() || own.exists();
    let machine = request.machine_policy.exists() && request.mode.is_none() && !is_there;
    Ok(if machine { request.machine_policy.clone() } else { own })
}

/// Plans the policy of a repository of its own, or of the machine.
pub(super) fn plan(
    request: &Request,
    repository: Option<&Path>,
    plan: &mut Plan,
) -> Result<(), InstallError> {
    let site = plan.site.clone();
    let planned = plan_here(request, repository, plan);
    plan.site = site;
    planned
}

fn plan_here(
    request: &Request,
    repository: Option<&Path>,
    plan: &mut Plan,
) -> Result<(), InstallError> {
    let path = file(request, repository)?;
    // A repository's own file is its owner's; another one was named by the administrator.
    let _acting = match repository {
        Some(repository)
            if Some(&path) != request.policy.as_ref() && path != request.machine_policy =>
        {
            let folder = path.parent().filter(|folder| folder.starts_with(repository));
            if let Some(path) = folder.and_then(owner::first_link) {
                return Err(InstallError::Link { path, site: repository.to_owned() });
            }
            plan.begin(repository)?
        }
        _ => plan.begin_own()?,
    };
    // What a link of another account leads to is not shown, not even its mistakes.
    let before = Acting::narrowed(&path).and_then(|_acting| owner::content(&path));
    let before = match before {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => return Err(InstallError::Read { path, source }),
    };
    let wrong = |reason: String| InstallError::Policy { path: path.clone(), reason };
    let Some(before) = before else {
        let mode = request.mode.unwrap_or(Mode::Observe);
        match (path.parent(), repository) {
            // Hooks have to write in this folder, also if it was there before.
            (Some(folder), Some(repository)) if folder == repository.join("provost") => {
                plan.state_folder(repository, folder);
            }
            (Some(folder), _) => plan.directory(folder),
            (None, _) => {}
        }
        plan.mode = Some(mode);
        let what = format!("the policy, with mode = \"{}\"", mode.word());
        let content = starting(mode).map_err(wrong)?.into_bytes();
        plan.step(Step::Write { path, content, mode: 0o644, what });
        return Ok(());
    };
    let before =
        String::from_utf8(before).map_err(|_not_text| wrong("it is not UTF-8 text".into()))?;
    let (text, mode) = with_mode(&before, request.mode).map_err(&wrong)?;
    check(&path, &text).map_err(&wrong)?;
    plan.mode = mode;
    let shown = mode.map_or("not set in it", Mode::word);
    if text == before {
        plan.say(format!("The policy is {}; its mode: {shown}.", escape::path(&path)));
        return Ok(());
    }
    let mode = fs::metadata(&path).map_or(0o644, |metadata| {
        std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
    });
    let what = format!("the policy, now with mode = \"{shown}\"");
    plan.step(Step::Write { path, content: text.into_bytes(), mode, what });
    Ok(())
}

/// The text with another mode, if one is asked for, and the mode that it has then.
fn with_mode(text: &str, mode: Option<Mode>) -> Result<(String, Option<Mode>), String> {
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let policy = document.entry("policy").or_insert(Item::Table(Table::new()));
    let Some(policy) = policy.as_table_like_mut() else {
        return Err("`policy` is no table".into());
    };
    let now = policy.get("mode").and_then(Item::as_str).and_then(Mode::from_word);
    let Some(wanted) = mode.filter(|wanted| now != Some(*wanted)) else {
        return Ok((text.to_owned(), now));
    };
    let mut new = value(wanted.word());
    if let (Some(old), Some(new)) =
        (policy.get("mode").and_then(Item::as_value), new.as_value_mut())
    {
        // A comment behind the old value stays.
        *new.decor_mut() = old.decor().clone();
    }
    policy.insert("mode", new);
    Ok((document.to_string(), Some(wanted)))
}

/// Nothing is installed with a policy that could not judge.
fn check(path: &Path, text: &str) -> Result<(), String> {
    let source = |name: &str, text: &str, built_in| {
        Arc::new(Source { name: name.to_owned(), text: text.to_owned().into(), built_in })
    };
    let own = source(&escape::path(path), text, false);
    let (_, problems) = config::examine(&[source("rules.toml", config::BUILT_IN, true), own]);
    if problems.is_empty() {
        return Ok(());
    }
    Err(format!("it holds mistakes:\n{}", crate::document::render(&problems, false)))
}
