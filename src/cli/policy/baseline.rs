//! `provost policy baseline`: what is there already.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::args::Baseline;
use crate::cli::error::Error;
use crate::cli::rules::Bench;
use crate::config::baseline::{self, Extent, Reach};
use crate::config::{self, Config};
use crate::document::Moment;
use crate::git::{ObjectId, Repository};
use crate::policy::Situation;

pub(super) fn baseline(bench: &Bench<'_>, command: &Baseline) -> Result<u8, Error> {
    let extent = match &command.scope {
        Some(id) => Extent::Scope(id),
        None => Extent::All,
    };
    bench.each(&command.repositories, &mut |repository| {
        let config = config::merge(&bench.sources(Some(repository))?)?;
        if let Some(id) = &command.scope {
            let known: Vec<&str> = config.policy.scopes().map(|(id, _)| id).collect();
            if !known.contains(&id.as_str()) {
                let near = crate::cli::rules::nearest(id, &known);
                return Err(Error::Unknown { what: "scope", id: id.clone(), near });
            }
        }
        one(bench, command, repository, &config, extent)
    })?;
    Ok(0)
}

fn one(
    bench: &Bench<'_>,
    command: &Baseline,
    repository: &Repository,
    config: &Config,
    extent: Extent<'_>,
) -> Result<(), Error> {
    let name = repository.name();
    if command.show {
        let (tips, commits) = (
            baseline::read(repository, extent, Reach::History)?,
            baseline::read(repository, extent, Reach::Commit)?,
        );
        bench.output.say(&format!("{name}: {}", counted(tips.len())));
        tips.iter().for_each(|id| bench.output.say(&format!("  {id}")));
        if !commits.is_empty() {
            let count = counted(commits.len());
            bench.output.say(&format!("{name}: {count} admitted without what is below"));
            commits.iter().for_each(|id| bench.output.say(&format!("  {id}")));
        }
        return Ok(());
    }
    if !command.commits.is_empty() {
        return admit(bench, command, repository, extent);
    }
    let mut ids = BTreeSet::new();
    let mut comment = format!("Taken {} by `provost policy baseline`", Moment::now());
    if command.add {
        ids.extend(baseline::read(repository, extent, Reach::History)?);
    }
    if !command.clear {
        match &command.from {
            Some(path) => {
                let from = bench.open(path)?;
                comment.push_str(&format!(" from {}", path.display()));
                ids.extend(tips(command, &from, &|_| true)?);
            }
            None => ids.extend(tips(command, repository, &own(config, repository, extent))?),
        }
    }
    let ids: Vec<ObjectId> = ids.into_iter().collect();
    let path = baseline::write(repository, extent, Reach::History, &ids, &comment)?;
    if !command.add {
        // Recreated or taken away, it holds nothing of before.
        baseline::write(repository, extent, Reach::Commit, &[], "")?;
    }
    if !bench.output.quiet {
        let what = counted(ids.len());
        bench.output.say(&format!("{name}: {what} in {}", path.display()));
    }
    Ok(())
}

/// Admits commits by themselves.
fn admit(
    bench: &Bench<'_>,
    command: &Baseline,
    repository: &Repository,
    extent: Extent<'_>,
) -> Result<(), Error> {
    let objects = repository.objects()?;
    let mut ids: BTreeSet<ObjectId> =
        baseline::read(repository, extent, Reach::Commit)?.into_iter().collect();
    for text in &command.commits {
        let id = ObjectId::from_hex(text.as_bytes()).ok_or_else(|| Error::NotAnId(text.clone()))?;
        // A tag object is admitted like a commit. What is misspelled would admit nothing.
        objects.read(id)?;
        ids.insert(id);
    }
    let ids: Vec<ObjectId> = ids.into_iter().collect();
    let comment =
        format!("Admitted by `provost policy baseline --add --commit`, {}", Moment::now());
    let path = baseline::write(repository, extent, Reach::Commit, &ids, &comment)?;
    if !bench.output.quiet {
        let what = counted(ids.len());
        let name = repository.name();
        bench.output.say(&format!("{name}: {what} admitted in {}", path.display()));
    }
    Ok(())
}

fn counted(ids: usize) -> String {
    if ids == 1 { "1 commit".into() } else { format!("{ids} commits") }
}

/// The refs of a repository that a baseline of it is taken from: those that the hook
/// judges, of the scope if one is meant.
fn own<'a>(
    config: &'a Config,
    repository: &Repository,
    extent: Extent<'a>,
) -> impl Fn(&[u8]) -> bool + 'a {
    let judge = config.judge(Situation::unknown(&repository.name()));
    move |name| {
        config.policy.judges(name)
            && match extent {
                Extent::All => true,
                Extent::Scope(id) => judge.baselines(&judge.class(name)).any(|scope| scope == id),
            }
    }
}

/// The commits that refs point to.
fn tips(
    command: &Baseline,
    repository: &Repository,
    wanted: &dyn Fn(&[u8]) -> bool,
) -> Result<Vec<ObjectId>, Error> {
    use std::os::unix::ffi::OsStrExt;
    let (only, not) = (globs(&command.refs)?, globs(&command.exclude)?);
    let objects = repository.objects()?;
    let mut ids = Vec::new();
    for reference in repository.references()? {
        let name = reference.name.as_bytes();
        let text = std::ffi::OsStr::from_bytes(name);
        let named = command.refs.is_empty() || only.is_match(text);
        if named && !not.is_match(text) && (wanted(name) || !command.refs.is_empty()) {
            ids.push(objects.peel(reference.target)?.id);
        }
    }
    Ok(ids)
}

fn globs(texts: &[String]) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    let mut add = |text: &String| {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        glob.map(|glob| set.add(glob)).map(|_| ())
    };
    for text in texts {
        add(text).map_err(|error| Error::Glob { text: text.clone(), reason: error.to_string() })?;
    }
    let bad =
        |error: globset::Error| Error::Glob { text: String::new(), reason: error.to_string() };
    set.build().map_err(bad)
}
