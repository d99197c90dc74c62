//! The servers that the tests of this suite are run with: one name each, and what is
//! particular about it.

use std::os::unix::fs::PermissionsExt;

use super::apache::Apache;
use super::forced;
use super::git_daemon::GitDaemon;
use super::gitolite::{self, Gitolite};
use super::lighttpd::Lighttpd;
use super::nginx::Nginx;
use super::old_git;
use super::served::{Front, Served};
use super::sshd::{Settings, Sshd};
use super::support::{Options, PROVOST, Sandbox, TestServer};

/// The hook as it is shipped.
const SHIPPED: &str = include_str!("../../hooks/pre-receive");
/// The line of it that names the binary.
const SHIPPED_PATH: &str = "provost='/usr/local/bin/provost'\n";

/// How clients reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// OpenSSH's sshd.
    Ssh,
    /// The same, with a forced command for each key.
    Forced,
    /// sshd and the git of Debian's package.
    OldGit,
    /// nginx with fcgiwrap.
    Http,
    Apache,
    Lighttpd,
    /// The git daemon.
    Daemon,
    /// gitolite with the common hook.
    Gitolite,
    /// gitolite with the VREF.
    Vref,
}

/// Makes a test of each function for each transport. What comes after the semicolon needs
/// a hook that is asked once a push: a VREF is not.
macro_rules! over_each_transport {
    ($($test:ident),+ $(; $($whole:ident),+)?) => {
        $crate::transport::over_each_transport!(@one ssh Ssh $($test)+ $($($whole)+)?);
        $crate::transport::over_each_transport!(@one forced Forced $($test)+ $($($whole)+)?);
        $crate::transport::over_each_transport!(@one old_git OldGit $($test)+ $($($whole)+)?);
        $crate::transport::over_each_transport!(@one http Http $($test)+ $($($whole)+)?);
        $crate::transport::over_each_transport!(@one apache Apache $($test)+ $($($whole)+)?);
        $crate::transport::over_each_transport!(@one lighttpd Lighttpd $($test)+ $($($whole)+)?);
        $crate::transport::over_each_transport!(@one git_daemon Daemon $($test)+ $($($whole)+)?);
        $crate::transport::over_each_transport!(@one gitolite Gitolite $($test)+ $($($whole)+)?);
        $crate::transport::over_each_transport!(@one vref Vref $($test)+);
    };
    (@one $module:ident $transport:ident $($test:ident)+) => {
        mod $module {
            $(#[test] fn $test() {
                super::$test($crate::transport::Transport::$transport);
            })+
        }
    };
}
pub(crate) use over_each_transport;

impl Transport {
    /// A server with the hook that is shipped, whose binary is the one under test.
    pub(crate) fn serve(self) -> Served {
        let sandbox = Sandbox::new();
        // The hook takes no arguments, so what the tests add to them stands in here.
        let script = format!(
            "#!/bin/sh\ngit --version > '{}'\nexec '{PROVOST}' --isolated -v \"$@\"\n",
            sandbox.path("git-version").display()
        );
        let binary = sandbox.write("bin/provost", script);
        std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.serve_program(sandbox, binary.to_str().unwrap())
    }

    /// The same with another binary.
    pub(crate) fn serve_program(self, sandbox: Sandbox, binary: &str) -> Served {
        let front = self.front(&sandbox);
        let hook = self.shipped(&sandbox, binary);
        self.put_behind(front, sandbox, Options::default().hook(&hook))
    }

    /// A server with another hook.
    pub(crate) fn serve_with(self, options: Options) -> Served {
        let sandbox = Sandbox::new();
        let front = self.front(&sandbox);
        self.put_behind(front, sandbox, options)
    }

    /// Puts a repository behind a server that runs.
    pub(crate) fn put_behind(
        self,
        front: Box<dyn Front>,
        sandbox: Sandbox,
        options: Options,
    ) -> Served {
        let server = TestServer::start(sandbox, self.place(options));
        if self == Self::Gitolite {
            gitolite::link_hooks(server.sandbox());
        }
        Served::new(self, front, server)
    }

    /// Starts the server; also a second time in the same sandbox.
    pub(crate) fn front(self, sandbox: &Sandbox) -> Box<dyn Front> {
        match self {
            Self::Ssh => Box::new(Sshd::start(sandbox, &Settings::default())),
            Self::Forced => Box::new(forced::start(sandbox, Settings::default())),
            Self::OldGit => Box::new(old_git::start(sandbox)),
            Self::Http => Box::new(Nginx::start(sandbox)),
            Self::Apache => Box::new(Apache::start(sandbox)),
            Self::Lighttpd => Box::new(Lighttpd::start(sandbox)),
            Self::Daemon => Box::new(GitDaemon::start(sandbox)),
            Self::Gitolite => Box::new(Gitolite::start(sandbox, "")),
            Self::Vref => Box::new(Gitolite::start(sandbox, gitolite::VREF)),
        }
    }

    /// Where the repository and its hook are, and what the hook runs.
    fn place(self, options: Options) -> Options {
        match self {
            Self::Forced => options.command("pre-receive --platform http"),
            Self::Gitolite => options
                .name(gitolite::REPOSITORY)
                .hook_file(gitolite::COMMON_HOOK)
                .command("pre-receive --platform gitolite"),
            Self::Vref => options
                .name(gitolite::REPOSITORY)
                .hook_file(gitolite::VREF_HOOK)
                .command("update --platform gitolite -- \"$@\""),
            _ => options,
        }
    }

    /// The hook that is shipped, with another path of the binary.
    fn shipped(self, sandbox: &Sandbox, binary: &str) -> String {
        match self {
            Self::Gitolite => gitolite::installed(sandbox, binary, &[], gitolite::COMMON_HOOK),
            Self::Vref => gitolite::installed(sandbox, binary, &["--vref"], gitolite::VREF_HOOK),
            _ => {
                assert_eq!(SHIPPED.matches(SHIPPED_PATH).count(), 1, "one line names the binary");
                let hook = SHIPPED.replace(SHIPPED_PATH, &format!("provost='{binary}'\n"));
                let platform = if self == Self::Forced { "http" } else { "plain" };
                hook.replace("--platform plain", &format!("--platform {platform}"))
            }
        }
    }

    /// Whether the hook is asked when the objects are stored already, once a ref.
    pub(crate) fn stores_before(self) -> bool {
        self == Self::Vref
    }
}
