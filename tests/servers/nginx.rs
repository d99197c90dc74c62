//! nginx with fcgiwrap, which runs `git http-backend`: smart HTTP as git-http-backend(1)
//! describes it, on a port of its own.
//!
//! `/git/` asks for a password and hands the user's name on as `REMOTE_USER`; `/open/`
//! asks nobody, so that git itself has to refuse pushes there. `/cgit/` has the pages of
//! cgit, with the settings that a test writes into `nginx/cgitrc`.

use std::os::unix::net::UnixStream;
use std::path::Path;

use super::connection::Connection;
use super::daemon::{Daemon, account, free_port, program};
use super::served::Front;
use super::support::Sandbox;
use super::users::USERS;

/// Where Debian has it.
const CGIT: &str = "/usr/lib/cgit/cgit.cgi";

/// Servers that go with the value; see the head of this file.
pub(crate) struct Nginx {
    // Dropped in this order: the front first.
    _nginx: Daemon,
    _fcgiwrap: Daemon,
    port: u16,
}

impl Nginx {
    pub(crate) fn start(sandbox: &Sandbox) -> Self {
        let directory = sandbox.path("nginx");
        std::fs::create_dir_all(&directory).unwrap();
        // Of a server that was here before.
        let _ = std::fs::remove_file(directory.join("nginx.pid"));
        let home = sandbox.path("home");
        let socket = directory.join("fcgi");
        // As many processes as there are pushers at the same time in any test.
        let address = format!("unix:{}", socket.display());
        let arguments = ["-c", "24", "-s", &address];
        let log = directory.join("fcgiwrap.log");
        let _ = std::fs::remove_file(&socket);
        let fcgiwrap = Daemon::start(&program("fcgiwrap"), &arguments, &home, log);
        assert!(fcgiwrap.serves(|| UnixStream::connect(&socket).is_ok()));
        let passwords: String =
            USERS.iter().map(|(user, password)| format!("{user}:{{PLAIN}}{password}\n")).collect();
        sandbox.write("nginx/passwords", passwords);
        let exec_path = sandbox.git("").arg("--exec-path").ok().word();
        loop {
            let port = free_port();
            let config = config(sandbox, &exec_path, port);
            let config = sandbox.write("nginx/nginx.conf", config);
            let prefix = directory.display().to_string();
            let arguments = ["-e", "stderr", "-p", &prefix, "-c", config.to_str().unwrap()];
            let log = directory.join("nginx.log");
            let nginx = Daemon::start(&program("nginx"), &arguments, &home, log);
            // Written once it listens.
            let pid = directory.join("nginx.pid");
            if nginx.serves(|| pid.exists()) {
                return Self { _nginx: nginx, _fcgiwrap: fcgiwrap, port };
            }
        }
    }
}

impl Front for Nginx {
    fn port(&self) -> u16 {
        self.port
    }

    fn connection(&self, repository: &Path, user: &str, port: u16) -> Connection {
        Connection::by_password(port, user, repository)
    }
}

/// A body is handed on while it arrives, not kept until it is whole: only so can a
/// client die while git unpacks.
fn config(sandbox: &Sandbox, exec_path: &str, port: u16) -> String {
    let root = sandbox.path("").display().to_string();
    let root = root.trim_end_matches('/');
    let account = account();
    // Only root can choose, and must, for nginx would take an account that can't get at
    // the sandbox.
    let user = if account == "root" { "user root root;\n" } else { "" };
    let backend = format!(
        "fastcgi_pass unix:{root}/nginx/fcgi;
         fastcgi_request_buffering off;
         fastcgi_param SCRIPT_FILENAME {exec_path}/git-http-backend;
         fastcgi_param GIT_PROJECT_ROOT {root};
         fastcgi_param GIT_HTTP_EXPORT_ALL \"\";
         fastcgi_param PATH_INFO $1;
         fastcgi_param QUERY_STRING $query_string;
         fastcgi_param REQUEST_METHOD $request_method;
         fastcgi_param CONTENT_TYPE $content_type;
         fastcgi_param CONTENT_LENGTH $content_length;
         fastcgi_param REMOTE_ADDR $remote_addr;"
    );
    format!(
        "daemon off;
         {user}pid {root}/nginx/nginx.pid;
         error_log stderr;
         worker_processes 2;
         events {{ worker_connections 128; }}
         http {{
         access_log off;
         client_body_temp_path {root}/nginx/body;
         fastcgi_temp_path {root}/nginx/fastcgi;
         proxy_temp_path {root}/nginx/proxy;
         scgi_temp_path {root}/nginx/scgi;
         uwsgi_temp_path {root}/nginx/uwsgi;
         client_max_body_size 0;
         server {{
         listen 127.0.0.1:{port};
         location ~ ^/git(/.*)$ {{
         auth_basic \"git\";
         auth_basic_user_file {root}/nginx/passwords;
         {backend}
         fastcgi_param REMOTE_USER $remote_user;
         }}
         location ~ ^/open(/.*)$ {{
         {backend}
         }}
         location ~ ^/cgit(/.*)$ {{
         fastcgi_pass unix:{root}/nginx/fcgi;
         fastcgi_param SCRIPT_FILENAME {CGIT};
         fastcgi_param CGIT_CONFIG {root}/nginx/cgitrc;
         fastcgi_param SCRIPT_NAME /cgit;
         fastcgi_param PATH_INFO $1;
         fastcgi_param QUERY_STRING $query_string;
         fastcgi_param REQUEST_METHOD $request_method;
         fastcgi_param HTTP_HOST $http_host;
         }}
         }}
         }}
        "
    )
}
