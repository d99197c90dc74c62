//! Plain servers, web servers and gitolite.

use provost::platform::{self, Action, Environment, Protocol};

use super::{ACCOUNT, context, directory, variables};

#[test]
fn over_ssh_the_pusher_is_the_account_whatever_variables_say() {
    let context = context("plain", "plain-ssh");
    assert_eq!(context.pusher.as_deref(), Some(ACCOUNT));
    assert_eq!(context.groups.unwrap(), ["git", "staff"]);
    assert_eq!(context.protocol, Some(Protocol::Ssh));
    assert_eq!(context.remote_address.as_deref(), Some("127.0.0.1"));
    assert_eq!(context.ignored, ["GITEA_PUSHER_NAME", "GL_USER", "REMOTE_USER"]);
    assert_eq!(context.repository, None, "plain Git gives repositories no name");
    assert!(!context.internal && !context.dry_run && context.action == Action::Push);
}

#[test]
fn behind_a_web_server_the_pusher_is_remote_user() {
    for platform in ["plain", "http"] {
        let context = context(platform, "plain-http");
        assert_eq!(context.pusher.as_deref(), Some("alice"), "{platform}");
        assert_eq!(context.groups, None);
        assert_eq!(context.protocol, Some(Protocol::Http));
        assert_eq!(context.remote_address.as_deref(), Some("127.0.0.1"));
        assert!(context.ignored.is_empty(), "{:?}", context.ignored);
    }
}

/// Over a file path every variable is the pusher's own, those of CGI too.
#[test]
fn remote_user_is_not_believed_of_an_account_that_does_not_own_the_repository() {
    let text = std::fs::read_to_string(directory().join("plain-http.env")).unwrap();
    let recorded = Environment::recorded(variables(&text), ACCOUNT, &["git"]);
    let context = platform::by_name("plain").unwrap().context(&recorded.of_another_owner());
    assert_eq!(context.pusher.as_deref(), Some(ACCOUNT));
    assert_eq!(context.ignored, ["REMOTE_USER"]);
}

#[test]
fn behind_a_web_server_that_asked_nobody_the_pusher_is_nobody() {
    let context = context("http", "plain-file");
    assert_eq!(context.pusher, None);
}

#[test]
fn behind_a_forced_command_the_pusher_is_whom_it_names() {
    let context = context("http", "plain-ssh");
    assert_eq!(context.pusher.as_deref(), Some("admin"));
    assert_eq!((context.protocol, context.groups), (Some(Protocol::Ssh), None));
    assert_eq!(context.remote_address.as_deref(), Some("127.0.0.1"));
    assert_eq!(context.ignored, ["GITEA_PUSHER_NAME", "GL_USER"]);
}

#[test]
fn over_a_file_path_and_the_git_daemon_the_pusher_is_the_account() {
    let file = context("plain", "plain-file");
    assert_eq!(file.protocol, Some(Protocol::File));
    assert_eq!(file.pusher.as_deref(), Some(ACCOUNT));
    let daemon = context("plain", "plain-daemon");
    assert_eq!(daemon.protocol, Some(Protocol::Git));
    assert_eq!(daemon.remote_address.as_deref(), Some("[::1]"));
}

#[test]
fn gitolite_names_the_repository_and_the_pusher() {
    let context = context("gitolite", "gitolite-vref");
    assert_eq!(context.repository.as_deref(), Some("tools/builder"));
    assert_eq!(context.pusher.as_deref(), Some("ann"));
    assert_eq!(context.protocol, Some(Protocol::Ssh));
    assert_eq!(context.remote_address.as_deref(), Some("192.0.2.7"));
    assert!(context.ignored.is_empty());
}
