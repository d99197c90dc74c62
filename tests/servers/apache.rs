//! Apache httpd, which runs `git http-backend` as a CGI program, as
//! git-http-backend(1) describes it.
//!
//! Apache does not serve as root. Where the suite runs as root, Apache runs in a user
//! namespace in which root's files are those of an ordinary account.

use std::path::Path;

use super::connection::Connection;
use super::daemon::{Daemon, account, free_port, program};
use super::served::Front;
use super::support::Sandbox;
use super::users::USERS;

const MODULES: [(&str, &str); 9] = [
    ("mpm_prefork_module", "mod_mpm_prefork.so"),
    ("authn_core_module", "mod_authn_core.so"),
    ("authn_file_module", "mod_authn_file.so"),
    ("authz_core_module", "mod_authz_core.so"),
    ("authz_user_module", "mod_authz_user.so"),
    ("auth_basic_module", "mod_auth_basic.so"),
    ("env_module", "mod_env.so"),
    ("alias_module", "mod_alias.so"),
    ("cgi_module", "mod_cgi.so"),
];

/// A server that goes with the value; see the head of this file.
pub(crate) struct Apache {
    _daemon: Daemon,
    port: u16,
}

impl Apache {
    pub(crate) fn start(sandbox: &Sandbox) -> Self {
        let directory = sandbox.path("apache");
        std::fs::create_dir_all(&directory).unwrap();
        // Of a server that was here before.
        let _ = std::fs::remove_file(directory.join("apache.pid"));
        let hashed = USERS.map(|(user, password)| {
            sandbox.run("htpasswd", "").args(["-nbs", user, password]).ok().word() + "\n"
        });
        sandbox.write("apache/passwords", hashed.concat());
        let exec_path = sandbox.git("").arg("--exec-path").ok().word();
        let apache = program("apache2").display().to_string();
        loop {
            let port = free_port();
            let config = sandbox.write("apache/apache.conf", config(sandbox, &exec_path, port));
            let mut words = vec![apache.as_str(), "-D", "FOREGROUND", "-f"];
            words.push(config.to_str().unwrap());
            if account() == "root" {
                words.splice(0..0, ["unshare", "--user", "--map-user=1", "--map-group=1"]);
            }
            let (first, rest) = words.split_first().unwrap();
            let log = directory.join("apache.log");
            let daemon = Daemon::start(&program(first), rest, &sandbox.path("home"), log);
            // Written once it listens.
            let pid = directory.join("apache.pid");
            if daemon.serves(|| pid.exists()) {
                return Self { _daemon: daemon, port };
            }
        }
    }
}

impl Front for Apache {
    fn port(&self) -> u16 {
        self.port
    }

    fn connection(&self, repository: &Path, user: &str, port: u16) -> Connection {
        Connection::by_password(port, user, repository)
    }
}

fn config(sandbox: &Sandbox, exec_path: &str, port: u16) -> String {
    let root = sandbox.path("").display().to_string();
    let root = root.trim_end_matches('/');
    let modules: String = MODULES
        .iter()
        .map(|(name, file)| format!("LoadModule {name} /usr/lib/apache2/modules/{file}\n"))
        .collect();
    let path = std::env::var("PATH").unwrap();
    format!(
        "ServerRoot {root}/apache\n\
         DefaultRuntimeDir {root}/apache\n\
         PidFile {root}/apache/apache.pid\n\
         ServerName 127.0.0.1\n\
         Listen 127.0.0.1:{port}\n\
         ErrorLog /dev/stderr\n\
         {modules}\
         StartServers 24\n\
         MaxSpareServers 48\n\
         SetEnv GIT_PROJECT_ROOT {root}\n\
         SetEnv GIT_HTTP_EXPORT_ALL\n\
         SetEnv GIT_CONFIG_NOSYSTEM 1\n\
         SetEnv HOME {root}/home\n\
         SetEnv PATH {path}\n\
         ScriptAlias /git/ {exec_path}/git-http-backend/\n\
         <Directory {exec_path}>\n\
         Require all granted\n\
         </Directory>\n\
         <Location /git/>\n\
         AuthType Basic\n\
         AuthName git\n\
         AuthUserFile {root}/apache/passwords\n\
         Require valid-user\n\
         </Location>\n"
    )
}
