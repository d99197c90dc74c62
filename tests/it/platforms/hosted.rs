//! Platforms with pages of their own. Their facts are documentation only: none of them
//! was run.

use std::time::Duration;

use provost::platform::{Action, Occasion, Protocol, Store};

use super::context;

#[test]
fn gitea_over_ssh_and_http() {
    for platform in ["gitea", "forgejo"] {
        let ssh = context(platform, "gitea-ssh");
        assert_eq!(ssh.repository.as_deref(), Some("ora/tool"), "{platform}");
        assert_eq!(ssh.pusher.as_deref(), Some("ann"));
        assert_eq!(ssh.protocol, Some(Protocol::Ssh));
        assert_eq!(ssh.remote_address.as_deref(), Some("192.0.2.7"));
        assert_eq!((ssh.action, ssh.pull_request, ssh.internal), (Action::Push, None, false));
        assert_eq!(ssh.occasion(), None);
        let http = context(platform, "gitea-http");
        assert_eq!(http.protocol, Some(Protocol::Http));
        assert_eq!(http.action, Action::Push, "GITHUB_VIA says nothing here");
        assert_eq!(http.ignored, ["GITHUB_VIA", "GL_USERNAME"]);
    }
}

#[test]
fn a_deploy_key_of_gitea_is_not_the_owner_of_the_repository() {
    let context = context("gitea", "gitea-deploy-key");
    assert_eq!(context.pusher.as_deref(), Some("deploy-key:4"));
    assert_eq!(context.protocol, Some(Protocol::Ssh));
}

#[test]
fn a_merge_by_gitea_itself() {
    let context = context("gitea", "gitea-merge");
    assert!(context.internal);
    assert_eq!(context.action, Action::Merge);
    assert_eq!(context.action_name.as_deref(), Some("pr-merge-to-base"));
    assert_eq!(context.pull_request, Some(42));
    assert_eq!(context.protocol, Some(Protocol::Web));
    assert_eq!(context.occasion(), Some(Occasion::Merge));
}

#[test]
fn a_wiki_of_gitea_is_named_as_one() {
    let context = context("gitea", "gitea-wiki");
    assert_eq!(context.repository.as_deref(), Some("ora/tool.wiki"));
    assert_eq!(context.store, Store::Wiki);
    assert_eq!(context.action, Action::Web);
}

#[test]
fn nothing_is_known_of_a_push_past_gitea() {
    let context = context("gitea", "plain-file");
    assert_eq!((context.pusher, context.repository, context.protocol), (None, None, None));
}

#[test]
fn gitlab_over_ssh_and_from_its_pages() {
    let ssh = context("gitlab", "gitlab-ssh");
    assert_eq!(ssh.repository.as_deref(), Some("platform/tools/builder"));
    assert_eq!(ssh.pusher.as_deref(), Some("ann"));
    assert_eq!((ssh.protocol, ssh.action), (Some(Protocol::Ssh), Action::Push));
    assert_eq!(ssh.line_prefix, "GL-HOOK-ERR: ");
    let web = context("gitlab", "gitlab-web");
    assert_eq!((web.protocol, web.action), (Some(Protocol::Web), Action::Web));
    assert_eq!(web.occasion(), Some(Occasion::Web));
}

#[test]
fn a_deploy_key_and_a_wiki_of_gitlab() {
    let context = context("gitlab", "gitlab-deploy-key");
    assert_eq!(context.pusher.as_deref(), Some("deploy-key:12"));
    assert_eq!(context.store, Store::Wiki);
    assert_eq!(context.repository.as_deref(), Some("platform/tools/builder.wiki"));
    assert_eq!(context.ignored, ["GITEA_INTERNAL_PUSH"]);
    assert!(!context.internal, "a variable of Gitea's");
}

#[test]
fn github_has_three_seconds() {
    let ssh = context("github", "github-ssh");
    assert_eq!(ssh.repository.as_deref(), Some("ora/tool"));
    assert_eq!(ssh.pusher.as_deref(), Some("ann"));
    assert_eq!(ssh.remote_address.as_deref(), Some("192.0.2.9"));
    assert_eq!((ssh.protocol, ssh.action), (Some(Protocol::Ssh), Action::Push));
    assert_eq!(ssh.time_budget, Some(Duration::from_secs(3)));
    let merge = context("github", "github-merge");
    assert_eq!((merge.protocol, merge.action), (Some(Protocol::Web), Action::Merge));
    assert_eq!(merge.pusher.as_deref(), Some("ann"), "who merges, not who wrote");
    let api = context("github", "github-api");
    assert_eq!((api.protocol, api.action), (Some(Protocol::Web), Action::Api));
}

#[test]
fn bitbucket_pushes_and_asks_before_it_merges() {
    let push = context("bitbucket", "bitbucket-push");
    assert_eq!(push.repository.as_deref(), Some("ORA/tool"));
    assert_eq!(push.pusher.as_deref(), Some("ann"));
    assert_eq!((push.action, push.dry_run), (Action::Push, false));
    let check = context("bitbucket", "bitbucket-merge-check");
    assert_eq!((check.action, check.dry_run), (Action::Merge, true));
}
