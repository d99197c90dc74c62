//! `provost policy apply`: puts a draft in force on a live server.

use std::path::PathBuf;

use clap::Args;

use super::in_force::{InForce, keep};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::rules::{Trials, effect_text};
use crate::config::{LAST_GOOD, PREVIOUS};
use crate::document;

/// Put a draft in force, once it has been checked.
///
/// The draft is linted, its examples are run, and with --on its effect on histories is
/// shown. Then it replaces the file in one step; the file before is kept beside it as
/// FILE.previous. Pushes meanwhile see the old file or the new one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost policy apply draft.toml --dry-run --on /srv/git/*.git
  provost policy apply draft.toml
  provost policy revert")]
pub(in crate::cli) struct Apply {
    /// The draft
    #[arg(value_name = "DRAFT")]
    draft: PathBuf,
    #[command(flatten)]
    target: InForce,
    /// Show what changes in the history of these repositories
    #[arg(long = "on", value_name = "REPOSITORY", num_args = 1..)]
    repositories: Vec<PathBuf>,
    /// Change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Run for Apply {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let draft = context.read(&self.draft)?;
        let own = self.target.open(context)?;
        let checked = own.check(&draft.text)?;
        let output = &context.output;
        if !checked.warnings.is_empty() {
            output.note(&document::render(&checked.warnings, false));
        }
        let difference = own.difference(&draft.text);
        if difference.is_empty() && !own.before.is_empty() {
            output.say(&format!("{} is as the draft wants it", own.shown()));
            return Ok(0);
        }
        if !output.quiet {
            output.say(&format!("{}:\n{}", own.shown(), difference.trim_end()));
        }
        if !self.repositories.is_empty() {
            let (before, after) = (own.layers.clone(), own.layers_with(&checked.source));
            let trials = Trials {
                names: ("in force".to_owned(), self.draft.display().to_string()),
                before: &|layers| layers.clone_from(&before),
                after: &|layers| layers.clone_from(&after),
            };
            output.say(&effect_text(context, &trials, &self.repositories)?);
        }
        if self.dry_run {
            output.say("nothing was changed");
            return Ok(0);
        }
        let path = own.path();
        if !own.before.is_empty() {
            keep(path, PREVIOUS, &own.before)?;
        }
        own.write(&checked)?;
        keep(path, LAST_GOOD, &draft.text)?;
        if !output.quiet {
            let back = if own.before.is_empty() { "" } else { "; back: provost policy revert" };
            output.say(&format!("{} is in force now{back}", own.shown()));
        }
        Ok(0)
    }
}
