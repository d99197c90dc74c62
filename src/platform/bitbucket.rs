//! Bitbucket Data Center: hook scripts, registered through its API by an app.
//!
//! Source: Atlassian's documentation of hook scripts. The check of a pull request asks
//! with `BB_IS_DRY_RUN=true` and without a merge commit; the merge itself asks again.

use std::ffi::OsString;

use super::{
    Action, AskedHome, Context, Environment, Examined, Home, HomeError, HomeHook, HomeHooks,
    Platform, ProbePush, Protocol,
};
use crate::file;
use crate::text::escape;

pub(super) const PLATFORM: Platform = Platform {
    name: "bitbucket",
    title: "Bitbucket Data Center",
    home: Some(Home {
        any_folder: true,
        folder_setting: None,
        refuses_links: false,
        chroot: None,
        examined: Examined::Hooks,
        recognise: |path| {
            let is_there = path.join(PROPERTIES).exists();
            is_there.then_some("the home of Bitbucket: it has shared/bitbucket.properties")
        },
        hooks,
    }),
    set_around,
    variables: &[
        "BB_HOOK_TRIGGER_ID",
        "BB_HOOK_TYPE",
        "BB_IS_DRY_RUN",
        "BB_MERGE_HASH",
        "BB_PROJECT_KEY",
        "BB_REPO_IS_FORK",
        "BB_REPO_IS_PUBLIC",
        "BB_REPO_SLUG",
        "BB_USER_DISPLAY_NAME",
        "BB_USER_EMAIL",
        "BB_USER_NAME",
        "BB_USER_PERMISSION",
    ],
    read,
    ..Platform::GIT
};

const PROPERTIES: &str = "shared/bitbucket.properties";

/// A hook script, which an administrator registers by an app. Hook scripts are off unless
/// `feature.hook.scripts` is true, since 8.18.
fn hooks(asked: &AskedHome<'_>) -> Result<HomeHooks, HomeError> {
    let path = asked.path.join("shared/provost/pre-receive.sh");
    let mut all = HomeHooks {
        notes: vec![format!(
            "Register {} as a hook script of type PRE, for the triggers push and \
             pull-request-merge, with an app that uses Bitbucket's HookScriptService",
            escape::path(&path)
        )],
        removal: Some("Take the script out of Bitbucket's hook scripts first."),
        wanted: vec![HomeHook { path, takes_arguments: false, is_shared: false }],
        ..HomeHooks::default()
    };
    let properties = file::read(&asked.path.join(PROPERTIES), file::MAX_TEXT_BYTES);
    let properties = String::from_utf8(properties.unwrap_or_default()).unwrap_or_default();
    let mut pairs = properties.lines().filter_map(|line| line.split_once('='));
    if !pairs.any(|(key, value)| key.trim() == "feature.hook.scripts" && value.trim() == "true") {
        all.warnings.push(
            "hook scripts are off: put feature.hook.scripts=true into \
             shared/bitbucket.properties and restart Bitbucket",
        );
    }
    Ok(all)
}

fn set_around(push: &ProbePush<'_>) -> Vec<(&'static str, OsString)> {
    vec![
        ("BB_PROJECT_KEY", push.owner.clone()),
        ("BB_REPO_SLUG", push.name.clone()),
        ("BB_USER_NAME", push.pusher.clone()),
        ("BB_HOOK_TRIGGER_ID", "push".into()),
    ]
}

fn read(environment: &Environment, context: &mut Context) {
    let project = environment.text("BB_PROJECT_KEY");
    if let (Some(project), Some(slug)) = (project, environment.text("BB_REPO_SLUG")) {
        context.repository = Some(format!("{project}/{slug}"));
    }
    context.pusher = environment.text("BB_USER_NAME");
    context.dry_run = environment.is("BB_IS_DRY_RUN", "true");
    context.action_name = environment.text("BB_HOOK_TRIGGER_ID");
    match context.action_name.as_deref() {
        // SSH or HTTP: it does not say which.
        None | Some("push") => {}
        Some(trigger) => {
            let merge = trigger.contains("merge");
            context.action = if merge { Action::Merge } else { Action::Web };
            context.protocol = Some(Protocol::Web);
        }
    }
}
