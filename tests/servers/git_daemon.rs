//! `git daemon` with receive-pack enabled: it authenticates nobody, so the pusher is the
//! account that it runs as (git-daemon(1)).

use std::path::Path;

use super::connection::Connection;
use super::daemon::{Daemon, free_port, program};
use super::served::Front;
use super::support::{Options, Sandbox, clean};
use super::transport::Transport;

/// A server that goes with the value; see the head of this file.
pub(crate) struct GitDaemon {
    _daemon: Daemon,
    port: u16,
}

impl GitDaemon {
    pub(crate) fn start(sandbox: &Sandbox) -> Self {
        let base = format!("--base-path={}", sandbox.path("").display());
        loop {
            let port = free_port();
            let at = format!("--port={port}");
            let options = ["--listen=127.0.0.1", &at, &base, "--export-all", "--verbose"];
            let more = ["--enable=receive-pack", "--log-destination=stderr"];
            let arguments = [&["daemon"], &options[..], &more].concat();
            let log = sandbox.path("git-daemon.log");
            let home = sandbox.path("home");
            let daemon = Daemon::start(&program("git"), &arguments, &home, log);
            if daemon.serves(|| daemon.log().contains("Ready to rumble")) {
                return Self { _daemon: daemon, port };
            }
        }
    }
}

impl Front for GitDaemon {
    fn port(&self) -> u16 {
        self.port
    }

    fn connection(&self, repository: &Path, _: &str, port: u16) -> Connection {
        let name = repository.file_name().unwrap().to_str().unwrap();
        Connection::to(format!("git://127.0.0.1:{port}/{name}"))
    }
}

#[test]
fn the_pusher_is_the_account_and_the_address_that_of_the_client() {
    let served = Transport::Daemon.serve_with(Options::default().recording());
    let client = served.client();
    client.commit(clean("One")).file("a", "1\n").create();
    let pushed = client.push(&["main"]);
    pushed.must_accept(&["refs/heads/main"]);
    pushed.must_say(&format!("pushed by {} to server", super::daemon::account()));
    let recorded = served.server.recorded();
    assert_eq!(recorded.env["REMOTE_ADDR"], b"127.0.0.1");
    assert!(!recorded.has("REMOTE_USER") && !recorded.has("REQUEST_METHOD"));
}
