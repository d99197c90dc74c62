//! `provost rules disable`: switches markers off, with the reason.

use clap::Args;

use super::edit::{edit, finish, named};
use super::own_file::{OwnFile, TargetFile};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::config;
use crate::rules::edit::{RuleFile, string};

/// Switch a marker off in your own file.
///
/// The file keeps its comments and its order. Nothing is written when the result would
/// have a mistake.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules disable cursor/config --reason 'our template repository has it'
  provost rules disable tabnine --reason 'approved' --file draft.toml
To switch it on again: provost rules set cursor/config --unset disabled")]
pub(in crate::cli) struct Disable {
    /// A marker's id, or a tool's for all of its markers
    #[arg(value_name = "ID")]
    id: String,
    /// Why; it is kept in the file and shown by `rules list`
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
    #[command(flatten)]
    target: TargetFile,
}

impl Run for Disable {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let own = OwnFile::open(context, &self.target)?;
        let config = config::merge(&own.layers)?;
        let named = named(&config, &self.id)?;
        let wanted = |rule: &&crate::rules::Rule| match &named.marker {
            Some(marker) => rule.marker.id == *marker,
            None => rule.marker.tool == named.tool,
        };
        let mut file = RuleFile::parse(&own.before).map_err(|error| edit(&own, error))?;
        let mut changed = 0;
        for rule in config.rules.rules.iter().filter(wanted) {
            if rule.disabled.as_deref() == Some(self.reason.as_str()) {
                continue;
            }
            let (id, reason) = (rule.marker.id.as_str(), string(&self.reason));
            file.set(&rule.marker.tool, Some(id), "disabled", reason)
                .map_err(|error| edit(&own, error))?;
            changed += 1;
        }
        if changed == 0 {
            context.output.say(&format!("`{}` is off for this reason already", self.id));
            return Ok(0);
        }
        let checked = own.check(&file.text())?;
        finish(context, &own, &checked)
    }
}
