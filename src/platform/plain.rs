//! Plain `git receive-pack`: over a file path, SSH, smart HTTP or the git daemon.
//!
//! The pusher is the account of the operating system, save behind a web server, where it
//! is `REMOTE_USER`, if that checked a password (git-http-backend(1)). Over SSH a client
//! may be able to set `REMOTE_USER`, so there it is not believed: sshd(8) sets
//! `SSH_CONNECTION` itself. Over a file path all variables are the pusher's own, those of CGI
//! too; only the account that the hook runs as is not. So `REMOTE_USER` is believed where that
//! account owns the repository: a web server's usually does, and others who have it can
//! change the hook itself. Where a web server runs as another account than the owner, the
//! hook is to be installed for platform `http`.

use super::{Context, Environment, Platform, Protocol};

pub(super) const PLATFORM: Platform =
    Platform { name: "plain", title: "plain Git", read, ..Platform::GIT };

fn read(environment: &Environment, context: &mut Context) {
    let protocol = protocol(environment);
    context.protocol = Some(protocol);
    context.remote_address = remote_address(environment, protocol);
    if protocol == Protocol::Http
        && environment.is_owner()
        && let Some(user) = environment.text("REMOTE_USER")
    {
        context.pusher = Some(user);
        context.ignored.retain(|&name| name != "REMOTE_USER");
        return;
    }
    let account = environment.account();
    context.pusher = Some(account.name);
    context.groups = Some(account.groups);
}

/// CGI (RFC 3875) has `REQUEST_METHOD` in every request; git-daemon(1) sets
/// `REMOTE_ADDR` and nothing else of it.
pub(super) fn protocol(environment: &Environment) -> Protocol {
    if environment.has("SSH_CONNECTION") {
        Protocol::Ssh
    } else if environment.has("REQUEST_METHOD") || environment.has("REMOTE_USER") {
        Protocol::Http
    } else if environment.has("REMOTE_ADDR") {
        Protocol::Git
    } else {
        Protocol::File
    }
}

pub(super) fn remote_address(environment: &Environment, protocol: Protocol) -> Option<String> {
    match protocol {
        Protocol::Ssh => {
            // `<client address> <client port> <server address> <server port>`
            let connection = environment.text("SSH_CONNECTION")?;
            connection.split(' ').next().map(str::to_owned)
        }
        _ => environment.text("REMOTE_ADDR"),
    }
}
