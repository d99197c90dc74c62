//! How a client reaches a repository behind a server.

use std::path::Path;

use super::support::Client;
use super::users::login;

/// See the head of this file. A value of its own, so that clients in other threads can
/// have it.
#[derive(Clone)]
pub(crate) struct Connection {
    url: String,
    ssh_command: Option<String>,
}

impl Connection {
    /// By an address alone.
    pub(crate) fn to(url: String) -> Self {
        Self { url, ssh_command: None }
    }

    /// By an address and the ssh that leads there.
    pub(crate) fn by_ssh(url: String, command: String) -> Self {
        Self { url, ssh_command: Some(command) }
    }

    /// As one of the users, to a repository below `/git/` of a web server.
    pub(crate) fn by_password(port: u16, user: &str, repository: &Path) -> Self {
        Self::by_http(port, "git", &login(user), repository)
    }

    /// To a repository below some place of a web server; `login` is `user:password@` or
    /// nothing.
    pub(crate) fn by_http(port: u16, place: &str, login: &str, repository: &Path) -> Self {
        let name = repository.file_name().unwrap().to_str().unwrap();
        Self::to(format!("http://{login}127.0.0.1:{port}/{place}/{name}"))
    }

    /// The same over SSH, the client asking the server to set these variables.
    ///
    /// They come on the command line: a file written anew for each client could be read
    /// half written by another that starts at the same time.
    pub(crate) fn setting(mut self, variables: &[(&str, &str)]) -> Self {
        let set: Vec<_> =
            variables.iter().map(|(name, value)| format!("\"{name}={value}\"")).collect();
        // Values may hold quotes of their own.
        let set = format!("SetEnv {}", set.join(" ")).replace('\'', "'\\''");
        self.ssh_command.as_mut().unwrap().push_str(&format!(" -o '{set}'"));
        self
    }

    /// The ssh of this connection, with whatever is to be run there.
    pub(crate) fn ssh_command(&self) -> &str {
        self.ssh_command.as_deref().unwrap()
    }

    /// Makes the server the `origin` of a client.
    pub(crate) fn give_to(&self, client: &Client) {
        client.must(&["config", "remote.origin.url", &self.url]);
        client.must(&["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]);
        if let Some(command) = &self.ssh_command {
            client.must(&["config", "core.sshCommand", command]);
        }
    }
}
