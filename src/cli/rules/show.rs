//! `provost rules show`: all that is known of a marker or a tool, each key with the layer
//! that wrote it, and the verdict that policy gives.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::decide::decide;
use super::list::{self, Row};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::Shape;
use crate::cli::layers::line_of;
use crate::cli::suggestion::unknown;
use crate::config::{self, Config};
use crate::document::{FileLine, Source, Value};
use crate::finding::{Field, Finding, Kind, PathUse};
use crate::policy::Verdict;
use crate::rules::entries::{self, Entry, shown};
use crate::rules::{Rule, Tool};
use crate::text::WordEnum;
use crate::text::escape::{cut, escape};

/// A key of a marker.
#[derive(Serialize)]
struct Key {
    key: String,
    value: String,
    place: String,
}

/// What policy says of a marker's findings.
#[derive(Serialize)]
struct Judgement {
    /// What became of the file, for paths.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<&'static str>,
    verdict: Verdict,
    because: String,
    line: Option<String>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    row: Row,
    keys: Vec<Key>,
    hits: Vec<String>,
    misses: Vec<String>,
    policy: Vec<Judgement>,
}

#[derive(Serialize)]
struct ShownTool {
    id: String,
    name: String,
    vendor: String,
    markers: Vec<Shown>,
}

/// Show all that is known of a marker or a tool.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules show claude-code/co-author
  provost rules show claude-code")]
pub(in crate::cli) struct Show {
    /// A marker's id (`claude-code/co-author`) or a tool's (`claude-code`)
    #[arg(value_name = "ID")]
    id: String,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
}

impl Run for Show {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let here = context.here()?;
        let sources = context.sources(here.as_deref())?;
        let config = config::merge(&sources)?;
        let id = self.id.as_str();
        let written = entries::markers(&config.merged);
        let mut rows = list::rows(&config);
        let mut shown_of = |rule: &Rule| {
            let at = rows.iter().position(|row| row.id == rule.marker.id)?;
            let entry = written.iter().find(|entry| entry.id() == rule.marker.id)?;
            Some(one(&config, &sources, rule, entry, rows.swap_remove(at)))
        };
        if let Some(rule) = config.rules.rules.iter().find(|rule| rule.marker.id == id)
            && let Some(shown) = shown_of(rule)
        {
            match self.format {
                Shape::Json => context.json(&shown)?,
                Shape::Human => context.output.say(marker_text(&config, rule, &shown).trim_end()),
            }
        } else if let Some(tool) = config.rules.tool(id) {
            let rules = config.rules.rules.iter().filter(|rule| rule.marker.tool == tool.id);
            let markers: Vec<Shown> = rules.filter_map(shown_of).collect();
            match self.format {
                Shape::Json => context.json(&ShownTool {
                    id: tool.id.clone(),
                    name: tool.name.clone(),
                    vendor: tool.vendor.clone(),
                    markers,
                })?,
                Shape::Human => context.output.say(tool_text(tool, &markers).trim_end()),
            }
        } else {
            let tools = config.rules.tools.iter().map(|tool| tool.id.as_str());
            let markers = config.rules.rules.iter().map(|rule| rule.marker.id.as_str());
            return Err(unknown("tool or marker", id, &tools.chain(markers).collect::<Vec<_>>()));
        }
        Ok(0)
    }
}

fn one(
    config: &Config,
    sources: &[Arc<Source>],
    rule: &Rule,
    entry: &Entry<'_>,
    row: Row,
) -> Shown {
    let known = ["id", "kind", "confidence", "since", "hits", "misses"];
    let keys = entry.marker.keys().into_iter().filter(|(key, ..)| !known.contains(key));
    let keys = keys.map(|(key, place, node)| {
        let value = shown(node);
        Key { key: key.to_owned(), value, place: place.file_line() }
    });
    let examples =
        |key| entry.marker.list(key).into_iter().map(|(text, _)| text.to_owned()).collect();
    Shown {
        row,
        keys: keys.collect(),
        hits: examples("hits"),
        misses: examples("misses"),
        policy: judgements(config, sources, rule, entry),
    }
}

