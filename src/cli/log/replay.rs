//! `provost log replay`: the pushes of the last days, judged under a draft.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::again::{self, Again, Refs, raise};
use super::chains::{Chain, at, chains, records};
use super::replay_text::{self, Change, Moved, Replayed};
use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::global::Shape;
use crate::cli::layers::with_draft;
use crate::cli::opened::Opened;
use crate::config::{self, Config, Layers};
use crate::document::{Moment, Source};
use crate::git::Repository;
use crate::log::{NOT_JUDGED, Record};
use crate::policy::Verdict;
use crate::text::WordEnum;

/// Show what pushes of the last days would have got under a draft.
///
/// The draft is given by --rules and laid over the layers in force, in the place of the
/// layer of the same path if there is one. Pushes are judged as if they came now. Objects
/// are read again where they are still there; those of refused pushes mostly are not, and
/// then the marks on record are judged.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost log replay --rules draft.toml
  provost log replay --rules draft.toml --days 90 --repositories /srv/git
  provost log replay --rules draft.toml --format json log.jsonl log.jsonl.1")]
pub(in crate::cli) struct Replay {
    /// The files; those of the [log] section when none is named
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only pushes of the last N days
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u32,
    /// Where the repositories are; without it, where they were
    #[arg(long, value_name = "DIR")]
    repositories: Option<PathBuf>,
    /// How to write the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Shape,
}

impl Run for Replay {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        if context.global.rules.is_empty() {
            return Err(Error::NoDraft);
        }
        let mut drafts = Vec::new();
        for path in &context.global.rules {
            drafts.push(config::read(&at(context, path))?);
        }
        let chains = chains(context, &self.files, || {
            // The log that is written, and not where a draft would have it.
            let here = context.here()?;
            let layers = Layers {
                repository: here.as_deref(),
                files: &[],
                isolated: context.global.isolated,
                ..Layers::default()
            };
            config::load(layers)?.log.ok_or(Error::NoLog)
        })?;
        let since = Moment::now().0.saturating_sub(i64::from(self.days) * 86_400);
        let drafted = Drafted { context, drafts: &drafts, since: Moment(since) };
        let mut replayed = Replayed { since: Moment(since).to_string(), ..Replayed::default() };
        for ((name, directory), records) in by_repository(context, &chains)? {
            let place = match &self.repositories {
                Some(folder) => in_folder(&at(context, folder), &name),
                None => directory.map(PathBuf::from),
            };
            drafted.one(&name, place.as_deref(), &records, &mut replayed)?;
        }
        match self.format {
            Shape::Json => context.json(&replayed)?,
            Shape::Human => {
                context.output.say(replay_text::text(&replayed).trim_end());
            }
        }
        Ok(0)
    }
}

type ByRepository = BTreeMap<(String, Option<String>), Vec<Record>>;

/// All records by repository, in the order of the log: also those of before, for what the
/// refs were.
fn by_repository(context: &CommandContext, chains: &[Chain]) -> Result<ByRepository, Error> {
    let mut all = ByRepository::new();
    records(context, chains, &mut |record, _| {
        let key = (record.repository.clone(), record.directory.clone());
        all.entry(key).or_default().push(record);
        Ok(())
    })?;
    for records in all.values_mut() {
        // Each system user may have had a log of his own. RFC 3339 in UTC sorts by time.
        records.sort_by(|a, b| a.time.cmp(&b.time));
    }
    Ok(all)
}

/// Where a repository of this name is below a folder.
fn in_folder(folder: &Path, name: &str) -> Option<PathBuf> {
    // A name is what a record says, and may try to leave the folder.
    if name.split('/').any(|part| part == "..") || name.starts_with('/') {
        return None;
    }
    let places = [folder.join(name), folder.join(format!("{name}.git"))];
    places.into_iter().find(|place| place.is_dir())
}

/// What every repository is replayed with.
struct Drafted<'r> {
    context: &'r CommandContext,
    drafts: &'r [Arc<Source>],
    since: Moment,
}

impl Drafted<'_> {
    fn one(
        &self,
        name: &str,
        place: Option<&Path>,
        records: &[Record],
        replayed: &mut Replayed,
    ) -> Result<(), Error> {
        let Self { context, drafts, since } = *self;
        let repository = place.and_then(|place| Opened::at(place).ok());
        let config = draft(context, drafts, repository.as_deref())?;
        let mut refs = Refs::before(records, repository.as_deref());
        let mut looked = false;
        for record in records {
            refs.as_of(record);
            let time: Option<jiff::Timestamp> = record.time.parse().ok();
            if time.is_none_or(|time| time.as_second() >= since.0) && !record.refs.is_empty() {
                looked = true;
                let again = again::judge(context, repository.as_deref(), &config, record, &refs);
                replayed.pushes += 1;
                replayed.from_record += usize::from(again.unread.is_some());
                compare(record, name, again, replayed);
            }
            refs.after(record);
        }
        replayed.repositories += usize::from(looked);
        Ok(())
    }
}

/// The layers in force for a repository, with the drafts laid over them.
fn draft(
    context: &CommandContext,
    drafts: &[Arc<Source>],
    repository: Option<&Repository>,
) -> Result<Config, Error> {
    let layers =
        Layers { repository, files: &[], isolated: context.global.isolated, ..Layers::default() };
    let mut sources = config::sources(layers)?;
    for draft in drafts {
        with_draft(&mut sources, Arc::clone(draft), None);
    }
    Ok(config::merge(&sources)?)
}

fn compare(record: &Record, name: &str, again: Again, replayed: &mut Replayed) {
    if record.verdict.as_ref().is_some_and(|verdict| verdict.is(&again.verdict)) {
        return;
    }
    let from = record.verdict.as_ref().map_or_else(|| NOT_JUDGED.to_owned(), ToString::to_string);
    let to = again.verdict.word().to_owned();
    let mut before = BTreeMap::new();
    for found in &record.findings {
        let verdict = found.verdict.known().copied().unwrap_or(Verdict::Allow);
        raise(&mut before, &found.tool, verdict);
    }
    let mut tools: Vec<String> = before.keys().chain(again.tools.keys()).cloned().collect();
    tools.sort_unstable();
    tools.dedup();
    tools.retain(|tool| before.get(tool) != again.tools.get(tool));
    let moved = Moved { from, to };
    *replayed.by_change.entry(moved.clone()).or_default() += 1;
    *replayed.by_repository.entry(name.to_owned()).or_default() += 1;
    for tool in &tools {
        *replayed.by_tool.entry(tool.clone()).or_default() += 1;
    }
    replayed.changes.push(Change {
        seq: record.seq,
        time: record.time.clone(),
        repository: name.to_owned(),
        pusher: record.pusher.clone(),
        refs: record.refs.iter().map(|update| update.name.clone()).collect(),
        from: moved.from,
        to: moved.to,
        accepted: record.accepted,
        would_be_accepted: again.verdict != Verdict::Reject,
        tools,
        from_record: again.unread,
    });
}
