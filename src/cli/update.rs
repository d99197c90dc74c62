//! `provost update`: the hook of a server that is run once for each ref.

use std::ffi::OsString;

use clap::Args;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::server_hook::ServerHook;
use crate::gate::Arrival;
use crate::git::HookEnvironment;
use crate::platform::Environment;

/// Judge one ref update as the server's update hook.
///
/// For hooks that are called once a ref: Git's own `update`, gitolite's VREF, Gerrit's
/// `ref-update` and `commit-received`. Each platform has its own arguments.
#[derive(Debug, Args)]
#[command(after_help = "\
Example, as hooks/update of a bare repository:
  #!/bin/sh
  exec provost update \"$1\" \"$2\" \"$3\"

As VREF/provost of gitolite, and as ref-update or commit-received of Gerrit:
  exec provost update --platform gitolite -- \"$@\"
  exec provost update --platform gerrit -- \"$@\"")]
pub(super) struct Update {
    #[command(flatten)]
    hook: ServerHook,
    /// What the platform gives to the hook; Git itself: REF OLD NEW
    #[arg(value_name = "ARGUMENT", required = true, trailing_var_arg = true)]
    arguments: Vec<OsString>,
}

impl Run for Update {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let environment = Environment::of_process();
        let git = HookEnvironment::read();
        let arrival = Arrival::update(self.hook.platform(), &environment, git, &self.arguments);
        Ok(self.hook.check(context, arrival))
    }
}
