//! `provost pre-receive`: the hook of a server that Git runs once for each push.

use clap::Args;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::server_hook::ServerHook;
use crate::gate::Arrival;
use crate::git::HookEnvironment;
use crate::platform::Environment;

/// Judge a push as the server's pre-receive hook.
///
/// Reads `<old> <new> <ref>` lines on standard input, as githooks(5) describes, and
/// refuses the push by a non-zero exit code.
#[derive(Debug, Args)]
#[command(after_help = "\
Example, as hooks/pre-receive of a bare repository:
  #!/bin/sh
  exec provost pre-receive --platform plain")]
pub(super) struct PreReceive {
    #[command(flatten)]
    hook: ServerHook,
}

impl Run for PreReceive {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let environment = Environment::of_process();
        let mut input = std::io::stdin().lock();
        let git = HookEnvironment::read();
        let arrival = Arrival::pre_receive(self.hook.platform(), &environment, git, &mut input);
        Ok(self.hook.check(context, arrival))
    }
}
