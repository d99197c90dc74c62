//! `provost rules try`: what a draft would change in the history of repositories.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::trial::{self, TrialOptions, Trials};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::layers::with_draft;
use crate::document::Source;

/// Show what a draft would change in the history of repositories.
///
/// The draft is laid over the layers in force, in the place of the layer of the same
/// path if there is one. Both are then judged on the whole history of each repository.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules try draft.toml .
  provost rules try draft.toml --instead-of /etc/provost/rules.toml /srv/git/*.git
  provost rules try draft.toml --sample 20 --without content /srv/git/monorepo.git
  provost rules try draft.toml --format json . > effect.json")]
pub(in crate::cli) struct Try {
    /// The draft
    #[arg(value_name = "FILE")]
    draft: PathBuf,
    /// Repositories: bare ones, or the tops of work trees
    #[arg(value_name = "REPOSITORY", required = true)]
    repositories: Vec<PathBuf>,
    /// The layer in force that the draft would replace
    #[arg(long, value_name = "FILE")]
    instead_of: Option<PathBuf>,
    #[command(flatten)]
    trial: TrialOptions,
}

impl Run for Try {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let draft = context.read(&self.draft)?;
        let instead = self.instead_of.as_ref().map(|path| context.at(path));
        let after = |layers: &mut Vec<Arc<Source>>| {
            with_draft(layers, Arc::clone(&draft), instead.as_deref());
        };
        let names = ("in force".to_owned(), draft.name.clone());
        let trials = Trials { names, before: &|_| {}, after: &after };
        trial::run(context, &trials, &self.repositories, &self.trial)
    }
}
