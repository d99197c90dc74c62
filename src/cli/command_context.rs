//! What every command is given: the options of every command, the two streams, and ways to
//! the configuration and the repository that are meant where it is run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::Error;
use super::global::Global;
use super::opened::{Opened, own};
use super::output::Output;
use crate::config::{self, Config, Layers};
use crate::document::Source;
use crate::git::{GitError, Repository};

/// The surroundings in which a command runs.
pub(super) struct CommandContext {
    pub(super) global: Global,
    pub(super) output: Output,
    /// The whole command line, for what is made of its declarations.
    pub(super) command_line: fn() -> clap::Command,
}

impl CommandContext {
    /// Opens the repository of the working directory, or that of `-C`.
    pub(super) fn discover(&self) -> Result<Opened, Error> {
        Opened::discover(&self.global)
    }

    /// Opens the repository that the command is run in; `None` when it is run elsewhere and no
    /// directory is named.
    pub(super) fn here(&self) -> Result<Option<Opened>, Error> {
        match self.discover() {
            Ok(repository) => Ok(Some(repository)),
            Err(Error::Git(GitError::Open { .. })) if self.global.directory.is_none() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the configuration layers of a repository.
    pub(super) fn layers<'l>(&'l self, repository: Option<&'l Repository>) -> Layers<'l> {
        let (files, isolated) = (self.global.rules.as_slice(), self.global.isolated);
        Layers { repository, files, isolated, ..Layers::default() }
    }

    /// Loads the configuration of a repository.
    pub(super) fn load(&self, repository: Option<&Repository>) -> Result<Config, Error> {
        // The repository's own layer is read as its owner all the same.
        let _own = own()?;
        Ok(config::load(self.layers(repository))?)
    }

    /// Returns the texts of the layers in force, weakest first.
    pub(super) fn sources(
        &self,
        repository: Option<&Repository>,
    ) -> Result<Vec<Arc<Source>>, Error> {
        // The repository's own layer is read as its owner all the same.
        let _own = own()?;
        Ok(config::sources(self.layers(repository))?)
    }

    /// Returns the configuration in force where the command is run.
    pub(super) fn config(&self) -> Result<Config, Error> {
        let here = self.here()?;
        Ok(config::merge(&self.sources(here.as_deref())?)?)
    }

    /// Resolves a path of the command line, relative to the directory of `-C`.
    pub(super) fn at(&self, path: &Path) -> PathBuf {
        match &self.global.directory {
            Some(directory) => directory.join(path),
            None => path.to_owned(),
        }
    }

    /// Returns the administrator's file that a command changes: the one named, or else the
    /// last of --rules, or else that of the machine.
    pub(super) fn own_file(&self, named: Option<&Path>) -> Result<PathBuf, Error> {
        match (named, self.global.rules.last()) {
            (Some(path), _) => Ok(self.at(path)),
            (None, Some(path)) => Ok(path.clone()),
            (None, None) if self.global.isolated => Err(Error::NoTarget),
            (None, None) => Ok(PathBuf::from(config::SYSTEM)),
        }
    }

    /// Reads a file of rules that was named on the command line.
    pub(super) fn read(&self, path: &Path) -> Result<Arc<Source>, Error> {
        let _own = own()?;
        Ok(config::read(&self.at(path))?)
    }

    /// Opens a repository that was named on the command line.
    pub(super) fn open(&self, path: &Path) -> Result<Opened, Error> {
        Opened::at(&self.at(path))
    }

    /// Calls `each` with every named repository, or with the one that the command is run in.
    /// All of them are opened once before the first call, so that a wrong name changes nothing.
    pub(super) fn each(
        &self,
        named: &[PathBuf],
        each: &mut dyn FnMut(&Repository) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if named.is_empty() {
            return each(&*self.discover()?);
        }
        named.iter().try_for_each(|path| self.open(path).map(drop))?;
        named.iter().try_for_each(|path| each(&*self.open(path)?))
    }

    /// Writes a value to standard output as one JSON document.
    pub(super) fn json(&self, value: &impl serde::Serialize) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value);
        self.output.say(&text.map_err(|error| Error::Write(error.into()))?);
        Ok(())
    }
}
