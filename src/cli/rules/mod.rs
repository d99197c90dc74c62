//! `provost rules`: the administrator's tuning bench. Everything that a change of rules
//! would do can be seen here before it does it.
//!
//! One file a subcommand. All of them begin with a [`Bench`]: the layers in force, as
//! texts, so that a draft can be laid in the place of one of them.

mod add;
mod args;
mod commit;
mod edit;
mod explain;
mod file;
mod lint;
mod list;
mod people;
mod show;
mod steps;
mod test;
mod trial;
mod trial_text;
mod unused;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use args::{Rules, RulesCommand, Shape};
pub(super) use file::Own;
pub(super) use trial::{Trials, effect_text};

use super::args::Global;
use super::discover;
use super::error::Error;
use super::opened::{Opened, own};
use super::output::Output;
use crate::config::{self, Config, ConfigError, Layers};
use crate::document::{FileLine, Source};
use crate::finding::Finding;
use crate::git::{GitError, RefName, Repository};
use crate::policy::Decision;
use crate::rules::subject::Subject;
use crate::scan;

pub(super) fn rules(global: &Global, command: &Rules, output: &Output) -> Result<u8, Error> {
    let bench = Bench { global, output };
    match &command.command {
        RulesCommand::List(command) => list::list(&bench, command),
        RulesCommand::Show(command) => show::show(&bench, command),
        RulesCommand::Lint(command) => lint::lint(&bench, command),
        RulesCommand::Test(command) => test::test(&bench, command),
        RulesCommand::Explain(command) => explain::explain(&bench, command),
        RulesCommand::Try(command) => trial::try_draft(&bench, command),
        RulesCommand::Compare(command) => trial::compare(&bench, command),
        RulesCommand::Disable(command) => edit::disable(&bench, command),
        RulesCommand::Set(command) => edit::set(&bench, command),
        RulesCommand::Add(command) => add::add(&bench, command),
    }
}

/// What all subcommands need.
pub(in crate::cli) struct Bench<'a> {
    pub(in crate::cli) global: &'a Global,
    pub(in crate::cli) output: &'a Output,
}

impl Bench<'_> {
    /// The repository that this is run in, if it is run in one: its layer counts.
    pub(in crate::cli) fn here(&self) -> Result<Option<Opened>, Error> {
        match discover(self.global) {
            Ok(repository) => Ok(Some(repository)),
            Err(Error::Git(GitError::Open { .. })) if self.global.directory.is_none() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The texts of the layers in force, weakest first.
    pub(in crate::cli) fn sources(
        &self,
        repository: Option<&Repository>,
    ) -> Result<Vec<Arc<Source>>, Error> {
        // The repository's own layer is read as its owner all the same.
        let _own = own()?;
        let files = &self.global.rules;
        let isolated = self.global.isolated;
        let layers = Layers { repository, files, isolated, ..Layers::default() };
        Ok(config::sources(layers)?)
    }

    /// The configuration in force where this is run.
    pub(in crate::cli) fn config(&self) -> Result<Config, Error> {
        let here = self.here()?;
        Ok(config::merge(&self.sources(here.as_deref())?)?)
    }

    /// A path that was given on the command line.
    pub(in crate::cli) fn at(&self, path: &Path) -> PathBuf {
        match &self.global.directory {
            Some(directory) => directory.join(path),
            None => path.to_owned(),
        }
    }

    /// The administrator's file that a command changes: the one named, or else the last of
    /// --rules, or else that of the machine.
    pub(in crate::cli) fn own_file(&self, named: Option<&Path>) -> Result<PathBuf, Error> {
        match (named, self.global.rules.last()) {
            (Some(path), _) => Ok(self.at(path)),
            (None, Some(path)) => Ok(path.clone()),
            (None, None) if self.global.isolated => Err(Error::NoTarget),
            (None, None) => Ok(PathBuf::from(config::SYSTEM)),
        }
    }

    /// Reads a file of rules that was given on the command line.
    pub(in crate::cli) fn read(&self, path: &Path) -> Result<Arc<Source>, Error> {
        let _own = own()?;
        Ok(config::read(&self.at(path))?)
    }

    /// Opens a repository that was given on the command line.
    pub(in crate::cli) fn open(&self, path: &Path) -> Result<Opened, Error> {
        Opened::at(&self.at(path))
    }

    /// Does something with each repository that was named, or with the one that this is run
    /// in. All of them can be opened before anything is done with the first.
    pub(in crate::cli) fn each(
        &self,
        named: &[PathBuf],
        each: &mut dyn FnMut(&Repository) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if named.is_empty() {
            return each(&*discover(self.global)?);
        }
        named.iter().try_for_each(|path| self.open(path).map(drop))?;
        named.iter().try_for_each(|path| each(&*self.open(path)?))
    }

    pub(in crate::cli) fn json(&self, value: &impl serde::Serialize) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value);
        let text = text.map_err(|error| Error::Write(error.into()))?;
        self.output.say(&text);
        Ok(())
    }
}

/// Lays a draft over layers: in the place of the one of the same path, or of `instead_of`,
/// or else on top.
pub(super) fn with_draft(
    layers: &mut Vec<Arc<Source>>,
    draft: Arc<Source>,
    instead_of: Option<&Path>,
) {
    let path = instead_of.unwrap_or(Path::new(&draft.name));
    match layers.iter_mut().find(|layer| is_file(layer, path)) {
        Some(layer) => *layer = draft,
        None => layers.push(draft),
    }
}

/// Whether a layer was read from this file.
fn is_file(layer: &Source, path: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    !layer.built_in && real(Path::new(&layer.name)) == real(path)
}

/// What policy says of the findings in one subject, as if it were pushed to the branch
/// that most repositories have.
fn decide(config: &Config, subject: Option<&Subject>, findings: &[Finding]) -> Vec<Decision> {
    let message = match subject {
        Some(Subject::Message { encoding, text }) => Some((encoding.as_deref(), text.as_slice())),
        _ => None,
    };
    scan::decide(config, "", &RefName::new("refs/heads/main"), findings, message)
}

/// The text of a line of the rules.
fn line_of(sources: &[Arc<Source>], place: &FileLine) -> Option<String> {
    let source = sources.iter().find(|source| source.name == place.file)?;
    Some(source.text.lines().nth(place.line.checked_sub(1)?)?.trim().to_owned())
}

/// An id that nothing has, with the nearest that there is.
fn unknown(what: &'static str, id: &str, known: &[&str]) -> Error {
    Error::Unknown { what, id: id.to_owned(), near: nearest(id, known) }
}

/// The known name that was probably meant.
pub(in crate::cli) fn nearest(id: &str, known: &[&str]) -> Option<String> {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(id, known), *known)).min();
    let near = near.filter(|(distance, known)| *distance <= 1 + known.len() / 4);
    near.map(|(_, known)| known.to_owned())
}

/// Mistakes that stop a command, as [`ConfigError`] shows them.
fn broken(problems: Vec<crate::document::Problem>) -> Error {
    Error::Config(ConfigError::Problems(problems))
}
