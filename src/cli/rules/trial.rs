//! Judging the same history by two sets of rules, and what differs: by marker, and by what
//! would become of each commit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::people::shortened;
use super::trial_text::{self, Effect, Figures, Looked, Moved, Sample};
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::{Costly, Shape};
use crate::cli::progress;
use crate::config::{self, Config};
use crate::document::Source;
use crate::git::{ObjectId, Repository};
use crate::policy::Verdict;
use crate::report::{Judged, Report};
use crate::scan::{self, Scope};
use crate::text::WordEnum;
use crate::text::escape::{escape, excerpt};

/// The options of `try` and `compare`.
#[derive(Debug, Args)]
pub(super) struct TrialOptions {
    /// Show N commits of each kind
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(super) sample: usize,
    /// Leave out a kind of marker that takes long to look for
    #[arg(long, value_name = "KIND")]
    pub(super) without: Vec<Costly>,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: Shape,
}

/// What differs between two sets of rules on histories, as text.
pub(in crate::cli) fn effect_text(
    context: &CommandContext,
    trials: &Trials<'_>,
    repositories: &[PathBuf],
) -> Result<String, Error> {
    let (effect, failed) = effect(context, trials, repositories, Scope::default(), 5)?;
    if failed > 0 {
        return Err(Error::SomeUnread(failed));
    }
    Ok(trial_text::text(&effect, context.output.verbose).trim_end().to_owned())
}

type Lay<'l> = &'l dyn Fn(&mut Vec<Arc<Source>>);

/// Two ways to lay rules over the layers in force.
pub(in crate::cli) struct Trials<'l> {
    pub(in crate::cli) names: (String, String),
    pub(in crate::cli) before: Lay<'l>,
    pub(in crate::cli) after: Lay<'l>,
}

pub(super) fn run(
    context: &CommandContext,
    trials: &Trials<'_>,
    repositories: &[PathBuf],
    options: &TrialOptions,
) -> Result<u8, Error> {
    let scope = Costly::scope(&options.without);
    let (effect, failed) = effect(context, trials, repositories, scope, options.sample)?;
    match options.format {
        Shape::Json => context.json(&effect)?,
        Shape::Human => {
            context.output.say(trial_text::text(&effect, context.output.verbose).trim_end());
        }
    }
    if failed > 0 { Err(Error::SomeUnread(failed)) } else { Ok(0) }
}

/// Judges the history of each repository under both sets of rules. Also returns how many
/// repositories could not be read; why was said already.
pub(super) fn effect(
    context: &CommandContext,
    trials: &Trials<'_>,
    repositories: &[PathBuf],
    scope: Scope,
    sample: usize,
) -> Result<(Effect, usize), Error> {
    let mut tally = Tally { sample, ..Tally::default() };
    let mut failed = 0;
    for path in repositories {
        match one(context, trials, path, scope, &mut tally) {
            Ok(()) => {}
            // The same files are broken for every repository.
            Err(error @ Error::Config(_)) => return Err(error),
            Err(error) => {
                failed += 1;
                context.output.note(&format!("provost: {}:\n", path.display()));
                context.output.error(&error);
            }
        }
    }
    Ok((tally.effect(&trials.names), failed))
}

fn one(
    context: &CommandContext,
    trials: &Trials<'_>,
    path: &Path,
    scope: Scope,
    tally: &mut Tally,
) -> Result<(), Error> {
    let repository = context.open(path)?;
    let layers = context.sources(Some(&repository))?;
    let of = |lay: Lay<'_>| {
        let mut layers = layers.clone();
        lay(&mut layers);
        config::merge(&layers)
    };
    let (before, after) = (of(trials.before)?, of(trials.after)?);
    let reports = (
        judged(context, &repository, &before, scope, &trials.names.0)?,
        judged(context, &repository, &after, scope, &trials.names.1)?,
    );
    tally.add((&before, &reports.0), (&after, &reports.1));
    Ok(())
}

fn judged(
    context: &CommandContext,
    repository: &Repository,
    config: &Config,
    scope: Scope,
    rules: &str,
) -> Result<Report, Error> {
    let name = repository.name();
    let bar = progress::bar(&context.output, &format!("{name}, {rules}"));
    let report = scan::judge_history(repository, config, name, scope, &mut |stage, done| {
        progress::show(&bar, stage, done);
    });
    bar.finish_and_clear();
    Ok(report?)
}

/// What is accepted or refused as one: a commit, or what a ref itself holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Commit(ObjectId),
    Ref(Vec<u8>, Option<Vec<u8>>),
}

impl Unit {
    fn of(judged: &Judged) -> Self {
        match &judged.commit {
            Some(commit) => Self::Commit(commit.id),
            None => Self::Ref(judged.ref_name.as_bytes().to_vec(), judged.finding.path.clone()),
        }
    }
}

#[derive(Default)]
struct Tally {
    sample: usize,
    looked: Vec<Looked>,
    moved: BTreeMap<(Verdict, Verdict), (usize, Vec<Sample>)>,
    markers: BTreeMap<String, (Figures, Vec<Sample>)>,
}

