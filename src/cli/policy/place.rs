//! For whom and where a policy is asked for.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

use clap::Args;

use crate::document::Moment;
use crate::git::{RefName, Repository};
use crate::policy::{Pusher, Request, Situation};

/// For whom and where a policy is asked for.
#[derive(Debug, Args)]
pub(super) struct Where {
    /// The repository's name; by default that of the repository this is run in
    #[arg(long = "repo", value_name = "NAME")]
    pub(super) repository: Option<String>,
    /// The ref
    #[arg(long = "ref", value_name = "REF", default_value = "refs/heads/main")]
    pub(super) name: OsString,
    /// The pusher's login
    #[arg(long, value_name = "LOGIN")]
    pub(super) user: Option<String>,
    /// A group of the pusher on the platform; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(super) group: Vec<String>,
    /// The file that is changed, for scopes by path
    #[arg(long, value_name = "PATH")]
    pub(super) path: Option<OsString>,
}

impl Where {
    pub(super) fn ref_name(&self) -> RefName {
        let name = self.name.as_bytes();
        if name.starts_with(b"refs/") {
            return RefName::new(name);
        }
        RefName::new([b"refs/heads/", name].concat())
    }

    pub(super) fn path(&self) -> Option<&[u8]> {
        self.path.as_deref().map(OsStrExt::as_bytes)
    }

    /// The situation that is asked about; the repository is that of `here` if none is named.
    pub(super) fn situation(&self, here: Option<&Repository>) -> Situation {
        let repository = self.repository.clone();
        let repository = repository.or_else(|| here.map(Repository::name));
        Situation {
            repository: repository.unwrap_or_default(),
            pusher: Pusher { login: self.user.clone(), groups: self.group.clone() },
            request: Request::default(),
            pull_request: None,
            merged: None,
            now: Moment::now(),
        }
    }
}
