//! `provost log replay`: the pushes of the last days, judged under a draft.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::again::{self, Again, Refs, raise};
use super::args::{Replay, Shape};
use super::replay_text::{self, Change, Moved, Replayed};
use super::{Chain, Desk};
use crate::cli::error::Error;
use crate::cli::opened::Opened;
use crate::cli::rules::with_draft;
use crate::config::{self, Config, Layers};
use crate::document::{Moment, Source};
use crate::git::Repository;
use crate::log::{NOT_JUDGED, Record};
use crate::policy::Verdict;

pub(super) fn replay(desk: &Desk<'_>, command: &Replay) -> Result<u8, Error> {
    if desk.global.rules.is_empty() {
        return Err(Error::NoDraft);
    }
    let mut drafts = Vec::new();
    for path in &desk.global.rules {
        drafts.push(config::read(&desk.at(path))?);
    }
    let chains = desk.chains(&command.files, || {
        // The log that is written, and not where a draft would have it.
        let here = desk.here()?;
        let layers = Layers {
            repository: here.as_deref(),
            files: &[],
            isolated: desk.global.isolated,
            ..Layers::default()
        };
        config::load(layers)?.log.ok_or(Error::NoLog)
    })?;
    let since = Moment::now().0.saturating_sub(i64::from(command.days) * 86_400);
    let mut replayed = Replayed { since: Moment(since).to_string(), ..Replayed::default() };
    for ((name, directory), records) in by_repository(desk, &chains)? {
        let place = match &command.repositories {
            Some(folder) => in_folder(&desk.at(folder), &name),
            None => directory.map(PathBuf::from),
        };
        one(desk, &drafts, &name, place.as_deref(), &records, Moment(since), &mut replayed)?;
    }
    if command.format == Shape::Json {
        desk.json(&replayed)?;
    } else {
        desk.output.say(replay_text::text(&replayed).trim_end());
    }
    Ok(0)
}

type ByRepository = BTreeMap<(String, Option<String>), Vec<Record>>;

/// All records by repository, in the order of the log: also those of before, for what the
/// refs were.
fn by_repository(desk: &Desk<'_>, chains: &[Chain]) -> Result<ByRepository, Error> {
    let mut all = ByRepository::new();
    desk.records(chains, &mut |record, _| {
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

fn one(
    desk: &Desk<'_>,
    drafts: &[Arc<Source>],
    name: &str,
    place: Option<&Path>,
    records: &[Record],
    since: Moment,
    replayed: &mut Replayed,
) -> Result<(), Error> {
    let repository = place.and_then(|place| Opened::at(place).ok());
    let config = draft(desk, drafts, repository.as_deref())?;
    let mut refs = Refs::before(records, repository.as_deref());
    let mut looked = false;
    for record in records {
        refs.as_of(record);
        let time: Option<jiff::Timestamp> = record.time.parse().ok();
        if time.is_none_or(|time| time.as_second() >= since.0) && !record.refs.is_empty() {
            looked = true;
            let again = again::judge(desk, repository.as_deref(), &config, record, &refs);
            replayed.pushes += 1;
            replayed.from_record += usize::from(again.unread.is_some());
            compare(record, name, again, replayed);
        }
        refs.after(record);
    }
    replayed.repositories += usize::from(looked);
    Ok(())
}

/// The layers in force for a repository, with the drafts laid over them.
fn draft(
    desk: &Desk<'_>,
    drafts: &[Arc<Source>],
    repository: Option<&Repository>,
) -> Result<Config, Error> {
    let layers =
        Layers { repository, files: &[], isolated: desk.global.isolated, ..Layers::default() };
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
