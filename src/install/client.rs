//! A developer's repository: `pre-push` and `commit-msg`, where git looks for hooks.
//!
//! Managers of hooks have ways of their own. husky (9) points `core.hooksPath` at
//! `.husky/_`, which it writes anew; what it calls is in `.husky/`, and is part of the
//! project. lefthook writes `.git/hooks` anew and reads `lefthook-local.yml` for what is
//! one developer's own. pre-commit calls what it found in its place.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::{Git, InstallError, Plan, Reach, Request, Site, Step, hook, hooked, script};
use crate::config::published::refspec;
use crate::owner;
use crate::text::escape;

const HOOKS: [&str; 2] = ["pre-push", "commit-msg"];

const LEFTHOOK: &str = "\
# Written by `provost install --client`.
pre-push:
  commands:
    provost:
      use_stdin: true
      run: PROVOST pre-push {1} {2}
commit-msg:
  commands:
    provost:
      run: PROVOST commit-msg {1}
";

fn work_tree(site: &Site) -> PathBuf {
    let top = site.path.parent().filter(|_| site.path.file_name().is_some_and(|n| n == ".git"));
    top.unwrap_or(&site.path).to_owned()
}

fn lefthook(top: &Path) -> bool {
    let names = ["lefthook.yml", "lefthook.yaml", ".lefthook.yml", "lefthook.toml"];
    names.iter().any(|name| top.join(name).exists())
}

fn text_of(path: &Path) -> std::io::Result<String> {
    String::from_utf8(owner::content(path)?).map_err(std::io::Error::other)
}

/// The directory of hooks that are called, and of whom.
fn directory(site: &Site) -> Result<PathBuf, InstallError> {
    let ask = |key| Git::config(&["--type=path"], key, Some(&site.path));
    let top = work_tree(site);
    if let Some(path) = ask("core.hooksPath")?.filter(|path| !path.is_empty()) {
        // A client's hooks run at the top of the work tree (githooks(5)).
        let path = top.join(path);
        let husky = path.file_name().is_some_and(|name| name == "_")
            && path.parent().is_some_and(|parent| parent.ends_with(".husky"));
        return Ok(if husky { path.parent().unwrap_or(&path).to_owned() } else { path });
    }
    Ok(common(site)?.join("hooks"))
}

/// The repository that a linked work tree belongs to, or else itself.
fn common(site: &Site) -> Result<PathBuf, InstallError> {
    let common = Git::ask(&["rev-parse", "--git-common-dir"], Some(&site.path))?;
    let common = site.path.join(common.unwrap_or_default());
    Ok(common.canonicalize().unwrap_or(common))
}

/// The steps by which `git fetch` also fetches the policies that remotes publish, or no
/// longer does.
fn policies(site: &Site, wanted: bool, plan: &mut Plan) -> Result<(), InstallError> {
    let all = Git::ask(&["remote"], Some(&site.path))?.unwrap_or_default();
    for remote in all.as_bytes().split(|&byte| byte == b'\n').filter(|name| !name.is_empty()) {
        let refspec = OsString::from_vec(refspec(remote));
        let key = OsString::from_vec([b"remote.", remote, b".fetch"].concat());
        if Git::is_set_to(&site.path, &key, &refspec)? != wanted {
            let repository = site.path.clone();
            plan.step(Step::Fetch { repository, key, refspec, wanted });
        }
    }
    Ok(())
}

pub(super) fn install(site: &Site, request: &Request, plan: &mut Plan) -> Result<(), InstallError> {
    let top = work_tree(site);
    plan.say(format!("{}: {}", escape::path(&top), site.why));
    policies(site, true, plan)?;
    if lefthook(&top) {
        let path = top.join("lefthook-local.yml");
        let program = String::from_utf8(script::quote(&request.program));
        let program = program.map_err(|_not_text| InstallError::Program {
            path: request.program.clone(),
            reason: "its path is not UTF-8, as a file of lefthook must be".into(),
        })?;
        let text = LEFTHOOK.replace("PROVOST", &program);
        match text_of(&path) {
            Ok(now) if now == text => {}
            Ok(now) if now.contains("provost") => {
                plan.say(format!("  {} calls provost already", escape::path(&path)));
            }
            Ok(_) => plan.warn(format!("add this to {}:\n{text}", escape::path(&path))),
            Err(_) => {
                let what = "what lefthook calls for you alone".into();
                plan.step(Step::Write { path, content: text.into(), mode: 0o644, what });
            }
        }
        plan.say("Then: lefthook install");
        return Ok(());
    }
    let directory = directory(site)?;
    let husky = directory.ends_with(".husky");
    if husky {
        plan.say("  husky: what it calls is in .husky, which belongs to the project");
    }
    each(site, request, &directory, plan, &|path, name, plan| {
        hook::install(path, &script::client(request, name, husky), plan)
    })
}

/// Does something with each hook, where it may be changed.
fn each(
    site: &Site,
    request: &Request,
    directory: &Path,
    plan: &mut Plan,
    each: &dyn Fn(&Path, &str, &mut Plan) -> Result<(), InstallError>,
) -> Result<(), InstallError> {
    let top = work_tree(site);
    let common = common(site)?;
    for name in HOOKS {
        let places = [top.as_path(), &site.path, &common];
        match hooked::reach(directory.join(name), &places, request)? {
            Reach::Own(path) => each(&path, name, plan)?,
            Reach::Named(path) => {
                let folder = path.parent().unwrap_or(&path);
                plan.say(format!("  core.hooksPath: the hooks are in {}", escape::path(folder)));
                let _acting = plan.begin(folder)?;
                each(&path, name, plan)?;
            }
        }
    }
    Ok(())
}

pub(super) fn uninstall(
    site: &Site,
    request: &Request,
    plan: &mut Plan,
) -> Result<(), InstallError> {
    let top = work_tree(site);
    plan.say(format!("{}: {}", escape::path(&top), site.why));
    policies(site, false, plan)?;
    if lefthook(&top) {
        let path = top.join("lefthook-local.yml");
        let ours = LEFTHOOK.lines().next().unwrap_or_default();
        match text_of(&path) {
            Ok(now) if now.starts_with(ours) => plan.step(Step::Remove { path }),
            _ => plan.say(format!("  take provost out of {}", escape::path(&path))),
        }
        return Ok(());
    }
    let directory = directory(site)?;
    each(site, request, &directory, plan, &|path, _, plan| hook::uninstall(path, plan))
}
