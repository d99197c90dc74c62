//! `provost rules`: shows, checks, tries and changes the rules. Everything that a change of
//! rules would do can be seen here before it does it.
//!
//! Every command begins with the texts of the layers in force, so that a draft can be laid in
//! the place of one of them.

mod add;
mod add_facts;
mod commit;
mod compare;
mod decide;
mod disable;
mod edit;
mod explain;
mod lint;
mod list;
mod people;
mod problems;
mod set;
mod show;
mod steps;
mod test;
mod trial;
mod trial_text;
mod try_draft;
mod unused;
mod values;

mod own_file;

use clap::Args;

pub(super) use own_file::OwnFile;
pub(super) use trial::{Trials, effect_text};

use super::command::{Run, commands};
use super::command_context::CommandContext;
use super::error::Error;

commands! {
    list::List, show::Show, lint::Lint, test::Test, explain::Explain, try_draft::Try,
    compare::Compare, disable::Disable, set::Set, add::Add,
}

/// Show, check, try and change the rules.
///
/// Every command looks at the layers in force: the built-in rules, those of the machine,
/// those of the repository that it is run in, and --rules. Nothing here judges a push.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  done, and what was checked is in order
  1  the check failed (lint, test)
  2  could not be done: broken rules, unreadable files, unknown names

A way to change a rule:
  provost rules show cursor/co-author                what it looks for, who says so
  provost rules set cursor/co-author confidence=weak --file draft.toml
  provost rules try draft.toml /srv/git/*.git        what that would change
  provost rules test --rules draft.toml my-cases/    do my own examples still hold?")]
pub(super) struct Rules {
    #[command(subcommand)]
    command: Command,
}

impl Run for Rules {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        self.command.run(context)
    }
}
