//! GitLab: hooks in `custom_hooks`, called by Gitaly.
//!
//! Source: GitLab's documentation of Git server hooks, and Gitaly's hook package. Only
//! lines that begin with `GL-HOOK-ERR:` are shown on GitLab's pages. `GL_PROTOCOL` is
//! `web` for everything that is neither SSH nor HTTP: pages, API, merges, rebases. Hooks
//! for all repositories run for wikis and designs too.

use super::{Action, Context, Environment, Platform, Protocol, Store, update_hook};

pub(super) const PLATFORM: Platform = Platform {
    name: "gitlab",
    title: "GitLab",
    line_prefix: "GL-HOOK-ERR: ",
    time_budget: None,
    variables: &["GL_ID", "GL_PROJECT_PATH", "GL_PROTOCOL", "GL_REPOSITORY", "GL_USERNAME"],
    read,
    arguments: update_hook,
};

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
