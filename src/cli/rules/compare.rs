//! `provost rules compare`: two rule files on the history of repositories.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::trial::{self, TrialOptions, Trials};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::layers::{is_file, with_draft};
use crate::document::Source;

/// Compare two rule files on the history of repositories.
///
/// Each is laid over the layers in force. If one of them is a layer in force, the other
/// stands in its place.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules compare rules-2026.toml rules-2027.toml /srv/git/*.git")]
pub(in crate::cli) struct Compare {
    /// One file
    #[arg(value_name = "A")]
    one: PathBuf,
    /// The other
    #[arg(value_name = "B")]
    other: PathBuf,
    /// Repositories: bare ones, or the tops of work trees
    #[arg(value_name = "REPOSITORY", required = true)]
    repositories: Vec<PathBuf>,
    #[command(flatten)]
    trial: TrialOptions,
}

impl Run for Compare {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let (one, other) = (context.read(&self.one)?, context.read(&self.other)?);
        // Whichever of them is in force gives its place to the other.
        let lay = |mine: &Arc<Source>, theirs: &Arc<Source>, layers: &mut Vec<Arc<Source>>| {
            let theirs = Path::new(&theirs.name);
            let in_force = layers.iter().any(|layer| is_file(layer, theirs));
            with_draft(layers, Arc::clone(mine), in_force.then_some(theirs));
        };
        let before = |layers: &mut Vec<Arc<Source>>| lay(&one, &other, layers);
        let after = |layers: &mut Vec<Arc<Source>>| lay(&other, &one, layers);
        let names = (one.name.clone(), other.name.clone());
        let trials = Trials { names, before: &before, after: &after };
        trial::run(context, &trials, &self.repositories, &self.trial)
    }
}
