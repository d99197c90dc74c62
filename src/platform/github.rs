//! GitHub Enterprise Server: a script of a repository of the instance, run in a chroot
//! that has no git.
//!
//! Source: GitHub's documentation of pre-receive hooks. All hooks of a push together
//! have five seconds, fixed; one that runs out of time can fail the push even where the
//! hook is only being tested. `GITHUB_VIA` is there for what was not done by `git push`.

use std::time::Duration;

use super::{Action, Context, Environment, Platform, Protocol, update_hook};

pub(super) const PLATFORM: Platform = Platform {
    name: "github",
    title: "GitHub Enterprise Server",
    line_prefix: "",
    time_budget: Some(Duration::from_secs(3)),
    variables: &[
        "GITHUB_PUBLIC_KEY_FINGERPRINT",
        "GITHUB_PULL_REQUEST_AUTHOR_LOGIN",
        "GITHUB_PULL_REQUEST_BASE",
        "GITHUB_PULL_REQUEST_HEAD",
        "GITHUB_REPO_NAME",
        "GITHUB_REPO_PUBLIC",
        "GITHUB_USER_IP",
        "GITHUB_USER_LOGIN",
        "GITHUB_VIA",
    ],
    read,
    arguments: update_hook,
};

fn read(environment: &Environment, context: &mut Context) {
    context.repository = environment.text("GITHUB_REPO_NAME");
    context.pusher = environment.text("GITHUB_USER_LOGIN");
    context.remote_address = environment.text("GITHUB_USER_IP");
    context.action_name = environment.text("GITHUB_VIA");
    let Some(via) = context.action_name.as_deref().map(str::to_lowercase) else {
        let key = environment.has("GITHUB_PUBLIC_KEY_FINGERPRINT");
        context.protocol = Some(if key { Protocol::Ssh } else { Protocol::Http });
        return;
    };
    // `OWNER:BRANCH`; that of a fork is in another repository.
    let head = environment.text("GITHUB_PULL_REQUEST_HEAD");
    let owner = context.repository.as_deref().and_then(|name| name.split('/').next());
    let branch = head.as_deref().and_then(|head| head.split_once(':'));
    let own = branch.filter(|(of, _)| Some(*of) == owner);
    context.pull_request_head = own.map(|(_, branch)| format!("refs/heads/{branch}"));
    context.protocol = Some(Protocol::Web);
    context.action = if via.contains("merge") {
        Action::Merge
    } else if via.contains("api") {
        Action::Api
    } else {
        Action::Web
    };
}
