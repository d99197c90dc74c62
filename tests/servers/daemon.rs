//! A server program on a leash: it ends with the value that started it, and also when
//! the test program is killed.
//!
//! The leash is a shell that waits for the end of its standard input, a pipe held by the
//! test: whatever closes that pipe ends the server, and all of its process group.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The trap lets the shell outlive the signal that it sends to its own group, so that it
/// can wait for the server to be gone.
const LEASH: &str = r#"
"$@" &
server=$!
trap : TERM
read -r _
kill -s TERM 0
wait "$server"
"#;

/// See the head of this file.
pub(crate) struct Daemon {
    leash: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts a server that stays in the foreground; what it says goes to the log.
    pub(crate) fn start(program: &Path, arguments: &[&str], home: &Path, log: PathBuf) -> Self {
        let said = File::create(&log).unwrap();
        let leash = Command::new("sh")
            .args(["-c", LEASH, "leash"])
            .arg(program)
            .args(arguments)
            .env_clear()
            .envs(environment(home))
            .stdin(Stdio::piped())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .process_group(0)
            .spawn()
            .unwrap();
        Self { leash, log }
    }

    /// What the server has said so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until the server serves, which `ready` tells; `false` when its port was
    /// taken by somebody else in the meantime.
    pub(crate) fn serves(&self, mut ready: impl FnMut() -> bool) -> bool {
        let mut taken = false;
        let settled = poll(|| {
            taken = self.log().contains("ddress already in use");
            taken || ready()
        });
        assert!(settled, "the server does not start; it said:\n{}", self.log());
        !taken
    }
}

impl Drop for Daemon {
    #[expect(clippy::print_stdout, reason = "captured, and shown with the test that failed")]
    fn drop(&mut self) {
        drop(self.leash.stdin.take());
        let _ = self.leash.wait();
        if std::thread::panicking() {
            let name = self.log.file_name().unwrap_or_default().to_string_lossy();
            println!("---- {name}\n{}", self.log());
        }
    }
}

/// What a server and the git below it get to see of this machine.
pub(crate) fn environment(home: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("PATH", std::env::var("PATH").unwrap()),
        ("HOME", home.to_str().unwrap().to_owned()),
        ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
        ("LC_ALL", "C.UTF-8".to_owned()),
    ]
}

/// A port of 127.0.0.1 that is free now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The path of a program; Debian keeps servers where an ordinary `PATH` does not lead.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = std::env::var("PATH").unwrap() + ":/usr/local/sbin:/usr/sbin:/sbin";
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{name} is not installed; tests/servers/run does that"))
}

/// The name of the account that the tests run as.
pub(crate) fn account() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Waits until something holds; a test fails only when that is hopeless.
#[track_caller]
pub(crate) fn wait_until(what: &str, condition: impl FnMut() -> bool) {
    assert!(poll(condition), "waited in vain until {what}");
}

fn poll(mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(60);
    while !condition() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}
