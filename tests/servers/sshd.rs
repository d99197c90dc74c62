//! OpenSSH's sshd on a port of its own, with keys of its own, for the current account.

use std::path::{Path, PathBuf};

use super::daemon::{Daemon, account, environment, free_port, program};
use super::support::Sandbox;

/// A server that goes with the value; see the head of this file.
pub(crate) struct Sshd {
    _daemon: Daemon,
    port: u16,
    directory: PathBuf,
}

impl Sshd {
    /// Starts one that takes over the environment variables that `accepted` names, as
    /// sshd_config(5) has it for `AcceptEnv`.
    pub(crate) fn start(sandbox: &Sandbox, accepted: &str) -> Self {
        Self::start_for(sandbox, accepted, &sandbox.path("sshd/authorized_keys"))
    }

    /// The same with another file of the keys that are let in.
    pub(crate) fn start_for(sandbox: &Sandbox, accepted: &str, keys: &Path) -> Self {
        let directory = sandbox.path("sshd");
        std::fs::create_dir_all(&directory).unwrap();
        // Of a server that was here before.
        let _ = std::fs::remove_file(directory.join("sshd.pid"));
        for key in ["host", "client"] {
            if directory.join(key).exists() {
                continue;
            }
            let new = ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", key];
            sandbox.run("ssh-keygen", "sshd").args(new).ok();
        }
        let public = |key: &str| std::fs::read_to_string(directory.join(key)).unwrap();
        sandbox.write("sshd/authorized_keys", public("client.pub"));
        sandbox.write("sshd/known_hosts", format!("the-server {}", public("host.pub")));
        sandbox.write("sshd/ssh_config", client_config(&directory));
        loop {
            let port = free_port();
            let config = config(&directory, &sandbox.path("home"), port, accepted, keys);
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

    /// The address of a repository, through another port if need be.
    pub(crate) fn url(&self, repository: &Path, port: Option<u16>) -> String {
        let port = port.unwrap_or(self.port);
        format!("ssh://{}@127.0.0.1:{port}{}", account(), repository.display())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The ssh command of a client that asks the server to set these variables.
    ///
    /// They come on the command line: a file written anew for each client could be read
    /// half written by another that starts at the same time.
    pub(crate) fn client_command(&self, variables: &[(&str, &str)]) -> String {
        let mut command = format!("ssh -F {}", self.directory.join("ssh_config").display());
        if !variables.is_empty() {
            let set: Vec<_> =
                variables.iter().map(|(name, value)| format!("\"{name}={value}\"")).collect();
            // Values may hold quotes of their own.
            let set = format!("SetEnv {}", set.join(" ")).replace('\'', "'\\''");
            command.push_str(&format!(" -o '{set}'"));
        }
        command
    }
}

/// The configuration of the clients.
fn client_config(directory: &Path) -> String {
    let at = |name: &str| directory.join(name).display().to_string();
    format!(
        "IdentityFile {}\n\
         IdentitiesOnly yes\n\
         UserKnownHostsFile {}\n\
         GlobalKnownHostsFile /dev/null\n\
         HostKeyAlias the-server\n\
         StrictHostKeyChecking yes\n\
         BatchMode yes\n\
         LogLevel ERROR\n",
        at("client"),
        at("known_hosts"),
    )
}

/// What sshd sets by its own `SetEnv` no client can change; of that only what keeps the
/// machine's own configuration out of the tests.
fn config(directory: &Path, home: &Path, port: u16, accepted: &str, keys: &Path) -> String {
    let at = |name: &str| directory.join(name).display().to_string();
    let set: Vec<_> =
        environment(home).iter().map(|(name, value)| format!("\"{name}={value}\"")).collect();
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
         SetEnv {}\n",
        at("host"),
        at("sshd.pid"),
        keys.display(),
        set.join(" "),
    )
}