/// What policy would say of a finding of this marker.
fn judgements(
    config: &Config,
    sources: &[Arc<Source>],
    rule: &Rule,
    entry: &Entry<'_>,
) -> Vec<Judgement> {
    let is =
        |key| matches!(entry.marker.get(key).map(|node| &node.value), Some(Value::Boolean(true)));
    let uses: Vec<Option<PathUse>> = if rule.marker.kind != Kind::Path {
        vec![None]
    } else if is("off-switch") {
        vec![Some(PathUse::OffSwitch)]
    } else if is("shared") {
        vec![Some(PathUse::Shared)]
    } else if entry.marker.get("paths").is_none() {
        // A file under another name counts when it comes.
        vec![Some(PathUse::Added)]
    } else {
        vec![Some(PathUse::Added), Some(PathUse::Changed)]
    };
    let judged = uses.into_iter().flat_map(|used| {
        let mut finding = Finding::new(&rule.marker, Field::Message, b"");
        finding.path_use = used;
        let decisions = decide(config, None, std::slice::from_ref(&finding)).into_iter();
        decisions.map(move |decision| Judgement {
            when: used.map(WordEnum::word),
            // Whether it was disclosed is a matter of the commit.
            verdict: if decision.said == Verdict::Disclose {
                decision.said
            } else {
                decision.verdict
            },
            line: decision.because.as_ref().and_then(|because| line_of(sources, because)),
            because: FileLine::shown(decision.because.as_ref()),
            reason: decision.reason,
        })
    });
    judged.collect()
}

fn marker_text(config: &Config, rule: &Rule, shown: &Shown) -> String {
    let marker = &rule.marker;
    let name = config.rules.tool(&marker.tool).map_or("", |tool| tool.name.as_str());
    let mut text = format!("{}\n", marker.id);
    let mut field = |label: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("  {label:10}  {value}\n"));
        }
    };
    field("tool", &format!("{} ({name}, {})", marker.tool, marker.vendor));
    field("kind", marker.kind.word());
    field("confidence", marker.confidence.word());
    field("since", &rule.marker.since);
    let changed = shown.row.changed.as_ref().map(|place| format!(", changed at {place}"));
    field("layer", &format!("{}{}", shown.row.layer, changed.unwrap_or_default()));
    if let Some(reason) = &rule.disabled {
        field("off", reason);
    }
    text.push_str("\nkeys\n");
    let width = shown.keys.iter().map(|key| key.key.len()).max().unwrap_or(0);
    for key in &shown.keys {
        let value = escape(key.value.as_bytes());
        text.push_str(&format!("  {:width$}  {}\n", key.key, cut(&value, 2000)));
        text.push_str(&format!("  {:width$}  ({})\n", "", key.place));
    }
    for (title, examples) in [("hits", &shown.hits), ("misses", &shown.misses)] {
        text.push_str(&format!("\n{title}\n"));
        for example in examples {
            for (at, line) in example.lines().enumerate() {
                let bullet = if at == 0 { "-" } else { " " };
                text.push_str(&format!("  {bullet} {}\n", escape(line.as_bytes())));
            }
        }
        if examples.is_empty() {
            text.push_str("  none\n");
        }
    }
    text.push_str("\npolicy\n");
    for judgement in &shown.policy {
        text.push_str(&format!("  {}\n", judgement.text()));
    }
    text
}

fn tool_text(tool: &Tool, markers: &[Shown]) -> String {
    let mut text = format!("{}\n  {}, {}\n\n", tool.id, tool.name, tool.vendor);
    let width = markers.iter().map(|shown| shown.row.id.len()).max().unwrap_or(0);
    for shown in markers {
        let row = &shown.row;
        let verdicts: Vec<String> = shown.policy.iter().map(Judgement::text).collect();
        let off = row.disabled.as_ref().map(|reason| format!("off: {reason}"));
        let said = off.unwrap_or_else(|| verdicts.join("; "));
        text.push_str(&format!("  {:width$}  {said}\n", row.id));
    }
    text.push_str("\nprovost rules show ID tells all of one marker.\n");
    text
}

impl Judgement {
    fn text(&self) -> String {
        let when = self.when.map(|when| format!("{when}: ")).unwrap_or_default();
        let verdict = self.verdict.word();
        let line = self.line.as_ref().map(|line| format!(": {line}")).unwrap_or_default();
        format!("{when}{verdict} ({}{line})", self.because)
    }
}
