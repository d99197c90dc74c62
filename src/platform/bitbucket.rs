//! Bitbucket Data Center: hook scripts, registered through its API by an app.
//!
//! Source: Atlassian's documentation of hook scripts. The check of a pull request asks
//! with `BB_IS_DRY_RUN=true` and without a merge commit; the merge itself asks again.

use super::{Action, Context, Environment, Platform, Protocol, update_hook};

pub(super) const PLATFORM: Platform = Platform {
    name: "bitbucket",
    title: "Bitbucket Data Center",
    line_prefix: "",
    time_budget: None,
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
    arguments: update_hook,
};

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
