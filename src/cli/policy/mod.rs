//! `provost policy`: an administrator's starting points, questions and safe changes.

mod apply;
mod baseline;
mod explain;
mod fetch;
mod in_force;
mod init;
mod place;
mod publish;
mod revert;
mod show;
mod suspend;

use clap::Args;

use super::command::{Run, commands};
use super::command_context::CommandContext;
use super::error::Error;

commands! {
    init::Init, show::Show, explain::Explain, baseline::Baseline, apply::Apply, revert::Revert,
    suspend::Suspend, publish::Publish, fetch::Fetch,
}

/// Start, show, explain and safely change a policy.
///
/// What is in force where this is run: the built-in rules, those of the machine and of the
/// repository, and --rules.
#[derive(Debug, Args)]
#[command(after_help = "\
A way to change the policy:
  provost policy show --ref refs/heads/main          what holds now, and which file says so
  provost policy apply draft.toml --dry-run --on /srv/git/*.git
  provost policy apply draft.toml
  provost policy revert                              back to the file before")]
pub(super) struct Policy {
    #[command(subcommand)]
    command: Command,
}

impl Run for Policy {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        self.command.run(context)
    }
}
