//! `provost log`: reading and checking what the hook has recorded. One file a subcommand;
//! all of them begin with the [`Chain`]s that are meant.

mod again;
mod args;
mod export;
mod replay;
mod replay_text;
mod show;
mod verify;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub(super) use args::{Log, LogCommand};

use super::args::Global;
use super::error::Error;
use super::opened::Opened;
use super::output::Output;
use super::{discover, load};
use crate::config::Layers;
use crate::config::log::{LogSettings, despite};
use crate::git::GitError;
use crate::log::{LogError, Record, files};

pub(super) fn log(global: &Global, command: &Log, output: &Output) -> Result<u8, Error> {
    let desk = Desk { global, output };
    match &command.command {
        LogCommand::Show(command) => show::show(&desk, command),
        LogCommand::Verify(command) => verify::verify(&desk, command),
        LogCommand::Head(command) => verify::head(&desk, command),
        LogCommand::Export(command) => export::export(&desk, command),
        LogCommand::Replay(command) => replay::replay(&desk, command),
    }
}

/// What all subcommands need.
struct Desk<'a> {
    global: &'a Global,
    output: &'a Output,
}

/// What is done with a record and its line.
type EachRecord<'e> = &'e mut dyn FnMut(Record, &[u8]) -> Result<(), Error>;

/// The files of one log.
struct Chain {
    /// The log that is written, if it is among them.
    live: Option<PathBuf>,
    /// In the order of their records.
    files: Vec<PathBuf>,
    /// Files that can't be read as they are.
    packed: Vec<PathBuf>,
}

impl Desk<'_> {
    /// The repository that this is run in, if it is run in one: its layer counts.
    fn here(&self) -> Result<Option<Opened>, Error> {
        match discover(self.global) {
            Ok(repository) => Ok(Some(repository)),
            Err(Error::Git(GitError::Open { .. })) if self.global.directory.is_none() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What `[log]` says where this is run; also when something else is broken, for then
    /// the log is wanted most.
    fn settings(&self) -> Result<LogSettings, Error> {
        let here = self.here()?;
        match load(self.global, here.as_deref()) {
            Ok(config) => config.log.ok_or(Error::NoLog),
            Err(error) => {
                let (files, isolated) = (&self.global.rules, self.global.isolated);
                let layers =
                    Layers { repository: here.as_deref(), files, isolated, ..Layers::default() };
                let settings = despite(layers).ok_or(error)?;
                self.output.note("provost: the configuration is broken: provost rules lint\n");
                Ok(settings)
            }
        }
    }

    /// A path that was given on the command line.
    fn at(&self, path: &Path) -> PathBuf {
        match &self.global.directory {
            Some(directory) if path != Path::new(files::STDIN) => directory.join(path),
            _ => path.to_owned(),
        }
    }

    /// The chains that are meant: those of the files given, or those that `settings` name.
    fn chains(
        &self,
        given: &[PathBuf],
        settings: impl FnOnce() -> Result<LogSettings, Error>,
    ) -> Result<Vec<Chain>, Error> {
        let mut chains: Vec<Chain> = Vec::new();
        if given.is_empty() {
            for log in files::logs(&settings()?)? {
                let mut all = files::rotated(&log)?;
                let there = std::fs::metadata(&log).is_ok();
                all.extend(there.then(|| log.clone()));
                let packed = files::packed(&log)?;
                chains.push(Chain { live: Some(log), files: files::in_order(all)?, packed });
            }
            return Ok(chains);
        }
        for path in given.iter().map(|path| self.at(path)) {
            let base = files::base(&path);
            let live = (base == path && path != Path::new(files::STDIN)).then(|| base.clone());
            match chains
                .iter_mut()
                .find(|known| known.files.first().map(|it| files::base(it)) == Some(base.clone()))
            {
                Some(known) => {
                    known.files.push(path);
                    known.live = known.live.take().or(live);
                }
                None => chains.push(Chain { live, files: vec![path], packed: Vec::new() }),
            }
        }
        for chain in chains.iter_mut().filter(|chain| chain.files.len() > 1) {
            chain.files = files::in_order(std::mem::take(&mut chain.files))?;
        }
        Ok(chains)
    }

    /// Hands every record of some chains to `each`, with its line. Lines that are none are
    /// named on standard error.
    fn records(&self, chains: &[Chain], each: EachRecord<'_>) -> Result<(), Error> {
        let mut failed = None;
        for chain in chains {
            for path in &chain.packed {
                self.output
                    .note(&format!("provost: not read, for it is packed: {}\n", path.display()));
            }
            for path in &chain.files {
                files::lines(path, &mut |line, text| {
                    match serde_json::from_slice(text) {
                        Ok(record) => failed = each(record, text).err(),
                        Err(_) => {
                            let error = LogError::NoRecord { path: path.clone(), line };
                            self.output.note(&format!("provost: {error}\n"));
                        }
                    }
                    Ok(if failed.is_some() {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    })
                })?;
                if let Some(error) = failed.take() {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn json(&self, value: &impl serde::Serialize) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(value);
        self.output.say(&text.map_err(|error| Error::Write(error.into()))?);
        Ok(())
    }
}

/// `1 commit`, `2 commits`.
fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// The first digits of an object id.
fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}
