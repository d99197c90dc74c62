//! The administrator's own file: which it is, whether a change of it holds, and writing
//! it so that a hook that runs meanwhile sees the old text or the new one, never a part.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use similar::{ChangeTag, TextDiff};

use super::problems::brought_by;
use crate::cli::command_context::CommandContext;
use crate::cli::error::Error;
use crate::cli::layers::{is_file, with_draft};
use crate::cli::opened::own;
use crate::config::files::replace;
use crate::config::{self, ConfigError, SYSTEM};
use crate::document::{Problem, Severity, Source};

/// The file that an editing command changes.
#[derive(Debug, Args)]
pub(super) struct TargetFile {
    /// The file to change; the last of --rules, or else /etc/provost/rules.toml
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
}

/// A file, and the layers that it belongs to.
pub(in crate::cli) struct OwnFile {
    path: PathBuf,
    /// Whether it is one of the layers in force where this is run.
    pub(super) in_force: bool,
    /// Its text; empty when it is not there yet.
    pub(in crate::cli) before: String,
    /// The layers in force, without it.
    without: Vec<Arc<Source>>,
    /// The layers in force, with it as it is.
    pub(in crate::cli) layers: Vec<Arc<Source>>,
}

/// A change that holds.
pub(in crate::cli) struct Checked {
    pub(in crate::cli) source: Arc<Source>,
    pub(in crate::cli) warnings: Vec<Problem>,
}

impl OwnFile {
    /// The file that is to be changed.
    pub(super) fn open(context: &CommandContext, target: &TargetFile) -> Result<Self, Error> {
        Self::of(context, context.own_file(target.file.as_deref())?)
    }

    /// A file by its path.
    pub(in crate::cli) fn of(context: &CommandContext, path: PathBuf) -> Result<Self, Error> {
        let here = context.here()?;
        let in_force = context.sources(here.as_deref())?;
        let _own = own()?;
        let before = match config::read(&path) {
            Ok(source) => source.text.to_string(),
            Err(ConfigError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {
                String::new()
            }
            Err(error) => return Err(error.into()),
        };
        let mut without = in_force.clone();
        without.retain(|layer| !is_file(layer, &path));
        let is_layer = without.len() < in_force.len() || path == Path::new(SYSTEM);
        let mut own = Self { path, in_force: is_layer, before, without, layers: in_force };
        if !own.before.is_empty() {
            let source = own.source(&own.before);
            with_draft(&mut own.layers, source, None);
        }
        Ok(own)
    }

    /// Where it is.
    pub(in crate::cli) fn path(&self) -> &Path {
        &self.path
    }

    pub(in crate::cli) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn source(&self, text: &str) -> Arc<Source> {
        Arc::new(Source { name: self.shown(), text: text.to_owned().into(), built_in: false })
    }

    /// The layers with a new text of this file.
    pub(in crate::cli) fn layers_with(&self, source: &Arc<Source>) -> Vec<Arc<Source>> {
        let mut layers = self.layers.clone();
        with_draft(&mut layers, Arc::clone(source), None);
        layers
    }

    /// Checks a new text: what it makes worse.
    ///
    /// # Errors
    /// All mistakes that it would have or make.
    pub(in crate::cli) fn check(&self, text: &str) -> Result<Checked, Error> {
        let source = self.source(text);
        let problems = brought_by(&source, &self.layers_with(&source), &self.without);
        let (errors, mut warnings): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|problem| problem.severity == Severity::Error);
        if !errors.is_empty() {
            return Err(Error::WouldBreak { file: self.shown(), problems: errors });
        }
        if !warnings.is_empty() && !self.before.is_empty() {
            // What was hardly meant before is not this change's.
            let old = self.source(&self.before);
            let known = brought_by(&old, &self.layers_with(&old), &self.without);
            warnings.retain(|warning| !known.iter().any(|old| old.message == warning.message));
        }
        Ok(Checked { source, warnings })
    }

    /// Writes a new text that was checked.
    pub(in crate::cli) fn write(&self, checked: &Checked) -> Result<(), Error> {
        let failed = |source| Error::WriteFile { path: self.path.clone(), source };
        replace(&self.path, checked.source.text.as_bytes()).map_err(failed)
    }

    /// The lines that a new text takes away and adds.
    pub(in crate::cli) fn difference(&self, text: &str) -> String {
        difference(&self.before, text)
    }
}

/// The longest time that is spent on aligning lines; what is not aligned by then is shown as
/// lines that are replaced.
const MAX_ALIGNMENT: Duration = Duration::from_millis(500);

/// Returns the lines that differ, `-` for old and `+` for new ones.
fn difference(before: &str, after: &str) -> String {
    let diff = TextDiff::configure().timeout(MAX_ALIGNMENT).diff_lines(before, after);
    let changes = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    changes.map(|change| format!("{} {}\n", change.tag(), change.value().trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_differ_are_shown() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n"), "- b\n+ x\n");
        assert_eq!(difference("a\nb\nc\nd\n", "a\n1\nb\nc\n2\nd\n"), "+ 1\n+ 2\n");
        assert_eq!(difference("", "a\n"), "+ a\n");
        assert_eq!(difference("a\nb\n", "a\n"), "- b\n");
        assert_eq!(difference("a\n", "a\n"), "");
    }
}
