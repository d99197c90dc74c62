//! `provost uninstall`: a plan is shown, then carried out.

use clap::Args;

use super::command::Run;
use super::command_context::CommandContext;
use super::error::Error;
use super::hook_plan;
use super::target::Target;
use crate::install;

/// Take the hook off again, and put back what was there before.
///
/// Policies stay. Give the same paths and options as for `provost install`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost uninstall /srv/git/project.git
  provost uninstall --dry-run --system")]
pub(super) struct Uninstall {
    #[command(flatten)]
    target: Target,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Run for Uninstall {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let plan = install::uninstall(&self.target.request(&context.global)?)?;
        hook_plan::perform(&plan, self.dry_run, &context.output)?;
        Ok(hook_plan::left(plan, &context.output))
    }
}
