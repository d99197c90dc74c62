//! The hook behind real servers: pushes over SSH to OpenSSH's sshd and to gitolite, over
//! smart HTTP to nginx, Apache and lighttpd with `git http-backend`, and to the git daemon.
//!
//! `transport.rs` has the list of them; `pushes.rs` and `rough.rs` are run with each.
//!
//! Each test starts servers of its own on 127.0.0.1 and stops them, also when it fails.
//! `tests/servers/run` installs what is missing and runs the suite; it is left out of
//! `cargo test` unless the feature `server-suite` is asked for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is not as it should be"
)]

mod apache;
mod browser;
mod connection;
mod daemon;
mod forced;
mod git_daemon;
mod gitolite;
mod gitolite_hooks;
mod http_users;
mod lighttpd;
mod nginx;
mod old_git;
mod pages;
mod pre_commit;
mod pushes;
mod relay;
mod rough;
mod served;
mod ssh_environment;
mod sshd;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the other suite, which uses more of it")]
mod support;
mod transport;
mod users;
