//! gitolite 3 behind sshd, with two users and two repositories.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::connection::Connection;
use super::served::Front;
use super::sshd::{Settings, Sshd};
use super::support::{Client, Finished, PROVOST, Run, Sandbox, clean};

/// What gitolite.conf of the tests says.
const CONF: &str = "\
repo gitolite-admin
    RW+ = alice
repo team/two
    RW+ = alice
    R = bob
repo one
    RW+ = alice bob
";
/// The line that has gitolite call the VREF for the repository above it, which is `one`.
pub(crate) const VREF: &str = "    -  VREF/provost = @all\n";

/// Where `one` is, in the sandbox.
pub(crate) const REPOSITORY: &str = "home/repositories/one.git";
/// Where the common hook is.
pub(crate) const COMMON_HOOK: &str = "home/local/hooks/common/pre-receive";
/// Where the VREF is.
pub(crate) const VREF_HOOK: &str = "home/local/VREF/provost";

/// See the head of this file.
pub(crate) struct Gitolite {
    sshd: Sshd,
}

impl Gitolite {
    /// Starts one that has users and repositories, and a place for hooks; `more` stands at
    /// the end of its configuration.
    pub(crate) fn start(sandbox: &Sandbox, more: &str) -> Self {
        let fresh = !sandbox.path("home/.gitolite.rc").exists();
        let gitolite = Self::set_up(sandbox);
        if fresh {
            switch_local_code_on(sandbox);
            gitolite.configure(sandbox, more);
        }
        gitolite
    }

    /// Starts one as `gitolite setup` leaves it, whose administrator is alice.
    pub(crate) fn set_up(sandbox: &Sandbox) -> Self {
        // gitolite writes that file itself.
        let keys = Some(sandbox.path("home/.ssh/authorized_keys"));
        let sshd = Sshd::start(sandbox, &Settings { keys, ..Settings::default() });
        if !sandbox.path("home/.gitolite.rc").exists() {
            let setup = sandbox.run("gitolite", "home").args(["setup", "-pk"]);
            // gitolite 3.6 reads its configuration from a branch of this name.
            let setup = setup.env("GIT_CONFIG_COUNT", "1");
            let setup = setup.env("GIT_CONFIG_KEY_0", "init.defaultBranch");
            let setup = setup.env("GIT_CONFIG_VALUE_0", "master");
            setup.arg(sandbox.path("sshd/alice.pub")).ok();
        }
        Self { sshd }
    }

    /// Two users and two repositories, by a push of the administrator's.
    pub(crate) fn configure(&self, sandbox: &Sandbox, more: &str) {
        let admin = self.client(sandbox, "alice", "gitolite-admin");
        admin.must(&["fetch", "-q", "origin"]);
        admin.must(&["reset", "-q", "--hard", "origin/master"]);
        let bob = std::fs::read(sandbox.path("sshd/bob.pub")).unwrap();
        let commit = admin.commit(clean("Two users")).file("keydir/bob.pub", bob);
        commit.file("conf/gitolite.conf", format!("{CONF}{more}")).create();
        let pushed = admin.push(&["HEAD:master"]);
        assert!(pushed.accepted("refs/heads/master"), "{}", pushed.all());
    }

    /// A client of one of the users, for a repository by the name that gitolite gives it.
    pub(crate) fn client(&self, sandbox: &Sandbox, user: &str, repository: &str) -> Client {
        let name = format!("{user}-{}", repository.replace('/', "-"));
        let client = Client::init(sandbox, name, &[]);
        let place = sandbox.path("home/repositories").join(format!("{repository}.git"));
        self.connection(&place, user, self.port()).give_to(&client);
        client
    }
}

impl Front for Gitolite {
    fn port(&self) -> u16 {
        self.sshd.port()
    }

    /// gitolite names repositories without the path of its own, and without `.git`.
    fn connection(&self, repository: &Path, user: &str, port: u16) -> Connection {
        let path = repository.to_str().unwrap();
        let name = path.split_once("/repositories").unwrap().1.trim_end_matches(".git");
        self.sshd.connection(Path::new(name), user, port)
    }
}

/// `LOCAL_CODE` as an administrator switches it on: its line is there as a comment.
pub(crate) fn switch_local_code_on(sandbox: &Sandbox) {
    let path = sandbox.path("home/.gitolite.rc");
    let rc = std::fs::read_to_string(&path).unwrap();
    let line = "LOCAL_CODE                =>  \"$ENV{HOME}/local\"";
    let off = format!("# {line}");
    assert!(rc.contains(&off), "{rc}");
    std::fs::write(&path, rc.replace(&off, line)).unwrap();
}

/// Has gitolite link the common hook into its repositories.
pub(crate) fn link_hooks(sandbox: &Sandbox) {
    sandbox.run("gitolite", "home").args(["setup", "--hooks-only"]).ok();
}

/// A command of provost's that works on gitolite's home.
pub(crate) fn provost(sandbox: &Sandbox, program: &Path, arguments: &[&str]) -> Run {
    let policy = sandbox.path("etc/rules.toml");
    let run = sandbox.run(PROVOST, "home").args(arguments);
    run.arg("--policy").arg(policy).arg("--program").arg(program).arg(sandbox.path("home"))
}

/// Installs the hook; what the command says.
pub(crate) fn install(sandbox: &Sandbox, program: &Path, more: &[&str]) -> Finished {
    provost(sandbox, program, &[&["install", "--mode", "enforce"], more].concat()).ok()
}

/// The text of the hook that is installed for a program.
pub(crate) fn installed(sandbox: &Sandbox, program: &str, more: &[&str], hook: &str) -> String {
    install(sandbox, Path::new(program), more);
    std::fs::read_to_string(sandbox.path(hook)).unwrap()
}

/// A program that is the one under test and says more.
pub(crate) fn talkative(sandbox: &Sandbox) -> PathBuf {
    let script = format!("#!/bin/sh\nexec '{PROVOST}' -v \"$@\"\n");
    let program = sandbox.write("bin/provost", script);
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}
