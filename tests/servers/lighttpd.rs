//! lighttpd, which runs `git http-backend` as a CGI program.

use std::path::Path;

use super::connection::Connection;
use super::daemon::{Daemon, free_port, program};
use super::served::Front;
use super::support::Sandbox;
use super::users::USERS;

/// A server that goes with the value; see the head of this file.
pub(crate) struct Lighttpd {
    _daemon: Daemon,
    port: u16,
}

impl Lighttpd {
    pub(crate) fn start(sandbox: &Sandbox) -> Self {
        let directory = sandbox.path("lighttpd");
        std::fs::create_dir_all(&directory).unwrap();
        // Of a server that was here before.
        let _ = std::fs::remove_file(directory.join("lighttpd.pid"));
        let passwords = USERS.map(|(user, password)| format!("{user}:{password}\n"));
        sandbox.write("lighttpd/passwords", passwords.concat());
        let exec_path = sandbox.git("").arg("--exec-path").ok().word();
        loop {
            let port = free_port();
            let config = sandbox.write("lighttpd/conf", config(sandbox, &exec_path, port));
            let arguments = ["-D", "-f", config.to_str().unwrap()];
            let log = directory.join("lighttpd.log");
            let home = sandbox.path("home");
            let daemon = Daemon::start(&program("lighttpd"), &arguments, &home, log);
            // Written once it listens.
            let pid = directory.join("lighttpd.pid");
            if daemon.serves(|| pid.exists()) {
                return Self { _daemon: daemon, port };
            }
        }
    }
}

impl Front for Lighttpd {
    fn port(&self) -> u16 {
        self.port
    }

    fn connection(&self, repository: &Path, user: &str, port: u16) -> Connection {
        Connection::by_password(port, user, repository)
    }
}

/// A body is kept until it is whole: asked to hand it on while it arrives, lighttpd refuses
/// larger pushes, which come in chunks (411).
fn config(sandbox: &Sandbox, exec_path: &str, port: u16) -> String {
    let root = sandbox.path("").display().to_string();
    let root = root.trim_end_matches('/');
    let path = std::env::var("PATH").unwrap();
    format!(
        "server.document-root = \"{root}/lighttpd\"\n\
         server.bind = \"127.0.0.1\"\n\
         server.port = {port}\n\
         server.pid-file = \"{root}/lighttpd/lighttpd.pid\"\n\
         server.upload-dirs = ( \"{root}/lighttpd\" )\n\
         server.modules = ( \"mod_auth\", \"mod_authn_file\", \"mod_alias\", \"mod_setenv\", \
         \"mod_cgi\" )\n\
         alias.url = ( \"/git\" => \"{exec_path}/git-http-backend\" )\n\
         $HTTP[\"url\"] =~ \"^/git/\" {{\n\
         cgi.assign = ( \"\" => \"\" )\n\
         setenv.set-environment = ( \"GIT_PROJECT_ROOT\" => \"{root}\",\n\
         \"GIT_HTTP_EXPORT_ALL\" => \"1\", \"GIT_CONFIG_NOSYSTEM\" => \"1\",\n\
         \"HOME\" => \"{root}/home\", \"PATH\" => \"{path}\" )\n\
         auth.backend = \"plain\"\n\
         auth.backend.plain.userfile = \"{root}/lighttpd/passwords\"\n\
         auth.require = ( \"\" => ( \"method\" => \"basic\", \"realm\" => \"git\", \
         \"require\" => \"valid-user\" ) )\n\
         }}\n"
    )
}
