//! A repository with the hook, behind a server; and what a client needs to reach it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::apache::Apache;
use super::git_daemon::GitDaemon;
use super::lighttpd::Lighttpd;
use super::nginx::{Nginx, login};
use super::sshd::Sshd;
use super::support::{Client, Options, PROVOST, Sandbox, TestServer};

/// The hook as it is shipped.
const SHIPPED: &str = include_str!("../../hooks/pre-receive");
/// The line of it that names the binary.
const SHIPPED_PATH: &str = "provost='/usr/local/bin/provost'\n";
/// The variables that sshd takes from its clients as Debian configures it.
const DEBIAN: &str = "LANG LC_*";

/// How clients reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Ssh,
    /// nginx with fcgiwrap.
    Http,
    Apache,
    Lighttpd,
    /// The git daemon.
    Daemon,
}

/// A server that is named by an address alone.
pub(crate) trait WebServer {
    /// The address of a repository below `/git/` or `/open/`, through another port if
    /// need be; `login` is `user:password@` or nothing.
    fn url(&self, place: &str, login: &str, repository: &Path, port: Option<u16>) -> String;

    /// The port that it listens on.
    fn port(&self) -> u16;
}

enum Front {
    Ssh(Sshd),
    Http(Box<dyn WebServer>),
    /// Stopped.
    Down,
}

/// See the head of this file.
pub(crate) struct Served {
    // Dropped first: the servers end before their directory goes.
    front: Front,
    pub(crate) server: TestServer,
}

impl Transport {
    /// A server with the hook that is shipped, whose binary is the one under test.
    pub(crate) fn serve(self) -> Served {
        self.serve_shipped(Options::default())
    }

    /// The same, the repository set up in another way.
    pub(crate) fn serve_shipped(self, options: Options) -> Served {
        let sandbox = Sandbox::new();
        // The hook takes no arguments, so what the tests add to them stands in here.
        let script = format!(
            "#!/bin/sh\ngit --version > '{}'\nexec '{PROVOST}' --isolated -v \"$@\"\n",
            sandbox.path("git-version").display()
        );
        let binary = sandbox.write("bin/provost", script);
        std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.start(sandbox, options.hook(&shipped(binary.to_str().unwrap())))
    }

    /// A server with another hook.
    pub(crate) fn serve_with(self, options: Options) -> Served {
        self.start(Sandbox::new(), options)
    }

    fn start(self, sandbox: Sandbox, options: Options) -> Served {
        match self {
            Self::Ssh => Served::over_ssh(sandbox, options, DEBIAN),
            _ => {
                let front = self.front(&sandbox);
                Served { front, server: TestServer::start(sandbox, options) }
            }
        }
    }

    fn front(self, sandbox: &Sandbox) -> Front {
        Front::Http(match self {
            Self::Ssh => return Front::Ssh(Sshd::start(sandbox, DEBIAN)),
            Self::Http => Box::new(Nginx::start(sandbox)),
            Self::Apache => Box::new(Apache::start(sandbox)),
            Self::Lighttpd => Box::new(Lighttpd::start(sandbox)),
            Self::Daemon => Box::new(GitDaemon::start(sandbox)),
        })
    }
}

/// The shipped hook with another path of the binary.
pub(crate) fn shipped(binary: &str) -> String {
    assert_eq!(SHIPPED.matches(SHIPPED_PATH).count(), 1, "the hook names its binary once");
    SHIPPED.replace(SHIPPED_PATH, &format!("provost='{binary}'\n"))
}

impl Served {
    /// A server over SSH that takes these variables from its clients.
    pub(crate) fn over_ssh(sandbox: Sandbox, options: Options, accepted: &str) -> Self {
        let front = Front::Ssh(Sshd::start(&sandbox, accepted));
        Self { front, server: TestServer::start(sandbox, options) }
    }

    /// Stops the server, with what it has started, and starts it again.
    pub(crate) fn restart(&mut self, transport: Transport) {
        self.front = Front::Down;
        self.front = transport.front(self.server.sandbox());
    }

    /// How everybody reaches it, over HTTP as alice.
    pub(crate) fn connection(&self) -> Connection {
        self.connect(None)
    }

    /// The same through another port.
    pub(crate) fn connection_through(&self, port: u16) -> Connection {
        self.connect(Some(port))
    }

    fn connect(&self, port: Option<u16>) -> Connection {
        let path = self.server.path();
        match &self.front {
            Front::Ssh(sshd) => Connection {
                url: sshd.url(&path, port),
                ssh_command: Some(sshd.client_command(&[])),
            },
            Front::Http(server) => Connection {
                url: server.url("git", &login("alice"), &path, port),
                ssh_command: None,
            },
            Front::Down => panic!("the server is stopped"),
        }
    }

    /// A connection over HTTP to one of nginx's places, as somebody.
    pub(crate) fn http(&self, place: &str, login: &str) -> Connection {
        let Front::Http(server) = &self.front else { panic!("not over HTTP") };
        Connection { url: server.url(place, login, &self.server.path(), None), ssh_command: None }
    }

    /// A connection over SSH that asks the server to set variables.
    pub(crate) fn ssh(&self, variables: &[(&str, &str)]) -> Connection {
        let Front::Ssh(sshd) = &self.front else { panic!("not over SSH") };
        let url = sshd.url(&self.server.path(), None);
        Connection { url, ssh_command: Some(sshd.client_command(variables)) }
    }

    /// The port that the server listens on.
    pub(crate) fn port(&self) -> u16 {
        match &self.front {
            Front::Ssh(sshd) => sshd.port(),
            Front::Http(server) => server.port(),
            Front::Down => panic!("the server is stopped"),
        }
    }

    /// A fresh client that reaches the server as everybody does.
    pub(crate) fn client(&self) -> Client {
        let client = self.server.client();
        client.must(&["remote", "remove", "origin"]);
        self.connection().give_to(&client);
        client
    }

    /// The refs of the repository with their values, as they are stored.
    pub(crate) fn refs(&self) -> String {
        self.server.must(&["for-each-ref", "--format=%(refname) %(objectname)"])
    }

    /// Whether a push has got as far as its quarantine. Git that ends by a signal leaves
    /// that behind for its next `git gc`.
    pub(crate) fn has_quarantine(&self) -> bool {
        let entries = std::fs::read_dir(self.server.git_dir().join("objects")).unwrap();
        let mut names = entries.map(|entry| entry.unwrap().file_name());
        names.any(|name| name.to_string_lossy().contains("incoming"))
    }

    /// Whether git, or a hook, is at work in the repository: that is where they run.
    pub(crate) fn is_busy(&self) -> bool {
        let repository = self.server.git_dir();
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let mut directories =
            processes.filter_map(|process| process.path().join("cwd").read_link().ok());
        directories.any(|directory| directory == repository)
    }
}

/// How a client reaches a server. A value of its own, so that clients in other threads
/// can have it.
#[derive(Clone)]
pub(crate) struct Connection {
    url: String,
    ssh_command: Option<String>,
}

impl Connection {
    /// Makes the server the `origin` of a client.
    pub(crate) fn give_to(&self, client: &Client) {
        client.must(&["config", "remote.origin.url", &self.url]);
        client.must(&["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]);
        if let Some(command) = &self.ssh_command {
            client.must(&["config", "core.sshCommand", command]);
        }
    }
}
