//! `provost policy baseline`: what is there already.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::cli::command::Run;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::suggestion::unknown;
use crate::config::{self, Config};
use crate::document::Moment;
use crate::git::{ObjectId, Repository};
use crate::policy::Situation;
use crate::state::baseline::{self, Extent, Reach};
use crate::text::counted;

/// Declare what is there already: it is not judged again.
///
/// Writes the tips of the refs that the hook judges into the repository's baseline, which
/// hides all that they reach from every ref, or with --scope from the refs of one scope.
/// It is for administrators: a baseline accepts whatever it reaches, unseen.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  provost policy baseline /srv/git/*.git
  provost policy baseline --scope releases /srv/git/app.git
  provost policy baseline --from /srv/mirrors/linux.git --ref 'refs/heads/*' /srv/git/kernel.git
  provost policy baseline --show /srv/git/app.git")]
pub(in crate::cli) struct Baseline {
    /// Repositories; by default the one that this is run in
    #[arg(value_name = "REPOSITORY")]
    repositories: Vec<PathBuf>,
    /// For the refs of this scope only
    #[arg(long, value_name = "ID")]
    scope: Option<String>,
    /// Take the tips of this repository, an upstream's mirror say
    #[arg(long, value_name = "REPOSITORY")]
    from: Option<PathBuf>,
    /// Only of refs that match; may be given several times
    #[arg(long = "ref", value_name = "GLOB")]
    refs: Vec<String>,
    /// Not of refs that match; may be given several times
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Keep what the baseline holds already
    #[arg(long)]
    add: bool,
    /// Admit this commit by itself, and nothing below it; may be given several times. Needs
    /// --add
    #[arg(long = "commit", value_name = "ID", requires = "add", conflicts_with_all = ["from", "refs", "exclude"])]
    commits: Vec<String>,
    /// Show it, and change nothing
    #[arg(long, conflicts_with_all = ["from", "refs", "exclude", "add", "clear"])]
    show: bool,
    /// Take it away, with the commits that were admitted by themselves
    #[arg(long, conflicts_with_all = ["from", "refs", "exclude", "add"])]
    clear: bool,
}

impl Run for Baseline {
    fn run(&self, context: &CommandContext) -> Result<u8, Error> {
        let extent = match &self.scope {
            Some(id) => Extent::Scope(id),
            None => Extent::All,
        };
        context.each(&self.repositories, &mut |repository| {
            let config = config::merge(&context.sources(Some(repository))?)?;
            if let Some(id) = &self.scope {
                let known: Vec<&str> = config.policy.scopes().map(|(id, _)| id).collect();
                if !known.contains(&id.as_str()) {
                    return Err(unknown("scope", id, &known));
                }
            }
            one(context, self, repository, &config, extent)
        })?;
        Ok(0)
    }
}

fn one(
    context: &CommandContext,
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
        context.output.say(&format!("{name}: {}", counted(tips.len(), "commit")));
        tips.iter().for_each(|id| context.output.say(&format!("  {id}")));
        if !commits.is_empty() {
            let count = counted(commits.len(), "commit");
            context.output.say(&format!("{name}: {count} admitted without what is below"));
            commits.iter().for_each(|id| context.output.say(&format!("  {id}")));
        }
        return Ok(());
    }
    if !command.commits.is_empty() {
        return admit(context, command, repository, extent);
    }
    let mut ids = BTreeSet::new();
    let mut comment = format!("Taken {} by `provost policy baseline`", Moment::now());
    if command.add {
        ids.extend(baseline::read(repository, extent, Reach::History)?);
    }
    if !command.clear {
        match &command.from {
            Some(path) => {
                let from = context.open(path)?;
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
    if !context.output.quiet {
        let what = counted(ids.len(), "commit");
        context.output.say(&format!("{name}: {what} in {}", path.display()));
    }
    Ok(())
}

/// Admits commits by themselves.
fn admit(
    context: &CommandContext,
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
    if !context.output.quiet {
        let what = counted(ids.len(), "commit");
        let name = repository.name();
        context.output.say(&format!("{name}: {what} admitted in {}", path.display()));
    }
    Ok(())
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
