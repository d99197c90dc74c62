//! `git http-backend` behind a web server, or a forced command of sshd that names the
//! pusher in the same way, and nothing else in front of the repository.
//!
//! The pusher is `REMOTE_USER`, and only that: whoever is not authenticated is nobody,
//! never the account that the hook runs as. Source: git-http-backend(1), sshd(8).
//!
//! Nothing tells a web server from an account of the machine that pushes over a file path and
//! sets the same variables. So where such accounts may write to the repository, they push
//! under any name; `provost doctor` notes such a repository.

use super::plain::{protocol, remote_address};
use super::{Context, Environment, Platform, Protocol};

pub(super) const PLATFORM: Platform = Platform {
    name: "http",
    title: "Git behind a web server",
    believed_variable: Some("REMOTE_USER"),
    variables: &["REMOTE_USER"],
    set_around: |push| vec![("REMOTE_USER", push.pusher.clone())],
    read,
    ..Platform::GIT
};

fn read(environment: &Environment, context: &mut Context) {
    // sshd sets its own variable, and no client of a web server can.
    let protocol = match protocol(environment) {
        Protocol::Ssh => Protocol::Ssh,
        _ => Protocol::Http,
    };
    context.protocol = Some(protocol);
    context.pusher = environment.text("REMOTE_USER");
    context.remote_address = remote_address(environment, protocol);
}
