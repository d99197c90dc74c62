//! The file that is in force, and the copies that are kept with it.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::rules::OwnFile;
use crate::config::files::replace_as;

/// The file that is in force.
#[derive(Debug, Args)]
pub(super) struct InForce {
    /// The file in force; by default the last of --rules, or else /etc/provost/rules.toml
    #[arg(long, value_name = "FILE")]
    pub(super) to: Option<PathBuf>,
}

impl InForce {
    /// Returns the path of the file that is to be changed.
    pub(super) fn path(&self, context: &CommandContext) -> Result<PathBuf, Error> {
        context.own_file(self.to.as_deref())
    }

    /// Opens the file for a change.
    pub(super) fn open(&self, context: &CommandContext) -> Result<OwnFile, Error> {
        OwnFile::of(context, self.path(context)?)
    }
}

/// Returns the path of a copy that is kept with a file.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn keep(of: &Path, suffix: &str, text: &str) -> Result<(), Error> {
    let path = beside(of, suffix);
    // The hook has to read it in place of the file.
    replace_as(&path, text.as_bytes(), of).map_err(|source| Error::WriteFile { path, source })
}
