//! `provost rules set`: changes keys of a marker or a tool.

use clap::Args;

use super::edit::{Named, edit, finish, named};
use super::own_file::{OwnFile, TargetFile};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::config;
use crate::rules::edit::{RuleFile, value_of};

/// Change keys of a marker in your own file.
///
/// A VALUE is TOML; text that is none is taken as a string, and one text for a list as
/// a list of one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules set cursor/co-author confidence=weak
  provost rules set mine/footer \"pattern='^made with mine$'\" since=0.1
  provost rules set mine/co-author 'emails=[\"bot@mine.example\", \"ai@mine.example\"]'
  provost rules set cursor/config --unset disabled")]
pub(in crate::cli) struct Set {
    /// A marker's id, or a tool's
    #[arg(value_name = "ID")]
    id: String,
    /// What to set
    #[arg(value_name = "KEY=VALUE", required_unless_present = "unset")]
    values: Vec<String>,
    /// Take a key out of the file, so that the layers below count again
    #[arg(long, value_name = "KEY")]
    unset: Vec<String>,
    #[command(flatten)]
    target: TargetFile,
}

impl Run for Set {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let own = OwnFile::open(context, &self.target)?;
        let config = config::merge(&own.layers)?;
        let Named { tool, marker } = named(&config, &self.id)?;
        let marker = marker.as_deref();
        let mut file = RuleFile::parse(&own.before).map_err(|error| edit(&own, error))?;
        for pair in &self.values {
            let (key, text) = pair.split_once('=').ok_or_else(|| Error::NotAPair(pair.clone()))?;
            let (key, text) = (key.trim(), text.trim());
            if key == "id" {
                return Err(Error::KeepId);
            }
            let value = value_of(key, text).map_err(|error| edit(&own, error))?;
            file.set(&tool, marker, key, value).map_err(|error| edit(&own, error))?;
        }
        for key in &self.unset {
            if !file.unset(&tool, marker, key).map_err(|error| edit(&own, error))? {
                let (id, key) = (self.id.clone(), key.clone());
                return Err(Error::NotSet { file: own.shown(), id, key });
            }
        }
        let checked = own.check(&file.text())?;
        finish(context, &own, &checked)
    }
}
