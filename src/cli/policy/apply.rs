//! `provost policy apply` and `revert`: changing the file in force on a live server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Apply, InForce, Revert};
use crate::cli::error::Error;
use crate::cli::opened::own;
use crate::cli::rules::{Bench, Own, Trials, effect_text};
use crate::config::files::replace_as;
use crate::config::{self, LAST_GOOD, PREVIOUS};
use crate::document;

pub(super) fn apply(bench: &Bench<'_>, command: &Apply) -> Result<u8, Error> {
    let draft = bench.read(&command.draft)?;
    let own = Own::of(bench, command.target.path(bench)?)?;
    let checked = own.check(&draft.text)?;
    let output = bench.output;
    if !checked.warnings.is_empty() {
        output.note(&document::render(&checked.warnings, false));
    }
    let difference = own.difference(&draft.text);
    if difference.is_empty() && !own.before.is_empty() {
        output.say(&format!("{} is as the draft wants it", own.shown()));
        return Ok(0);
    }
    if !output.quiet {
        output.say(&format!("{}:\n{}", own.shown(), difference.trim_end()));
    }
    if !command.repositories.is_empty() {
        let (before, after) = (own.layers.clone(), own.layers_with(&checked.source));
        let trials = Trials {
            names: ("in force".to_owned(), command.draft.display().to_string()),
            before: &|layers| layers.clone_from(&before),
            after: &|layers| layers.clone_from(&after),
        };
        output.say(&effect_text(bench, &trials, &command.repositories)?);
    }
    if command.dry_run {
        output.say("nothing was changed");
        return Ok(0);
    }
    let path = own.path();
    if !own.before.is_empty() {
        keep(path, PREVIOUS, &own.before)?;
    }
    own.write(&checked)?;
    keep(path, LAST_GOOD, &draft.text)?;
    if !output.quiet {
        let back = if own.before.is_empty() { "" } else { "; back: provost policy revert" };
        output.say(&format!("{} is in force now{back}", own.shown()));
    }
    Ok(0)
}

pub(super) fn revert(bench: &Bench<'_>, command: &Revert) -> Result<u8, Error> {
    let path = command.target.path(bench)?;
    let before = beside(&path, PREVIOUS);
    let own_account = own()?;
    let text = config::read(&before)?.text.to_string();
    let now = config::read(&path).map_or_else(|_| String::new(), |now| now.text.to_string());
    drop(own_account);
    // The file in force may be broken: going back must work then above all.
    let own = Own::of(bench, path.clone())?;
    let checked = own.check(&text)?;
    keep(&path, PREVIOUS, &now)?;
    own.write(&checked)?;
    keep(&path, LAST_GOOD, &text)?;
    bench.output.say(&format!("{} is as it was before the last change", own.shown()));
    Ok(0)
}

/// A file beside another, named after it.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn keep(of: &Path, suffix: &str, text: &str) -> Result<(), Error> {
    let path = beside(of, suffix);
    // The hook has to read it in place of the file.
    replace_as(&path, text.as_bytes(), of).map_err(|source| Error::WriteFile { path, source })
}

impl InForce {
    /// The file, opened for a change.
    pub(super) fn open(&self, bench: &Bench<'_>) -> Result<Arc<Own>, Error> {
        Ok(Arc::new(Own::of(bench, self.path(bench)?)?))
    }
}
