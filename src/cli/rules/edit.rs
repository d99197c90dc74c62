//! `provost rules disable` and `provost rules set`: small changes to the administrator's
//! own file that keep its comments.

use std::io::IsTerminal;

use super::args::{Disable, Set};
use super::file::{Checked, Own};
use super::{Bench, unknown};
use crate::cli::error::Error;
use crate::config::{self, Config};
use crate::document::{self, Problem};
use crate::rules::edit::{RuleFile, string, value_of};

/// What an id names: a tool, or one of its markers.
struct Named {
    tool: String,
    marker: Option<String>,
}

pub(super) fn disable(bench: &Bench<'_>, command: &Disable) -> Result<u8, Error> {
    let own = Own::open(bench, &command.target)?;
    let config = config::merge(&own.layers)?;
    let named = named(&config, &command.id)?;
    let wanted = |rule: &&crate::rules::Rule| match &named.marker {
        Some(marker) => rule.marker.id == *marker,
        None => rule.marker.tool == named.tool,
    };
    let mut file = RuleFile::parse(&own.before).map_err(|error| edit(&own, error))?;
    let mut changed = 0;
    for rule in config.rules.rules.iter().filter(wanted) {
        if rule.disabled.as_deref() == Some(command.reason.as_str()) {
            continue;
        }
        let (id, reason) = (rule.marker.id.as_str(), string(&command.reason));
        file.set(&rule.marker.tool, Some(id), "disabled", reason)
            .map_err(|error| edit(&own, error))?;
        changed += 1;
    }
    if changed == 0 {
        bench.output.say(&format!("`{}` is off for this reason already", command.id));
        return Ok(0);
    }
    let checked = own.check(&file.text())?;
    finish(bench, &own, &checked)
}

pub(super) fn set(bench: &Bench<'_>, command: &Set) -> Result<u8, Error> {
    let own = Own::open(bench, &command.target)?;
    let config = config::merge(&own.layers)?;
    let Named { tool, marker } = named(&config, &command.id)?;
    let marker = marker.as_deref();
    let mut file = RuleFile::parse(&own.before).map_err(|error| edit(&own, error))?;
    for pair in &command.values {
        let (key, text) = pair.split_once('=').ok_or_else(|| Error::NotAPair(pair.clone()))?;
        let (key, text) = (key.trim(), text.trim());
        if key == "id" {
            return Err(Error::KeepId);
        }
        let value = value_of(key, text).map_err(|error| edit(&own, error))?;
        file.set(&tool, marker, key, value).map_err(|error| edit(&own, error))?;
    }
    for key in &command.unset {
        if !file.unset(&tool, marker, key).map_err(|error| edit(&own, error))? {
            let (id, key) = (command.id.clone(), key.clone());
            return Err(Error::NotSet { file: own.shown(), id, key });
        }
    }
    let checked = own.check(&file.text())?;
    finish(bench, &own, &checked)
}

fn named(config: &Config, id: &str) -> Result<Named, Error> {
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

pub(super) fn edit(own: &Own, source: crate::rules::edit::EditError) -> Error {
    Error::Edit { file: own.shown(), source }
}

/// Writes a change, and shows it.
pub(super) fn finish(bench: &Bench<'_>, own: &Own, checked: &Checked) -> Result<u8, Error> {
    let difference = own.difference(&checked.source.text);
    if difference.is_empty() {
        bench.output.say(&format!("{} says so already", own.shown()));
        return Ok(0);
    }
    own.write(checked)?;
    if !bench.output.quiet {
        bench.output.say(&format!("{}:\n{}", own.shown(), difference.trim_end()));
    }
    warn(bench, &checked.warnings);
    if !own.in_force {
        let file = own.shown();
        let hint = format!("use it by --rules, or copy it to {}", config::SYSTEM);
        bench.output.note(&format!("provost: {file} is not in force here; {hint}\n"));
    }
    Ok(0)
}

/// Shows what is hardly meant.
pub(super) fn warn(bench: &Bench<'_>, warnings: &[Problem]) {
    if !warnings.is_empty() {
        let color = bench.output.color(std::io::stderr().is_terminal());
        bench.output.note(&format!("\n{}", document::render(warnings, color)));
    }
}
