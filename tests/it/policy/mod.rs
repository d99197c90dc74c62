//! The policy engine, mostly without Git's processes: scopes and what hides, disclosure, people, dates,
//! baselines, exemptions, bypass, locks, presets, texts and the commands.

mod baseline;
mod commands;
mod config_layers;
mod dates;
mod disclosure;
mod exemptions;
mod locks;
mod page;
mod presets;
mod property;
mod published;
mod scopes;
mod texts;

use crate::support::{Client, Options, TestServer};

pub(crate) const MAIN: &str = "refs/heads/main";

/// A server under these rules, and a client of it.
fn under(rules: &str) -> (TestServer, Client) {
    let server = Options::default().rules(rules).start();
    let client = server.client();
    (server, client)
}

/// A server under these rules to which `alice` pushes, as a web server would say.
fn pushed_by_alice(rules: &str) -> (TestServer, Client) {
    let server = Options::default()
        .rules(rules)
        .config("receive.advertisePushOptions", "true")
        .platform("http", &[("REMOTE_USER", "alice")])
        .start();
    let client = server.client();
    (server, client)
}
