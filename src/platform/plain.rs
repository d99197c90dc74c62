//! Plain `git receive-pack`: over a file path, SSH, smart HTTP or the git daemon.
//!
//! Source: git-http-backend(1): `REMOTE_USER` is set by a web server that authenticated
//! the client, and only then are its pushes allowed by default. Over SSH a client may be
//! able to set it, so there it is not believed; sshd(8) sets `SSH_CONNECTION` itself.
//! Otherwise the pusher is the operating-system user that the hook runs as.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::Platform;
use crate::git::Repository;

/// See the head of this file.
pub(super) struct Plain {
    remote_user: Option<OsString>,
    user: Option<OsString>,
}

/// Reads the environment of this process.
pub(super) fn platform() -> Plain {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let remote_user = var("REMOTE_USER").filter(|_| var("SSH_CONNECTION").is_none());
    Plain { remote_user, user: var("USER").or_else(|| var("LOGNAME")) }
}

impl Platform for Plain {
    fn pusher(&self) -> Option<Vec<u8>> {
        let user = self.remote_user.clone().or_else(|| self.user.clone());
        user.map(OsString::into_vec)
    }

    fn repository_name(&self, repository: &Repository) -> String {
        repository.name()
    }

    fn line_prefix(&self) -> &'static str {
        ""
    }
}
