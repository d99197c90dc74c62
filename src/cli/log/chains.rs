//! The files of the decision log that a command reads, and the records in them.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::config::log::LogSettings;
use crate::config::log_despite;
use crate::log::{LogError, Record, files};

/// What is done with a record and its line.
pub(super) type EachRecord<'e> = &'e mut dyn FnMut(Record, &[u8]) -> Result<(), Error>;

/// The files of one log.
pub(super) struct Chain {
    /// The log that is written, if it is among them.
    pub(super) live: Option<PathBuf>,
    /// In the order of their records.
    pub(super) files: Vec<PathBuf>,
    /// Files that can't be read as they are.
    pub(super) packed: Vec<PathBuf>,
}

/// What `[log]` says where this is run; also when something else is broken, for then
/// the log is wanted most.
pub(super) fn settings(context: &CommandContext) -> Result<LogSettings, Error> {
    let here = context.here()?;
    match context.load(here.as_deref()) {
        Ok(config) => config.log.ok_or(Error::NoLog),
        Err(error) => {
            let settings = log_despite(context.layers(here.as_deref())).ok_or(error)?;
            context.output.note("provost: the configuration is broken: provost rules lint\n");
            Ok(settings)
        }
    }
}

/// A path that was given on the command line.
pub(super) fn at(context: &CommandContext, path: &Path) -> PathBuf {
    if path == Path::new(files::STDIN) { path.to_owned() } else { context.at(path) }
}

/// The chains that are meant: those of the files given, or those that `settings` name.
pub(super) fn chains(
    context: &CommandContext,
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
    for path in given.iter().map(|path| at(context, path)) {
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
pub(super) fn records(
    context: &CommandContext,
    chains: &[Chain],
    each: EachRecord<'_>,
) -> Result<(), Error> {
    let mut failed = None;
    for chain in chains {
        for path in &chain.packed {
            context
                .output
                .note(&format!("provost: not read, for it is packed: {}\n", path.display()));
        }
        for path in &chain.files {
            files::lines(path, &mut |line, text| {
                match serde_json::from_slice(text) {
                    Ok(record) => failed = each(record, text).err(),
                    Err(_) => {
                        let error = LogError::NoRecord { path: path.clone(), line };
                        context.output.note(&format!("provost: {error}\n"));
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