impl Tally {
    fn add(&mut self, before: (&Config, &Report), after: (&Config, &Report)) {
        let (old, new) = (units(before.1), units(after.1));
        let rejected = |units: &BTreeMap<Unit, Vec<&Judged>>| {
            units.values().filter(|all| strictest(all) == Verdict::Reject).count()
        };
        self.looked.push(Looked {
            repository: after.1.repository.clone(),
            commits: after.1.commits,
            rejected_before: rejected(&old),
            rejected_after: rejected(&new),
            not_looked_at: after.1.skipped.len(),
        });
        let mut all: Vec<&Unit> = old.keys().chain(new.keys()).collect();
        all.sort_unstable();
        all.dedup();
        let none = Vec::new();
        for unit in all {
            let (was, is) = (old.get(unit).unwrap_or(&none), new.get(unit).unwrap_or(&none));
            let (from, to) = (strictest(was), strictest(is));
            // The evidence is on the side that says more.
            let (evidence, config, report) =
                if to >= from { (is, after.0, after.1) } else { (was, before.0, before.1) };
            let shown = || {
                let strictest = evidence.iter().max_by_key(|judged| judged.decision.verdict);
                strictest.map(|judged| sample(report, judged, config))
            };
            let (count, samples) = self.moved.entry((from, to)).or_default();
            *count += 1;
            if from != to && samples.len() < self.sample {
                samples.extend(shown());
            }
            self.count(was, is, (before.0, before.1), (after.0, after.1));
        }
    }

    /// Counts the markers of one unit.
    fn count(
        &mut self,
        was: &[&Judged],
        is: &[&Judged],
        before: (&Config, &Report),
        after: (&Config, &Report),
    ) {
        let ids = |all: &[&Judged]| -> Vec<String> {
            let mut ids: Vec<String> =
                all.iter().map(|judged| judged.finding.marker.id.clone()).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let (old, new) = (ids(was), ids(is));
        for id in &old {
            let figures = &mut self.markers.entry(id.clone()).or_default().0;
            figures.before += 1;
            figures.no_longer += usize::from(!new.contains(id));
        }
        for id in &new {
            let figures = &mut self.markers.entry(id.clone()).or_default().0;
            figures.after += 1;
            figures.newly += usize::from(!old.contains(id));
        }
        let sides = [(is, after, &old), (was, before, &new)];
        for (judged, (config, report), other) in sides {
            for judged in judged {
                let id = &judged.finding.marker.id;
                let Some((figures, samples)) = self.markers.get_mut(id) else {
                    continue;
                };
                let differs = !other.contains(id);
                let wanted = differs || figures.newly + figures.no_longer == 0;
                if wanted && samples.len() < self.sample {
                    let shown = sample(report, judged, config);
                    // The same line a hundred times says nothing more.
                    if !samples.iter().any(|old| old.excerpt == shown.excerpt) {
                        samples.push(shown);
                    }
                }
            }
        }
    }

    fn effect(self, names: &(String, String)) -> Effect {
        let (mut newly, mut no_longer) = (Moved::default(), Moved::default());
        let (mut other, mut unchanged) = (Vec::new(), BTreeMap::new());
        for ((from, to), (count, samples)) in self.moved {
            if from == to {
                unchanged.insert(from.word(), count);
                continue;
            }
            let moved = match (from, to) {
                (_, Verdict::Reject) => &mut newly,
                (Verdict::Reject, _) => &mut no_longer,
                _ => {
                    other.push(trial_text::Transition { from, to, count, samples });
                    continue;
                }
            };
            moved.count += count;
            let room = self.sample.saturating_sub(moved.samples.len());
            moved.samples.extend(samples.into_iter().take(room));
        }
        let markers = self.markers.into_iter();
        Effect {
            before: names.0.clone(),
            after: names.1.clone(),
            repositories: self.looked,
            newly_rejected: newly,
            no_longer_rejected: no_longer,
            other,
            unchanged,
            markers: markers
                .map(|(id, (figures, samples))| trial_text::MarkerEffect { id, figures, samples })
                .collect(),
        }
    }
}

fn units(report: &Report) -> BTreeMap<Unit, Vec<&Judged>> {
    let mut units: BTreeMap<Unit, Vec<&Judged>> = BTreeMap::new();
    for judged in &report.findings {
        units.entry(Unit::of(judged)).or_default().push(judged);
    }
    units
}

fn strictest(all: &[&Judged]) -> Verdict {
    all.iter().map(|judged| judged.decision.verdict).max().unwrap_or(Verdict::Allow)
}

fn sample(report: &Report, judged: &Judged, config: &Config) -> Sample {
    let finding = &judged.finding;
    let path = finding.path.as_deref().map(escape);
    let place = match (path, finding.line) {
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => path,
        (None, Some(line)) => format!("{} line {line}", finding.field),
        (None, None) => finding.field.to_string(),
    };
    let shown = excerpt(&finding.excerpt, 120);
    Sample {
        repository: report.repository.clone(),
        commit: judged.commit.as_ref().map(|commit| commit.id.to_string()),
        short: judged.commit.as_ref().map(|commit| commit.id.short()),
        reference: judged.ref_name.to_string(),
        marker: finding.marker.id.clone(),
        place,
        excerpt: shortened(&shown, &finding.marker, &config.rules.matchers),
        verdict: judged.decision.verdict,
    }
}
