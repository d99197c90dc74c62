//! gitolite 3: a common hook in `LOCAL_CODE/hooks/common`, or a VREF.
//!
//! Source: gitolite's documentation, "virtual refs" and "hooks". A VREF is called from
//! gitolite's own `update` hook with seven arguments or more: ref, old and new object
//! id, the trees of both, the kind of access, the VREF itself, and its parts after the
//! first slash. `GL_BYPASS_ACCESS_CHECKS` makes gitolite leave its own checks out; it
//! changes nothing here.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::plain::{protocol, remote_address};
use super::{
    Arguments, AskedHome, Context, Environment, Examined, Home, HomeError, HomeHook, HomeHooks,
    Platform, ProbePush, RepositoryHook, Traces, update_hook,
};
use crate::file;
use crate::text::escape;

pub(super) const PLATFORM: Platform = Platform {
    name: "gitolite",
    title: "gitolite",
    repository_hook: RepositoryHook::Replaced {
        instead: "name the home of its account, where .gitolite.rc is",
    },
    home: Some(Home {
        any_folder: true,
        folder_setting: None,
        refuses_links: false,
        chroot: None,
        examined: Examined::Repositories("repositories"),
        recognise: |path| {
            let is_there = path.join(SETTINGS).exists();
            is_there.then_some("the home of gitolite: it has .gitolite.rc")
        },
        hooks,
    }),
    recognise,
    set_around,
    variables: &["GL_BYPASS_ACCESS_CHECKS", "GL_REPO", "GL_REPO_BASE", "GL_USER", "REMOTE_USER"],
    read,
    arguments,
    ..Platform::GIT
};

/// gitolite's settings, below the home of its account.
const SETTINGS: &str = ".gitolite.rc";

fn recognise(traces: &Traces<'_>) -> Option<&'static str> {
    let update = fs::read_link(traces.path.join("hooks/update")).unwrap_or_default();
    (traces.has("gl-conf") || update.to_string_lossy().contains("gitolite"))
        .then_some("a repository of gitolite: it has gl-conf, or gitolite's update hook")
}

fn set_around(push: &ProbePush<'_>) -> Vec<(&'static str, OsString)> {
    vec![("GL_REPO", push.name.clone()), ("GL_USER", push.pusher.clone())]
}

/// A common hook, or a VREF, in the directory that `LOCAL_CODE` names. `hooks/update` is
/// gitolite's own and left alone. `gitolite setup --hooks-only` links common hooks into the
/// repositories.
fn hooks(asked: &AskedHome<'_>) -> Result<HomeHooks, HomeError> {
    let settings = read_settings(asked.path)?;
    let local = local_code(asked.path, &settings)?;
    let vref = local.join("VREF/provost");
    let common = local.join("hooks/common/pre-receive");
    let mut all = HomeHooks {
        removal: Some(
            "Take VREF/provost out of gitolite.conf. Links to the common hook stay in the \
             repositories, where git passes over them, until you remove them.",
        ),
        ..HomeHooks::default()
    };
    if asked.once_a_ref {
        all.wanted.push(HomeHook { path: vref, takes_arguments: true, is_shared: false });
        all.others.push(common);
        all.notes = vec![
            "Have it called for a repository by this line in gitolite.conf: -  VREF/provost = @all"
                .into(),
            "A VREF is called when git has stored the objects already: what it refuses stays \
             on the disk until git gc. The common hook refuses before."
                .into(),
        ];
        return Ok(all);
    }
    if String::from_utf8_lossy(&settings)
        .lines()
        .any(|line| line.trim_start().starts_with("'repo-specific-hooks'"))
    {
        all.warnings.push(
            "repo-specific-hooks is on in .gitolite.rc: where a repository has one, gitolite's \
             driver takes the place of the common hook; use provost install --vref there",
        );
    }
    all.wanted.push(HomeHook { path: common, takes_arguments: false, is_shared: true });
    all.others.push(vref);
    all.notes = vec!["Then, as gitolite's account: gitolite setup --hooks-only".into()];
    Ok(all)
}

fn read_settings(home: &Path) -> Result<Vec<u8>, HomeError> {
    let path = home.join(SETTINGS);
    file::read(&path, file::MAX_TEXT_BYTES)
        .map_err(|source| HomeError::Read { path, source })
}

/// The value of `LOCAL_CODE`, whose line in a fresh `.gitolite.rc` is a comment.
fn local_code(home: &Path, settings: &[u8]) -> Result<PathBuf, HomeError> {
    let not_set = || {
        let path = escape::path(&home.join(SETTINGS));
        let reason = format!("LOCAL_CODE is not set in {path}; its line is there, as a comment");
        HomeError::NotReady(reason)
    };
    let mut lines = settings.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_start);
    let line = lines.find(|line| line.starts_with(b"LOCAL_CODE")).ok_or_else(not_set)?;
    let value = line.split(|byte| b"\"'".contains(byte)).nth(1).ok_or_else(not_set)?;
    let home = home.as_os_str().as_bytes();
    let value = value.replace("$ENV{HOME}", home);
    let value = value.replace("$rc{GL_ADMIN_BASE}", [home, b"/.gitolite"].concat());
    // A home may have such a byte in its name itself.
    if value.strip_prefix(home).unwrap_or(&value).contains(&b'$') {
        return Err(not_set());
    }
    Ok(PathBuf::from(OsString::from_vec(value)))
}

fn read(environment: &Environment, context: &mut Context) {
    context.repository = environment.text("GL_REPO");
    context.pusher = environment.text("GL_USER");
    let protocol = protocol(environment);
    context.protocol = Some(protocol);
    context.remote_address = remote_address(environment, protocol);
    context.internal = environment.has("GL_BYPASS_ACCESS_CHECKS");
}

/// Those of a VREF, or of an `update` hook.
fn arguments(given: &[OsString]) -> Result<Arguments, String> {
    match given {
        [name, old, new, _, _, _, _, ..] => update_hook(&[name.clone(), old.clone(), new.clone()]),
        [_, _, _] => update_hook(given),
        _ => Err(format!(
            "a VREF gets seven arguments or more, and an update hook three, not {}",
            given.len()
        )),
    }
}
