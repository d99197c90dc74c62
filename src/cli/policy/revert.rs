//! `provost policy revert`: back to the file before the last change.

use clap::Args;

use super::in_force::{InForce, beside, keep};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::opened::own;
use crate::cli::rules::OwnFile;
use crate::config::{self, LAST_GOOD, PREVIOUS};

/// Go back to the file before the last apply.
///
/// What is in force now becomes FILE.previous, so that a second revert undoes the first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost policy revert
  provost policy revert --to /srv/git/app.git/provost/rules.toml")]
pub(in crate::cli) struct Revert {
    #[command(flatten)]
    target: InForce,
}

impl Run for Revert {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let path = self.target.path(context)?;
        let before = beside(&path, PREVIOUS);
        let own_account = own()?;
        let text = config::read(&before)?.text.to_string();
        let now = config::read(&path).map_or_else(|_| String::new(), |now| now.text.to_string());
        drop(own_account);
        // The file in force may be broken: going back must work then above all.
        let own = OwnFile::of(context, path.clone())?;
        let checked = own.check(&text)?;
        keep(&path, PREVIOUS, &now)?;
        own.write(&checked)?;
        keep(&path, LAST_GOOD, &text)?;
        context.output.say(&format!("{} is as it was before the last change", own.shown()));
        Ok(0)
    }
}
