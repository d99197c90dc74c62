//! `provost policy`: an administrator's starting points, questions and safe changes.

mod apply;
mod args;
mod baseline;
mod explain;
mod init;
mod show;
mod suspend;

pub(super) use args::Policy;
use args::{InForce, PolicyCommand, Where};

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::args::Global;
use super::error::Error;
use super::output::Output;
use super::rules::Bench;
use crate::document::Moment;
use crate::git::RefName;
use crate::policy::{Pusher, Request, Situation};

pub(super) fn policy(global: &Global, command: &Policy, output: &Output) -> Result<u8, Error> {
    let bench = Bench { global, output };
    match &command.command {
        PolicyCommand::Init(command) => init::init(&bench, command),
        PolicyCommand::Show(command) => show::show(&bench, command),
        PolicyCommand::Explain(command) => explain::explain(&bench, command),
        PolicyCommand::Baseline(command) => baseline::baseline(&bench, command),
        PolicyCommand::Apply(command) => apply::apply(&bench, command),
        PolicyCommand::Revert(command) => apply::revert(&bench, command),
        PolicyCommand::Suspend(command) => suspend::suspend(&bench, command),
    }
}

impl Where {
    fn ref_name(&self) -> RefName {
        let name = self.name.as_bytes();
        if name.starts_with(b"refs/") {
            return RefName::new(name);
        }
        RefName::new([b"refs/heads/", name].concat())
    }

    fn path(&self) -> Option<&[u8]> {
        self.path.as_deref().map(OsStrExt::as_bytes)
    }

    /// The situation that is asked about; the repository is that of `here` if none is named.
    fn situation(&self, here: Option<&crate::git::Repository>) -> Situation {
        let repository = self.repository.clone();
        let repository = repository.or_else(|| here.map(crate::git::Repository::name));
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

impl InForce {
    /// The file that is to be changed.
    fn path(&self, bench: &Bench<'_>) -> Result<PathBuf, Error> {
        bench.own_file(self.to.as_deref())
    }
}
