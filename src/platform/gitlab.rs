//! GitLab: hooks in `custom_hooks`, called by Gitaly.
//!
//! Source: GitLab's documentation of Git server hooks, and Gitaly's hook package. Only
//! lines that begin with `GL-HOOK-ERR:` are shown on GitLab's pages. `GL_PROTOCOL` is
//! `web` for everything that is neither SSH nor HTTP: pages, API, merges, rebases. Hooks
//! for all repositories run for wikis and designs too.

use std::ffi::OsString;
use std::path::Path;

use super::{
    Action, AskedHome, Context, Environment, Examined, Home, HomeError, HomeHook, HomeHooks,
    Platform, ProbePush, Protocol, RepositoryHook, Store, Traces,
};

pub(super) const PLATFORM: Platform = Platform {
    name: "gitlab",
    title: "GitLab",
    line_prefix: "GL-HOOK-ERR: ",
    // Gitaly names the directory of hooks itself, whenever it runs git.
    repository_hook: RepositoryHook::InFolder {
        file: "custom_hooks/pre-receive.d/provost",
        rewritten_by: None,
        note: Some(NODES),
    },
    home: Some(Home {
        any_folder: false,
        folder_setting: None,
        refuses_links: true,
        chroot: None,
        examined: Examined::Hooks,
        recognise: |path| {
            let is_named = path.file_name().is_some_and(|name| name == "custom_hooks");
            is_named.then_some("a directory custom_hooks, as GitLab has it")
        },
        hooks,
    }),
    recognise,
    set_around,
    variables: &["GL_ID", "GL_PROJECT_PATH", "GL_PROTOCOL", "GL_REPOSITORY", "GL_USERNAME"],
    read,
    ..Platform::GIT
};

const NODES: &str = "GitLab does not copy hooks: install it on every Gitaly node, and on each \
                     Geo site. Hooks for all repositories run for wikis and designs too.";

/// The key that Gitaly sets in each repository.
const FULL_PATH: &str = "gitlab.fullpath";

fn hooks(asked: &AskedHome<'_>) -> Result<HomeHooks, HomeError> {
    let path = asked.path.join("pre-receive.d/provost");
    let hook = HomeHook { path, takes_arguments: false, is_shared: false };
    Ok(HomeHooks { wanted: vec![hook], notes: vec![NODES.into()], ..HomeHooks::default() })
}

fn recognise(traces: &Traces<'_>) -> Option<&'static str> {
    let is_hashed = traces.path.components().any(|part| part.as_os_str() == "@hashed");
    (is_hashed || (traces.has_key)(FULL_PATH))
        .then_some("a repository of GitLab: its path or its configuration says so")
}

fn set_around(push: &ProbePush<'_>) -> Vec<(&'static str, OsString)> {
    let path = (push.config)(FULL_PATH);
    let path = path.unwrap_or_else(|| Path::new(&push.owner).join(&push.name).into());
    vec![
        ("GL_PROJECT_PATH", path),
        ("GL_USERNAME", push.pusher.clone()),
        ("GL_PROTOCOL", "ssh".into()),
    ]
}

fn read(environment: &Environment, context: &mut Context) {
    // `project-1`, `wiki-1`, `design-1`, `snippet-1`, `project-1-wiki`
    let repository = environment.text("GL_REPOSITORY").unwrap_or_default();
    let parts: Vec<&str> = repository.split('-').collect();
    context.store = if parts.contains(&"wiki") {
        Store::Wiki
    } else if parts.contains(&"design") {
        Store::Design
    } else if parts.contains(&"snippet") {
        Store::Snippet
    } else {
        Store::Code
    };
    let path = environment.text("GL_PROJECT_PATH");
    context.repository = path.map(|path| match context.store {
        Store::Wiki if !path.ends_with(".wiki") => format!("{path}.wiki"),
        Store::Design if !path.ends_with(".design") => format!("{path}.design"),
        _ => path,
    });
    // `user-7`, or `key-7` for a key that is no user's.
    let id = environment.text("GL_ID");
    let key = id.as_deref().and_then(|id| id.strip_prefix("key-"));
    context.pusher = match key {
        Some(key) => Some(format!("deploy-key:{key}")),
        None => environment.text("GL_USERNAME").or(id),
    };
    context.protocol = if environment.is("GL_PROTOCOL", "ssh") {
        Some(Protocol::Ssh)
    } else if environment.is("GL_PROTOCOL", "http") {
        Some(Protocol::Http)
    } else if environment.is("GL_PROTOCOL", "web") {
        context.action = Action::Web;
        Some(Protocol::Web)
    } else {
        None
    };
}
