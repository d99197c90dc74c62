//! OpenSSH's sshd on a port of its own, with keys of its own, for the current account.

use std::path::{Path, PathBuf};

use super::connection::Connection;
use super::daemon::{Daemon, account, environment, free_port, program};
use super::served::Front;
use super::support::Sandbox;
use super::users::USERS;

/// A server that goes with the value; see the head of this file.
pub(crate) struct Sshd {
    _daemon: Daemon,
    port: u16,
    directory: PathBuf,
}

/// How it is set up.
pub(crate) struct Settings {
    /// The variables that it takes from its clients, as sshd_config(5) has it for
    /// `AcceptEnv`.
    pub(crate) accepted: &'static str,
    /// The line that lets a key in, as sshd(8) has it; `@USER@` and `@KEY@` stand for
    /// whose it is and what.
    pub(crate) line: String,
    /// The file of such lines, where another program writes it.
    pub(crate) keys: Option<PathBuf>,
    /// Where programs are looked up.
    pub(crate) path: String,
    /// One more line of sshd_config(5).
    pub(crate) more: String,
}

impl Default for Settings {
    /// As Debian configures it.
    fn default() -> Self {
        let path = std::env::var("PATH").unwrap();
        let line = "@KEY@".to_owned();
        Self { accepted: "LANG LC_*", line, keys: None, path, more: String::new() }
    }
}

impl Sshd {
    pub(crate) fn start(sandbox: &Sandbox, settings: &Settings) -> Self {
        let directory = sandbox.path("sshd");
        std::fs::create_dir_all(&directory).unwrap();
        // Of a server that was here before.
        let _ = std::fs::remove_file(directory.join("sshd.pid"));
        let users = USERS.map(|(user, _)| user);
        for key in users.into_iter().chain(["host"]) {
            if directory.join(key).exists() {
                continue;
            }
            let new = ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", key];
            sandbox.run("ssh-keygen", "sshd").args(new).ok();
        }
        let public =
            |key: &str| std::fs::read_to_string(directory.join(key).with_extension("pub")).unwrap();
        let lines =
            users.map(|user| settings.line.replace("@USER@", user).replace("@KEY@", &public(user)));
        sandbox.write("sshd/authorized_keys", lines.concat());
        sandbox.write("sshd/known_hosts", format!("the-server {}", public("host")));
        sandbox.write("sshd/ssh_config", client_config(&directory));
        loop {
            let port = free_port();
            let config = config(&directory, &sandbox.path("home"), port, settings);
            let config = sandbox.write("sshd/sshd_config", config);
            // It runs itself again for each connection, so it wants its whole path.
            let arguments = ["-D", "-e", "-f", config.to_str().unwrap()];
            let log = directory.join("sshd.log");
            let daemon = Daemon::start(&program("sshd"), &arguments, &sandbox.path("home"), log);
            // Written once it listens.
            let pid = directory.join("sshd.pid");
            if daemon.serves(|| pid.exists()) {
                return Self { _daemon: daemon, port, directory };
            }
        }
    }
}

impl Front for Sshd {
    fn port(&self) -> u16 {
        self.port
    }

    fn connection(&self, repository: &Path, user: &str, port: u16) -> Connection {
        let url = format!("ssh://{}@127.0.0.1:{port}{}", account(), repository.display());
        let at = |name: &str| self.directory.join(name).display().to_string();
        Connection::by_ssh(url, format!("ssh -F {} -i {}", at("ssh_config"), at(user)))
    }
}

/// The configuration of the clients.
fn client_config(directory: &Path) -> String {
    let at = |name: &str| directory.join(name).display().to_string();
    format!(
        "IdentitiesOnly yes\n\
         UserKnownHostsFile {}\n\
         GlobalKnownHostsFile /dev/null\n\
         HostKeyAlias the-server\n\
         StrictHostKeyChecking yes\n\
         BatchMode yes\n\
         LogLevel ERROR\n",
        at("known_hosts"),
    )
}

/// What sshd sets by its own `SetEnv` no client can change; of that only what keeps the
/// machine's own configuration out of the tests.
fn config(directory: &Path, home: &Path, port: u16, settings: &Settings) -> String {
    let at = |name: &str| directory.join(name).display().to_string();
    let keys = settings.keys.clone().unwrap_or_else(|| directory.join("authorized_keys"));
    let accepted = settings.accepted;
    let mut set = environment(home);
    set.retain(|(name, _)| *name != "PATH");
    set.push(("PATH", settings.path.clone()));
    let set: Vec<_> = set.iter().map(|(name, value)| format!("\"{name}={value}\"")).collect();
    format!(
        "ListenAddress 127.0.0.1\n\
         Port {port}\n\
         HostKey {}\n\
         PidFile {}\n\
         AuthorizedKeysFile {}\n\
         PubkeyAuthentication yes\n\
         PasswordAuthentication no\n\
         KbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\n\
         UsePAM no\n\
         StrictModes no\n\
         MaxStartups 100\n\
         PrintMotd no\n\
         LogLevel VERBOSE\n\
         AcceptEnv {accepted}\n\
         SetEnv {}\n\
         {}\n",
        at("host"),
        at("sshd.pid"),
        keys.display(),
        set.join(" "),
        settings.more,
    )
}
