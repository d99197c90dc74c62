//! A repository with the hook, behind a server.

use std::io::Write;
use std::path::Path;

use super::connection::Connection;
use super::sshd::{Settings, Sshd};
use super::support::{Client, Options, Sandbox, TestServer};
use super::transport::Transport;

/// A server that leads to repositories.
pub(crate) trait Front {
    /// The port that it listens on.
    fn port(&self) -> u16;

    /// How a user reaches a repository, through that port or another one that leads there.
    /// Where the server tells nobody from another, the user makes no difference.
    fn connection(&self, repository: &Path, user: &str, port: u16) -> Connection;
}

/// See the head of this file.
pub(crate) struct Served {
    transport: Transport,
    // Dropped first: the servers end before their directory goes. `None`: it is stopped.
    front: Option<Box<dyn Front>>,
    pub(crate) server: TestServer,
}

impl Served {
    pub(crate) fn new(transport: Transport, front: Box<dyn Front>, server: TestServer) -> Self {
        Self { transport, front: Some(front), server }
    }

    /// A server over SSH that takes these variables from its clients.
    pub(crate) fn over_ssh(sandbox: Sandbox, options: Options, accepted: &'static str) -> Self {
        let sshd = Sshd::start(&sandbox, &Settings { accepted, ..Settings::default() });
        Transport::Ssh.put_behind(Box::new(sshd), sandbox, options)
    }

    /// Stops the server, with what it has started, and starts it again.
    pub(crate) fn restart(&mut self) {
        self.front = None;
        self.front = Some(self.transport.front(self.server.sandbox()));
    }

    fn front(&self) -> &dyn Front {
        self.front.as_deref().expect("the server is stopped")
    }

    /// The port that the server listens on.
    pub(crate) fn port(&self) -> u16 {
        self.front().port()
    }

    /// How alice reaches it.
    pub(crate) fn connection(&self) -> Connection {
        self.connection_of("alice")
    }

    /// How one of the users reaches it.
    pub(crate) fn connection_of(&self, user: &str) -> Connection {
        self.front().connection(&self.server.path(), user, self.port())
    }

    /// How alice reaches it through another port.
    pub(crate) fn connection_through(&self, port: u16) -> Connection {
        self.front().connection(&self.server.path(), "alice", port)
    }

    /// A connection over HTTP to one of nginx's places, as somebody.
    pub(crate) fn http(&self, place: &str, login: &str) -> Connection {
        Connection::by_http(self.port(), place, login, &self.server.path())
    }

    /// A fresh client that reaches the server as alice does.
    pub(crate) fn client(&self) -> Client {
        let client = self.server.client();
        client.must(&["remote", "remove", "origin"]);
        self.connection().give_to(&client);
        client
    }

    /// Says something that is shown of a test that passes, too.
    pub(crate) fn tell(&self, what: &str) {
        // Not by a macro, whose output is captured.
        let mut stderr = std::io::stderr();
        writeln!(stderr, "over {:?}: {what}", self.transport).unwrap();
    }

    /// The refs of the repository with their values, as they are stored.
    pub(crate) fn refs(&self) -> String {
        self.server.must(&["for-each-ref", "--format=%(refname) %(objectname)"])
    }

    /// Whether an object is stored in the repository.
    pub(crate) fn has_object(&self, id: &str) -> bool {
        self.server.git(&["cat-file", "-e", id]).finish().code == Some(0)
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
