//! A root directory with a shell, and what a test puts beside it. Pushes to repositories in
//! it are judged inside: git itself runs outside, its hook changes the root.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::built::program;
use super::support::{Options, Run, Sandbox, TestServer};

/// See the head of this file.
pub(crate) struct Root(pub(crate) Sandbox);

impl Root {
    /// With a shell that needs no libraries, and nothing more.
    pub(crate) fn new() -> Self {
        let root = Self(Sandbox::new());
        // Not only for root.
        fs::set_permissions(root.0.path(""), fs::Permissions::from_mode(0o755)).unwrap();
        root.copy("/bin/busybox", "bin/sh");
        root
    }

    /// With the static program, and this policy of the machine.
    pub(crate) fn with_program(policy: &str) -> Self {
        let root = Self::new();
        root.copy(program(), "usr/bin/provost");
        root.0.write("etc/provost/rules.toml", policy);
        root
    }

    pub(crate) fn copy(&self, from: impl AsRef<Path>, to: &str) {
        let to = self.0.path(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from.as_ref(), to).unwrap();
    }

    /// Tools of the shell by their names.
    pub(crate) fn tools(&self, names: &[&str]) {
        for name in names {
            symlink("sh", self.0.path("bin").join(name)).unwrap();
        }
    }

    /// The device that a shell and getent(1) want to have.
    pub(crate) fn null(&self) {
        fs::create_dir(self.0.path("dev")).unwrap();
        self.0.run("mknod", "dev").args(["-m", "666", "null", "c", "1", "3"]).ok();
    }

    /// A command of this root.
    pub(crate) fn run(&self, command: &str) -> Run {
        self.0.run("chroot", "").arg(self.0.path("")).arg(command)
    }

    /// A repository in it, whose pre-receive hook is this script, run in here as this
    /// account (`0:0`) and these groups (`0`), in the environment that git gives it and
    /// with these lines of shell before.
    pub(crate) fn server(
        &self,
        hook: &str,
        account: &str,
        groups: &str,
        before: &str,
    ) -> TestServer {
        self.0.write("server.git/hooks/inside", hook);
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.0.path("server.git/hooks/inside"), mode).unwrap();
        let root = self.0.path("");
        let root = root.to_str().unwrap().trim_end_matches('/');
        let outside = format!(
            "#!/bin/sh\n\
             for name in GIT_OBJECT_DIRECTORY GIT_QUARANTINE_PATH GIT_ALTERNATE_OBJECT_DIRECTORIES; do\n\
             \x20   eval \"$name=\\${{$name#{root}}}; export $name\"\n\
             done\n\
             {before}\n\
             chmod -R a+rX {root}$GIT_QUARANTINE_PATH\n\
             exec chroot --userspec={account} --groups={groups} {root} \
             /bin/sh -c 'cd /server.git && exec hooks/inside'\n"
        );
        TestServer::start(self.0.clone(), Options::default().hook(&outside))
    }
}

/// A hook that says who pushed, and how many commits it has judged.
pub(crate) fn verbose(platform: &str) -> String {
    format!("#!/bin/sh\nexec /usr/bin/provost -v pre-receive --platform {platform}\n")
}
