//! What commands share that change the administrator's own file and keep its comments.

use std::io::IsTerminal;

use super::own_file::{Checked, OwnFile};
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::suggestion::unknown;
use crate::config::{self, Config};
use crate::document::{self, Problem};

/// What an id names: a tool, or one of its markers.
pub(super) struct Named {
    pub(super) tool: String,
    pub(super) marker: Option<String>,
}

pub(super) fn named(config: &Config, id: &str) -> Result<Named, Error> {
    if let Some(rule) = config.rules.rules.iter().find(|rule| rule.marker.id == id) {
        return Ok(Named { tool: rule.marker.tool.clone(), marker: Some(id.to_owned()) });
    }
    if config.rules.tool(id).is_some() {
        return Ok(Named { tool: id.to_owned(), marker: None });
    }
    let tools = config.rules.tools.iter().map(|tool| tool.id.as_str());
    let markers = config.rules.rules.iter().map(|rule| rule.marker.id.as_str());
    Err(unknown("tool or marker", id, &tools.chain(markers).collect::<Vec<_>>()))
}

pub(super) fn edit(own: &OwnFile, source: crate::rules::edit::EditError) -> Error {
    Error::Edit { file: own.shown(), source }
}

/// Writes a change, and shows it.
pub(super) fn finish(
    context: &CommandContext,
    own: &OwnFile,
    checked: &Checked,
) -> Result<u8, Error> {
    let difference = own.difference(&checked.source.text);
    if difference.is_empty() {
        context.output.say(&format!("{} says so already", own.shown()));
        return Ok(0);
    }
    own.write(checked)?;
    if !context.output.quiet {
        context.output.say(&format!("{}:\n{}", own.shown(), difference.trim_end()));
    }
    warn(context, &checked.warnings);
    if !own.in_force {
        let file = own.shown();
        let hint = format!("use it by --rules, or copy it to {}", config::SYSTEM);
        context.output.note(&format!("provost: {file} is not in force here; {hint}\n"));
    }
    Ok(0)
}

/// Shows what is probably unintended.
pub(super) fn warn(context: &CommandContext, warnings: &[Problem]) {
    if !warnings.is_empty() {
        let color = context.output.color(std::io::stderr().is_terminal());
        context.output.note(&format!("\n{}", document::render(warnings, color)));
    }
}

/// Shows what would be written.
pub(super) fn preview(context: &CommandContext, own: &OwnFile, checked: &Checked, notes: &str) {
    let difference = own.difference(&checked.source.text);
    context.output.say(&format!("{}:\n{}", own.shown(), difference.trim_end()));
    context.output.note(notes);
    warn(context, &checked.warnings);
    context.output.note("provost: nothing was written; --write adds it to the file\n");
}
