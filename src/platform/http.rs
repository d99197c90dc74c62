//! `git http-backend` behind a web server, and nothing else in front of the repository.
//!
//! The pusher is `REMOTE_USER`, and only that: whoever is not authenticated is nobody,
//! never the account of the web server. Source: git-http-backend(1).

use super::{Context, Environment, Platform, Protocol, update_hook};

pub(super) const PLATFORM: Platform = Platform {
    name: "http",
    title: "Git behind a web server",
    line_prefix: "",
    time_budget: None,
    variables: &["REMOTE_USER"],
    read,
    arguments: update_hook,
};

fn read(environment: &Environment, context: &mut Context) {
    context.protocol = Some(Protocol::Http);
    context.pusher = environment.text("REMOTE_USER");
    context.remote_address = environment.text("REMOTE_ADDR");
}
