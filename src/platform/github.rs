//! GitHub Enterprise Server: a script of a repository of the instance, run in a chroot
//! that has no git.
//!
//! Source: GitHub's documentation of pre-receive hooks. All hooks of a push together
//! have five seconds, fixed; one that runs out of time can fail the push even where the
//! hook is only being tested. `GITHUB_VIA` is there for what was not done by `git push`.

use std::time::Duration;

use super::{
    Action, AskedHome, Chroot, Context, Environment, Examined, Home, HomeError, HomeHook,
    HomeHooks, Platform, Protocol,
};

pub(super) const PLATFORM: Platform = Platform {
    name: "github",
    title: "GitHub Enterprise Server",
    time_budget: Some(Duration::from_secs(3)),
    home: Some(Home {
        any_folder: true,
        folder_setting: None,
        refuses_links: false,
        chroot: Some(Chroot { archive: ARCHIVE, policy: "provost-rules.toml" }),
        examined: Examined::Nothing,
        recognise: |_| None,
        hooks,
    }),
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
    ..Platform::GIT
};

const SCRIPT: &str = "provost-pre-receive.sh";
const ARCHIVE: &str = "provost-environment.tar.gz";

/// Any folder: an administrator brings the files from there to the instance.
fn hooks(asked: &AskedHome<'_>) -> Result<HomeHooks, HomeError> {
    let path = asked.path.join(SCRIPT);
    Ok(HomeHooks {
        wanted: vec![HomeHook { path, takes_arguments: false, is_shared: false }],
        notes: vec![
            format!(
                "Upload {ARCHIVE} (Management of the enterprise, Hooks, or ghe-hook-env-create), \
                 put {SCRIPT} on the default branch of a repository of the instance, and add it \
                 as a pre-receive hook in this environment."
            ),
            "All hooks of a push have five seconds together. In testing mode exit codes count \
             for nothing, but a time-out can still fail the push."
                .into(),
        ],
        removal: Some("Take the hook and its environment out of GitHub Enterprise Server first."),
        ..HomeHooks::default()
    })
}

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
