//! `provost rules add`: from one example to a marker, with what else it would find.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::add_facts::{self, Facts, NewTool};
use super::edit::{edit, finish, preview};
use super::own_file::{OwnFile, TargetFile};
use super::trial::{Trials, effect};
use super::trial_text::{Effect, samples};
use super::values;
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::layers::with_draft;
use crate::config::{self, Config};
use crate::document::Source;
use crate::finding::{Carrier, Confidence, Finding, Kind};
use crate::rules::edit::{RuleFile, ToolRef};
use crate::rules::propose::{Proposal, propose};
use crate::rules::subject::Subject;
use crate::scan::Scope;
use crate::text::{counted, similar};

/// Propose a marker for an example, or take the facts of a tool, and add it to your own file.
///
/// With --name, --email, --path and the like a tool is added by what is true of it: it is then
/// found in all sentences and places in which tools are found. Of a single example, a marker is
/// proposed:
///
/// LINE is a credit line, a footer, `Name <address>`, a path, a full ref name or an SSH
/// public key; for a note, the name of its ref, a line feed and the note. The tightest
/// marker that matches it is shown, and with --in what else it matches in history. Of a
/// disguised line (--kind tamper) it is the marker of what is disguised: the tricks
/// themselves are known. Nothing is written without --write.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules add --name 'Acme Coder' --email bot@acme.example --path '.acme/**' --write
  provost rules add --tool acme-coder --vendor Acme 'Co-authored-by: Acme <bot@acme.example>'
  provost rules add --tool acme-coder 'Acme-Session: https://acme.example/s/01ABCDEF' --in .
  provost rules add --tool acme-coder 'Made with Acme Coder 2.1' --in /srv/git/*.git --write
  provost rules add --tool acme-coder \"refs/notes/acme
$(git notes --ref acme show)\"")]
pub(in crate::cli) struct Add {
    /// The example
    #[arg(value_name = "LINE", allow_hyphen_values = true, required_unless_present_any = [
        "names", "ambiguous", "emails", "logins", "urls", "paths", "branches",
    ])]
    line: Option<String>,
    #[command(flatten)]
    facts: Facts,
    /// The tool; needed when the example names none that is known
    #[arg(long, value_name = "ID")]
    tool: Option<String>,
    /// The vendor of a tool that is new
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// Take the example as this kind
    #[arg(long, value_name = "KIND", value_parser = values::word::<Kind>)]
    kind: Option<Kind>,
    /// How sure it is
    #[arg(long, value_name = "CONFIDENCE", value_parser = values::word::<Confidence>, default_value = "strong")]
    confidence: Confidence,
    /// Where it was seen
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// Show what else it matches in the history of these repositories
    #[arg(long = "in", value_name = "REPOSITORY", num_args = 1..)]
    repositories: Vec<PathBuf>,
    /// Show N of the commits that it matches
    #[arg(long, value_name = "N", default_value_t = 5)]
    sample: usize,
    /// Write it to the file
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    target: TargetFile,
}

impl Run for Add {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let own = OwnFile::open(context, &self.target)?;
        let Some(line) = self.line.as_deref().filter(|_| !self.facts.are_given()) else {
            let new = NewTool {
                facts: &self.facts,
                id: self.tool.as_deref(),
                vendor: self.vendor.as_deref(),
                source: self.source.as_deref(),
                write: self.write,
            };
            return add_facts::add(context, &own, &new);
        };
        let config = config::merge(&own.layers)?;
        let mut proposal = propose(line, self.kind)?;
        proposal.confidence = proposal.confidence.min(self.confidence);
        let found = found_already(&config, &proposal);
        let tool = match (&self.tool, found.first()) {
            (None, Some(finding)) => finding.marker.tool.clone(),
            _ => tool(&config, self)?,
        };
        for finding in found {
            let marker = &finding.marker;
            if marker.tool == tool {
                context.output.say(&format!("`{}` finds this already; nothing to add", marker.id));
                return Ok(0);
            }
            context.output.note(&format!("provost: `{}` finds this too\n", marker.id));
        }
        let id = free_id(&config, &tool, &proposal.name);
        let table = proposal.table(&id, &config.rules.version, self.source.as_deref());
        let mut file = RuleFile::parse(&own.before).map_err(|error| edit(&own, error))?;
        let vendor = self.vendor.as_deref().filter(|_| config.rules.tool(&tool).is_none());
        file.add(ToolRef { id: &tool, vendor }, &table).map_err(|error| edit(&own, error))?;
        let checked = own.check(&file.text())?;

        let mut failed = 0;
        if !self.repositories.is_empty() {
            let source = Arc::clone(&checked.source);
            let after = |layers: &mut Vec<Arc<Source>>| {
                with_draft(layers, Arc::clone(&source), None);
            };
            let names = ("in force".to_owned(), id.clone());
            let trials = Trials { names, before: &|_| {}, after: &after };
            let carrier = proposal.kind.carrier();
            let contents = carrier == Carrier::Content;
            let scope = Scope { trees: carrier.is_file(), contents };
            let (effect, unread) =
                effect(context, &trials, &self.repositories, scope, self.sample)?;
            context.output.say(&history(&effect, &id));
            failed = unread;
        }
        if failed > 0 {
            return Err(Error::SomeUnread(failed));
        }
        let notes: String = proposal.notes.iter().map(|note| format!("note: {note}\n")).collect();
        if self.write {
            context.output.note(&notes);
            return finish(context, &own, &checked);
        }
        preview(context, &own, &checked, &notes);
        Ok(0)
    }
}

/// The tool: as given, or the one that the example names.
fn tool(config: &Config, command: &Add) -> Result<String, Error> {
    if let Some(id) = &command.tool {
        if config.rules.tool(id).is_none() && command.vendor.is_none() {
            let known: Vec<&str> = config.rules.tools.iter().map(|tool| tool.id.as_str()).collect();
            return Err(Error::NewTool {
                id: id.clone(),
                near: similar(id, known.iter().copied()).map(str::to_owned),
            });
        }
        return Ok(id.clone());
    }
    let line = command.line.as_deref().unwrap_or_default().to_lowercase();
    let names = |name: &str| {
        let name = name.to_lowercase();
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        name.len() >= 3
            && line.match_indices(&name).any(|(at, _)| {
                let before = line.get(..at).and_then(|head| head.chars().next_back());
                let after = line.get(at + name.len()..).and_then(|tail| tail.chars().next());
                apart(before) && apart(after)
            })
    };
    let named = config.rules.tools.iter().filter(|tool| names(&tool.name) || names(&tool.id));
    let longest = named.max_by_key(|tool| tool.name.len());
    longest.map(|tool| tool.id.clone()).ok_or(Error::WhichTool)
}

/// What the rules in force find in the example.
fn found_already(config: &Config, proposal: &Proposal) -> Vec<Finding> {
    let text = proposal.hits.first().map(|hit| hit.as_bytes().to_vec()).unwrap_or_default();
    let subject = Subject::of_carrier(proposal.kind.carrier(), text, &proposal.notes_ref);
    subject.findings(&config.rules.matchers)
}

/// An id that no marker has.
fn free_id(config: &Config, tool: &str, name: &str) -> String {
    let taken = |id: &String| config.rules.rules.iter().any(|rule| rule.marker.id == *id);
    let first = format!("{tool}/{name}");
    if !taken(&first) {
        return first;
    }
    let mut further = (2_usize..).map(|number| format!("{first}-{number}"));
    further.find(|id| !taken(id)).unwrap_or(first)
}

/// What the marker finds in history.
fn history(effect: &Effect, id: &str) -> String {
    let commits: usize = effect.repositories.iter().map(|looked| looked.commits).sum();
    let commits = counted(commits, "commit");
    let many = effect.repositories.len() > 1;
    let Some(marker) = effect.markers.iter().find(|marker| marker.id == id) else {
        return format!("in {commits} of history it finds nothing\n");
    };
    let hits = counted(marker.figures.after, "hit");
    let newly = effect.newly_rejected.count;
    let mut text = format!("in {commits} of history: {hits}, {newly} newly rejected\n");
    samples(&marker.samples, marker.samples.len(), many, &mut text);
    text
}
