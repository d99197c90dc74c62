//! `provost rules list`: the markers, and which layer each comes from.

use clap::Args;
use serde::Serialize;

use super::values;
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::Shape;
use crate::cli::suggestion::unknown;
use crate::config::Config;
use crate::document::Place;
use crate::finding::{Confidence, Kind};
use crate::rules::entries::{self, Entry};
use crate::text::WordEnum;
use crate::text::counted;

/// A marker as lists show it.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    tool: String,
    vendor: String,
    kind: Kind,
    confidence: Confidence,
    since: String,
    /// Where it is defined.
    pub(super) layer: String,
    /// Where a stronger layer changes it.
    pub(super) changed: Option<String>,
    /// Why it is switched off.
    pub(super) disabled: Option<String>,
}

/// List the markers, and which layer each comes from.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules list --tool claude-code
  provost rules list --vendor OpenAI --kind path
  provost rules list --disabled
  provost rules list --confidence weak --format json")]
pub(in crate::cli) struct List {
    /// Only this tool's
    #[arg(long, value_name = "ID")]
    tool: Option<String>,
    /// Only the tools' of this vendor
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// Only of this kind
    #[arg(long, value_name = "KIND", value_parser = values::word::<Kind>)]
    kind: Option<Kind>,
    /// Only of this confidence
    #[arg(long, value_name = "CONFIDENCE", value_parser = values::word::<Confidence>)]
    confidence: Option<Confidence>,
    /// Only those that are switched off
    #[arg(long)]
    disabled: bool,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
}

impl Run for List {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let config = context.config()?;
        if let Some(id) = &self.tool
            && config.rules.tool(id).is_none()
        {
            let known: Vec<&str> = config.rules.tools.iter().map(|tool| tool.id.as_str()).collect();
            return Err(unknown("tool", id, &known));
        }
        if let Some(name) = &self.vendor
            && !config.rules.tools.iter().any(|tool| tool.vendor.eq_ignore_ascii_case(name))
        {
            let known: Vec<&str> =
                config.rules.tools.iter().map(|tool| tool.vendor.as_str()).collect();
            return Err(unknown("vendor", name, &known));
        }
        let wanted = |row: &Row| {
            self.tool.as_ref().is_none_or(|tool| row.tool == *tool)
                && self.vendor.as_ref().is_none_or(|name| row.vendor.eq_ignore_ascii_case(name))
                && self.kind.is_none_or(|kind| row.kind == kind)
                && self.confidence.is_none_or(|confidence| row.confidence == confidence)
                && (!self.disabled || row.disabled.is_some())
        };
        let rows: Vec<Row> = rows(&config).into_iter().filter(wanted).collect();
        match self.format {
            Shape::Json => context.json(&rows)?,
            Shape::Human => context.output.say(text(&config, &rows).trim_end()),
        }
        Ok(0)
    }
}

/// All markers, in the order of the files.
pub(super) fn rows(config: &Config) -> Vec<Row> {
    let written = entries::markers(&config.merged);
    let rows = config.rules.rules.iter().map(|rule| {
        let marker = &rule.marker;
        let entry = written.iter().find(|entry| entry.id() == marker.id);
        let (layer, changed) = entry.map(layers).unwrap_or_default();
        Row {
            id: marker.id.clone(),
            tool: marker.tool.clone(),
            vendor: marker.vendor.clone(),
            kind: marker.kind,
            confidence: marker.confidence,
            since: rule.marker.since.clone(),
            layer,
            changed,
            disabled: rule.disabled.clone(),
        }
    });
    rows.collect()
}

/// Where a marker is defined, and where a stronger layer changes it.
pub(super) fn layers(entry: &Entry<'_>) -> (String, Option<String>) {
    let (kind, last) = (entry.marker.place_of("kind"), &entry.marker.node.place);
    let same = |a: &Place, b: &Place| a.source.name == b.source.name;
    if same(kind, last) {
        (last.file_line(), None)
    } else {
        (kind.file_line(), Some(last.file_line()))
    }
}

/// Rows as a table, a tool a paragraph.
pub(super) fn text(config: &Config, rows: &[Row]) -> String {
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let id_width = width(|row| row.id.len());
    let kind_width = width(|row| row.kind.word().len());
    let mut text = String::new();
    let mut tool = "";
    let mut tools = 0;
    for row in rows {
        if row.tool != tool {
            tool = &row.tool;
            tools += 1;
            let name = config.rules.tool(tool).map_or(tool, |tool| tool.name.as_str());
            let gap = if text.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{gap}{tool} ({name}, {})\n", row.vendor));
        }
        let (id, kind, confidence) = (&row.id, row.kind.word(), row.confidence.word());
        text.push_str(&format!("  {id:id_width$}  {kind:kind_width$}  {confidence:6}  "));
        text.push_str(&row.layer);
        if let Some(changed) = &row.changed {
            text.push_str(&format!(", changed at {changed}"));
        }
        if let Some(reason) = &row.disabled {
            text.push_str(&format!(", off: {reason}"));
        }
        text.push('\n');
    }
    let off = rows.iter().filter(|row| row.disabled.is_some()).count();
    let off = if off > 0 { format!(", {off} of them switched off") } else { String::new() };
    let gap = if rows.is_empty() { "" } else { "\n" };
    format!("{text}{gap}{} of {}{off}\n", counted(rows.len(), "marker"), counted(tools, "tool"))
}
