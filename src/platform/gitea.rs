//! Gitea: hooks in `hooks/pre-receive.d`, called by its own `hooks/pre-receive`.
//!
//! Source: modules/repository/env.go, routers/private/serv.go and routers/web/repo/githttp.go of
//! Gitea. `SSH_ORIGINAL_COMMAND` is `gitea-internal` where Gitea itself pushes, for a
//! merge or an edited page. For a deploy key `GITEA_PUSHER_NAME` is the owner of the
//! repository, who has not pushed: such a push is the key's. Nothing of all this is set
//! when somebody pushes over a file path.

use super::{Action, Context, Environment, Platform, Protocol, Store, update_hook};

pub(super) const PLATFORM: Platform = Platform {
    name: "gitea",
    title: "Gitea",
    line_prefix: "",
    time_budget: None,
    variables: VARIABLES,
    read,
    arguments: update_hook,
};

pub(super) const VARIABLES: &[&str] = &[
    "GITEA_ACTIONS_TASK_ID",
    "GITEA_DEPLOY_KEY_ID",
    "GITEA_INTERNAL_PUSH",
    "GITEA_KEY_ID",
    "GITEA_PR_ID",
    "GITEA_PR_INDEX",
    "GITEA_PUSHER_EMAIL",
    "GITEA_PUSHER_ID",
    "GITEA_PUSHER_NAME",
    "GITEA_PUSH_TRIGGER",
    "GITEA_REPO_ID",
    "GITEA_REPO_IS_WIKI",
    "GITEA_REPO_NAME",
    "GITEA_REPO_USER_NAME",
    "GITEA_ROOT_URL",
];

pub(super) fn read(environment: &Environment, context: &mut Context) {
    let owner = environment.text("GITEA_REPO_USER_NAME");
    let wiki = environment.is("GITEA_REPO_IS_WIKI", "true");
    if let (Some(owner), Some(name)) = (owner, environment.text("GITEA_REPO_NAME")) {
        // Some callers put the ending there, others not.
        let end = if wiki && !name.ends_with(".wiki") { ".wiki" } else { "" };
        context.repository = Some(format!("{owner}/{name}{end}"));
    }
    if wiki {
        context.store = Store::Wiki;
    }
    context.pusher = match environment.number("GITEA_DEPLOY_KEY_ID") {
        Some(key) => Some(format!("deploy-key:{key}")),
        None => environment.text("GITEA_PUSHER_NAME"),
    };
    context.internal = environment.is("GITEA_INTERNAL_PUSH", "true");
    context.pull_request = environment.number("GITEA_PR_INDEX");
    let head = context.pull_request.map(|number| format!("refs/pull/{number}/head"));
    context.pull_request_head = head;
    context.action_name = environment.text("GITEA_PUSH_TRIGGER");
    let by_server = environment.is("SSH_ORIGINAL_COMMAND", "gitea-internal");
    if context.action_name.is_some() || (by_server && context.pull_request.is_some()) {
        context.action = Action::Merge;
    } else if by_server || context.internal {
        context.action = Action::Web;
    }
    context.protocol = if context.action != Action::Push {
        Some(Protocol::Web)
    } else if environment.has("SSH_CONNECTION") {
        Some(Protocol::Ssh)
    } else if environment.has("GITEA_PUSHER_NAME") {
        // Gitea's own SSH server has no SSH_CONNECTION, but names the key.
        let key = environment.number("GITEA_KEY_ID").is_some();
        Some(if key { Protocol::Ssh } else { Protocol::Http })
    } else {
        None
    };
    if context.protocol == Some(Protocol::Ssh) {
        let connection = environment.text("SSH_CONNECTION");
        context.remote_address =
            connection.and_then(|connection| connection.split(' ').next().map(str::to_owned));
    }
}
