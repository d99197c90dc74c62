//! `provost rules lint`: mistakes, and what is hardly meant, each with its place and what
//! to write instead.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::problems::{brought_by, problems_of};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::Shape;
use crate::cli::layers::{is_file, with_draft};
use crate::config::{self, Config};
use crate::document::{self, Problem, Severity};
use crate::git::Repository;
use crate::policy::{Class, Situation};
use crate::rules::lint::counted;
use crate::state::baseline::{self, Extent, Reach};
use crate::text;

#[derive(Serialize)]
struct Record<'p> {
    severity: &'static str,
    file: &'p str,
    line: usize,
    column: usize,
    message: &'p str,
    help: Option<&'p str>,
}

/// Look for mistakes, and for what is probably unintended.
///
/// Without a FILE all layers in force are looked at. A FILE is looked at as if it were
/// in force: in the place of the layer of the same path, or else over the others.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost rules lint
  provost rules lint /etc/provost/rules.toml
  provost rules lint --strict draft.toml")]
pub(in crate::cli) struct Lint {
    /// Files of rules
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Fail on warnings too
    #[arg(long)]
    strict: bool,
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
}

impl Run for Lint {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let here = context.here()?;
        let layers = context.sources(here.as_deref())?;
        let mut problems = Vec::new();
        let mut files: BTreeSet<String> = BTreeSet::new();
        if self.files.is_empty() {
            files.extend(layers.iter().map(|layer| layer.name.clone()));
            problems = problems_of(&layers);
            if let (Some(repository), Ok(config)) = (&here, config::merge(&layers)) {
                problems.extend(from_the_root(&config, repository)?);
            }
            if let Ok(config) = config::merge(&layers) {
                problems.extend(super::unused::exemptions(&config)?);
            }
        }
        for path in &self.files {
            let draft = context.read(path)?;
            let mut without = layers.clone();
            without.retain(|layer| !is_file(layer, Path::new(&draft.name)));
            let mut with = layers.clone();
            with_draft(&mut with, Arc::clone(&draft), None);
            problems.extend(brought_by(&draft, &with, &without));
            files.insert(draft.name.clone());
        }
        let (errors, warnings) = counted(&problems);
        match self.format {
            Shape::Json => context.json(&problems.iter().map(record).collect::<Vec<_>>())?,
            Shape::Human => {
                let color = context.output.color(std::io::stdout().is_terminal());
                let text = document::render(&problems, color);
                if !text.is_empty() {
                    context.output.say(&text);
                }
                context.output.say(&sum(errors, warnings, files.len()));
            }
        }
        Ok(u8::from(errors > 0 || self.strict && warnings > 0))
    }
}

/// Scopes so strict that no ref of the repository hides anything from a new ref in them:
/// what is pushed there would be judged from the root.
fn from_the_root(config: &Config, repository: &Repository) -> Result<Vec<Problem>, Error> {
    let mut problems = Vec::new();
    let judge = config.judge(Situation::unknown(&repository.name()));
    let refs = repository.references()?;
    let names = refs.iter().map(|reference| reference.name.as_bytes());
    let judged = names.filter(|name| config.policy.judges(name)).map(|name| judge.class(name));
    let existing: BTreeSet<Class> = judged.collect();
    for (id, place, samples) in config.policy.scopes_of_refs() {
        let baseline = baseline::path(repository, Extent::Scope(id), Reach::History).exists()
            || baseline::path(repository, Extent::All, Reach::History).exists();
        let open = |name: &String| {
            let class = judge.class(name.as_bytes());
            judge.baselines(&class).any(|scope| scope == id)
                && !existing.iter().any(|old| judge.hides(old, &class))
        };
        if existing.is_empty() || baseline {
            continue;
        }
        if let Some(name) = samples.iter().find(|name| open(name)) {
            let message = format!(
                "no ref of {} is as strict as this scope: what is pushed to {name} would be \
                 judged from the root",
                repository.name()
            );
            let help = format!(
                "to accept what is there: provost policy baseline --scope {id} --ref 'refs/heads/*'"
            );
            problems.push(Problem::warning(place, message).help(help));
        }
    }
    Ok(problems)
}

fn record(problem: &Problem) -> Record<'_> {
    let source = &problem.place.source;
    let (line, column) = source.line_column(problem.place.span.start);
    Record {
        severity: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        file: &source.name,
        line,
        column,
        message: &problem.message,
        help: problem.help.as_deref(),
    }
}

fn sum(errors: usize, warnings: usize, files: usize) -> String {
    let plural = |count: usize, word: &str| match count {
        0 => format!("no {word}s"),
        count => text::counted(count, word),
    };
    let (errors, warnings) = (plural(errors, "error"), plural(warnings, "warning"));
    format!("{errors}, {warnings} in {}", plural(files, "file"))
}
