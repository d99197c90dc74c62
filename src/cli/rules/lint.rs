//! `provost rules lint`: mistakes, and what is hardly meant, each with its place and what
//! to write instead.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::args::{Lint, Shape};
use super::{Bench, is_file, with_draft};
use crate::cli::error::Error;
use crate::config::baseline::{self, Extent, Reach};
use crate::config::{self, Config};
use crate::document::{self, Moment, Problem, Severity, Source};
use crate::git::Repository;
use crate::policy::{Class, Situation, Subject};
use crate::rules::lint::counted;

#[derive(Serialize)]
struct Record<'p> {
    severity: &'static str,
    file: &'p str,
    line: usize,
    column: usize,
    message: &'p str,
    help: Option<&'p str>,
}

pub(super) fn lint(bench: &Bench<'_>, command: &Lint) -> Result<u8, Error> {
    let here = bench.here()?;
    let layers = bench.sources(here.as_deref())?;
    let mut problems = Vec::new();
    let mut files: BTreeSet<String> = BTreeSet::new();
    if command.files.is_empty() {
        files.extend(layers.iter().map(|layer| layer.name.clone()));
        problems = problems_of(&layers);
        if let (Some(repository), Ok(config)) = (&here, config::merge(&layers)) {
            problems.extend(from_the_root(&config, repository)?);
        }
        if let Ok(config) = config::merge(&layers) {
            problems.extend(super::unused::exemptions(&config)?);
        }
    }
    for path in &command.files {
        let draft = bench.read(path)?;
        let mut without = layers.clone();
        without.retain(|layer| !is_file(layer, Path::new(&draft.name)));
        let mut with = layers.clone();
        with_draft(&mut with, Arc::clone(&draft), None);
        problems.extend(brought_by(&draft, &with, &without));
        files.insert(draft.name.clone());
    }
    let (errors, warnings) = counted(&problems);
    match command.format {
        Shape::Json => bench.json(&problems.iter().map(record).collect::<Vec<_>>())?,
        Shape::Human => {
            let color = bench.output.color(std::io::stdout().is_terminal());
            let text = document::render(&problems, color);
            if !text.is_empty() {
                bench.output.say(&text);
            }
            bench.output.say(&sum(errors, warnings, files.len()));
        }
    }
    Ok(u8::from(errors > 0 || command.strict && warnings > 0))
}

/// The problems that stand in a draft, and those that it makes in other layers: an example
/// that no longer matches, say. What those do wrong by themselves is not the draft's.
pub(super) fn brought_by(
    draft: &Arc<Source>,
    with: &[Arc<Source>],
    without: &[Arc<Source>],
) -> Vec<Problem> {
    let own = |problem: &Problem| Arc::ptr_eq(&problem.place.source, draft);
    let mut problems = problems_of(with);
    if problems.iter().all(own) {
        return problems;
    }
    let before = problems_of(without);
    let same = |a: &Problem, b: &Problem| {
        a.place.source.name == b.place.source.name
            && a.place.span == b.place.span
            && a.message == b.message
    };
    problems.retain(|problem| own(problem) || !before.iter().any(|old| same(old, problem)));
    problems
}

/// All that is wrong or hardly meant in layers.
pub(super) fn problems_of(layers: &[Arc<Source>]) -> Vec<Problem> {
    let (config, mut problems) = config::examine(layers);
    if let Some(config) = config {
        let hardly_meant = crate::rules::lint::lint(&config.merged, &config.rules, &problems);
        problems.extend(hardly_meant);
        problems.extend(idle_lines(&config));
        problems.extend(ending(&config, Moment::now()));
    }
    problems
}

/// Exemptions and suspensions that are over, or soon will be.
fn ending(config: &Config, now: Moment) -> Vec<Problem> {
    let mut problems = Vec::new();
    for exemption in config.policy.exemptions() {
        let (id, place) = (&exemption.id, &exemption.place);
        if exemption.is_over(now) {
            let message = format!("the exemption `{id}` is over since {}", exemption.expires);
            let help = "it decides nothing; take it out, or have it granted anew";
            problems.push(Problem::warning(place, message).help(help));
        } else if exemption.ends_soon(now) {
            let message = format!("the exemption `{id}` ends at {}", exemption.expires);
            let help = format!("{} granted it", exemption.approver);
            problems.push(Problem::warning(place, message).help(help));
        }
    }
    for suspension in config.policy.all_suspensions() {
        if suspension.until <= now {
            let message = format!("the suspension `{}` is over", suspension.id);
            let help = "take it out: provost policy suspend --end";
            problems.push(Problem::warning(&suspension.place, message).help(help));
        }
    }
    problems
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

/// Policy lines about markers that are switched off decide nothing.
fn idle_lines(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (subject, place) in config.policy.subjects() {
        let Subject::Marker(id) = subject else {
            continue;
        };
        let rule = config.rules.rules.iter().find(|rule| rule.marker.id == *id);
        if let Some(reason) = rule.and_then(|rule| rule.disabled.as_ref()) {
            let message = format!("`{id}` is switched off, so this line decides nothing");
            let help = format!("it is off because: {reason}");
            problems.push(Problem::warning(place, message).help(help));
        }
    }
    problems
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
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    let (errors, warnings) = (plural(errors, "error"), plural(warnings, "warning"));
    format!("{errors}, {warnings} in {}", plural(files, "file"))
}
