//! `provost log`: reading and checking what the hook has recorded.

mod again;
mod chains;
mod export;
mod head;
mod replay;
mod replay_text;
mod show;
mod verify;
mod wanted;
mod words;

use clap::Args;

use super::command::{Run, commands};
use super::command_context::CommandContext;
use super::error::Error;

commands! {
    show::Show, verify::Verify, head::Head, export::Export, replay::Replay,
}

/// Read and check the decision log.
///
/// The hook writes a record of each push, where the configuration has a [log] section.
/// Without a FILE the commands read the files that this section names, those that were
/// rotated away included; `-` stands for standard input.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  done; what was checked is in order
  1  the chain is broken (verify)
  2  could not be done: no log, unreadable files, wrong usage

Examples:
  provost log show --since 2026-12-01 --verdict reject
  provost log verify
  provost log head >> /mnt/elsewhere/provost.heads")]
pub(super) struct Log {
    #[command(subcommand)]
    command: Command,
}

impl Run for Log {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        self.command.run(context)
    }
}
