//! Gerrit: its hooks plugin calls `ref-update` for direct pushes and `commit-received`
//! for reviews, with options in place of standard input.
//!
//! Source: the documentation of Gerrit's hooks plugin. Options that are not known here
//! are passed over: newer versions of the plugin add some. Whether a commit can be read
//! on disk at that moment is not documented; one that can't is refused.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use super::{Arguments, AskedHome, Examined, Home, HomeError, HomeHook, HomeHooks, Platform};
use crate::text::escape::escape;

pub(super) const PLATFORM: Platform = Platform {
    name: "gerrit",
    title: "Gerrit",
    // `hooks.syncHookTimeout` is 30 seconds unless it is set.
    time_budget: Some(Duration::from_secs(25)),
    home: Some(Home {
        any_folder: true,
        folder_setting: Some(("etc/gerrit.config", "hooks.path")),
        refuses_links: false,
        chroot: None,
        examined: Examined::Hooks,
        recognise: |path| {
            let is_there = path.join("etc/gerrit.config").exists();
            is_there.then_some("a site of Gerrit: it has etc/gerrit.config")
        },
        hooks,
    }),
    probe_arguments: |update| {
        let options = [
            ("--project", update.pusher),
            ("--refname", update.ref_name),
            ("--uploader", update.pusher),
            ("--oldrev", update.old),
            ("--newrev", update.new),
        ];
        options.into_iter().flat_map(|(name, value)| [name.into(), value.into()]).collect()
    },
    arguments,
    ..Platform::GIT
};

/// Hooks are in `hooks/` of the site, or where `hooks.path` of `etc/gerrit.config` says.
fn hooks(asked: &AskedHome<'_>) -> Result<HomeHooks, HomeError> {
    let folder = asked.path.join(asked.folder.as_deref().unwrap_or("hooks".as_ref()));
    let names = ["ref-update", "commit-received"].into_iter();
    let hook = |name| HomeHook { path: folder.join(name), takes_arguments: true, is_shared: true };
    let mut all = HomeHooks { wanted: names.map(hook).collect(), ..HomeHooks::default() };
    if !asked.path.join("plugins/hooks.jar").exists() {
        let missing =
            "plugins/hooks.jar is not there: without the hooks plugin Gerrit calls nothing";
        all.warnings.push(missing);
    }
    Ok(all)
}

fn arguments(given: &[OsString]) -> Result<Arguments, String> {
    let mut options = HashMap::new();
    let mut rest = given.iter();
    while let Some(word) = rest.next() {
        let Some(name) = word.as_bytes().strip_prefix(b"--") else {
            return Err(format!("`{}` is no option of a Gerrit hook", escape(word.as_bytes())));
        };
        let value = rest.next().map(OsString::as_os_str).map_or(&b""[..], OsStr::as_bytes);
        options.insert(name.to_vec(), value.to_vec());
    }
    let option = |name: &str| options.get(name.as_bytes()).filter(|value| !value.is_empty());
    let needed = |name: &str| option(name).cloned().ok_or_else(|| format!("--{name} is missing"));
    let mut ref_name = needed("refname")?;
    if !ref_name.starts_with(b"refs/") {
        ref_name = [b"refs/heads/", ref_name.as_slice()].concat();
    }
    let pusher = option("uploader-username").or_else(|| option("uploader"));
    Ok(Arguments {
        ref_name,
        old: needed("oldrev")?,
        new: needed("newrev")?,
        repository: Some(escape(&needed("project")?)),
        pusher: pusher.map(|name| escape(name)),
    })
}
